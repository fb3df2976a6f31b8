#include "reconcilers/docker/places.hpp"

namespace driftless::docker {

const Declared* Places::at(const std::string& place) {
    if (declared_.empty() && facts_.desired) {
        for (const Declared& want : (*facts_.desired)->resources) {
            if (!want.claims.empty()) declared_.emplace(want.claims.front(), &want);
        }
    }
    const auto found = declared_.find(place);
    return found == declared_.end() ? nullptr : found->second;
}

const Declared* Places::given(const std::string& place, const std::string& id) {
    const Declared* want = at(place);
    if (want == nullptr || facts_.adopt.contains(want->key)) return want;
    const auto entry = facts_.inventory.find(want->key);
    const bool taken = entry != facts_.inventory.end() && entry->second.id == id;
    return taken ? want : nullptr;
}

}  // namespace driftless::docker
