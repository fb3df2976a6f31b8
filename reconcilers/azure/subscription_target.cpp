#include "reconcilers/azure/subscription_target.hpp"

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
        about.what = "Azure subscription " + in_quotes(answer->body.value("displayName", ""));
        const std::string state = answer->body.value("state", "Enabled");
        if (state != "Enabled") about.warnings.push_back("the subscription is " + state);
        co_return about;
    }

    /// Azure tells nobody when something changes: only the interval finds it.
    asio::awaitable<Result<void>> watch(std::function<void(Hint)>) override {
        while (true) {
            auto slept = co_await access_.clock.sleep_for(std::chrono::hours{24});
            if (!slept) co_return slept;
        }
    }

private:
    std::unique_ptr<Tokens> tokens_;
    std::unique_ptr<net::HttpTransport> transport_;
    Arm arm_;
    std::string subscription_;
    SubscriptionAccess access_;
    Kinds kinds_;
};

}  // namespace

std::unique_ptr<Target> make_subscription_target(SubscriptionParts parts, net::Clock& clock) {
    return std::make_unique<SubscriptionTarget>(std::move(parts), clock);
}

}  // namespace driftless::azure
