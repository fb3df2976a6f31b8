#include "reconcilers/docker/tags.hpp"

#include <algorithm>
#include <set>

#include "config/base/durations.hpp"
#include "providers/net/task_group.hpp"
#include "reconcilers/docker/container_observe.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t lookups_at_once = 4;
constexpr std::string_view of_tag = "tag ";
constexpr std::string_view of_image = "image ";

/// How a service follows its tag.
struct Pace {
    bool always = false;
    std::optional<std::chrono::nanoseconds> every;
};

Pace pace_of(const json& spec) {
    const std::string policy = shown_text(spec, "/pull_policy");
    if (policy == "always") return {true, std::nullopt};
    if (policy == "daily") return {false, 24h};
    if (policy == "weekly") return {false, 7 * 24h};
    constexpr std::string_view every = "every_";
    if (!policy.starts_with(every)) return {};
    const auto time = parse_duration(policy.substr(every.size()));
    return {false, time ? std::optional{*time} : std::nullopt};
}

/// The text that names a tag, in one form; empty for what never moves: ids and digests.
std::string tag_of(const json& spec) {
    const std::string image = shown_text(spec, "/image");
    const auto ref = parse_image_ref(image);
    if (!ref || ref->tag.find(':') != std::string::npos) return {};
    return normal_image_ref(image);
}

/// One tag that one or more services follow.
struct Followed {
    std::string image;  ///< as the compose file has it
    bool always = false;
    bool asked = false;  ///< a person's reconcile covers one of them
    std::optional<std::chrono::nanoseconds> every;
};
using FollowedTags = std::map<std::string, Followed>;  ///< by normal reference

FollowedTags followed_in(const DesiredState& desired, const Scope& scope) {
    FollowedTags tags;
    for (const Declared& want : desired.resources) {
        if (want.key.kind != marks::container_kind || !follows_tag(want.spec)) continue;
        const Pace pace = pace_of(want.spec);
        Followed& tag = tags[tag_of(want.spec)];
        tag.image = shown_text(want.spec, "/image");
        tag.always = tag.always || pace.always;
        tag.asked = tag.asked || (pace.always && scope.renew && scope.covers(want.key));
        if (pace.every) tag.every = std::min(tag.every.value_or(*pace.every), *pace.every);
    }
    return tags;
}

std::string tag_subject(const std::string& tag) {
    return std::string{of_tag} + tag;
}

std::string image_subject(const ResourceKey& key) {
    return std::string{of_image} + to_string(key);
}

const json& learned(const Run& run, const std::string& subject) {
    static const json nothing = nullptr;
    const auto found = run.facts.learned.find(subject);
    return found == run.facts.learned.end() ? nothing : found->second;
}

asio::awaitable<Result<void>> learn(Run& run, std::string subject, json said) {
    auto noted = co_await run.journal.learn(run.facts.target, subject, said);
    if (!noted) co_return noted;
    if (said.is_null()) {
        run.facts.learned.erase(subject);
    } else {
        run.facts.learned.insert_or_assign(std::move(subject), std::move(said));
    }
    co_return noted;
}

/// Is the time since the last look over? A clock that was set back makes nobody wait.
bool is_over(const json& known, std::chrono::nanoseconds every, net::WallTime now) {
    const auto last = net::parse_wall_time(shown_text(known, "/at"));
    return !last || now < *last || now - *last >= every;
}

bool is_due(const EngineAccess& access, const Run& run, const Scope& scope, const std::string& tag,
            const Followed& how) {
    if (how.asked) return true;
    if (!scope.all) return false;  // something broke, and is mended as it was
    const auto trouble = access.tags.troubles.find(tag);
    if (trouble != access.tags.troubles.end() && run.clock.now() < trouble->second.again)
        return false;
    const json& known = learned(run, tag_subject(tag));
    const bool new_commit = shown_text(known, "/commit") != (*run.facts.desired)->commit;
    return (how.always && new_commit) || (how.every && is_over(known, *how.every, run.facts.now));
}

