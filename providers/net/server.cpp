#include "providers/net/server.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

#include "providers/net/deadline.hpp"
#include "providers/net/event.hpp"
#include "providers/net/http_session.hpp"
#include "providers/net/platform.hpp"
#include "providers/net/task_group.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using Code = boost::system::error_code;
using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

Error listen_error(const std::string& where, const Code& code) {
    auto message = fmt::format("listen on {}: {}", where, code.message());
    if (code == asio::error::address_in_use) return {Errc::conflict, std::move(message)};
    if (code == asio::error::access_denied) return {Errc::forbidden, std::move(message)};
    return {Errc::unavailable, std::move(message)};
}

/// Takes away a socket's file that nobody answers at any more.
Result<void> make_room(const asio::any_io_executor& executor, const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    if (!S_ISSOCK(info.st_mode)) {
        return Error{Errc::conflict,
                     fmt::format("listen on {}: there is a file that is no socket", path)};
    }
    Local::socket probe{executor};
    Code refused;
    probe.connect(Local::endpoint{path}, refused);
    if (!refused) {
        return Error{Errc::conflict,
                     fmt::format("listen on {}: another process answers there", path)};
    }
    ::unlink(path.c_str());
    return {};
}

Code owner_only(const std::string& path) {
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0) return {};
    return Code{errno, boost::system::system_category()};
}

/// The system gives the lowest free number, so a high one means that few are left: those are for
/// git, engines and the store.
bool may_take(int descriptor, const ServerLimits& limits) {
    const int all = most_descriptors();
    return descriptor < all - std::min(limits.spare_descriptors, all / 4);
}

Peer peer_of(Tcp::socket&) {
    return {Peer::Kind::tcp, std::nullopt};
}

Peer peer_of(Local::socket& socket) {
    Peer peer{Peer::Kind::unix_socket, std::nullopt};
    if (const auto uid = peer_uid(socket.native_handle())) peer.uid = *uid;
    return peer;
}

/// Nothing of ours is a page: no browser may guess, keep or embed it.
void guard(Headers& headers) {
    const auto unless_said = [&headers](const char* name, const char* value) {
        if (header_of(headers, name).empty()) headers.emplace_back(name, value);
    };
    unless_said("Cache-Control", "no-store");
    unless_said("X-Content-Type-Options", "nosniff");
    unless_said("Referrer-Policy", "no-referrer");
    unless_said("Cross-Origin-Resource-Policy", "same-origin");
    unless_said("Content-Security-Policy",
                "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
}

asio::awaitable<Result<ServerResponse>> call(const Handler& handler, ServerRequest request) {
    co_return co_await handler(std::move(request));
}

}  // namespace

struct Server::State {
    State(asio::any_io_executor on, Clock& with, Handler calls, ServerLimits within)
        : executor(std::move(on)),
          clock(with),
          handler(std::move(calls)),
          limits(within),
          freed(executor),
          tcp(executor),
          local(executor) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (!path.empty()) ::unlink(path.c_str());
    }

    asio::any_io_executor executor;
    Clock& clock;
    Handler handler;
    ServerLimits limits;
    Event freed;  // a connection has ended, or all must
    Tcp::acceptor tcp;
    Local::acceptor local;
    std::string path;  // of the Unix socket that is ours
    std::set<HttpSession*> sessions;
    std::map<Peer::Kind, std::size_t> open;  // connections: who floods one door leaves the other
    bool stopping = false;
};

/// Accepts and answers. Holds the state as long as any of its connections lives.
class Server::Work {
public:
    explicit Work(std::shared_ptr<State> state) : state_(std::move(state)) {}

    template <class Acceptor>
    asio::awaitable<void> accept(Acceptor& acceptor, Peer::Kind kind, TaskGroup& connections) {
        State& state = *state_;
        while (!state.stopping) {
            if (state.open[kind] >= state.limits.connections) {
                (void)co_await state.freed.wait();
                continue;
            }
            auto [code, socket] =
                co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
            if (code == asio::error::operation_aborted) co_return;
            if (code) {  // out of descriptors, mostly: connections that end give some back
                (void)co_await state.clock.sleep_for(100ms);
                continue;
            }
            if (!may_take(socket.native_handle(), state.limits)) continue;
            const Peer peer = peer_of(socket);
            HttpSession::Socket plain{std::move(socket)};
            connections.spawn(converse(make_session(std::move(plain), peer)));
        }
    }

private:
    /// Counted from its making to its end.
    class Session : public HttpSession {
    public:
        Session(std::shared_ptr<State> state, Socket socket, Peer peer)
            : HttpSession(std::move(socket), peer, state->clock, state->limits),
              state_(std::move(state)),
              kind_(peer.kind) {
            state_->sessions.insert(this);
            ++state_->open[kind_];
        }
        Session(const Session&) = delete;
        Session& operator=(const Session&) = delete;
        ~Session() {
            state_->sessions.erase(this);
            --state_->open[kind_];
            state_->freed.notify_all();
        }

