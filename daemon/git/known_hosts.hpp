#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::git {

/// The keys that a known_hosts file pins for one host. Several of a type are fine, so that a change
/// of keys can be prepared. Certificate authorities in it are left out. Nothing is ever added.
class KnownHosts {
public:
    /// @param text  of the file: names, patterns, hashed names, [host]:port, @revoked
    /// @param file  its name, for messages
    KnownHosts(std::string_view text, std::string file, std::string host, unsigned port);

    /// @param key  as the server sent it
    /// @return `forbidden`, with both fingerprints and what to do
    [[nodiscard]] Result<void> check(std::string_view key) const;

    /// The pins as plain lines: from these libssh2 learns which type of key to ask for.
    [[nodiscard]] std::string lines() const;
    /// "ssh-ed25519, ecdsa-sha2-nistp256"; "" when nothing is pinned
    [[nodiscard]] std::string types() const;
    /// What a person runs to see the keys of a type that the host has; "" for any type
    [[nodiscard]] std::string scan_command(std::string_view type) const;

private:
    void read_line(std::string_view line);
    [[nodiscard]] bool names_us(std::string_view patterns) const;
    [[nodiscard]] std::string known_as() const;  ///< "host", or "[host]:port"

    std::string file_;
    std::string host_;
    unsigned port_;
    std::vector<std::string> pins_;
    std::vector<std::string> revoked_;
};

}  // namespace driftless::git