/// What is learned counts from before it is acted upon: after a crash it is what we went by.
asio::awaitable<void> look_up(EngineAccess& access, Run& run, std::string tag, std::string image) {
    if (run.facts.scope.renew) access.registries.ask_again(image);
    const Error* refusal = access.registries.refusal_of(image, run.clock.now());
    Result<std::string> digest{std::string{}};
    if (refusal != nullptr) {
        digest = *refusal;
    } else {
        digest = co_await access.images.digest_in_registry(image, login_for(access, image));
    }
    std::optional<Error> failure;
    if (digest) {
        json said{{"digest", *digest},
                  {"commit", (*run.facts.desired)->commit},
                  {"at", net::to_string(run.clock.wall())}};
        auto noted = co_await learn(run, tag_subject(tag), std::move(said));
        if (!noted) failure = std::move(noted).error();
    } else {
        failure = std::move(digest).error();
    }
    access.tags.troubles.erase(tag);
    if (!failure) co_return;
    const auto wait = failure->code == Errc::rate_limited ? 10min : 1min;
    const auto again = run.clock.now() + failure->retry_after.value_or(wait);
    if (refusal == nullptr) {
        failure = access.registries.refused(image, *std::move(failure), run.clock.now(),
                                            run.clock.wall());
    }
    access.tags.troubles.emplace(tag, TagsInUse::Trouble{*std::move(failure), again});
}

asio::awaitable<void> look_up_what_is_due(EngineAccess& access, Run& run, Scope scope,
                                          FollowedTags tags) {
    std::vector<asio::awaitable<void>> work;
    for (const auto& [tag, how] : tags) {
        if (is_due(access, run, scope, tag, how))
            work.push_back(look_up(access, run, tag, how.image));
    }
    // Whatever ended them early, the next full look asks for what was not answered.
    if (!work.empty())
        static_cast<void>(co_await net::side_by_side(std::move(work), lookups_at_once));
    std::erase_if(access.tags.troubles, [&](const auto& one) { return !tags.contains(one.first); });
}

/// What is no longer followed, and what is no longer declared.
asio::awaitable<void> forget_the_rest(Run& run, FollowedTags tags) {
    if (run.facts.learned.empty()) co_return;
    std::set<std::string> used;
    for (const auto& [tag, how] : tags) used.insert(tag_subject(tag));
    for (const Declared& want : (*run.facts.desired)->resources) {
        used.insert(image_subject(want.key));
    }
    std::vector<std::string> unused;
    for (const auto& [subject, said] : run.facts.learned) {
        const bool is_ours = subject.starts_with(of_tag) || subject.starts_with(of_image);
        if (is_ours && !used.contains(subject)) unused.push_back(subject);
    }
    for (std::string& subject : unused) {
        const auto forgotten = co_await learn(run, std::move(subject), nullptr);
        if (!forgotten) co_return;  // the next full look tries again
    }
}

void put_digest(Declared& want, const std::string& digest, const Vault& vault) {
    want.spec["image_digest"] = digest;
    if (!want.digest.empty()) want.digest = early_digest(want.spec, vault);
}

DesiredState with_digests(const DesiredState& desired,
                          const std::map<std::string, std::string>& digests, const Vault& vault) {
    DesiredState resolved = desired;
    for (Declared& want : resolved.resources) {
        if (want.key.kind != marks::container_kind || !follows_tag(want.spec)) continue;
        const auto digest = digests.find(tag_of(want.spec));
        if (digest == digests.end()) continue;
        put_digest(want, digest->second, vault);
        want.because["/image_digest"] =
            fmt::format("pull_policy is {}, and {} moved", shown_text(want.spec, "/pull_policy"),
                        shown_text(want.spec, "/image"));
    }
    return resolved;
}

