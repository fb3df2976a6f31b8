#include "config/base/shared_text.hpp"

#include <mutex>
#include <unordered_set>

namespace driftless {

/// All that anybody says now, one copy each.
struct SharedTexts {
    using Kept = SharedText::Kept;
    struct ByText {
        using is_transparent = void;
        std::size_t operator()(const Kept& kept) const { return (*this)(kept.text); }
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
        bool operator()(const Kept& one, const Kept& other) const { return one.text == other.text; }
        bool operator()(const Kept& one, std::string_view text) const { return one.text == text; }
        bool operator()(std::string_view text, const Kept& one) const { return one.text == text; }
    };

    std::mutex mutex;
    std::unordered_set<Kept, ByText, ByText> all;
};

namespace {

/// Never destroyed: whoever holds a text at the end of the program may come after it.
SharedTexts& texts() {
    static auto* const all = new SharedTexts;
    return *all;
}

}  // namespace

boost::intrusive_ptr<const SharedText::Kept> SharedText::keep(std::string_view text) {
    if (text.empty()) return nullptr;
    const std::lock_guard lock{texts().mutex};
    auto& all = texts().all;
    auto found = all.find(text);
    if (found == all.end()) found = all.emplace(text).first;
    return &*found;
}

/// Only under the lock does the last one go, so that nobody finds what is about to.
void SharedText::let_go(const Kept& kept) {
    std::size_t users = kept.users.load();
    while (users > 1) {
        if (kept.users.compare_exchange_weak(users, users - 1)) return;
    }
    const std::lock_guard lock{texts().mutex};
    if (kept.users.fetch_sub(1) == 1) texts().all.erase(texts().all.find(kept.text));
}

const std::string& SharedText::nothing() {
    static const std::string none;
    return none;
}

}  // namespace driftless
