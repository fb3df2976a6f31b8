#include "providers/net/pacers.hpp"

namespace driftless::net {

Pacer& Pacers::of(const std::string& url, const Secret& credential, PacerParts parts) {
    for (const Entry& entry : entries_) {
        if (entry.url == url && entry.credential.same_as(credential)) return *entry.pacer;
    }
    auto pacer = std::make_unique<Pacer>(executor_, clock_, std::move(parts));
    return *entries_.emplace_back(Entry{url, credential, std::move(pacer)}).pacer;
}

}  // namespace driftless::net
