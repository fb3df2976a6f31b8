#pragma once

#include <cstdint>
#include <utility>

namespace driftless {

/// A value that counts how often it may have changed, so that what is made from it is made anew
/// only then. Reading is free; whoever changes it says `edit()`.
template <class T>
class Tracked {
public:
    const T& operator*() const { return value_; }
    const T* operator->() const { return &value_; }
    T& edit() {
        ++edits_;
        return value_;
    }
    [[nodiscard]] std::uint64_t edits() const { return edits_; }

private:
    T value_{};
    std::uint64_t edits_ = 0;
};

}  // namespace driftless