    private:
        std::shared_ptr<State> state_;
        Peer::Kind kind_;
    };

    std::unique_ptr<Session> make_session(HttpSession::Socket socket, Peer peer) {
        return std::make_unique<Session>(state_, std::move(socket), peer);
    }

    asio::awaitable<void> converse(std::unique_ptr<Session> session) {
        bool again = true;
        while (again) {
            Incoming incoming = co_await session->read();
            if (incoming.refusal) {
                guard(incoming.refusal->headers);
                (void)co_await session->write(*std::move(incoming.refusal), true, false);
                co_await session->finish();
                co_return;
            }
            if (!incoming.request) co_return;
            const bool is_head = incoming.request->method == Method::head;
            ServerResponse response = co_await answer(*std::move(incoming.request));
            guard(response.headers);
            if (response.stream && !is_head) {
                co_await session->stream(std::move(response));
                co_await session->finish();
                co_return;
            }
            again = incoming.keep_alive && !state_->stopping;
            const bool sent = co_await session->write(std::move(response), !is_head, again);
            again = again && sent && !state_->stopping;
        }
    }

    asio::awaitable<ServerResponse> answer(ServerRequest request) {
        auto response = co_await with_deadline(state_->clock, state_->limits.request_in,
                                               call(state_->handler, std::move(request)));
        if (response) co_return *std::move(response);
        if (response.error().code == Errc::timed_out) {
            co_return problem(503, "Service Unavailable", "there was no answer in time; try again");
        }
        co_return problem(500, "Internal Server Error", response.error().message);
    }

    std::shared_ptr<State> state_;
};

Server::Server(asio::any_io_executor executor, Clock& clock, Handler handler, ServerLimits limits)
    : state_(std::make_shared<State>(std::move(executor), clock, std::move(handler), limits)) {}

Server::~Server() {
    stop();
}

Result<std::uint16_t> Server::listen_tcp(const std::string& address, std::uint16_t port) {
    Code code;
    const auto ip = asio::ip::make_address(address, code);
    if (code) {
        return Error{Errc::invalid,
                     fmt::format("listen on {}: not an IP address", in_quotes(address))};
    }
    const Tcp::endpoint endpoint{ip, port};
    auto& acceptor = state_->tcp;
    acceptor.open(endpoint.protocol(), code);
    if (!code) acceptor.set_option(asio::socket_base::reuse_address{true}, code);
    if (!code) acceptor.bind(endpoint, code);
    if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
    if (code) return listen_error(fmt::format("{}:{}", address, port), code);
    return acceptor.local_endpoint().port();
}

Result<void> Server::listen_unix(const std::string& path) {
    if (auto fits = check_socket_path(path); !fits) return fits;
    if (auto free = make_room(state_->executor, path); !free) return free;
    Code code;
    auto& acceptor = state_->local;
    acceptor.open(Local{}, code);
    if (!code) acceptor.bind(Local::endpoint{path}, code);
    if (!code) state_->path = path;
    if (!code) code = owner_only(path);  // before listen: until then nobody can connect
    if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
    if (code) return listen_error(path, code);
    return {};
}

asio::awaitable<Result<void>> Server::serve() {
    Work work{state_};
    TaskGroup connections{state_->executor};
    if (state_->tcp.is_open()) {
        connections.spawn(work.accept(state_->tcp, Peer::Kind::tcp, connections));
    }
    if (state_->local.is_open()) {
        connections.spawn(work.accept(state_->local, Peer::Kind::unix_socket, connections));
    }
    co_return co_await connections.join();
}

void Server::stop() {
    state_->stopping = true;
    Code ignored;
    state_->tcp.close(ignored);
    state_->local.close(ignored);
    for (HttpSession* session : state_->sessions) {
        if (session->is_idle()) session->close();
    }
    state_->freed.notify_all();
}

ServerResponse problem(int status, std::string_view title, std::string_view detail) {
    nlohmann::json body;
    body["type"] = "about:blank";
    body["status"] = status;
    body["title"] = title;
    if (!detail.empty()) body["detail"] = detail;
    ServerResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "application/problem+json");
    response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return response;
}

}  // namespace driftless::net
