#pragma once

#include "tests/support/fake_cloudflare_account.hpp"

namespace driftless::test {

/// The project that the route names. Refuses (8000007).
json& project_of(CloudflareCall& call);
/// A deployment as the service shows it now: its stages move on with time.
json deployment_shown(const CloudflareWorld& world, const json& deployment);
/// The latest production deployment that succeeded; null: none yet.
json canonical_of(const CloudflareWorld& world, const json& project);

/// One part of a multipart body.
struct FormPart {
    std::string name, filename, content;
};
/// @return nothing where it is none
std::vector<FormPart> form_parts(const std::string& content_type, const std::string& body);

std::vector<CloudflareRoute> deployment_routes();

}  // namespace driftless::test
