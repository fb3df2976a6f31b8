#pragma once

#include <cstdint>
#include <string>

#include "config/base/finding.hpp"
#include "config/desired_state.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"

namespace driftless::cloudflare {

// In seconds. Below 60 only an Enterprise zone may go, and it is the API that knows the plan.
inline constexpr std::int64_t shortest_ttl = 30;
inline constexpr std::int64_t longest_ttl = 86'400;

/// Why a comment of the user's can't stand beside our mark; "" when it can.
std::string trouble_with_comment(const std::string& comment);

/// Why the API would refuse this one value, in canonical form; "" where it takes it.
std::string trouble_with_value(const DnsType& type, const json& value);

/// Why no record of this type may have this name; "" where it may.
std::string trouble_with_place(const DnsType& type, const std::string& name,
                               const std::string& zone);

/// What the API would refuse of a set of records, told before anything is sent: findings at the
/// set's place.
void lint_set(const Declared& set, Findings& findings);

}  // namespace driftless::cloudflare
