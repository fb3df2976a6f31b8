#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

#include "providers/net/clock.hpp"
#include "reconcilers/facts.hpp"
#include "reconcilers/live.hpp"

namespace driftless::docker {

/// How a container fares, from the engine's whole answer: fills health, ready, completed,
/// left_alone and detail.
void tell_state(const json& container, Live& live);

/// Is a new container proven, not yet, or has it failed?
enum class Proof { waiting, proven, failed };
struct Verdict {
    Proof proof = Proof::waiting;
    std::string why;
    /// While it waits: when to look again at the latest. None: there is something to do.
    std::optional<std::chrono::milliseconds> look_in = std::nullopt;
};
/// With a health check: healthy, within the time that the check can take. Without: it has run for
/// ten seconds, or ended with 0 and is not to run again.
Verdict verdict_on(const json& container, net::WallTime now, const Watched& watched);

/// Why the engine could not start a container that was created and never ran; empty where nobody
/// tried, or where whoever asked for the start went away before its end: newer engines drop it
/// then.
std::string why_not_started(const json& container);

/// Does it run, wait for its next try, or stand still only for a while?
bool is_alive(const json& container);

/// When it stopped, or was created where it never ran.
net::WallTime stopped_at(const json& container);

}  // namespace driftless::docker
