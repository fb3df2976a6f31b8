// What a person takes back: suspending, restoring, leaving.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "config/base/nearest.hpp"
#include "daemon/daemon.hpp"

namespace driftless {
namespace {

/// While nothing is changed on a target, nothing is brought back there either.
Result<void> changes_things(const TargetStatus& target) {
    const bool suspended = std::ranges::any_of(target.suspended, &Suspension::is_target);
    if (suspended) {
        return Error{Errc::conflict, fmt::format("{} is suspended; `driftless resume {}` first",
                                                 target.name, target.name)};
    }
    if (target.mode == Mode::converge) return {};
    return Error{
        Errc::conflict,
        fmt::format("{} is only observed; set `policy: {{mode: converge}}` first", target.name)};
}

}  // namespace

Result<void> Daemon::find_target(const std::string& name) const {
    if (name.empty() || targets_.contains(name)) return {};
    return no_target(name);
}

Error Daemon::no_target(const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& [target, loop] : targets_) known.push_back(target);
    return {Errc::not_found,
            fmt::format("no target {}{}", in_quotes(name), did_you_mean(name, known))};
}

Result<TargetLoop*> Daemon::loop_of(const std::string& target) {
    const auto found = targets_.find(target);
    if (found == targets_.end()) return no_target(target);
    return found->second.get();
}

/// Is there such a target, resource, or manifest?
Result<void> Daemon::known(const ResourceKey& what) {
    const auto loop = loop_of(what.target);
    if (!loop) return Error{loop.error()};
    const auto& resources = (*loop)->runner().status().resources;
    const bool is_manifest = std::ranges::any_of(
        resources, [&what](const auto& one) { return one.second.origin.manifest == what; });
    if (what.kind.empty() || is_manifest || resources.contains(what)) return {};
    std::vector<std::string> keys;
    for (const auto& [key, status] : resources) keys.push_back(to_string(key));
    return Error{Errc::not_found, fmt::format("no resource {}{}", in_quotes(to_string(what)),
                                              did_you_mean(to_string(what), keys))};
}

asio::awaitable<Result<void>> Daemon::suspend(Suspension suspension) {
    if (auto found = known(suspension.what); !found) co_return found;
    suspension.since = parts_.clock.wall();
    TargetLoop& loop = *targets_.at(suspension.what.target);
    spdlog::info("suspended what={} why={}", suspension.name(), in_quotes(why_of(suspension)));
    auto noted = co_await parts_.store.suspend(std::move(suspension));
    if (noted) co_await loop.suspensions_changed();
    co_return noted;
}

asio::awaitable<Result<void>> Daemon::resume(ResourceKey what) {
    const auto loop = loop_of(what.target);
    if (!loop) co_return Error{loop.error()};
    auto resumed = co_await parts_.store.resume(what);
    if (!resumed) co_return resumed;
    spdlog::info("resumed what={}", name_of(what));
    co_await (*loop)->suspensions_changed();
    co_return resumed;
}

asio::awaitable<Result<Losses>> Daemon::losses_of(std::string target) {
    Losses losses;
    auto memory = co_await parts_.store.recall(target);
    if (!memory) co_return std::move(memory).error();
    auto removed = co_await parts_.store.removed(target);
    if (!removed) co_return std::move(removed).error();
    losses.inventory = std::move(memory->inventory);
    losses.removed = *std::move(removed);
    const auto& wanted = targets_.at(target)->runner().wanted();
    if (!wanted) co_return losses;
    for (const Declared& one : wanted->desired->resources) losses.declared.insert(one.key);
    co_return losses;
}

asio::awaitable<Result<std::vector<Restorable>>> Daemon::removed(std::string target) {
    std::vector<Restorable> all;
    for (const auto& [name, loop] : targets_) {
        if (!target.empty() && name != target) continue;
        const auto losses = co_await losses_of(name);
        if (!losses) co_return losses.error();
        const auto grace = parts_.settings.targets.at(name).policy.grace;
        for (Restorable& one : restorable(*losses, loop->runner().status(), grace)) {
            all.push_back(std::move(one));
        }
    }
    co_return all;
}

asio::awaitable<Result<void>> Daemon::restore(ResourceKey key) {
    const auto loop = loop_of(key.target);
    if (!loop) co_return Error{loop.error()};
    const TargetStatus& status = (*loop)->runner().status();
    if (auto may = changes_things(status); !may) co_return may;
    const auto losses = co_await losses_of(key.target);
    if (!losses) co_return Error{losses.error()};
    const auto grace = parts_.settings.targets.at(key.target).policy.grace;
    auto wanted = restores_for(key, *losses, restorable(*losses, status, grace));
    if (!wanted) co_return Error{wanted.error()};
    const auto earlier = co_await this->earlier(key.target, wanted->front().commit);
    if (!earlier) co_return Error{earlier.error()}.in("restore " + to_string(key));
    if (find_declared(*earlier->desired, key) == nullptr) {
        co_return Error{Errc::not_found, fmt::format("restore {}: commit {} does not declare it",
                                                     to_string(key), wanted->front().commit)};
    }
    spdlog::info("restore asked key={} revision={} with={}", to_string(key), wanted->front().commit,
                 wanted->size() - 1);
    auto noted = co_await parts_.store.restore(*std::move(wanted));
    if (noted) (*loop)->ask(Scope{});
    co_return noted;
}

asio::awaitable<Result<Inventory>> Daemon::leave(std::string target) {
    if (targets_.contains(target)) {
        co_return Error{Errc::conflict,
                        fmt::format("{} is still in driftless.yaml; take it out there, let the "
                                    "daemon read it again (SIGHUP), and leave it then",
                                    target)};
    }
    auto had = co_await parts_.store.leave(target);
    if (had) spdlog::info("target left target={} resources={}", target, had->size());
    co_return had;
}

}  // namespace driftless
