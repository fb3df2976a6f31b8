#include "daemon/plans.hpp"

#include <algorithm>
#include <set>

namespace driftless {
namespace {

/// By target: the other targets that its resources need.
using TargetNeeds = std::map<std::string, std::set<std::string>>;

TargetNeeds needs_of(const std::map<std::string, Wanted>& wanted) {
    TargetNeeds needs;
    for (const auto& [target, one] : wanted) {
        for (const Declared& declared : one.desired->resources) {
            for (const Need& need : declared.needs) {
                if (need.key.target != target) needs[target].insert(need.key.target);
            }
        }
    }
    return needs;
}

/// Puts `target` after all that it needs; a circle is cut where it is met.
void add_in_order(const std::string& target, TargetNeeds& needs, std::vector<std::string>& order,
                  std::set<std::string>& met) {
    if (!met.insert(target).second) return;
    for (const std::string& other : needs[target]) add_in_order(other, needs, order, met);
    order.push_back(target);
}

/// Those that were looked at before something that they need.
std::vector<std::string> too_early(const std::vector<std::string>& order, TargetNeeds& needs) {
    std::vector<std::string> early;
    for (auto target = order.begin(); target != order.end(); ++target) {
        const bool is_early = std::any_of(target, order.end(), [&](const std::string& later) {
            return needs[*target].contains(later);
        });
        if (is_early) early.push_back(*target);
    }
    return early;
}

class Planner {
public:
    Planner(PlanParts parts, std::map<std::string, Wanted> wanted) : parts_(parts) {
        for (auto& [target, one] : wanted) {
            RunnerParts runner{.settings = parts_.settings.targets.at(target),
                               .installation = parts_.settings.installation,
                               .target = *parts_.targets.at(target),
                               .store = parts_.store,
                               .vault = parts_.vault,
                               .clock = parts_.clock,
                               .random = parts_.random,
                               .board = board_,
                               .earlier = {}};
            const auto place = runners_.emplace(target, std::make_unique<TargetRunner>(runner));
            place.first->second->want(std::move(one));
        }
    }

    asio::awaitable<void> remember() {
        for (const auto& [target, runner] : runners_) co_await runner->remember();
    }
    asio::awaitable<void> plan(std::vector<std::string> targets) {
        for (const std::string& target : targets) {
            const auto runner = runners_.find(target);
            if (runner == runners_.end()) continue;  // it has no commit, so nothing of it is known
            Scope scope;
            scope.fresh = true;
            auto made = co_await runner->second->plan(std::move(scope));
            plans.insert_or_assign(target, std::move(made));
        }
    }

    std::map<std::string, Result<Plan>> plans;

private:
    PlanParts parts_;
    Board board_;
    std::map<std::string, std::unique_ptr<TargetRunner>> runners_;
};

}  // namespace

asio::awaitable<std::map<std::string, Result<Plan>>> plan_targets(
    PlanParts parts, std::map<std::string, Wanted> wanted, std::string only) {
    TargetNeeds needs = needs_of(wanted);
    std::vector<std::string> order;
    std::set<std::string> met;
    for (const auto& [target, one] : wanted) {
        if (only.empty() || only == target) add_in_order(target, needs, order, met);
    }
    Planner planner{parts, std::move(wanted)};
    co_await planner.remember();
    co_await planner.plan(order);
    co_await planner.plan(too_early(order, needs));
    if (!only.empty()) {
        std::erase_if(planner.plans, [&](const auto& plan) { return plan.first != only; });
    }
    co_return std::move(planner.plans);
}

}  // namespace driftless
