#include "reconcilers/docker/container_state.hpp"

#include <algorithm>

#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/normalise.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;

constexpr auto runs_long_enough = 10s;
constexpr auto next_probe = 1s;  // a health check is asked for as often
constexpr auto while_paused = 1min;
constexpr auto slack = 5s;  // the engine's own time between a probe and its verdict

/// The engine writes nanoseconds, and year 1 for "never".
std::optional<net::WallTime> time_at(const json& container, const char* pointer) {
    std::string text = shown_text(container, pointer);
    if (text.starts_with("0001-") || text.size() < 20) return std::nullopt;
    const auto dot = text.find('.');
    const std::string seconds = text.substr(0, 19);
    std::string millis = dot == std::string::npos ? "" : text.substr(dot + 1, 3);
    millis = millis.substr(0, millis.find_first_not_of("0123456789"));
    millis.resize(3, '0');
    const auto time = net::parse_wall_time(seconds + "." + millis + "Z");
    if (!time) return std::nullopt;
    return *time;
}

std::string exit_detail(const json& container) {
    std::string detail = fmt::format("exited with {}", shown_integer(container, "/State/ExitCode"));
    if (shown_true(container, "/State/OOMKilled")) detail += ", out of memory";
    const std::string error = shown_text(container, "/State/Error");
    return error.empty() ? detail : detail + ": " + error;
}

std::string last_probe(const json& container) {
    const json& log = at(container, "/State/Health/Log");
    if (!log.is_array() || log.empty()) return "";
    std::string output = shown_text(log.back(), "/Output").substr(0, 200);
    std::ranges::replace_if(
        output, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; }, ' ');
    return output.empty() ? "" : ": " + output;
}

std::chrono::nanoseconds part(const json& container, const char* pointer,
                              std::chrono::nanoseconds otherwise) {
    const std::int64_t value = shown_integer(container, pointer);
    return value > 0 ? std::chrono::nanoseconds{value} : otherwise;
}

/// How long a check can take until it gives up: start period + retries × (interval + timeout).
std::chrono::nanoseconds longest_check(const json& container) {
    const auto start = part(container, "/Config/Healthcheck/StartPeriod", 0s);
    const auto interval = part(container, "/Config/Healthcheck/Interval", 30s);
    const auto timeout = part(container, "/Config/Healthcheck/Timeout", 30s);
    const std::int64_t retries = shown_integer(container, "/Config/Healthcheck/Retries");
    return start + (retries > 0 ? retries : 3) * (interval + timeout) + slack;
}

std::string health_of(const json& container) {
    const std::string status = shown_text(container, "/State/Health/Status");
    return status == "none" ? "" : status;
}

void tell_running(const json& container, Live& live) {
    const std::string health = health_of(container);
    if (health == "starting") live.health = Health::starting;
    if (health == "healthy") live.health = Health::healthy;
    if (health == "unhealthy") live.health = Health::unhealthy;
    live.ready = health.empty() || health == "healthy";
    if (health == "starting") live.detail = "its health check has not passed yet";
    if (health == "unhealthy") live.detail = "unhealthy" + last_probe(container);
}

/// Since when it runs, by a clock that may have been set back meanwhile.
net::WallTime running_since(const json& container, net::WallTime now, const Watched& watched) {
    const auto started = time_at(container, "/State/StartedAt").value_or(now);
    const bool before_it_was_set = started > now && started <= watched.set_back_from;
    return before_it_was_set ? watched.since : started;
}

Verdict running_verdict(const json& container, net::WallTime now, const Watched& watched) {
    const std::string health = health_of(container);
    const auto started = running_since(container, now, watched);
    if (health == "healthy") return {Proof::proven, ""};
    if (health == "unhealthy") return {Proof::failed, "unhealthy" + last_probe(container)};
    if (health == "starting") {
        // Who slept meanwhile knows nothing of how long it took.
        const bool late = now - std::max(started, watched.since) > longest_check(container);
        if (late) return {Proof::failed, "not healthy in time" + last_probe(container)};
        return {Proof::waiting, "its health check has not passed yet" + last_probe(container),
                next_probe};
    }
    const std::int64_t restarts = shown_integer(container, "/RestartCount");
    if (restarts > 0)
        return {Proof::failed, fmt::format("it ended and was restarted: {} times", restarts)};
    const auto left = started + runs_long_enough - now;
    if (left <= 0s) return {Proof::proven, ""};
    return {Proof::waiting, "has to run for 10 s",
            std::chrono::ceil<std::chrono::milliseconds>(left)};
}

}  // namespace

void tell_state(const json& container, Live& live) {
    const std::string state = shown_text(container, "/State/Status");
    live.completed = is_completed(container);
    live.ready = false;
    if (state == "running") return tell_running(container, live);
    if (state == "paused") {
        live.left_alone = "paused";
        live.detail = "paused";
    } else if (state == "removing") {
        live.detail = "it is being removed";
    } else if (state == "restarting") {
        live.health = Health::unhealthy;
        live.detail = "restarting in a loop: " + exit_detail(container);
    } else if (state == "created") {
        live.detail = "created, never started";
        const std::string error = why_not_started(container);
        if (!error.empty()) live.detail += ": " + error;
    } else if (live.completed) {
        live.ready = true;
        live.detail = "done: exited with 0";
    } else {
        live.detail = exit_detail(container);
    }
}

Verdict verdict_on(const json& container, net::WallTime now, const Watched& watched) {
    const std::string state = shown_text(container, "/State/Status");
    if (state == "running") return running_verdict(container, now, watched);
    if (state == "paused") return {Proof::waiting, "paused", while_paused};
    if (state == "removing") return {Proof::waiting, "it is being removed", next_probe};
    if (is_completed(container)) return {Proof::proven, ""};
    if (state == "created") {
        const std::string error = why_not_started(container);
        if (error.empty()) return {Proof::waiting, "not started yet"};
        return {Proof::failed, "it does not start: " + error};
    }
    return {Proof::failed, "it " + exit_detail(container)};
}

std::string why_not_started(const json& container) {
    const std::string error = shown_text(container, "/State/Error");
    return error.find("context canceled") == error.npos ? error : "";
}

bool is_alive(const json& container) {
    const std::string state = shown_text(container, "/State/Status");
    return state == "running" || state == "restarting" || state == "paused";
}

net::WallTime stopped_at(const json& container) {
    const auto stopped = time_at(container, "/State/FinishedAt");
    return stopped ? *stopped : time_at(container, "/Created").value_or(net::WallTime{});
}

}  // namespace driftless::docker
