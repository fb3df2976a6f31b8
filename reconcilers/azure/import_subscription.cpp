#include "reconcilers/azure/import_subscription.hpp"

#include <fmt/format.h>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/not_ours.hpp"
#include "reconcilers/azure/resource_words.hpp"
#include "reconcilers/import_words.hpp"

namespace driftless::azure {
namespace {

class SubscriptionImport {
public:
    SubscriptionImport(SubscriptionAccess& access, TargetSettings settings, ImportWish wish)
        : access_(access), only_(lower_case(wish.only)) {
        view_.installation = access.installation;
        view_.settings = std::move(settings);
        view_.plain = std::move(wish.plain);
    }

    asio::awaitable<Result<Imported>> run() {
        for (const std::string& group : groups()) {
            GroupReader reader{access_, group, made_.left_out};
            auto things = co_await reader.read();
            if (!things) co_return std::move(things).error().in("import");
            for (LiveThing& thing : *things) things_.push_back(std::move(thing));
        }
        learn_identities();
        for (const LiveThing& thing : things_) add(thing);
        co_return std::move(made_);
    }

private:
    [[nodiscard]] std::vector<std::string> groups() const {
        const auto& endpoint = std::get<AzureEndpoint>(view_.settings.endpoint);
        std::vector<std::string> names = endpoint.resource_groups;
        if (!endpoint.resource_group.empty()) names.insert(names.begin(), endpoint.resource_group);
        std::set<std::string> seen;
        std::vector<std::string> ids;
        for (const std::string& name : names) {
            if (!seen.insert(lower_case(name)).second) continue;
            ids.push_back(fmt::format("/subscriptions/{}/resourceGroups/{}",
                                      lower_case(endpoint.subscription), name));
        }
        return ids;
    }

    void learn_identities() {
        const json::json_pointer at{"/properties/principalId"};
        for (const LiveThing& thing : things_) {
            const bool has_one = thing.row.name == "ManagedIdentity" && thing.body.contains(at) &&
                                 thing.body.at(at).is_string();
            if (has_one)
                view_.identities[lower_case(thing.body.at(at).get<std::string>())] =
                    thing.id.name();
        }
    }

    /// It, its group, or what it is a part of, is called so.
    [[nodiscard]] bool is_wanted(const LiveThing& thing) const {
        if (only_.empty()) return true;
        for (Result<ResourceId> at = thing.id; at; at = ResourceId::parse(at->above())) {
            if (lower_case(at->name()) == only_) return true;
        }
        return false;
    }

    void add(const LiveThing& thing) {
        NotOurs other = not_ours(thing, access_.installation);
        if (other.why.empty() && !thing.row.tags && left_.contains(lower_case(thing.id.above()))) {
            other.why =
                "it has no tag that tells whose it is, and what it is a part of is left out; if it "
                "is yours, declare it by hand";
        }
        if (!other.why.empty()) return leave_out(thing, std::move(other));
        if (!is_wanted(thing)) return;
        ResourceWords words{thing, view_, name_for(thing), secret_names_};
        std::string why = words.read();
        if (!why.empty()) return leave_out(thing, {std::move(why)});
        made_.manifests.push_back(words.manifest());
    }

    /// A group that is left out says nothing of what is in it.
    void leave_out(const LiveThing& thing, NotOurs other) {
        if (thing.row.name != "ResourceGroup") left_.insert(thing.id.folded());
        if (other.silently || !is_wanted(thing)) return;
        made_.left_out.push_back({thing.id.shown(), std::move(other.why)});
    }

    /// Unique among manifests of its kind: where two parts are called alike, what they are parts of
    /// goes before.
    std::string name_for(const LiveThing& thing) {
        const std::string& kind = thing.row.name;
        std::string wanted = telling_name(thing, view_);
        if (names_.insert(kind + "/" + wanted).second) return wanted;
        const auto above = ResourceId::parse(thing.id.above());
        const std::string longer = manifest_name((above ? above->name() : "") + "-" + wanted);
        std::string given = longer;
        for (int number = 2; !names_.insert(kind + "/" + given).second; ++number)
            given = fmt::format("{}-{}", longer, number);
        return given;
    }

    SubscriptionAccess& access_;
    std::string only_;
    ImportView view_;
    std::vector<LiveThing> things_;
    std::set<std::string> left_;  ///< folded ids
    std::set<std::string> names_;
    std::set<std::string> secret_names_;
    Imported made_;
};

}  // namespace

asio::awaitable<Result<Imported>> import_subscription(SubscriptionAccess& access,
                                                      TargetSettings settings, ImportWish wish) {
    SubscriptionImport import{access, std::move(settings), std::move(wish)};
    auto made = co_await import.run();
    co_return made;
}

}  // namespace driftless::azure
