#pragma once

#include <chrono>

#include "config/base/error.hpp"
#include "providers/net/clock.hpp"

namespace driftless::net {

/// How long to wait before the next try of something that failed: doubles from `first` to `most`,
/// with up to a fifth of chance on top, never less than the server asked for.
struct Backoff {
    std::chrono::milliseconds first{1'000};
    std::chrono::milliseconds most{600'000};

    /// @param failures  in a row, from 1
    [[nodiscard]] std::chrono::milliseconds after(int failures, const Error& error,
                                                  Random& random) const;
};

}  // namespace driftless::net
