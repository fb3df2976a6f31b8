#pragma once

#include <string>
#include <string_view>

namespace driftless {

/// A text that must never be shown. It does not print, format or compare with `==`; its memory is
/// wiped when it goes. `reveal()` is for the one call that sends it.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    [[nodiscard]] std::string_view reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] bool same_as(const Secret& other) const;  ///< in constant time

private:
    std::string text_;
};

}  // namespace driftless
