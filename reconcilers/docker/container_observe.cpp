#include "reconcilers/docker/container_observe.hpp"

#include <algorithm>
#include <set>

#include "providers/net/task_group.hpp"
#include "reconcilers/docker/api_needs.hpp"
#include "reconcilers/docker/container_state.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/kept_claims.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/tags.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless::docker {
namespace {

using Index = std::map<std::string, const Declared*>;

/// One look at the containers: what is shared by the looks at each of them.
struct Look {
    EngineAccess& access;
    Run& run;
    const Scope& scope;
    const ContainerGroups& groups;
    Index declared;
    Index fallback;
    std::optional<Error> failure;  ///< of any: then nothing is known
};

/// One key's turn, and what came of it.
struct Turn {
    const std::string& name;
    const ContainerGroup& group;
    std::vector<SealedSpec>
        wanted;  ///< the content to compare with first: declared, or what worked before
    std::optional<Live> live;
};

const Declared* find(const Index& index, const std::string& name) {
    const auto found = index.find(name);
    return found == index.end() ? nullptr : found->second;
}

void index_wanted(Look& look) {
    const Facts& facts = look.run.facts;
    if (facts.desired) {
        for (const Declared& want : (*facts.desired)->resources) {
            if (want.key.kind != marks::container_kind) continue;
            look.declared[want.key.name] = &want;
            for (const ResourceKey& earlier : want.was) look.declared.emplace(earlier.name, &want);
        }
    }
    for (const auto& [key, want] : facts.fallback) {
        if (key.kind == marks::container_kind) look.fallback[key.name] = &want;
    }
}

std::string agreed_digest(const SealedSpec& want) {
    const auto& ignored = want.want->ignore;
    return ignored.empty() ? want.digest : want.digest + digest_of(ignored);
}

ResourceKey key_named(const Look& look, const std::string& name) {
    return {look.access.target, std::string{marks::container_kind}, name};
}

/// What the list alone says.
Live listed(const Look& look, const ContainerSummary& container) {
    Live live;
    live.id = container.id;
    live.version = container.fingerprint;
    live.claims.push_back("name " + own_name(container));
    for (const std::string& port : container.ports) live.claims.push_back("port " + port);
    live.protect = label_of(container, marks::protect) == "true";
    live.commit = label_of(container, marks::commit);
    live.manifest = label_of(container, marks::manifest);
    const std::string& self = look.access.self;
    live.self = self.size() >= 12 && container.id.starts_with(self);
    live.detail = container.status;
    live.ready = container.state == "running";
    return live;
}

/// Another's: a key of its own that can't be one of ours.
Live foreign(const Look& look, const ContainerSummary& container) {
    Live live = listed(look, container);
    std::string name = own_name(container);
    if (look.declared.contains(name) || look.groups.ours.contains(name)) {
        name += "/" + container.id.substr(0, 12);
    }
    live.key = key_named(look, name);
    live.owner = Owner::foreign;
    return live;
}

/// Made, and a crash came before its start: it isn't anybody's change that it does not run.
void tell_half_made(const Turn& turn, const json& container, Live& live) {
    const bool half_made =
        shown_text(container, "/State/Status") == "created" && why_not_started(container).empty();
    const bool ours = turn.group.owner == Owner::ours && turn.group.kept.empty();
    if (half_made && ours && !turn.wanted.empty())
        live.unfinished = "creating: it was not started yet";
}

/// A kept one that runs is to be stopped, whatever else is under way. The list may be behind the
/// answer to a stop: what was inspected counts more.
bool any_kept_runs(const ContainerGroup& group, const json& inspected) {
    const std::string id = shown_text(inspected, "/Id");
    return std::ranges::any_of(group.kept, [&](const ContainerSummary* kept) {
        if (kept->id == id) return is_alive(inspected);
        return kept->state == "running" || kept->state == "restarting" || kept->state == "paused";
    });
}

/// The old one is kept beside the new one, until that has proved itself.
void tell_replacing(const Look& look, const Turn& turn, const json& container, Live& live) {
    const net::WallTime now = look.run.clock.wall();
    const Verdict verdict = verdict_on(container, now, look.run.facts.watched);
    live.left_alone.clear();
    if (verdict.proof != Proof::waiting) {
        live.unfinished = "replacing: comes to its end";
        return;
    }
    live.unfinished = "replacing: waits until it is proven: " + verdict.why;
    if (verdict.look_in && !any_kept_runs(turn.group, container))
        live.idle_until = now + *verdict.look_in;
}

/// The old one alone: git dropped it, and it is kept for its grace.
void tell_removed(const Look& look, const Turn& turn, const json& container, Live& live) {
    const net::WallTime until =
        kept_since(look.run, key_named(look, turn.name), container) + look.run.facts.policy.grace;
    live.left_alone.clear();
    if (any_kept_runs(turn.group, container)) {
        live.unfinished = "removed: it still runs";
    } else if (look.run.clock.wall() < until) {
        live.unfinished = fmt::format("removed, and kept until {}; declared again, it comes back",
                                      net::to_string(until));
        live.idle_until = until;
    } else {
        live.unfinished = "removed: its time as a kept one is over";
    }
}

/// A kept one beside the one in service, or alone: what is still to be done about it.
void tell_kept(const Look& look, const Turn& turn, const json& container, Live& live) {
    if (turn.group.kept.empty()) return;
    if (turn.group.current != nullptr) return tell_replacing(look, turn, container, live);
    live.kept = true;
    std::erase(live.claims, "name " + own_name(*turn.group.kept.front()));
    live.gave_up = claims_of_kept(*turn.group.kept.front(), container);
    const bool is_declared = find(look.declared, turn.name) != nullptr;
    if (!is_declared) return tell_removed(look, turn, container, live);
    live.unfinished = "replacing: the old one is kept, the new one is not there";
    live.left_alone.clear();
}

constexpr auto next_look_at_removal = std::chrono::seconds{2};  // its end is an event, too

/// Somebody removes it, and that takes a while: it can't be started, nor its name be taken. Once it
/// is gone, it is made anew.
bool tell_being_removed(const Look& look, const Turn& turn, const json& container, Live& live) {
    if (turn.group.current == nullptr) return false;
    if (shown_text(container, "/State/Status") != "removing") return false;
    live.unfinished = "it is being removed; declared, it is made anew once it is gone";
    live.idle_until = look.run.clock.wall() + next_look_at_removal;
    live.left_alone.clear();
    if (!turn.wanted.empty()) live.agrees_with = turn.wanted.front().digest;
    return true;
}

void compare(Look& look, const Turn& turn, json have, Live& live) {
    for (const SealedSpec& want : turn.wanted) {
        if (!differences(want, have, look.run.vault).empty()) continue;
        live.agrees_with = want.digest;
        const bool settled = live.unfinished.empty() && live.left_alone.empty();
        if (&want != &turn.wanted.front() || !settled || !look.run.vault.remembers()) break;
        look.access.cache.remember(live.id, live.version, agreed_digest(want), live);
        return;
    }
    live.spec = std::move(have);
}

/// The text for the same image differs: then its digest or its id decides.
asio::awaitable<void> settle_image(Look& look, const SealedSpec& want, json& have, std::string id) {
    const std::string asked = want.spec().value("image", "");
    if (have["image"] == asked) co_return;
    const json& digest = in(want.spec(), "image_digest");
    if (digest.is_string() && digest == in(have, "image_digest")) {
        have["image"] = asked;
        co_return;
    }
    const auto image = co_await look.access.images.inspect(asked);
    if (image && shown_text(*image, "/Id") == id) have["image"] = asked;
}

/// The new one may not prove itself: until then nobody may take the place of the old one.
asio::awaitable<void> tell_way_back(Look& look, const Turn& turn, Live& live) {
    if (turn.group.current == nullptr || turn.group.kept.empty()) co_return;
    const ContainerSummary& kept = *turn.group.kept.front();
    const auto shown = co_await look.access.containers.inspect(kept.id);
    if (!shown) co_return;
    live.gave_up = claims_of_kept(kept, *shown);
    co_await learn_image(look.access, look.run, find(look.declared, turn.name), *shown);
}

/// The digests of an image grow in number when it is pulled by another one.
asio::awaitable<Result<ImageDefaults>> image_of(Look& look, const json& container,
                                                const SealedSpec* want) {
    const auto image = co_await defaults_of(look.access, container);
    const std::string digest =
        image && want != nullptr ? shown_text(want->spec(), "/image_digest") : "";
    if (digest.empty() || is_image(*image, digest)) co_return image;
    look.access.image_defaults.erase(image->id);
    co_return co_await defaults_of(look.access, container);
}

asio::awaitable<Result<Live>> inspected(Look& look, const Turn& turn, json container) {
    Live live = listed(
        look, turn.group.current != nullptr ? *turn.group.current : *turn.group.kept.front());
    live.key = key_named(look, turn.name);
    live.owner = turn.group.owner;
    live.detail.clear();
    tell_state(container, live);
    tell_half_made(turn, container, live);
    tell_kept(look, turn, container, live);
    co_await tell_way_back(look, turn, live);
    if (tell_being_removed(look, turn, container, live)) co_return live;
    const bool settled = live.unfinished.empty() && live.left_alone.empty();
    if (live.kept || (settled && (live.ready || live.completed)))
        co_await learn_image(look.access, look.run, find(look.declared, turn.name), container);
    const json nothing = nullptr;
    const SealedSpec* want = turn.wanted.empty() ? nullptr : &turn.wanted.front();
    const auto image = co_await image_of(look, container, want);
    if (!image) co_return image.error();
    const Inspected shown{container, *image, want == nullptr ? nothing : want->spec(),
                          look.groups.names};
    json have = normalise(shown);
    if (want != nullptr) {
        co_await settle_image(look, *want, have, shown_text(container, "/Image"));
        auto same =
            co_await with_same_bytes(look.access, look.run, *want, live.id, std::move(have));
        if (!same) {
            live.unread = "its files could not be read: " + same.error().message;
            co_return live;
        }
        have = *std::move(same);
    }
    compare(look, turn, std::move(have), live);
    co_return live;
}

bool needs_look(const Look& look, const Turn& turn) {
    return look.scope.covers(key_named(look, turn.name)) || !turn.group.kept.empty();
}

/// Was this content tried, did it fail, and has nobody asked to try it again? Or is it too new for
/// the engine? Then what worked before stands in for it.
bool is_bad(const Look& look, const SealedSpec& declared) {
    const Facts& facts = look.run.facts;
    if (!beyond_api(*declared.want, look.access.engine.known_version()).empty()) return true;
    const auto entry = facts.inventory.find(declared.want->key);
    return entry != facts.inventory.end() && entry->second.bad_digest == declared.digest &&
           !facts.retry.contains(declared.want->key);
}

/// A live container is put into the form of the first: what only one of them names is shown only
/// then.
std::vector<SealedSpec> wanted_of(const Look& look, const std::string& name) {
    std::vector<SealedSpec> wanted;
    for (const Index* index : {&look.declared, &look.fallback}) {
        const Declared* want = find(*index, name);
        if (want == nullptr) continue;
        if (auto sealed_spec = seal_spec(*want, look.run.vault, look.run.facts.board))
            wanted.push_back(*std::move(sealed_spec));
    }
    if (wanted.size() == 2 && is_bad(look, wanted.front()))
        std::swap(wanted.front(), wanted.back());
    return wanted;
}

/// What a container is compared with first, as a digest; none where nothing is wanted.
std::optional<std::string> content_of(const Look& look, const std::string& name) {
    const Declared* want = find(look.declared, name);
    const bool alone = want != nullptr && find(look.fallback, name) == nullptr;
    if (alone && !want->digest.empty()) return agreed_digest({want, nullptr, want->digest});
    const auto wanted = wanted_of(look, name);
    return wanted.empty() ? std::nullopt : std::optional{agreed_digest(wanted.front())};
}

/// The same container as at the last look, which agreed with the same content.
const Live* remembered(const Look& look, const Turn& turn) {
    if (look.scope.fresh || !turn.group.kept.empty()) return nullptr;
    const ContainerSummary& container = *turn.group.current;
    if (!look.access.cache.knows(container.id)) return nullptr;
    const auto content = content_of(look, turn.name);
    if (!content) return nullptr;
    return look.access.cache.find(container.id, container.fingerprint, *content);
}

asio::awaitable<void> take_turn(Look& look, Turn& turn) {
    const ContainerSummary& container =
        turn.group.current != nullptr ? *turn.group.current : *turn.group.kept.front();
    turn.wanted = wanted_of(look, turn.name);
    if (!needs_look(look, turn)) {
        turn.live = listed(look, container);
        turn.live->key = key_named(look, turn.name);
        turn.live->owner = turn.group.owner;
        co_return;
    }
    auto shown = co_await look.access.containers.inspect(container.id);
    if (!shown && shown.error().code == Errc::not_found) co_return;  // gone since the list
    if (!shown) {
        look.failure = std::move(shown).error();
        co_return;
    }
    const bool before_apply = look.scope.fresh && !look.scope.all;
    if (before_apply) look.access.just_seen.insert_or_assign(container.id, *shown);
    auto live = co_await inspected(look, turn, *std::move(shown));
    if (!live) {
        look.failure = std::move(live).error();
    } else {
        turn.live = *std::move(live);
    }
}

}  // namespace

