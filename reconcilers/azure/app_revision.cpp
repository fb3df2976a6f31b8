#include "reconcilers/azure/app_revision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using Is = RevisionState::Is;

constexpr auto longest_start = 15min;  // Azure's own deadline for an app's change

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, lower_case(word)) != words.end();
}

std::string text_of(const json& body, const char* field) {
    const auto properties = body.find("properties");
    if (properties == body.end() || !properties->is_object()) return "";
    const auto found = properties->find(field);
    return found != properties->end() && found->is_string() ? found->get<std::string>() : "";
}

/// "2026-11-01T10:18:13+00:00", or with "Z".
std::chrono::seconds age_of(const std::string& created, net::WallTime now) {
    const auto end = created.find_first_of("Z+.", 10);
    const auto time = net::parse_wall_time(created.substr(0, end) + ".000Z");
    if (!time) return 0s;
    return std::chrono::duration_cast<std::chrono::seconds>(now - *time);
}

}  // namespace

RevisionState judged(const Revision& revision, std::chrono::seconds created_ago) {
    const std::string told =
        fmt::format("revision {} is {}", revision.name,
                    revision.running.empty() ? revision.provisioning : revision.running);
    const bool failed = is_one_of(revision.provisioning, {"failed"}) ||
                        is_one_of(revision.running, {"failed", "degraded"}) ||
                        is_one_of(revision.health, {"unhealthy"});
    if (failed || !revision.error.empty()) {
        return {Is::failed, revision.error.empty() ? told : told + ": " + revision.error};
    }
    const bool runs = is_one_of(revision.running, {"running", "runningatmaxscale"}) &&
                      is_one_of(revision.health, {"healthy"});
    const bool sleeps = is_one_of(revision.running, {"scaledtozero"});
    if (is_one_of(revision.provisioning, {"provisioned"}) && (runs || sleeps)) {
        return {Is::ready, told};
    }
    if (created_ago > longest_start) {
        return {Is::failed, fmt::format("{} after {} minutes", told, created_ago / 1min)};
    }
    return {Is::starting, told};
}

std::string newest_unready(const json& app) {
    const std::string newest = text_of(app, "latestRevisionName");
    return newest == text_of(app, "latestReadyRevisionName") ? "" : newest;
}

asio::awaitable<Result<RevisionState>> state_of_revision(Arm& arm, const net::Clock& clock,
                                                         std::string app, std::string revision,
                                                         std::string api_version) {
    ContainerApps apps{arm, std::move(api_version)};
    const auto read = co_await apps.revision(app, revision);
    if (!read) co_return read.error();
    RevisionState state = judged(*read, age_of(read->created, clock.wall()));
    if (state.is != Is::failed) co_return state;
    const auto trouble = co_await apps.trouble_of(std::move(app), std::move(revision));
    if (trouble && !trouble->empty()) state.told += "; " + *trouble;
    co_return state;
}

}  // namespace driftless::azure
