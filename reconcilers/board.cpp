#include "reconcilers/board.hpp"

#include <algorithm>

#include "reconcilers/because.hpp"

namespace driftless {
namespace {

/// The value at a dotted path; null where there is none.
json at_path(const json& outputs, std::string_view path) {
    const json* here = &outputs;
    while (!path.empty()) {
        const auto end = std::min(path.find('.'), path.size());
        const std::string step{path.substr(0, end)};
        path.remove_prefix(std::min(end + 1, path.size()));
        if (!here->is_object() || !here->contains(step)) return nullptr;
        here = &here->at(step);
    }
    return *here;
}

std::string to_text(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

void Board::post(const ResourceKey& key, Posted posted) {
    posted_.insert_or_assign(key, std::move(posted));
}

void Board::take_down(const ResourceKey& key) {
    posted_.erase(key);
}

bool Board::set_needs(const std::string& target, NeedsElsewhere needs) {
    NeedsElsewhere& known = needs_[target];
    const bool is_news = known != needs;
    known = std::move(needs);
    return is_news;
}

std::vector<ResourceKey> Board::dependents_of(const ResourceKey& key) const {
    std::vector<ResourceKey> dependents;
    for (const auto& [target, needs] : needs_) {
        if (target == key.target) continue;
        for (const auto& [dependent, needed] : needs) {
            if (std::ranges::find(needed, key) != needed.end()) dependents.push_back(dependent);
        }
    }
    return dependents;
}

const Posted* Board::find(const ResourceKey& key) const {
    const auto found = posted_.find(key);
    return found == posted_.end() ? nullptr : &found->second;
}

Result<std::string> Board::find(const LateRef& ref) const {
    const Posted* posted = find(ref.of);
    const std::string what = fmt::format("output {} of {}", ref.field, to_string(ref.of));
    if (posted == nullptr) {
        return Error{Errc::unavailable, fmt::format("waits for {}: not seen yet", what)};
    }
    const json value = at_path(posted->outputs, ref.field);
    if (value.is_primitive() && !value.is_null()) return to_text(value);
    if (value.is_structured()) {
        return Error{Errc::not_found,
                     fmt::format("{}: it is not a single value; name a field of it", what)};
    }
    if (posted->ready) {
        return Error{Errc::not_found, fmt::format("{}: there is no such field", what)};
    }
    const std::string why = posted->detail.empty() ? "not ready" : posted->detail;
    return Error{Errc::unavailable, because("waits for " + what, why)};
}

}  // namespace driftless
