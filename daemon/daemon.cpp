#include "daemon/daemon.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "providers/net/deadline.hpp"
#include "providers/net/task_group.hpp"

namespace driftless {
namespace {

std::vector<std::string> addressed_by(const SourceSettings& source, const Settings& settings) {
    if (!source.targets.empty()) return source.targets;
    std::vector<std::string> all;
    for (const auto& [name, target] : settings.targets) all.push_back(name);
    return all;
}

}  // namespace

Result<void> one_source_each(const Settings& settings) {
    std::map<std::string, std::string> source_of;
    for (const auto& [name, source] : settings.sources) {
        for (const std::string& target : addressed_by(source, settings)) {
            const auto [other, is_new] = source_of.emplace(target, name);
            if (is_new) continue;
            return Error{Errc::invalid,
                         fmt::format("{}: sources {} and {} both address target {}; list each "
                                     "target under `targets:` of one source only",
                                     to_string(source.place), other->second, name, target)};
        }
    }
    return {};
}

Daemon::Daemon(DaemonParts parts)
    : parts_(std::move(parts)),
      feed_(parts_.executor, net::random_hex(parts_.random, 4), parts_.redactor),
      announcer_(feed_, parts_.measures, parts_.clock),
      stop_(parts_.executor) {
    for (const auto& [name, settings] : parts_.settings.targets) make_target(settings);
    for (const auto& [name, settings] : parts_.settings.sources) make_source(settings);
}

void Daemon::make_target(const TargetSettings& settings) {
    const std::string& target = settings.name;
    RunnerParts runner{.settings = settings,
                       .installation = parts_.settings.installation,
                       .target = *parts_.targets.at(target),
                       .store = parts_.store,
                       .vault = parts_.vault,
                       .clock = parts_.clock,
                       .random = parts_.random,
                       .board = board_,
                       .earlier = [this, target](std::string commit) {
                           return earlier(target, std::move(commit));
                       }};
    runner.on_news = [this](const TargetStatus& status, RunNews news) {
        if (news == RunNews::began) return announcer_.run_began(status);
        announcer_.run_progressed(status);
    };
    runner.on_store_failure = [this](const std::string& operation) {
        announcer_.store_failed(operation);
    };
    TargetLoop::OnEnd on_end = [this](TargetLoop& loop, const Outcome& outcome) {
        run_ended(loop, outcome);
    };
    targets_.emplace(target, std::make_unique<TargetLoop>(std::move(runner), parts_.executor,
                                                          std::move(on_end)));
}

void Daemon::make_source(const SourceSettings& settings) {
    SourceParts source{.source = settings,
                       .settings = parts_.settings,
                       .git = *parts_.sources.at(settings.name),
                       .store = parts_.store,
                       .expanders = parts_.expanders,
                       .secrets = parts_.secrets,
                       .vault = parts_.vault,
                       .lane = parts_.lane,
                       .clock = parts_.clock,
                       .tell = [this](const std::string& target, TargetNews news) {
                           tell(*targets_.at(target), std::move(news));
                       }};
    SourceLoop::OnLook on_look = [this](const SourceStatus& status, const Result<void>& looked) {
        announcer_.looked(status, looked);
    };
    sources_.emplace(settings.name,
                     std::make_unique<SourceLoop>(std::move(source), parts_.random, parts_.executor,
                                                  std::move(on_look)));
}

void Daemon::tell(TargetLoop& loop, TargetNews news) {
    const TargetStatus& status = loop.runner().status();
    const std::string before = status.commit;
    const bool wanted = news.wanted.has_value();
    const auto seen = wanted ? news.wanted->seen : std::nullopt;
    loop.tell(std::move(news));
    if (wanted && status.commit != before) announcer_.wanted(status, seen);
}

SourceLoop* Daemon::source_of(const std::string& target) {
    for (const auto& [name, source] : sources_) {
        const auto& targets = source->states().targets();
        if (std::ranges::find(targets, target) != targets.end()) return source.get();
    }
    return nullptr;
}

asio::awaitable<Result<Wanted>> Daemon::earlier(std::string target, std::string commit) {
    SourceLoop* source = source_of(target);
    if (source == nullptr) co_return Error{Errc::not_found, "no source addresses " + target};
    co_return co_await source->states().earlier(std::move(target), std::move(commit));
}

asio::awaitable<Result<void>> Daemon::run() {
    for (const auto& [name, source] : sources_) co_await source->states().restore();
    for (const auto& [name, target] : targets_) co_await target->remember();
    net::TaskGroup runs{parts_.executor};
    net::TaskGroup watchers{parts_.executor};
    for (const auto& [name, source] : sources_) watchers.spawn(source->run());
    for (const auto& [name, target] : targets_) {
        watchers.spawn(target->watch());
        runs.spawn(target->run());
    }
    [[maybe_unused]] const auto asked = co_await stop_.wait();  // or canceled: it ends as well
    for (const auto& [name, target] : targets_) target->stop();
    watchers.cancel();
    auto ended = co_await net::with_deadline(parts_.clock, stop_within, runs.join());
    if (!ended) spdlog::warn("runs cut short detail={}", in_quotes(ended.error().message));
    auto watched = co_await watchers.join();
    for (Result<void>* part : {&ended, &watched}) {  // to be canceled is how they end
        if (part->failed() && part->error().code == Errc::internal) co_return std::move(*part);
    }
    co_return Result<void>{};
}

void Daemon::stop() {
    stop_.wake();
}

void Daemon::run_ended(TargetLoop& loop, const Outcome& outcome) {
    const TargetRunner& runner = loop.runner();
    store_works_ = runner.store_works();  // every run edits its target's status
    announcer_.run_ended(runner.status(), outcome);
    SourceLoop* source = source_of(runner.status().name);
    const bool rewound = runner.status().hold_removals.find(rewind_hold) != std::string::npos;
    if (source != nullptr && !rewound) source->states().hold_ended(runner.status().name);
    if (!runner.posted_news()) return;
    for (const auto& [name, target] : targets_) target->board_changed();
}

std::uint64_t Daemon::edition() const {
    std::uint64_t edits = 0;  // none of them ever falls, so equal sums are equal parts
    for (const auto& [name, target] : targets_) edits += target->edits();
    for (const auto& [name, source] : sources_) edits += source->states().edits();
    return edits;
}

Overview Daemon::overview() const {
    Overview overview;
    overview.installation = parts_.settings.installation;
    overview.lost = parts_.store.lost();
    overview.store_works = store_works_;
    for (const auto& [name, target] : targets_) overview.targets.emplace(name, target->status());
    for (const auto& [name, source] : sources_) {
        overview.sources.emplace(name, source->states().status());
    }
    return overview;
}

Result<void> Daemon::ready() const {
    if (!store_works_) return Error{Errc::unavailable, "the store cannot be read or written"};
    const bool loaded = std::ranges::any_of(
        targets_, [](const auto& entry) { return entry.second->runner().wanted().has_value(); });
    if (!loaded) return Error{Errc::unavailable, "no commit is loaded yet"};
    return {};
}

asio::awaitable<Result<std::vector<HistoryEntry>>> Daemon::history(std::string key,
                                                                   std::size_t limit) {
    return parts_.store.history(std::move(key), limit);
}

Result<void> Daemon::reconcile(const std::vector<std::string>& targets) {
    std::vector<std::string> known;
    for (const auto& [name, target] : targets_) known.push_back(name);
    std::map<std::string, Scope> scopes;
    for (const std::string& text : targets.empty() ? known : targets) {
        const auto key = parse_resource_key(text);
        const std::string target = key ? key->target.text() : text;
        if (const auto loop = loop_of(target); !loop) return loop.error();
        Scope& scope =
            scopes
                .try_emplace(target, Scope{.all = false, .keys = {}, .fresh = false, .renew = true})
                .first->second;
        if (key) scope.keys.push_back(*key);
        scope.all = scope.all || !key;
    }
    for (const auto& [target, scope] : scopes) targets_.at(target)->ask(scope);
    for (const auto& [name, source] : sources_) {
        const auto asked = [&](const std::string& target) { return scopes.contains(target); };
        if (std::ranges::any_of(source->states().targets(), asked)) source->look_now();
    }
    return {};
}

asio::awaitable<Result<void>> Daemon::confirm(std::string hash) {
    for (const auto& [name, target] : targets_) {
        const Plan& plan = target->runner().status().plan;
        if (hash.empty() || plan.held_hash != hash) continue;
        spdlog::info("held actions confirmed target={} hash={} actions={}", name, hash,
                     plan.held.size());
        std::vector<std::string> hashes{hash};  // who confirms the set confirms each of it
        for (const Held& held : plan.held) hashes.push_back(held.hash);
        for (std::string& one : hashes) {
            auto confirmed = co_await parts_.store.confirm(name, std::move(one));
            if (!confirmed) co_return confirmed;
        }
        target->ask(Scope{});
        co_return Result<void>{};
    }
    co_return Error{Errc::not_found,
                    "nothing is held under this hash; what is held may have "
                    "changed since: see `driftless status`"};
}

asio::awaitable<Result<void>> Daemon::adopt(ResourceKey key) {
    const auto loop = loop_of(key.target);
    if (!loop) co_return loop.error();
    const auto& resources = (*loop)->runner().status().resources;
    const auto resource = resources.find(key);
    if (resource == resources.end() || resource->second.status != Status::conflict) {
        co_return Error{Errc::not_found, to_string(key) + " is not in conflict; nothing to adopt"};
    }
    spdlog::info("adoption permitted key={}", to_string(key));
    auto permitted = co_await parts_.store.permit_adoption(std::move(key));
    if (permitted) (*loop)->ask(Scope{});
    co_return permitted;
}

}  // namespace driftless
