#include "reconcilers/azure/subscription_target.hpp"

#include "providers/azure/permissions.hpp"
#include "reconcilers/azure/import_subscription.hpp"
#include "reconcilers/azure/resource.hpp"

namespace driftless::azure {
namespace {

class SubscriptionTarget final : public Target {
public:
    SubscriptionTarget(SubscriptionParts parts, net::Clock& clock)
        : tokens_(std::move(parts.tokens)),
          transport_(std::move(parts.transport)),
          arm_(*transport_, *tokens_, std::move(parts.endpoint)),
          subscription_(std::move(parts.subscription)),
          groups_(std::move(parts.groups)),
          who_(std::move(parts.who)),
          settings_(std::move(parts.settings)),
          access_{.arm = arm_,
                  .target = std::move(parts.target),
                  .installation = std::move(parts.installation),
                  .clock = clock} {
        kinds_.emplace(resource_kind, std::make_unique<ResourceReconciler>(access_));
    }

    const Kinds& kinds() const override { return kinds_; }

    asio::awaitable<Result<TargetAbout>> about() override {
        Call call;
        call.target = "/subscriptions/" + subscription_ + "?api-version=2022-12-01";
        const auto answer = co_await arm_.send(std::move(call));
        if (!answer) co_return answer.error();
        TargetAbout about;
        about.what = fmt::format("Azure subscription {}, as {}",
                                 in_quotes(answer->body.value("displayName", "")), who_);
        const std::string state = answer->body.value("state", "Enabled");
        if (state != "Enabled") about.warnings.push_back("the subscription is " + state);
        for (const std::string& group : groups_) co_await add_rights(group, about);
        co_return about;
    }

    /// Azure tells nobody when something changes: only the interval finds it.
    asio::awaitable<Result<void>> watch(std::function<void(Hint)>) override {
        while (true) {
            auto slept = co_await access_.clock.sleep_for(std::chrono::hours{24});
            if (!slept) co_return slept;
        }
    }

    asio::awaitable<Result<Imported>> import_live(ImportWish wish) override {
        co_return co_await import_subscription(access_, settings_, std::move(wish));
    }

private:
    /// One call a group tells them all.
    asio::awaitable<void> add_rights(std::string group, TargetAbout& about) {
        const std::string scope = "/subscriptions/" + subscription_ + "/resourceGroups/" + group;
        const auto granted = co_await permissions_at(arm_, scope);
        if (!granted && granted.error().code == Errc::not_found) {
            about.warnings.push_back("there is no resource group " + group +
                                     " yet; declare it, or make it by az group create");
            co_return;
        }
        if (!granted) {
            about.warnings.push_back(fmt::format("what the identity may do in {} is unknown: {}",
                                                 group, granted.error().message));
            co_return;
        }
        for (const NeededAction& needed : needed_actions()) {
            Right right{fmt::format("{} ({})", group, needed.kinds), {}};
            if (!granted->may(needed.action)) {
                right.granted =
                    Error{Errc::forbidden,
                          fmt::format("a role with {} on {} is missing", needed.action, group)};
            }
            about.rights.push_back(std::move(right));
        }
    }

    std::unique_ptr<Tokens> tokens_;
    std::unique_ptr<net::HttpTransport> transport_;
    Arm arm_;
    std::string subscription_;
    std::vector<std::string> groups_;
    std::string who_;
    TargetSettings settings_;
    SubscriptionAccess access_;
    Kinds kinds_;
};

}  // namespace

std::unique_ptr<Target> make_subscription_target(SubscriptionParts parts, net::Clock& clock) {
    return std::make_unique<SubscriptionTarget>(std::move(parts), clock);
}

}  // namespace driftless::azure
