#include "reconcilers/azure/app_revision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/app_trouble.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using Is = RevisionState::Is;

constexpr auto longest_start = 15min;  // Azure's own deadline for an app's change
constexpr auto patience = 5min;        // with one that is unhealthy, or whose replicas end

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

std::string RevisionState::sentence(const std::string& azure_says) const {
    std::string words = told;
    if (!azure_says.empty()) words += fmt::format(" (Azure says {})", azure_says);
    return next.empty() ? words : words + "; " + next;
}

RevisionState judged(const Revision& revision, std::chrono::seconds created_ago) {
    std::string told =
        fmt::format("revision {} is {}", revision.name,
                    revision.running.empty() || is_one_of(revision.provisioning, {"failed"})
                        ? revision.provisioning
                        : revision.running);
    if (!revision.active)
        return {Is::inactive, fmt::format("revision {} is inactive", revision.name)};
    const bool provisioned = is_one_of(revision.provisioning, {"provisioned"});
    const bool failed = is_one_of(revision.provisioning, {"failed"}) ||
                        is_one_of(revision.running, {"failed"}) ||
                        (provisioned && !revision.error.empty());
    if (failed) return {Is::failed, told};
    const bool runs = is_one_of(revision.running, {"running", "runningatmaxscale"}) &&
                      is_one_of(revision.health, {"healthy"});
    const bool sleeps = is_one_of(revision.running, {"scaledtozero"});  // and its health is unknown
    if (provisioned && (runs || sleeps)) return {Is::ready, told};
    const bool ails =
        is_one_of(revision.running, {"degraded"}) || is_one_of(revision.health, {"unhealthy"});
    if (is_one_of(revision.health, {"unhealthy"})) told += " and unhealthy";
    if (created_ago > (ails ? patience : longest_start)) {
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
    const auto replicas = co_await apps.replicas(std::move(app), std::move(revision));
    const std::string trouble = trouble_told(*read, replicas ? *replicas : std::vector<Replica>{});
    if (!trouble.empty()) state.told += ": " + trouble;
    state.next = next_step(trouble, *read);
    co_return state;
}

}  // namespace driftless::azure
