#pragma once

#include <functional>

#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

using ApplyOne = std::function<asio::awaitable<Result<Done>>(const Action&)>;

/// The actions of a step, each on its own and one after the other. An error says of which it is.
asio::awaitable<Results> one_by_one(const Step& step, ApplyOne apply_one);

}  // namespace driftless::cloudflare
