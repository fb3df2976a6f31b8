#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "daemon/http/api.hpp"
#include "daemon/http/metrics.hpp"
#include "providers/net/server.hpp"

namespace driftless {

/// What the listeners are made of; everything that is referred to outlives them.
struct ListenerParts {
    const Settings& settings;
    std::string socket;       ///< path of the Unix socket
    std::uint32_t owner = 0;  ///< user id that may use it, besides root
    net::asio::any_io_executor executor;
    net::Clock& clock;
    net::Random& random;
    http::Control& control;
    Feed& feed;
    Measures& measures;
    net::Redactor* redactor = nullptr;  ///< of every answer; learns the token
};

/// The daemon's doors: the endpoint on TCP and on the Unix socket, and /metrics on an address of
/// its own where the settings name one.
class Listeners {
public:
    /// Binds TCP and the Unix socket, and makes the token for writes at the first start.
    /// @return `conflict`: a place is taken; `invalid`; why the token cannot be read
    static Result<std::unique_ptr<Listeners>> open(ListenerParts parts);

    [[nodiscard]] const std::string& url() const { return url_; }  ///< "http://127.0.0.1:7766/"
    [[nodiscard]] std::uint16_t metrics_port() const { return metrics_port_; }  ///< 0: not bound
    /// Answers until stopped or canceled. An address for metrics that isn't there yet, as that of a
    /// bridge before Docker is up, is tried again; nothing else waits for it.
    net::asio::awaitable<void> serve();
    void stop();  ///< takes no more; safe to repeat

    static constexpr std::chrono::seconds try_again_in{10};

private:
    explicit Listeners(ListenerParts parts);
    Result<void> bind();
    Result<Secret> open_token();
    net::asio::awaitable<void> serve_endpoint();
    net::asio::awaitable<void> serve_metrics();

    ListenerParts parts_;
    std::unique_ptr<http::Api> api_;
    http::MetricsPage page_;
    std::unique_ptr<net::Server> endpoint_;
    std::unique_ptr<net::Server> metrics_;
    std::string url_;
    std::uint16_t metrics_port_ = 0;
    bool stopping_ = false;
};

}  // namespace driftless
