#pragma once

#include <optional>
#include <string>

#include "tests/support/fake_engine_world.hpp"

namespace driftless::test {

/// A request out of a target: "/v1.41/containers/json?all=1" loses its version.
EngineRequest request_of(net::Method method, const std::string& target);
/// The version that a target asks for, as 1.<minor>.
std::optional<int> minor_of(const std::string& target);
/// What "*" stands for, "" where the pattern has none; nothing where it does not fit.
std::optional<std::string> step_of(const std::string& path, const std::string& pattern);

}  // namespace driftless::test
