#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "reconcilers/live.hpp"

namespace driftless {

struct KeyHash {
    std::size_t operator()(const ResourceKey& key) const;
};
template <class T>
using ByKey = std::unordered_map<ResourceKey, T, KeyHash>;
/// By the keys of what outlives it, which are not copied.
template <class T>
using KeysOf = std::unordered_map<std::reference_wrapper<const ResourceKey>, T, KeyHash,
                                  std::equal_to<ResourceKey>>;
using KeySet = std::unordered_set<ResourceKey, KeyHash>;

/// One live thing, and the collection that showed it.
struct Sighting {
    const Live* live = nullptr;
    const std::string* collection = nullptr;
};

/// The reads of a run, indexed once. Refers to the reads.
class Lookup {
public:
    explicit Lookup(const Reads& reads);

    /// What answers to a key; of several ours goes first, then kin, then another's.
    [[nodiscard]] const Live* by_key(const std::string& collection, const ResourceKey& key) const;
    [[nodiscard]] const Live* by_id(const std::string& collection, const std::string& id) const;
    /// All that hold a claim.
    [[nodiscard]] const std::vector<const Live*>& holders(const std::string& collection,
                                                          const std::string& claim) const;
    /// All, in the order of the reads.
    [[nodiscard]] const std::vector<Sighting>& all() const { return all_; }

private:
    void add(const std::string& collection, const Live& live);

    struct Collection {
        KeysOf<const Live*> by_key;
        std::unordered_map<std::string_view, const Live*> by_id;
        std::unordered_map<std::string_view, std::vector<const Live*>> by_claim;
    };
    std::unordered_map<std::string, Collection> collections_;
    std::vector<Sighting> all_;
};

}  // namespace driftless
