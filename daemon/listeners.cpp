#include "daemon/listeners.hpp"

#include <spdlog/spdlog.h>

#include <charconv>
#include <filesystem>

#include "daemon/secrets/private_file.hpp"
#include "providers/net/task_group.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest_token = 4096;
constexpr std::size_t metrics_connections = 8;

/// "127.0.0.1:7766", taken apart.
struct Address {
    std::string host;
    std::uint16_t port = 0;
};

Result<Address> parse_listen(const std::string& key, const std::string& text) {
    const auto colon = text.rfind(':');
    Address address;
    const char* end = text.data() + text.size();
    const auto [past, failed] = colon == text.npos
                                    ? std::from_chars_result{end, std::errc::invalid_argument}
                                    : std::from_chars(text.data() + colon + 1, end, address.port);
    if (failed != std::errc{} || past != end) {
        return Error{Errc::invalid, fmt::format("{}: {} is no address with a port; write "
                                                "\"127.0.0.1:7766\"",
                                                key, in_quotes(text))};
    }
    address.host = text.substr(0, colon);
    if (address.host == "localhost") address.host = "127.0.0.1";
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    return address;
}

/// The settings' grammar says so too; what opens the door to others is asked twice.
bool is_of_this_machine_alone(const Address& address) {
    return address.host == "::1" || address.host.starts_with("127.");
}

/// @param error  names the address
Error not_free(Error error) {
    if (error.code == Errc::conflict) {
        error.message += "; end the program that listens there, or set another `http.listen`";
    }
    return error;
}

std::set<std::string> metrics_hosts(const Settings& settings) {
    std::set<std::string> hosts;
    const auto colon = settings.metrics.listen.rfind(':');
    const std::string port =
        colon == std::string::npos ? "" : settings.metrics.listen.substr(colon);
    std::vector<std::string> names{"localhost", "host.docker.internal"};
    names.insert(names.end(), settings.http.hosts.begin(), settings.http.hosts.end());
    for (const std::string& name : names) {
        hosts.insert(name);
        hosts.insert(name + port);
    }
    return hosts;
}

}  // namespace

Listeners::Listeners(ListenerParts parts)
    : parts_(std::move(parts)),
      page_(parts_.control, parts_.measures, parts_.feed, metrics_hosts(parts_.settings)) {}

Result<std::unique_ptr<Listeners>> Listeners::open(ListenerParts parts) {
    std::unique_ptr<Listeners> listeners{new Listeners{std::move(parts)}};
    if (auto bound = listeners->bind(); !bound) return std::move(bound).error();
    return listeners;
}

/// The token for writes over TCP, made at the first start.
Result<Secret> Listeners::open_token() {
    const std::string path = parts_.settings.state + "/token";
    auto made = write_new_private_file(path, net::random_hex(parts_.random, 32));
    if (!made && made.error().code != Errc::conflict) return std::move(made).error();
    auto token = read_private_file(path, longest_token);
    if (!token) return std::move(token).error().in("read the endpoint's token");
    while (!token->empty() && token->back() == '\n') token->pop_back();
    return Secret{std::move(*token)};
}

Result<void> Listeners::bind() {
    const HttpSettings& http = parts_.settings.http;
    auto address = parse_listen("http.listen", http.listen);
    if (!address) return std::move(address).error();
    if (!is_of_this_machine_alone(*address)) {
        return Error{Errc::invalid, fmt::format("http.listen: {} is no address of this machine "
                                                "alone; write \"127.0.0.1:7766\"",
                                                in_quotes(http.listen))};
    }
    auto token = open_token();
    if (!token) return std::move(token).error();
    if (parts_.redactor != nullptr) parts_.redactor->learn(*token);
    net::Handler handler = [this](net::ServerRequest request) {
        return api_->handle(std::move(request));
    };
    endpoint_ = std::make_unique<net::Server>(parts_.executor, parts_.clock, std::move(handler));
    const auto port = endpoint_->listen_tcp(address->host, address->port);
    if (!port) return not_free(port.error());
    std::error_code ignored;
    const auto folder = std::filesystem::path{parts_.socket}.parent_path();
    std::filesystem::create_directories(folder, ignored);
    auto bound = endpoint_->listen_unix(parts_.socket);
    if (!bound) return std::move(bound).error().in("listen at " + in_quotes(parts_.socket));
    http::Access access{.hosts = http::own_hosts(*port, http.hosts),
                        .token = std::move(*token),
                        .owner = parts_.owner};
    api_ = std::make_unique<http::Api>(http::ApiParts{.control = parts_.control,
                                                      .feed = parts_.feed,
                                                      .measures = parts_.measures,
                                                      .clock = parts_.clock,
                                                      .access = std::move(access),
                                                      .redactor = parts_.redactor});
    const bool v6 = address->host.find(':') != std::string::npos;
    url_ = fmt::format("http://{}:{}/", v6 ? "[" + address->host + "]" : address->host, *port);
    return {};
}

net::asio::awaitable<void> Listeners::serve() {
    net::TaskGroup doors{parts_.executor};
    doors.spawn(serve_endpoint());
    if (!parts_.settings.metrics.listen.empty()) doors.spawn(serve_metrics());
    const auto ended = co_await doors.join();
    if (!ended && ended.error().code != Errc::canceled) {
        spdlog::error("endpoint failed detail={}", in_quotes(ended.error().message));
    }
}

net::asio::awaitable<void> Listeners::serve_endpoint() {
    const auto ended = co_await endpoint_->serve();
    if (!ended && ended.error().code != Errc::canceled) {
        spdlog::error("endpoint failed detail={}", in_quotes(ended.error().message));
    }
}

net::asio::awaitable<void> Listeners::serve_metrics() {
    const std::string& listen = parts_.settings.metrics.listen;
    const auto address = parse_listen("metrics.listen", listen);
    bool told = false;
    while (address && !stopping_) {
        net::Handler handler = [this](net::ServerRequest request) {
            return page_.handle(std::move(request));
        };
        net::ServerLimits limits;
        limits.connections = metrics_connections;
        metrics_ = std::make_unique<net::Server>(parts_.executor, parts_.clock, std::move(handler),
                                                 limits);
        const auto port = metrics_->listen_tcp(address->host, address->port);
        if (port) {
            metrics_port_ = *port;
            spdlog::info("metrics listen address={} port={}", address->host, *port);
            (void)co_await metrics_->serve();
            co_return;
        }
        if (!told) spdlog::warn("metrics wait detail={}", in_quotes(port.error().message));
        told = true;
        const auto waited = co_await parts_.clock.sleep_for(try_again_in);
        if (!waited) co_return;
    }
    if (!address) spdlog::error("metrics failed detail={}", in_quotes(address.error().message));
}

void Listeners::stop() {
    stopping_ = true;
    endpoint_->stop();
    if (metrics_) metrics_->stop();
}

}  // namespace driftless
