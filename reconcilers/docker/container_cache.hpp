#pragma once

#include <map>
#include <string>

#include "reconcilers/live.hpp"

namespace driftless::docker {

/// What is remembered of containers that were looked at and found equal to what is declared: no
/// JSON trees, so that a hundred of them cost little. An entry counts as long as the list shows the
/// same fingerprint; events drop it at once.
class ContainerCache {
public:
    /// @param agreed  what was compared: the digest of the declared spec with what it ignores
    void remember(const std::string& id, const std::string& fingerprint, const std::string& agreed,
                  Live live);
    /// The container as it was seen, without its spec; nullptr when it must be looked at.
    [[nodiscard]] const Live* find(const std::string& id, const std::string& fingerprint,
                                   const std::string& agreed) const;
    [[nodiscard]] bool knows(const std::string& id) const { return entries_.contains(id); }
    void forget(const std::string& id);
    void clear();
    /// Drops all but the containers that the list still shows.
    template <class Ids>
    void keep_only(const Ids& ids) {
        for (auto entry = entries_.begin(); entry != entries_.end();) {
            entry = ids.contains(entry->first) ? std::next(entry) : entries_.erase(entry);
        }
    }

private:
    struct Entry {
        std::string fingerprint;
        std::string agreed;
        Live live;
    };
    std::map<std::string, Entry> entries_;
};

}  // namespace driftless::docker
