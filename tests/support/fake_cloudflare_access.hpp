#pragma once

#include "tests/support/fake_cloudflare_account.hpp"

namespace driftless::test {

/// What a body of Access is refused with.
[[noreturn]] void bad_access(const std::string& why);
/// Reads `include`, `exclude` and `require` of a policy or group: checked, in the form they come
/// back in. Groups and service tokens that they name must exist.
void set_rules(json& object, const json& body, const CloudflareState& state);
/// Whether any of its rules names that group or service token.
bool names(const json& object, const std::string& kind, const std::string& id);
/// "2026-01-01T00:00:00Z", as Access writes it.
std::string access_now(const CloudflareWorld& world);
/// The policy as a list shows it.
json policy_shown(const CloudflareWorld& world, const json& policy);
/// Checked; without id and dates.
json policy_of(const json& body, const CloudflareState& state);

CloudflareAnswer accepted_deletion(const std::string& id);

std::vector<CloudflareRoute> access_app_routes();

}  // namespace driftless::test
