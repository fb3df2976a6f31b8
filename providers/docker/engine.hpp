#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>

#include "config/base/percent.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless::net {
class Turns;
}

namespace driftless::docker {

namespace asio = boost::asio;

/// An API version: 1.41. Ordered.
struct ApiVersion {
    int major = 0;
    int minor = 0;
    auto operator<=>(const ApiVersion&) const = default;
};
std::string to_string(ApiVersion version);
inline constexpr ApiVersion lowest_api{1, 41};
inline constexpr ApiVersion highest_api{1, 51};

/// One Docker Engine: negotiates the version, puts it before each path, refuses what is not on the
/// list of calls (calls.hpp), and turns status codes into errors.
class Engine {
public:
    explicit Engine(net::HttpTransport& transport);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// Sends one request. The target has no version: "/containers/json?all=1". The version is
    /// negotiated before the first call and again after the connection was lost.
    /// @return the answer with a status below 400 (304 is one), else the error that the status
    /// stands
    ///         for with the engine's own message: 404 not_found, 409 conflict, 400 invalid,
    ///         401 unauthenticated, 403 forbidden, 429 rate_limited, 5xx unavailable;
    ///         `forbidden` without a request for what is not on the list
    asio::awaitable<Result<net::Response>> send(net::Request request);
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request request);

    /// The negotiated version. Asks if need be. @return `invalid` when there is none in common
    asio::awaitable<Result<ApiVersion>> version();
    /// The version as last negotiated; 0.0 where none is known now. Asks nobody.
    [[nodiscard]] ApiVersion known_version() const { return version_; }
    /// Negotiate again before the next call: after a lost connection.
    void forget_version();

private:
    asio::awaitable<Result<net::Response>> send_versioned(const net::Request& request);
    asio::awaitable<Result<ApiVersion>> negotiate();

    net::HttpTransport& transport_;
    ApiVersion version_{};
    std::unique_ptr<net::Turns> asking_;  // one asks, the others wait for what it learns
    int refusals_ = 0;
    Error refusal_{Errc::unavailable, ""};  // what the last one that asked in vain was told
};

/// Did the engine find no room on its disk? Only somebody there can make some.
bool is_disk_full(const Error& error);
/// With what to do about it, where the engine's own words don't say.
Error with_advice(Error error);

/// The parsed body. @return `invalid` when it isn't JSON; nesting over 128 is refused
Result<nlohmann::json> parse_body(const net::Response& response);

}  // namespace driftless::docker
