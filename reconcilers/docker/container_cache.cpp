#include "reconcilers/docker/container_cache.hpp"

namespace driftless::docker {

void ContainerCache::remember(const std::string& id, const std::string& fingerprint,
                              const std::string& agreed, Live live) {
    live.spec = nullptr;
    entries_.insert_or_assign(id, Entry{fingerprint, agreed, std::move(live)});
}

const Live* ContainerCache::find(const std::string& id, const std::string& fingerprint,
                                 const std::string& agreed) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return nullptr;
    const Entry& entry = found->second;
    return entry.fingerprint == fingerprint && entry.agreed == agreed ? &entry.live : nullptr;
}

void ContainerCache::forget(const std::string& id) {
    entries_.erase(id);
}

void ContainerCache::clear() {
    entries_.clear();
}

}  // namespace driftless::docker
