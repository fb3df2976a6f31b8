#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "providers/net/clock.hpp"

namespace driftless::net {

/// The service manager that started us, told how we are: the notify protocol of systemd, datagrams
/// to the socket that NOTIFY_SOCKET names. Where there is none (launchd, a terminal) nothing is
/// sent. A message that doesn't arrive is no fault of ours: the manager then acts as it would if we
/// hung. https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
class Supervisor {
public:
    /// @param environment  of this process: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
    explicit Supervisor(const std::map<std::string, std::string>& environment);

    void ready(const std::string& status) const;
    void reloading() const;  ///< until `ready`
    void stopping() const;
    /// Twice within the time after which the manager takes us for hung, as long as the loop that
    /// runs this goes on. Ends when canceled, at once where nobody watches.
    asio::awaitable<void> feed_watchdog(Clock& clock) const;

    /// The time after which the manager takes us for hung, where it watches.
    [[nodiscard]] std::optional<std::chrono::microseconds> patience() const { return patience_; }

private:
    void send(const std::string& message) const;

    std::string socket_;
    std::optional<std::chrono::microseconds> patience_;
};

}  // namespace driftless::net
