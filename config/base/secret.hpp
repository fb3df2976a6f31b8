#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace driftless {

/// A text that must never be shown. It does not print, format or compare with `==`; its memory is
/// locked, as far as `lock_secrets` could, and wiped when it goes. `reveal()` is for the one call
/// that sends it.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text);  ///< wipes what it is given
    Secret(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    [[nodiscard]] std::string_view reveal() const { return {bytes_, size_}; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] bool same_as(const Secret& other) const;  ///< in constant time

private:
    void copy(std::string_view text);
    void clear();

    char* bytes_ = nullptr;
    std::size_t size_ = 0;
};

/// From now on secrets lie in memory that is never written to swap; what does not fit in there lies
/// in common memory, wiped all the same. Once, before any secret; again it changes nothing.
/// @return false: this user may not lock so much (RLIMIT_MEMLOCK), or the system has no such memory
bool lock_secrets();

}  // namespace driftless
