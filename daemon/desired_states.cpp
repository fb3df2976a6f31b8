#include "daemon/desired_states.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "reconcilers/diff.hpp"

namespace driftless {
namespace {

std::string short_id(const std::string& commit) {
    return commit.substr(0, 12);
}

json as_json(const Declared& declared) {
    json needs = json::array();
    for (const Need& need : declared.needs) {
        needs.push_back({to_string(need.key), static_cast<int>(need.until), need.required});
    }
    json was = json::array();
    for (const ResourceKey& key : declared.was) was.push_back(to_string(key));
    return {{"key", to_string(declared.key)}, {"spec", declared.spec},
            {"claims", declared.claims},      {"protect", declared.protect},
            {"ignore", declared.ignore},      {"blobs", declared.blobs},
            {"needs", std::move(needs)},      {"was", std::move(was)}};
}

/// Equal for equal wishes of the same commit, secrets included: their marks are keyed hashes.
std::string digest_of_state(const DesiredState& state) {
    json resources = json::array();
    for (const Declared& declared : state.resources) resources.push_back(as_json(declared));
    return state.commit + ":" + digest_of(resources);
}

const TargetLoad* load_of(const Loaded& loaded, const std::string& target) {
    const auto found = loaded.targets.find(target);
    return found == loaded.targets.end() ? nullptr : &found->second;
}

/// Nothing in the commit is for this target: it wants nothing of it, and removes nothing for that.
Complete<DesiredState> nothing_for(const std::string& target, const std::string& commit) {
    return Complete<DesiredState>::vouched(
        DesiredState{.target = target, .commit = commit, .resources = {}});
}

std::string unparsed_text(const Loaded& loaded) {
    if (loaded.unparsed.empty()) return {};
    return "a file could not be read: " + to_string(loaded.unparsed.front());
}

}  // namespace

DesiredStates::DesiredStates(SourceParts parts) : parts_(std::move(parts)) {
    targets_ = parts_.source.targets;
    if (targets_.empty()) {
        for (const auto& [target, settings] : parts_.settings.targets) targets_.push_back(target);
    }
    SourceStatus& status = status_.edit();
    status.name = parts_.source.name;
    status.url = parts_.source.url;
    status.branch = followed();
    status.detail = "not read yet";
}

asio::awaitable<void> DesiredStates::restore() {
    auto tip = co_await parts_.store.tip_of(parts_.source.name);
    if (tip) tip_ = *tip;
    std::map<std::string, std::vector<std::string>> targets_of;
    for (const std::string& target : targets_) {
        auto memory = co_await parts_.store.recall(target);
        if (!memory || memory->good_source != parts_.source.name) continue;
        if (!memory->good_commit.empty()) targets_of[memory->good_commit].push_back(target);
        if (memory->hold_removals.starts_with(rewind_hold)) rewound_.insert(target);
    }
    for (const auto& [commit, targets] : targets_of) co_await restore_commit(commit, targets);
}

asio::awaitable<void> DesiredStates::restore_commit(const std::string& commit,
                                                    std::vector<std::string> targets) {
    auto files = co_await parts_.git.snapshot(commit);
    if (!files) {
        spdlog::warn("last good commit unreadable source={} revision={} detail={}",
                     parts_.source.name, commit, in_quotes(files.error().message));
        co_return;
    }
    auto loaded = co_await load_commit(*files);
    if (!loaded) co_return;
    for (const std::string& target : targets) {
        const TargetLoad* load = load_of(*loaded, target);
        TargetNews news;
        if (load != nullptr) news.findings = load->findings;
        if (load == nullptr || load->desired) {
            news.wanted =
                Wanted{.desired = load == nullptr ? nothing_for(target, commit) : *load->desired,
                       .files = *files,
                       .source = parts_.source.name,
                       .is_tip = false};
        }
        tell_wanted(target, std::move(news));
    }
}

asio::awaitable<Result<void>> DesiredStates::look() {
    auto tip = co_await parts_.git.poll();
    seen_ = parts_.clock.now();
    if (tip && *tip != looked_at_) tip = co_await parts_.git.fetch();
    if (!tip) co_return remote_failed(std::move(tip).error());
    status_.edit().checked = parts_.clock.wall();
    status_.edit().branch = followed();
    const bool was_away =
        status_->word == SourceWord::stale || status_->word == SourceWord::auth_failed;
    if (*tip == looked_at_ && !read_again_ && !was_away) co_return Result<void>{};
    const auto signatures = co_await check_signatures(*tip);
    if (!signatures) co_return not_verified(*tip, signatures.error());
    auto taken = co_await take(*tip);
    read_again_ = taken.failed();
    if (taken) looked_at_ = std::move(*tip);
    co_return taken;
}

asio::awaitable<Result<void>> DesiredStates::take(std::string commit) {
    status_.edit().tip = commit;
    auto files = co_await parts_.git.snapshot(commit);
    if (!files && files.error().code == Errc::not_found) {
        co_return nothing_there(files.error().message);
    }
    if (!files) co_return remote_failed(std::move(files).error());
    auto noted = co_await note_rewind(commit);
    if (!noted) co_return remote_failed(std::move(noted).error());
    auto loaded = co_await load_commit(*files);
    if (!loaded) co_return remote_failed(std::move(loaded).error());
    if (loaded->empty) {
        co_return nothing_there("no manifest in commit " + short_id(commit) +
                                "; the last commit that had some stays in force");
    }
    auto taken = co_await take_targets(*loaded, *files);
    if (taken)
        taken = co_await parts_.store.took_tip(parts_.source.name, commit, (*files)->author());
    if (!taken) co_return taken;
    if (commit != tip_) {
        spdlog::info("commit taken source={} revision={}", parts_.source.name, short_id(commit));
    }
    tip_ = commit;
    set_word(*loaded);
    co_return Result<void>{};
}

/// Where signatures are asked for, only a commit that has them and goes on from the last that had
/// is taken: whoever serves the repository can neither put one under nor go back to an old one.
asio::awaitable<Result<void>> DesiredStates::check_signatures(std::string commit) {
    if (!parts_.source.verify) co_return Result<void>{};
    auto known = co_await parts_.store.verified_tip(parts_.source.name, verified_what());
    if (!known) co_return std::move(known).error();
    if (*known == commit) co_return Result<void>{};
    if (!known->empty()) {
        const auto follows = co_await parts_.git.follows(commit, *known);
        if (!follows) co_return follows.error();
        if (!*follows) known = co_await verified_before(commit);
        if (!known) co_return std::move(known).error();
    }
    auto verified = co_await parts_.git.verify(commit, *known);
    if (!verified) co_return verified;
    co_return co_await parts_.store.verified(parts_.source.name, verified_what(), commit);
}

/// For a commit that does not follow the verified tip. @return the tip, for what is new since;
/// `forbidden`: it may not be taken
asio::awaitable<Result<std::string>> DesiredStates::verified_before(std::string commit) {
    auto known = co_await parts_.store.verified_tip(parts_.source.name, verified_what());
    if (!known) co_return known;
    const auto is_behind = co_await parts_.git.follows(*known, commit);
    const bool is_gone = !is_behind && is_behind.error().code == Errc::not_found;
    if (!is_behind && !is_gone) co_return is_behind.error();
    if (is_behind && *is_behind) {
        co_return Error{Errc::forbidden,
                        fmt::format("commit {} lies behind {}, which was verified; push a commit "
                                    "that undoes what followed (git revert)",
                                    short_id(commit), short_id(*known))};
    }
    if (parts_.source.hold_rewinds) {
        co_return Error{Errc::forbidden,
                        fmt::format("commit {} does not follow {}, which was verified; push one "
                                    "that does, or allow it with `rewind: allow`",
                                    short_id(commit), short_id(*known))};
    }
    co_return is_gone ? std::string{} : *known;
}

/// History that was rewritten may have dropped things by mistake: their removal waits for a person.
asio::awaitable<Result<void>> DesiredStates::note_rewind(const std::string& commit) {
    if (tip_.empty() || commit == tip_ || !parts_.source.hold_rewinds) co_return Result<void>{};
    auto follows = co_await parts_.git.follows(commit, tip_);
    if (!follows) co_return std::move(follows).error();
    if (*follows) co_return Result<void>{};
    const std::string why =
        fmt::format("{}{} of {} went from {} to {}", rewind_hold, shown_ref(parts_.source),
                    parts_.source.name, short_id(tip_), short_id(commit));
    spdlog::warn("branch rewound source={} from={} to={}", parts_.source.name, tip_, commit);
    for (const std::string& target : targets_) {
        auto held = co_await parts_.store.hold_removals(target, why);
        if (!held) co_return held;
        rewound_.insert(target);
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> DesiredStates::take_targets(const Loaded& loaded,
                                                          std::shared_ptr<const Files> files) {
    for (const std::string& target : targets_) {
        const TargetLoad* load = load_of(loaded, target);
        TargetNews news;
        news.hold_removals = unparsed_text(loaded);
        if (load != nullptr) news.findings = load->findings;
        if (load == nullptr || load->desired) {
            auto noted = co_await note_taken(target, load, loaded.commit);
            if (!noted) co_return noted;
            news.wanted = Wanted{
                .desired = load == nullptr ? nothing_for(target, loaded.commit) : *load->desired,
                .files = files,
                .source = parts_.source.name,
                .is_tip = true,
                .seen = seen_};
        }
        tell_wanted(target, std::move(news));
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> DesiredStates::note_taken(const std::string& target,
                                                        const TargetLoad* load,
                                                        const std::string& commit) {
    std::vector<std::string> files;
    if (load != nullptr) files = load->files;
    co_return co_await parts_.store.took_commit(target, parts_.source.name, commit,
                                                std::move(files));
}

asio::awaitable<Result<Loaded>> DesiredStates::load_commit(std::shared_ptr<const Files> files) {
    LoadContext context{.settings = parts_.settings,
                        .expanders = parts_.expanders,
                        .secrets = parts_.secrets,
                        .vault = parts_.vault,
                        .targets = parts_.source.targets,
                        .addressed_before = {}};
    for (const std::string& target : targets_) {
        auto memory = co_await parts_.store.recall(target);
        if (!memory) co_return std::move(memory).error();
        context.addressed_before.emplace(target, std::move(memory->files));
    }
    std::function<Loaded()> work = [files, context] { return load(*files, context); };
    co_return co_await net::run_blocking<Loaded>(parts_.lane, std::move(work));
}

asio::awaitable<Result<Wanted>> DesiredStates::earlier(std::string target, std::string commit) {
    auto files = co_await parts_.git.snapshot(commit);
    if (!files) co_return std::move(files).error();
    auto loaded = co_await load_commit(*files);
    if (!loaded) co_return std::move(loaded).error();
    const TargetLoad* load = load_of(*loaded, target);
    if (load == nullptr || !load->desired) {
        co_return Error{Errc::invalid,
                        "commit " + short_id(commit) + " can no longer be read whole"};
    }
    co_return Wanted{
        .desired = *load->desired, .files = *files, .source = parts_.source.name, .is_tip = false};
}

Result<void> DesiredStates::remote_failed(Error error) {
    const bool refused = error.code == Errc::unauthenticated || error.code == Errc::forbidden;
    const bool gone = error.code == Errc::not_found;
    status_.edit().word = refused ? SourceWord::auth_failed : SourceWord::stale;
    status_.edit().detail = error.message;
    tell_all(gone ? fmt::format("{} of {} is gone", shown_ref(parts_.source), parts_.source.name)
                  : std::string{});
    return error;
}

Result<void> DesiredStates::nothing_there(const std::string& why) {
    status_.edit().word = SourceWord::empty;
    status_.edit().detail = why;
    tell_all("nothing is declared any more: " + why);
    return {};
}

/// The last verified commit stays in force. What is refused is looked at again when it changes, or
/// when everything is read again: the signers may have changed.
Result<void> DesiredStates::not_verified(const std::string& commit, Error error) {
    const bool is_news = commit != looked_at_ || status_->word != SourceWord::unverified;
    SourceStatus& status = status_.edit();
    status.word = SourceWord::unverified;
    status.detail = error.message;
    status.tip = commit;
    if (error.code != Errc::forbidden) return error;
    if (is_news) {
        spdlog::warn("commit not verified source={} revision={} detail={}", parts_.source.name,
                     short_id(commit), in_quotes(error.message));
    }
    looked_at_ = commit;
    read_again_ = false;
    return {};
}

/// "main", or "tag v1.2", or "semver \"^1\" (v1.4.2)".
std::string DesiredStates::followed() const {
    const SourceSettings& source = parts_.source;
    if (!source.branch.empty()) return source.branch;
    const std::string ref = parts_.git.chosen_ref();
    if (source.semver.empty() || ref.empty()) return shown_ref(source);
    return fmt::format("{} ({})", shown_ref(source), ref.substr(ref.rfind('/') + 1));
}

/// What a verified tip was found for: of another repository or branch it says nothing.
std::string DesiredStates::verified_what() const {
    return parts_.source.url + " " + shown_ref(parts_.source);
}

void DesiredStates::tell_all(const std::string& hold) {
    if (hold.empty()) return;
    for (const std::string& target : targets_) {
        TargetNews news;
        news.hold_removals = hold;
        parts_.tell(target, std::move(news));
    }
}

/// A target that shall be as it was told before is not told again.
void DesiredStates::tell_wanted(const std::string& target, TargetNews news) {
    if (news.wanted) {
        const std::string digest =
            digest_of_state(*news.wanted->desired) + (news.wanted->is_tip ? "" : " (older)");
        if (told_[target] == digest) news.wanted.reset();
        told_[target] = digest;
    }
    parts_.tell(target, std::move(news));
}

void DesiredStates::set_word(const Loaded& loaded) {
    SourceStatus& status = status_.edit();
    status.findings = loaded.unparsed;
    status.findings.insert(status.findings.end(), loaded.elsewhere.begin(), loaded.elsewhere.end());
    const bool invalid =
        !loaded.unparsed.empty() || std::ranges::any_of(loaded.targets, [](const auto& entry) {
            return has_errors(entry.second.findings);
        });
    status.word = invalid            ? SourceWord::invalid
                  : rewound_.empty() ? SourceWord::ok
                                     : SourceWord::rewound;
    status.detail.clear();
    if (invalid) status.detail = "the newest commit has errors; see the targets";
    if (status.word == SourceWord::rewound) status.detail = "removals wait for a person";
}

void DesiredStates::hold_ended(const std::string& target) {
    rewound_.erase(target);
    if (!rewound_.empty() || status_->word != SourceWord::rewound) return;
    status_.edit().word = SourceWord::ok;
    status_.edit().detail.clear();
}

}  // namespace driftless
