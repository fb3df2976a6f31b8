#pragma once

#include <functional>

#include "reconcilers/reconciler.hpp"

namespace driftless {

using ApplyOne = std::function<asio::awaitable<Result<Done>>(const Action&)>;

/// The actions of a step, each on its own and one after the other. An error says of which it is:
/// "create Access group staff".
/// @param sort  in front of the name, with its space: "Access group "
asio::awaitable<Results> one_by_one(const Step& step, ApplyOne apply_one, std::string sort = "");

}  // namespace driftless
