#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/base/secret.hpp"
#include "providers/net/pacer.hpp"

namespace driftless::net {

/// The pacer of each credential: a server counts the calls of all who use the same one together, so
/// they share what is left of its budget, and a block that one of them ran into.
class Pacers {
public:
    Pacers(asio::any_io_executor executor, Clock& clock)
        : executor_(std::move(executor)), clock_(clock) {}

    /// The pacer for `credential` at the server `url`, made at its first use; lives as long as we
    /// do.
    /// @param parts  what it is made of; of no effect later
    Pacer& of(const std::string& url, const Secret& credential, PacerParts parts);

private:
    struct Entry {
        std::string url;
        Secret credential;
        std::unique_ptr<Pacer> pacer;  // its address must not change
    };

    asio::any_io_executor executor_;
    Clock& clock_;
    std::vector<Entry> entries_;
};

}  // namespace driftless::net
