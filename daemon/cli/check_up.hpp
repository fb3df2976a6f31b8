#pragma once

#include <string>
#include <vector>

#include "daemon/cli/world.hpp"

namespace driftless::cli {

/// fine; advice: it works, and something is worth mending; fault: it can't work so.
enum class Verdict { fine, advice, fault };

/// What was looked at, what was found, and what to do about it.
struct Check {
    std::string about;  ///< "source infra"
    Verdict verdict = Verdict::fine;
    std::string detail = {};
};
using Checks = std::vector<Check>;

// Each changes nothing, and asks the world what a run would ask it, with the same credentials.

Checks check_settings(const Settings& settings);
/// @param user  whom the daemon runs as
Checks check_state(const Settings& settings, std::uint32_t user);
Checks check_secrets(const Settings& settings, const Secrets& secrets);
asio::awaitable<Checks> check_sources(const Settings& settings, const Secrets& secrets,
                                      Machine& machine, net::Lane& lane);
asio::awaitable<Checks> check_targets(const Settings& settings, const Secrets& secrets,
                                      Machine& machine, net::Lane& lane);

}  // namespace driftless::cli
