#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include "providers/net/http.hpp"

namespace driftless::net {

/// What an answer says of the budget of calls that it was counted in.
struct Allowance {
    bool refused = false;                         ///< there were too many: this call had no effect
    std::optional<std::chrono::seconds> silence;  ///< then: to be kept for so long
    std::optional<std::size_t> calls;             ///< the whole budget, of a window
    std::optional<std::chrono::seconds> window;
    std::optional<std::size_t> left;                 ///< of the budget
    std::optional<std::chrono::seconds> renewed_in;  ///< until the budget is whole again
};

/// Each vendor says it in its own way.
using ReadAllowance = std::function<Allowance(int status, const Headers& headers)>;

/// The common way: status 429, Retry-After in seconds, and
/// `Ratelimit: "default";r=50;t=30` with `Ratelimit-Policy: "default";q=1200;w=300`; of several
/// budgets the one with the least left. What can't be read was not said.
/// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
Allowance read_allowance(int status, const Headers& headers);

}  // namespace driftless::net
