#pragma once

#include <fmt/core.h>

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <compare>
#include <concepts>
#include <ostream>
#include <string>
#include <string_view>

namespace driftless {

/// A text that many values say, such as a commit or a kind: all that say the same hold one copy of
/// it, and are as large as a pointer. It never changes; another one can be assigned. Copies may be
/// made and dropped on any thread.
class SharedText {
public:
    SharedText() = default;
    template <std::convertible_to<std::string_view> Text>
    requires(!std::same_as<std::remove_cvref_t<Text>, SharedText>) SharedText(const Text& text)
        : kept_(keep(text)) {}  // NOLINT: a text becomes a shared one

    [[nodiscard]] const std::string& text() const { return kept_ ? kept_->text : nothing(); }
    operator const std::string&() const { return text(); }  // NOLINT: and is one wherever it stands
    operator std::string_view() const { return text(); }    // NOLINT

    SharedText& operator+=(std::string_view more) { return *this = *this + more; }

    [[nodiscard]] bool empty() const { return kept_ == nullptr; }
    [[nodiscard]] std::size_t size() const { return text().size(); }
    [[nodiscard]] bool starts_with(std::string_view head) const { return text().starts_with(head); }
    [[nodiscard]] bool ends_with(std::string_view tail) const { return text().ends_with(tail); }

    bool operator==(const SharedText& other) const = default;  // one copy each: the same pointer
    std::strong_ordering operator<=>(const SharedText& other) const {
        if (kept_ == other.kept_) return std::strong_ordering::equal;
        return text().compare(other.text()) <=> 0;
    }
    template <std::convertible_to<std::string_view> Text>
    requires(!std::same_as<std::remove_cvref_t<Text>, SharedText>) friend bool operator==(
        const SharedText& one, const Text& other) {
        return std::string_view{one.text()} == std::string_view{other};
    }
    template <std::convertible_to<std::string_view> Text>
    requires(!std::same_as<std::remove_cvref_t<Text>, SharedText>) friend std::strong_ordering
    operator<=>(const SharedText& one, const Text& other) {
        return std::string_view{one.text()} <=> std::string_view{other};
    }
    friend std::string operator+(const SharedText& one, std::string_view more) {
        return std::string{one.text()}.append(more);
    }
    friend std::string operator+(std::string one, const SharedText& more) {
        return std::move(one.append(more.text()));
    }
    friend std::ostream& operator<<(std::ostream& out, const SharedText& shared) {
        return out << shared.text();
    }

private:
    struct Kept {
        explicit Kept(std::string_view said) : text(said) {}
        std::string text;
        mutable std::atomic<std::size_t> users = 0;
    };
    friend struct SharedTexts;
    friend void intrusive_ptr_add_ref(const Kept* kept) { kept->users.fetch_add(1); }
    friend void intrusive_ptr_release(const Kept* kept) { let_go(*kept); }

    static boost::intrusive_ptr<const Kept> keep(std::string_view text);
    static void let_go(const Kept& kept);
    static const std::string& nothing();

    boost::intrusive_ptr<const Kept> kept_;  ///< null for the empty text
};

}  // namespace driftless

template <>
struct fmt::formatter<driftless::SharedText> : fmt::formatter<std::string_view> {
    template <class Context>
    auto format(const driftless::SharedText& shared, Context& context) const {
        return fmt::formatter<std::string_view>::format(shared.text(), context);
    }
};

template <>
struct std::hash<driftless::SharedText> {
    std::size_t operator()(const driftless::SharedText& shared) const {
        return std::hash<std::string>{}(shared.text());
    }
};
