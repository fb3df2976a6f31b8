#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// A tunnel of cloudflared that was not deleted.
struct Tunnel {
    std::string id;
    std::string name;
    bool is_remote = false;  ///< the API holds its configuration, not a file beside cloudflared
    std::string status;      ///< "inactive", "degraded", "healthy", "down"
};

/// The whole configuration of a tunnel.
struct TunnelConfig {
    json config = json::object();  ///< `ingress`, `originRequest`, and what else is in it
    std::int64_t version = 0;      ///< counts up with each that is put
};

/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/tunnels/
class Tunnels {
public:
    explicit Tunnels(Account& account) : account_(account) {}

    /// All that live. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<Tunnel>>> list();
    /// One whose configuration the API holds. Not safe to repeat: after an error that is no
    /// refusal, list again. @return `conflict`: a living one has that name
    asio::awaitable<Result<Tunnel>> create(std::string name);
    /// Safe to repeat. @return `conflict`: another living one has that name
    asio::awaitable<Result<void>> rename(std::string id, std::string name);
    /// What a cloudflared connects with. Changes nothing, yet takes the right to write.
    asio::awaitable<Result<Secret>> token(std::string id);
    /// @return nothing where none was ever put
    asio::awaitable<Result<std::optional<TunnelConfig>>> configuration(std::string id);
    /// Replaces all of it. Safe to repeat. @return its version from now on
    asio::awaitable<Result<std::int64_t>> configure(std::string id, json config);
    /// How many cloudflareds are connected now; those that the service only remembers are none.
    asio::awaitable<Result<std::size_t>> connectors(std::string id);
    /// Cuts all connections, also those that are only remembered. A cloudflared that runs comes
    /// back. Safe to repeat.
    asio::awaitable<Result<void>> cut(std::string id);
    /// Deletes it and its configuration. Safe to repeat. @return `conflict`: a cloudflared is
    ///         connected; `not_found`: it is deleted already
    asio::awaitable<Result<void>> remove(std::string id);

private:
    [[nodiscard]] std::string path(const std::string& id, std::string_view below = "") const;

    Account& account_;
};

/// @return `unavailable`: it is no tunnel
Result<Tunnel> parse_tunnel(const json& shown);
/// @return nothing where the answer has none
std::optional<TunnelConfig> parse_tunnel_config(const json& shown);

}  // namespace driftless::cloudflare
