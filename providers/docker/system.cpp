#include "providers/docker/system.hpp"

#include "providers/docker/requests.hpp"

namespace driftless::docker {
namespace {

/// "2026-11-24T12:15:26.123456789+01:00", to the second; nothing where it is no such time
std::optional<net::WallTime> time_of(const std::string& text) {
    constexpr std::size_t seconds = 19;  // "2026-11-24T12:15:26"
    if (text.size() <= seconds) return std::nullopt;
    auto local = net::parse_wall_time(text.substr(0, seconds) + ".000Z");
    if (!local) return std::nullopt;
    if (text.ends_with('Z')) return *local;
    const auto zone = text.substr(text.size() - 6);  // "+01:00"
    const auto offset = net::parse_wall_time("1970-01-01T" + zone.substr(1) + ":00.000Z");
    if (!offset || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
    return zone[0] == '+' ? *local - offset->time_since_epoch()
                          : *local + offset->time_since_epoch();
}

}  // namespace

asio::awaitable<Result<System>> read_system(Engine& engine) {
    auto request = request_to(net::Method::get, "/info");
    const auto answer = co_await ask(engine, std::move(request), "ask the engine about itself");
    if (!answer) co_return answer.error();
    System system;
    auto version = text_at(*answer, "ServerVersion");
    if (!version) co_return std::move(version).error().in("ask the engine about itself");
    system.version = *std::move(version);
    if (const auto time = text_at(*answer, "SystemTime")) system.clock = time_of(*time);
    const auto told = [&](const char* key) {
        const auto text = text_at(*answer, key);
        return text ? *text : std::string{};
    };
    system.host = told("Name");
    system.log_driver = told("LoggingDriver");
    system.runtime = told("DefaultRuntime");
    system.cgroup_version = told("CgroupVersion");
    const auto warnings = answer->find("Warnings");  // null where there are none
    if (warnings == answer->end()) co_return system;
    for (const auto& warning : *warnings) {
        if (warning.is_string()) system.warnings.push_back(warning.get<std::string>());
    }
    co_return system;
}

}  // namespace driftless::docker
