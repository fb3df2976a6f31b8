#include "providers/net/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstring>

namespace driftless::net {
namespace {

std::string value_of(const std::map<std::string, std::string>& environment, const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

std::optional<std::int64_t> number_in(const std::string& text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc{} || stopped != end || number <= 0) return std::nullopt;
    return number;
}

/// Lines end at a newline: none may come from elsewhere.
std::string one_line(std::string text) {
    for (char& letter : text) {
        if (static_cast<unsigned char>(letter) < 0x20) letter = ' ';
    }
    return text;
}

}  // namespace

Supervisor::Supervisor(const std::map<std::string, std::string>& environment)
    : socket_(value_of(environment, "NOTIFY_SOCKET")) {
    const std::string meant_for = value_of(environment, "WATCHDOG_PID");
    if (!meant_for.empty() && number_in(meant_for) != ::getpid()) return;
    if (const auto patience = number_in(value_of(environment, "WATCHDOG_USEC"))) {
        patience_ = std::chrono::microseconds{*patience};
    }
}

void Supervisor::ready(const std::string& status) const {
    send("READY=1\nSTATUS=" + one_line(status));
}

void Supervisor::reloading() const {
    send("RELOADING=1\nSTATUS=reading the settings again");
}

void Supervisor::stopping() const {
    send("STOPPING=1\nSTATUS=ending what runs");
}

asio::awaitable<void> Supervisor::feed_watchdog(Clock& clock) const {
    if (socket_.empty() || !patience_) co_return;
    for (bool slept = true; slept;) {
        send("WATCHDOG=1");
        const auto waited = co_await clock.sleep_for(*patience_ / 2);
        slept = waited.ok();
    }
}

void Supervisor::send(const std::string& message) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // a name without a file
    const int datagrams = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    if (datagrams < 0) return;
    ::fcntl(datagrams, F_SETFD, FD_CLOEXEC);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    ::sendto(datagrams, message.data(), message.size(), MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&address), size);
    ::close(datagrams);
}

}  // namespace driftless::net