void put_digests(EngineAccess& access, Run& run, const FollowedTags& tags) {
    std::map<std::string, std::string> digests;
    for (const auto& [tag, how] : tags) {
        const std::string digest = shown_text(learned(run, tag_subject(tag)), "/digest");
        if (!digest.empty()) digests.emplace(tag, digest);
    }
    if (digests.empty()) return;
    auto& known = access.tags.resolved;
    const bool same = known && &*known->from == &**run.facts.desired && known->digests == digests;
    if (!same) {
        auto made =
            Complete<DesiredState>::vouched(with_digests(**run.facts.desired, digests, run.vault));
        known.emplace(TagsInUse::Resolved{*run.facts.desired, std::move(digests), std::move(made)});
    }
    run.facts.desired = known->made;
}

/// What worked before worked with the image that the container had then.
void put_good_images(Run& run) {
    for (auto& [key, want] : run.facts.fallback) {
        const json& known = learned(run, image_subject(key));
        const std::string repository = shown_text(known, "/repository");
        if (repository.empty()) continue;
        if (repository != normal_repository(shown_text(want.spec, "/image"))) continue;
        put_digest(want, shown_text(known, "/digest"), run.vault);
    }
}

}  // namespace

asio::awaitable<void> resolve_tags(EngineAccess& access, Run& run, Scope scope) {
    if (!run.facts.desired) co_return;
    const FollowedTags tags = followed_in(**run.facts.desired, scope);
    if (!tags.empty()) co_await look_up_what_is_due(access, run, scope, tags);
    if (scope.all) co_await forget_the_rest(run, tags);
    put_digests(access, run, tags);
    put_good_images(run);
}

asio::awaitable<void> learn_image(EngineAccess& access, Run& run, const Declared* want,
                                  const json& container) {
    if (want == nullptr || !follows_tag(want->spec)) co_return;
    const std::string repository = normal_repository(shown_text(want->spec, "/image"));
    if (normal_repository(shown_text(container, "/Config/Image")) != repository) co_return;
    const auto image = co_await defaults_of(access, container);
    if (!image) co_return;
    const json& known = learned(run, image_subject(want->key));
    const std::string digest = shown_text(known, "/digest");
    const bool same = shown_text(known, "/repository") == repository && !digest.empty() &&
                      is_image(*image, digest);
    if (same) co_return;
    json said{{"repository", repository}, {"digest", digest_of_image(*image, repository)}};
    // A store that can't note it lets nothing be replaced either.
    static_cast<void>(co_await learn(run, image_subject(want->key), std::move(said)));
}

bool follows_tag(const json& spec) {
    const Pace pace = pace_of(spec);
    return (pace.always || pace.every) && !tag_of(spec).empty();
}

bool follows_always(const json& spec) {
    return pace_of(spec).always && !tag_of(spec).empty();
}

const Error* trouble_with_tag(const EngineAccess& access, const json& spec) {
    if (access.tags.troubles.empty() || !follows_tag(spec)) return nullptr;
    const auto found = access.tags.troubles.find(tag_of(spec));
    return found == access.tags.troubles.end() ? nullptr : &found->second.error;
}

void tell_trouble(const EngineAccess& access, const Declared* want, Live& live) {
    const Error* trouble = want == nullptr ? nullptr : trouble_with_tag(access, want->spec);
    if (trouble == nullptr) return;
    if (!live.detail.empty()) live.detail += "; ";
    live.detail += "stays with the image that it has: " + trouble->message;
}

std::string image_key(const json& spec) {
    return shown_text(spec, "/image") + " " + shown_text(spec, "/image_digest") + " " +
           shown_text(spec, "/platform");
}

RegistryLogin login_for(const EngineAccess& access, const std::string& reference) {
    const auto parsed = parse_image_ref(reference);
    if (!parsed) return {};
    const auto found = access.logins.find(parsed->registry);
    return found == access.logins.end() ? RegistryLogin{} : found->second;
}

}  // namespace driftless::docker
