#include "providers/net/retry.hpp"

#include <algorithm>

namespace driftless::net {

std::chrono::milliseconds Backoff::after(int failures, const Error& error, Random& random) const {
    auto wait = first;
    for (int i = 1; i < failures && wait < most; ++i) wait *= 2;
    wait = std::min(wait, most);
    const auto fifth = static_cast<std::uint64_t>(wait.count() / 5);
    if (fifth > 0) wait += std::chrono::milliseconds{random.next() % fifth};
    if (error.retry_after) wait = std::max<std::chrono::milliseconds>(wait, *error.retry_after);
    return wait;
}

}  // namespace driftless::net
