#include "reconcilers/one_by_one.hpp"

#include <fmt/format.h>

namespace driftless {

asio::awaitable<Results> one_by_one(const Step& step, ApplyOne apply_one, std::string sort) {
    Results results;
    for (const Action& action : step.actions) {
        auto result = co_await apply_one(action);
        const std::string doing = fmt::format("{} {}{}", name(action.verb), sort, action.key.name);
        if (!result) result = std::move(result).error().in(doing);
        results.push_back(std::move(result));
    }
    co_return results;
}

}  // namespace driftless
