#pragma once

#include <mutex>
#include <utility>

namespace driftless {

/// A value that several threads use: only one of them at a time, and for a moment.
template <class T>
class Guarded {
public:
    /// Calls `use` with the value and gives back what it returns, which must not refer to the
    /// value.
    template <class Use>
    auto with(Use&& use) {
        const std::scoped_lock lock{mutex_};
        return std::forward<Use>(use)(value_);
    }
    template <class Use>
    auto with(Use&& use) const {
        const std::scoped_lock lock{mutex_};
        return std::forward<Use>(use)(value_);
    }

private:
    mutable std::mutex mutex_;
    T value_;
};

}  // namespace driftless
