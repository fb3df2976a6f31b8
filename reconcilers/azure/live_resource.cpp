#include "reconcilers/azure/live_resource.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/marks.hpp"
#include "reconcilers/azure/roles.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr auto pause_while_others_change = 15s;  // no operation of ours tells how long it takes

/// Ids in an answer come in letters of any case: those of declared resources as git writes them, so
/// that an id that is an output is one text everywhere.
void write_ids_as_git_does(json& value, const KnownResources& known) {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        const bool may_be_id =
            text.starts_with('/') || lower_case(text).starts_with("subscriptions/");
        const auto* one = may_be_id ? known.find(text) : nullptr;
        if (one != nullptr) value = one->id;
    } else if (value.is_structured()) {
        for (json& item : value) write_ids_as_git_does(item, known);
    }
}

/// Changes when anything does that a person or the service can change, but not with the time.
std::string version_of(json body) {
    std::string etag = text_at(body, "/etag");
    if (!etag.empty()) return etag;
    body.erase("systemData");
    return digest_of(body);
}

}  // namespace

std::string state_of(const json& body) {
    const std::string state = text_at(body, "/properties/provisioningState");
    return state.empty() ? text_at(body, "/properties/state") : state;
}

bool is_under_way(std::string_view state) {
    static constexpr std::array<std::string_view, 10> settled{
        "",        "succeeded", "failed",   "canceled", "ready",
        "stopped", "enabled",   "disabled", "active",   "approved"};
    return std::ranges::find(settled, lower_case(state)) == settled.end();
}

KnownResources::KnownResources(const SubscriptionAccess& access, const Run& run) {
    if (run.facts.desired) take_wanted(run);
    for (const auto& [key, entry] : run.facts.inventory) {
        const bool ours = key.kind == resource_kind && key.target == access.target;
        if (ours && !entry.id.empty())
            by_id_.try_emplace(lower_case(entry.id), One{key, entry.id, nullptr, nullptr});
    }
}

void KnownResources::take_wanted(const Run& run) {
    for (const Declared& want : (*run.facts.desired)->resources) {
        if (want.key.kind != resource_kind) continue;
        One one{want.key, want.spec.at(id_key), &want, nullptr};
        auto spec = sealed(want.spec, run.vault, run.facts.board);
        if (spec) one.sealed = *std::move(spec);
        const std::string folded = lower_case(one.id);
        const One& kept = by_id_.emplace(folded, std::move(one)).first->second;
        if (kept.sealed.is_null() || kept.sealed.at(type_key) != assignment_type) continue;
        const auto plain = opened(want.spec, run.vault, run.facts.board);
        if (plain) by_role_.emplace(given_role(kept.id, *plain), &kept);
    }
}

const KnownResources::One* KnownResources::find_body(const json& body) const {
    const std::string id = body.value("id", "");
    const One* one = find(id);
    if (one != nullptr && one->want != nullptr) return one;
    const auto twin = by_role_.find(given_role(id, body));
    return twin == by_role_.end() ? one : twin->second;
}

const KnownResources::One* KnownResources::find(std::string_view id) const {
    std::string folded = lower_case(id);
    if (!folded.starts_with('/')) folded.insert(0, "/");
    const auto found = by_id_.find(folded);
    return found == by_id_.end() ? nullptr : &found->second;
}

Result<Live> Seer::see(const json& body) const {
    const std::string id = body.value("id", "");
    const auto parsed = ResourceId::parse(id);
    if (!parsed) return parsed.error();
    const KnownResources::One* one = known_.find_body(body);
    const TypeRow& row = access_.types.of(parsed->type()).row;
    Live live;
    live.key = one != nullptr
                   ? one->key
                   : ResourceKey{access_.target, std::string{resource_kind}, parsed->shown()};
    const bool by_id = one != nullptr && one == known_.find(id);
    live.id = by_id ? one->id : parsed->text();
    live.version = version_of(body);
    live.owner = owner_of(body, one != nullptr && one->want != nullptr);
    live.spec = live_form(row, one != nullptr ? one->sealed : json(), body);
    write_ids_as_git_does(live.spec, known_);
    live.spec[id_key] = one != nullptr ? one->id : live.id.text();
    if (one != nullptr) live.spec = with_unread(*one, std::move(live.spec));
    live.claims = {"id " + lower_case(live.id)};
    live.lock = lock_of(row, *parsed);
    const auto mark = mark_of(body);
    if (mark && mark->installation == access_.installation) {
        live.manifest = mark->manifest;
        live.protect = mark->protect;
    }
    for (GivenOutput& given : outputs_of(row, body)) live.outputs[given.field] = given.value;
    live.outputs["id"] = live.id;
    tell_state(live, body);
    if (one != nullptr) tell_operation(live, note_of(run_.facts.inventory, one->key));
    return live;
}

/// Without a tag of anybody's it is the declared thing by its id; the inventory may know better.
Owner Seer::owner_of(const json& body, bool declared) const {
    const auto mark = mark_of(body);
    if (mark) return mark->installation == access_.installation ? Owner::ours : Owner::foreign;
    return declared ? Owner::kin : Owner::foreign;
}

void Seer::tell_state(Live& live, const json& body) const {
    const std::string state = state_of(body);
    if (is_under_way(state)) {
        live.unfinished = fmt::format("Azure says {}", in_quotes(state));
        live.idle_until = access_.clock.wall() + pause_while_others_change;
        live.ready = false;
    } else if (lower_case(state) == "failed" || lower_case(state) == "canceled") {
        live.health = Health::unhealthy;
        live.detail = fmt::format("its last change ended as {}", in_quotes(state));
        live.ready = false;
    }
}

/// Our own operation tells more than the state of the resource, which may lag behind it.
void Seer::tell_operation(Live& live, const OperationNote& note) const {
    if (!note.operation) {
        if (note.removes) live.unfinished = "its removal is sent again";
        return;
    }
    live.unfinished = fmt::format("{} since {}", note.removes ? "being removed" : "under way",
                                  net::to_string(note.operation->started));
    live.idle_until.reset();
    if (note.operation->next > access_.clock.wall()) live.idle_until = note.operation->next;
    live.ready = false;
}

std::optional<Live> Seer::see_begun(const KnownResources::One& one) const {
    const OperationNote note = note_of(run_.facts.inventory, one.key);
    if (!note.operation || note.removes) return std::nullopt;
    Live live;
    live.key = one.key;
    live.id = one.id;
    live.version = note.operation->url;
    live.owner = Owner::ours;
    live.spec = nullptr;
    live.claims = {"id " + lower_case(one.id)};
    const auto parsed = ResourceId::parse(one.id);
    if (parsed) live.lock = lock_of(access_.types.of(parsed->type()).row, *parsed);
    tell_operation(live, note);
    return live;
}

/// What no answer shows is as it was last written. Where nothing is known of that, it counts as
/// declared: nothing is overwritten for a value that nobody can see.
json Seer::with_unread(const KnownResources::One& one, json spec) const {
    const auto learned = run_.facts.learned.find(unread_subject(one.key));
    const bool is_known = learned != run_.facts.learned.end() && learned->second.is_object();
    const json& from = is_known ? learned->second : one.sealed;
    if (from.is_null()) return spec;
    const TypeRow& row = access_.types.of(from.at(type_key).get<std::string>()).row;
    return with_unseen(row, from, std::move(spec));
}

std::string unread_subject(const ResourceKey& key) {
    return "unread " + key.name;
}

}  // namespace driftless::azure
