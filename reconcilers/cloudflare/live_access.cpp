#include "reconcilers/cloudflare/live_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace driftless::cloudflare {
namespace {

std::string created(const AccessObject& object) {
    const auto found = object.shown.find("created_at");
    return found != object.shown.end() && found->is_string() ? found->get<std::string>() : "";
}

bool has_tag(const AccessObject& object, const std::string& tag) {
    const auto tags = object.shown.find("tags");
    return tags != object.shown.end() && tags->is_array() &&
           std::ranges::find(*tags, json(tag)) != tags->end();
}

/// What a look at one sort of a target's objects is made with.
class Keying {
public:
    Keying(AccessSort sort, const AccountAccess& access, const Facts& facts)
        : sort_(sort), access_(access), mark_(access_name(access.installation, "")) {
        for (const auto& [key, entry] : facts.inventory) {
            if (key.kind == kind_of(sort)) by_id_.emplace(entry.id, key.name);
        }
        if (!facts.desired) return;
        for (const Declared& declared : (*facts.desired)->resources) {
            if (declared.key.kind != kind_of(sort)) continue;
            by_name_.emplace(declared.spec.at("name").get<std::string>(), declared.key.name);
        }
    }

    /// Whom a key goes to first: the one that we know, then one with our mark, then the elder.
    [[nodiscard]] std::tuple<bool, bool, std::string> rank(const AccessObject& object) const {
        return {!by_id_.contains(object.id), !is_marked(object), created(object)};
    }

    KeyedAccess keyed(AccessObject object) {
        const auto known = by_id_.find(object.id);
        if (known != by_id_.end()) return taken(std::move(object), known->second, Owner::ours);
        const bool is_ours = is_marked(object);
        const auto declared = by_name_.find(object.name);
        const Owner owner = is_ours ? Owner::ours : Owner::foreign;
        if (declared != by_name_.end()) return taken(std::move(object), declared->second, owner);
        if (is_ours && sort_ != AccessSort::application) {
            const std::string name = object.name.substr(mark_.size());
            return taken(std::move(object), name, owner);
        }
        return {object, object.name + "/" + object.id, owner};
    }

private:
    [[nodiscard]] bool is_marked(const AccessObject& object) const {
        if (sort_ == AccessSort::application) {
            return has_tag(object, access_tag(access_.installation));
        }
        return object.name.starts_with(mark_) && object.name != mark_;
    }

    /// Names of policies need not be unique: a second one with the same is somebody's copy.
    KeyedAccess taken(AccessObject object, const std::string& name, Owner owner) {
        if (taken_.insert(name).second) return {std::move(object), name, owner};
        return {object, object.name + "/" + object.id, Owner::foreign};
    }

    AccessSort sort_;
    const AccountAccess& access_;
    std::string mark_;
    std::map<std::string, std::string> by_id_;    ///< names of keys
    std::map<std::string, std::string> by_name_;  ///< the same, by what git calls them there
    std::set<std::string> taken_;
};

}  // namespace

std::string_view kind_of(AccessSort sort) {
    switch (sort) {
        case AccessSort::group: return access_group_kind;
        case AccessSort::policy: return access_policy_kind;
        case AccessSort::application: return access_application_kind;
        case AccessSort::service_token: return access_service_token_kind;
    }
    return "";
}

std::string access_collection(AccessSort sort) {
    return fmt::format("Access {}s", name(sort));
}

std::string access_name(const std::string& installation, const std::string& name) {
    return "driftless." + installation + "." + name;
}

std::string access_tag(const std::string& installation) {
    return "driftless-" + installation;
}

std::string claim_of_name(AccessSort sort, const std::string& called) {
    return fmt::format("Access {} {}", name(sort), called);
}

std::vector<KeyedAccess> keyed_access(AccessSort sort, std::vector<AccessObject> all,
                                      const AccountAccess& access, const Facts& facts) {
    Keying keying{sort, access, facts};
    std::ranges::stable_sort(all, {},
                             [&keying](const AccessObject& object) { return keying.rank(object); });
    std::vector<KeyedAccess> keyed;
    for (AccessObject& object : all) keyed.push_back(keying.keyed(std::move(object)));
    return keyed;
}

asio::awaitable<Reads> observe_access(AccessSort sort, AccountAccess& access, const Run& run,
                                      std::function<Live(const KeyedAccess&)> seen) {
    Reads reads;
    Access api{access.account};
    auto listed = co_await api.list(sort);
    const std::string collection = access_collection(sort);
    if (!listed) {
        reads.emplace(collection, std::move(listed).error().in("observe " + collection));
        co_return reads;
    }
    LiveState state;
    for (const KeyedAccess& one : keyed_access(sort, *std::move(listed), access, run.facts)) {
        state.push_back(seen(one));
    }
    reads.emplace(collection, Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

}  // namespace driftless::cloudflare
