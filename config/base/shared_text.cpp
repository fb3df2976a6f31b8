#include "config/base/shared_text.hpp"

#include <unordered_set>

#include "config/base/guarded.hpp"

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
    using All = std::unordered_set<Kept, ByText, ByText>;

    /// Never destroyed: whoever holds a text at the end of the program may come after it.
    static Guarded<All>& all() {
        static auto* const texts = new Guarded<All>;
        return *texts;
    }
};

boost::intrusive_ptr<const SharedText::Kept> SharedText::keep(std::string_view text) {
    using Pointer = boost::intrusive_ptr<const Kept>;
    if (text.empty()) return nullptr;
    return SharedTexts::all().with([text](SharedTexts::All& all) {
        auto found = all.find(text);
        if (found == all.end()) found = all.emplace(text).first;
        return Pointer{&*found};
    });
}

/// Only under the lock does the last one go, so that nobody finds what is about to.
void SharedText::let_go(const Kept& kept) {
    std::size_t users = kept.users.load();
    while (users > 1) {
        if (kept.users.compare_exchange_weak(users, users - 1)) return;
    }
    SharedTexts::all().with([&kept](SharedTexts::All& all) {
        if (kept.users.fetch_sub(1) == 1) all.erase(all.find(kept.text));
    });
}

const std::string& SharedText::nothing() {
    static const std::string none;
    return none;
}

}  // namespace driftless
