#include "tests/pretend/cloudflare.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <csignal>
#include <iostream>

#include "providers/net/server.hpp"
#include "providers/net/signals.hpp"
#include "tests/pretend/controls.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {

namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

/// An answer that breaks off: its length says more than comes.
net::ServerResponse broken_off() {
    net::ServerResponse response;
    response.headers = {{"Content-Type", "application/json"}, {"Content-Length", "4096"}};
    response.stream = [](net::Outlet& outlet) -> asio::awaitable<void> {
        (void)co_await outlet.write("{\"result\":");
    };
    return response;
}

asio::awaitable<net::ServerResponse> answer(FakeCloudflare& cloudflare, net::ServerRequest asked) {
    if (asked.target.starts_with("/pretend/")) co_return control(cloudflare, asked);
    net::Request request{asked.method, std::move(asked.target)};
    request.headers = std::move(asked.headers);
    request.body = std::move(asked.body);
    auto given = co_await cloudflare.send(std::move(request));
    if (!given) co_return broken_off();
    net::ServerResponse response;
    response.status = given->status;
    response.headers = std::move(given->headers);
    response.body = std::move(given->body);
    co_return response;
}

json furnished(FakeCloudflare& cloudflare, const std::vector<std::string>& zones) {
    json made = json::object();
    for (const std::string& zone : zones) {
        const std::size_t equals = zone.find('=');
        const std::string name = zone.substr(0, equals);
        const std::string plan = equals == std::string::npos ? "free" : zone.substr(equals + 1);
        made[name] = cloudflare.add_zone(name, plan);
    }
    return made;
}

asio::awaitable<bool> until_told(net::Signals& signals, net::Server& server) {
    (void)co_await signals.next();
    server.stop();
    co_return true;
}

/// A batch of a large zone has megabytes, a bucket of files for Pages 40 MiB, more in base64.
net::ServerLimits large_bodies() {
    net::ServerLimits limits;
    limits.header = 32u << 10;
    limits.body = 96u << 20;
    limits.headers_in = 60s;  // clients keep their connections
    limits.request_in = 120s;
    limits.connections = 256;
    return limits;
}

}  // namespace

int pretend_cloudflare(const PretendOptions& options) {
    asio::io_context io{1};
    net::SystemClock clock;
    FakeCloudflare cloudflare{clock, options.seed};
    cloudflare.latency = 0ms;
    cloudflare.habits().plain_status = options.plain_status;
    cloudflare.habits().deploy_takes = 500ms;
    const json zones = furnished(cloudflare, options.zones);
    const auto handler = [&cloudflare](net::ServerRequest request) {
        return answer(cloudflare, std::move(request));
    };
    net::Server server{io.get_executor(), clock, handler, large_bodies()};
    const auto port = server.listen_tcp(options.address, options.port);
    if (!port) {
        std::cerr << "driftless-pretend: " << port.error().message << '\n';
        return 1;
    }
    const std::string url = fmt::format("http://{}:{}", options.address, *port);
    net::Signals signals{io.get_executor(), {SIGTERM, SIGINT}};
    const json ready = {{"url", url + "/client/v4"},
                        {"control", url + "/pretend"},
                        {"account", cloudflare.account()},
                        {"token", cloudflare.token()},
                        {"zones", zones}};
    std::cout << ready.dump() << '\n' << std::flush;
    const auto told =
        asio::co_spawn(io, testing::as_optional(until_told(signals, server)), asio::use_future);
    (void)testing::run_on(io, server.serve());
    return testing::is_ready(told) ? 0 : 1;  // else it ended by itself
}

}  // namespace driftless::test
