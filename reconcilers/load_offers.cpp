#include "reconcilers/load_offers.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace driftless {

void add_needs_of_offers(std::vector<Declared>& resources) {
    std::unordered_map<std::string_view, std::vector<const Declared*>> offered;
    for (const Declared& declared : resources) {
        for (const std::string& word : declared.offers) offered[word].push_back(&declared);
    }
    for (Declared& declared : resources) {
        for (const std::string& word : declared.stands_on) {
            const auto found = offered.find(word);
            if (found == offered.end()) continue;
            for (const Declared* other : found->second) {
                const bool known = other->key == declared.key ||
                                   std::ranges::find(declared.needs, other->key, &Need::key) !=
                                       declared.needs.end();
                if (!known) declared.needs.push_back({.key = other->key});
            }
        }
    }
}

}  // namespace driftless
