#include "reconcilers/cloudflare/access_application.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_destinations.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/one_by_one.hpp"

namespace driftless::cloudflare {
namespace {

constexpr auto sort = AccessSort::application;
constexpr const char* kept_type = "self_hosted";

/// The ids of its policies, in the order in which they decide. One that only this application has
/// is called so: it differs from every one that git can name.
json policies_of(const json& shown) {
    const auto found = shown.find("policies");
    if (found == shown.end() || !found->is_array()) return json::array();
    std::vector<json> policies = found->get<std::vector<json>>();
    std::ranges::stable_sort(policies, {}, [](const json& policy) {
        const auto precedence = policy.find("precedence");
        const bool is_told = precedence != policy.end() && precedence->is_number();
        return is_told ? precedence->get<double>() : 0.0;
    });
    json ids = json::array();
    for (const json& policy : policies) {
        const auto reusable = policy.find("reusable");
        const bool is_own = reusable != policy.end() && *reusable == false;
        ids.push_back((is_own ? "its own " : "") + text_of(policy, "id"));
    }
    return ids;
}

std::vector<std::string> tags_of(const json& object) {
    std::vector<std::string> tags;
    const auto found = object.find("tags");
    if (found == object.end() || !found->is_array()) return tags;
    for (const json& tag : *found) {
        if (tag.is_string()) tags.push_back(tag);
    }
    return tags;
}

/// All but the mark, which stands apart.
json other_tags(const json& shown, const std::string& mark) {
    json tags = json::array();
    for (const std::string& tag : tags_of(shown)) {
        if (tag != mark) tags.push_back(tag);
    }
    return tags;
}

/// Somebody else's that is as declared gets its tag with its first change, not for being adopted.
bool needs_no_mark(const KeyedAccess& one, const Facts& facts) {
    const auto tags = tags_of(one.object.shown);
    const bool is_marked = std::ranges::any_of(
        tags, [](const std::string& tag) { return tag.starts_with(any_access_tag); });
    if (is_marked || one.owner == Owner::foreign) return !is_marked;
    const auto known = std::ranges::find_if(facts.inventory, [&](const auto& entry) {
        return entry.first.kind == access_application_kind && entry.second.id == one.object.id;
    });
    return known != facts.inventory.end() && known->second.adopted;
}

bool stands_before_all(const json& want, const json& have) {
    return changed_fields(want.at("destinations"), have.at("destinations"), FieldRules{}).empty();
}

}  // namespace

json spec_of(const AccessObject& object, const std::string& mark) {
    json spec = plain_fields(sort, object.shown);
    const auto tags = tags_of(object.shown);
    spec["name"] = object.name;
    spec["mark"] = std::ranges::find(tags, mark) == tags.end() ? "" : mark;
    spec["tags"] = other_tags(object.shown, mark);
    spec["destinations"] = destinations_of(object.shown);
    spec["policies"] = policies_of(object.shown);
    return spec;
}

std::vector<std::string> claims_of_application(const std::string& name, const json& destinations) {
    std::vector<std::string> claims;
    for (const std::string& uri : public_uris(destinations)) {
        claims.push_back("the way to " + uri);
    }
    claims.push_back(claim_of_name(sort, name));
    return claims;
}

KindRules AccessApplicationReconciler::rules() const {
    KindRules rules;
    rules.fields = access_field_rules(sort);
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> AccessApplicationReconciler::observe(Run& run, Scope scope) {
    if (!looks_at(access_application_kind, run.facts, scope)) co_return Reads{};
    shown_.clear();
    std::function<Live(const KeyedAccess&)> look = [this, &run](const KeyedAccess& one) {
        return seen(one, run.facts);
    };
    co_return co_await observe_access(sort, access_, run, std::move(look));
}

Live AccessApplicationReconciler::seen(const KeyedAccess& one, const Facts& facts) {
    Live live;
    live.key = {access_.target, std::string{access_application_kind}, one.name};
    live.id = one.object.id;
    live.version = text_of(one.object.shown, "updated_at");
    live.owner = one.owner;
    live.spec = spec_of(one.object, access_tag(access_.installation));
    if (needs_no_mark(one, facts)) live.spec["mark"] = access_tag(access_.installation);
    live.claims = claims_of_application(one.object.name, live.spec.at("destinations"));
    live.outputs = {{"id", live.id}, {"aud", text_of(one.object.shown, "aud")}};
    shown_[live.id] = one.object.shown;
    const Declared* declared = declared_in(facts, live.key);
    if (declared == nullptr) return live;
    const bool is_others = live.owner == Owner::foreign;
    if (is_others && looks_as_declared(sort, declared->spec, live.spec)) live.owner = Owner::kin;
    const std::string type = text_of(one.object.shown, "type");
    if (type != kept_type) {
        live.left_alone = fmt::format(
            "it is of type {}, which never changes; delete it, or give spec.name another one",
            in_quotes(type));
    }
    // What is published behind it waits until it stands there.
    live.ready = stands_before_all(declared->spec, live.spec);
    if (!live.ready) live.detail = "it does not protect yet what git wants it to";
    return live;
}

/// All of the account's tags are asked for once; what is missing is made.
asio::awaitable<Result<void>> AccessApplicationReconciler::make_tags(
    std::vector<std::string> tags) {
    Access api{access_.account};
    if (!tags_) {
        auto listed = co_await api.tags();
        if (!listed) co_return std::move(listed).error();
        tags_ = *std::move(listed);
    }
    for (const std::string& tag : tags) {
        if (tags_->contains(tag)) continue;
        auto made = co_await api.create_tag(tag);
        if (!made) co_return made;
        tags_->insert(tag);
    }
    co_return Result<void>{};
}

json AccessApplicationReconciler::body_of(const json& spec, const json& shown) const {
    json body = writable(shown.is_object() ? shown : json::object());
    for (const char* view : {"self_hosted_domains", "policies", "domain"}) body.erase(view);
    for (const AccessKey& key : access_keys(sort)) {
        const std::string name{key.name};
        if (spec.contains(name)) body[name] = spec.at(name);
    }
    body["type"] = kept_type;
    for (const char* key : {"name", "destinations"}) body[key] = spec.at(key);
    const auto uris = public_uris(spec.at("destinations"));
    if (!uris.empty()) body["domain"] = uris.front();
    body["policies"] = json::array();
    for (const json& id : spec.at("policies")) {
        body["policies"].push_back({{"id", id}, {"precedence", body["policies"].size() + 1}});
    }
    const std::string mark = spec.at("mark");
    body["tags"] = spec.contains("tags") ? spec.at("tags") : other_tags(body, mark);
    body["tags"].push_back(mark);
    return body;
}

asio::awaitable<Result<Done>> AccessApplicationReconciler::apply_one(const Run& run,
                                                                     const Action& action) {
    Access api{access_.account};
    Done done;
    if (action.have) done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    if (action.verb == Verb::remove) {
        auto removed = co_await api.remove(sort, done.id);
        if (removed || removed.error().code == Errc::not_found) co_return Done{};
        co_return std::move(removed).error();
    }
    const auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    json body = body_of(*spec, done.id.empty() ? json() : shown_[done.id]);
    auto tagged = co_await make_tags(tags_of(body));
    if (!tagged) co_return std::move(tagged).error();
    if (action.verb == Verb::create) {
        auto made = co_await api.create(sort, std::move(body));
        if (!made) tags_.reset();  // perhaps one of them is gone
        if (!made) co_return std::move(made).error();
        done.id = made->id;
        co_return done;
    }
    auto changed = co_await api.put(sort, done.id, std::move(body));
    if (!changed) tags_.reset();
    if (!changed) co_return std::move(changed).error();
    co_return done;
}

asio::awaitable<Results> AccessApplicationReconciler::apply(Run& run, Step step) {
    ApplyOne one = [this, &run](const Action& action) { return apply_one(run, action); };
    std::string of = "Access application ";
    co_return co_await one_by_one(step, std::move(one), std::move(of));
}

}  // namespace driftless::cloudflare