net::WallTime kept_since(const Run& run, const ResourceKey& key, const json& container) {
    const auto entry = run.facts.inventory.find(key);
    if (entry != run.facts.inventory.end()) {
        const json& since = in(entry->second.note, "kept_since");
        if (since.is_string()) {
            const auto time = net::parse_wall_time(since.get_ref<const std::string&>());
            if (time) return *time;
        }
    }
    return is_alive(container) ? run.clock.wall() : stopped_at(container);
}

std::vector<FieldChange> differences(const SealedSpec& want, const json& have, const Vault& vault) {
    static const RuleBook of_kind{container_rules()};
    const json sealed_have = want.own.is_null() ? json() : sealed_like(want.own, have, vault);
    const json& seen = want.own.is_null() ? have : sealed_have;
    if (want.want->ignore.empty()) return changed_fields(want.spec(), seen, of_kind);
    return changed_fields(want.spec(), seen, ignoring(want.want->ignore, container_rules()));
}

asio::awaitable<Reads> observe_containers(EngineAccess& access, Run& run, Scope scope) {
    Reads reads;
    auto list = co_await access.containers.list();
    if (!list) {
        reads.emplace("containers", std::move(list).error().in("observe containers"));
        co_return reads;
    }
    const auto groups = group_containers(*list, run.facts, access.installation);
    access.cache.keep_only(groups.names);
    if (scope.all) access.just_seen.clear();
    Look look{access, run, scope, groups, {}, {}, {}};
    index_wanted(look);
    std::vector<Turn> turns;
    turns.reserve(groups.ours.size());
    for (const auto& [name, group] : groups.ours) {
        turns.push_back({name, group, {}, std::nullopt});
    }
    std::vector<asio::awaitable<void>> work;
    for (Turn& turn : turns) {
        if (const Live* known = remembered(look, turn)) {
            turn.live = *known;
        } else {
            work.push_back(take_turn(look, turn));
        }
    }
    const auto joined = co_await net::side_by_side(std::move(work), access.width);
    if (!joined || look.failure) {
        reads.emplace("containers", joined ? *look.failure : joined.error());
        co_return reads;
    }
    LiveState state;
    for (Turn& turn : turns) {
        if (!turn.live) continue;
        tell_trouble(access, find(look.declared, turn.name), *turn.live);
        state.push_back(*std::move(turn.live));
    }
    for (const ContainerSummary* container : groups.foreign)
        state.push_back(foreign(look, *container));
    reads.emplace("containers", Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

}  // namespace driftless::docker
