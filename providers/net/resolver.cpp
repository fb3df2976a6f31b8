#include "providers/net/resolver.hpp"

#include <netdb.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

#include "config/base/guarded.hpp"
#include "providers/net/event.hpp"

namespace driftless::net {
namespace {

using Tell = std::function<void(Result<Addresses>)>;

/// Between the loop and a thread: empty once nobody wants to know. All that a thread knows of us.
using Ear = Guarded<Tell>;

Addresses addresses_of(const addrinfo* list) {
    Addresses all;
    for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
        asio::ip::tcp::endpoint endpoint;
        if (each->ai_addrlen > endpoint.capacity()) continue;
        std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
        all.push_back(endpoint.address());
    }
    return all;
}

std::optional<Addresses> known(const std::string& host) {
    if (host == "localhost") {
        return Addresses{asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
    }
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(host, no_address);
    if (no_address) return std::nullopt;
    return Addresses{address};
}

/// On a thread; owns all that it touches.
void ask(const Lookup& lookup, const std::string& host, const std::shared_ptr<Ear>& ear) {
    auto found = lookup(host);
    ear->with([&](Tell& tell) {
        if (tell) tell(std::move(found));
    });
}

}  // namespace

Result<Addresses> look_up(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_flags = AI_ADDRCONFIG;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list);
    const std::string why = failed == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(failed);
    auto found = addresses_of(list);
    if (list != nullptr) ::freeaddrinfo(list);
    if (failed == 0 && !found.empty()) return found;
    return Error{Errc::unavailable,
                 fmt::format("resolve {}: {}; is the name right, and does this machine's name "
                             "server answer?",
                             in_quotes(host), failed == 0 ? "it has no address" : why)};
}

struct Resolver::State {
    State(const asio::any_io_executor& on, std::string of, Lookup by)
        : executor(on), host(std::move(of)), lookup(std::move(by)), answered(executor) {}

    asio::any_io_executor executor;
    std::string host;
    Lookup lookup;
    Event answered;
    std::optional<Result<Addresses>> answer;  ///< the latest
    std::shared_ptr<Ear> ear;                 ///< of the lookup under way; shared with its thread
};

Resolver::Resolver(const asio::any_io_executor& executor, std::string host, Lookup lookup)
    : state_(std::make_shared<State>(executor, std::move(host), std::move(lookup))) {}

Resolver::~Resolver() {
    if (state_->ear) state_->ear->with([](Tell& tell) { tell = nullptr; });
}

Result<void> Resolver::begin(const std::shared_ptr<State>& state) {
    const auto hear = [weak = std::weak_ptr{state}](const Result<Addresses>& found) {
        const auto still = weak.lock();
        if (!still) return;
        still->answer = found;
        still->ear.reset();
        still->answered.notify_all();
    };
    state->ear = std::make_shared<Ear>();
    state->ear->with([&](Tell& tell) {
        tell = [executor = state->executor, hear](Result<Addresses> found) {
            asio::post(executor, [hear, found = std::move(found)] { hear(found); });
        };
    });
    try {
        std::thread{ask, state->lookup, state->host, state->ear}.detach();
    } catch (const std::system_error& error) {
        state->ear.reset();
        return Error{Errc::unavailable, fmt::format("resolve {}: cannot start a thread: {}",
                                                    in_quotes(state->host), error.what())};
    }
    return {};
}

asio::awaitable<Result<Addresses>> Resolver::resolve() {
    const auto state = state_;
    if (auto all = known(state->host)) co_return *std::move(all);
    if (!state->ear) {
        auto begun = begin(state);
        if (!begun) co_return std::move(begun).error();
    }
    auto woken = co_await state->answered.wait();
    if (!woken) co_return std::move(woken).error().in("resolve " + in_quotes(state->host));
    co_return *state->answer;
}

}  // namespace driftless::net
