#include "tests/pretend/azure.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <csignal>
#include <iostream>

#include "providers/net/server.hpp"
#include "providers/net/signals.hpp"
#include "tests/support/fake_azure.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {

namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

/// The system's time, run faster from the start on.
class FastClock final : public net::Clock {
public:
    explicit FastClock(double speed) : speed_(speed) {}

    [[nodiscard]] net::SteadyTime now() const override {
        return began_ + scaled(real_.now() - began_, speed_);
    }
    [[nodiscard]] net::WallTime wall() const override {
        using std::chrono::milliseconds;
        return wall_began_ + std::chrono::duration_cast<milliseconds>(now() - began_);
    }
    asio::awaitable<Result<void>> sleep_until(net::SteadyTime when) override {
        return real_.sleep_until(began_ + scaled(when - began_, 1 / speed_));
    }

private:
    static net::SteadyTime::duration scaled(net::SteadyTime::duration time, double by) {
        const auto count = static_cast<double>(time.count()) * by;
        return net::SteadyTime::duration{static_cast<net::SteadyTime::rep>(count)};
    }

    net::SystemClock real_;
    double speed_;
    net::SteadyTime began_ = real_.now();
    net::WallTime wall_began_ = real_.wall();
};

/// How long the service was at each thing, by its own clock: {"operations": [{"id", "seconds"}]}
json told_operations(FakeAzure& azure) {
    azure.settle();
    const net::Clock& clock = azure.world().clock;
    json told = json::array();
    for (const auto& [path, operation] : azure.world().operations) {
        if (operation.status == "InProgress") continue;
        const auto ended_ago = clock.now() - operation.ends;
        const auto took = clock.wall() - operation.started - ended_ago;
        const auto seconds = std::chrono::round<std::chrono::seconds>(took);
        told.push_back({{"id", operation.thing}, {"seconds", seconds.count()}});
    }
    return {{"operations", std::move(told)}};
}

/// POST /pretend/break-image {"image", "why"}, POST /pretend/fail {"route", "code"},
/// POST /pretend/put {"id", "body"}, GET /pretend/calls, GET /pretend/operations
net::ServerResponse control(FakeAzure& azure, const net::ServerRequest& asked) {
    const json body = json::parse(asked.body.empty() ? "{}" : asked.body, nullptr, false);
    net::ServerResponse response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = "{}";
    if (!body.is_object()) {
        response.status = 400;
    } else if (asked.target == "/pretend/break-image") {
        azure.break_image(arm::text_at(body, "/image"),
                          body.value("why", "ErrImagePull: not found"));
    } else if (asked.target == "/pretend/fail") {
        azure.fail_operation(arm::text_at(body, "/route"), arm::text_at(body, "/code"));
    } else if (asked.target == "/pretend/put") {
        azure.put(arm::text_at(body, "/id"), body.value("body", json::object()));
    } else if (asked.target == "/pretend/operations") {
        response.body = told_operations(azure).dump();
    } else if (asked.target == "/pretend/calls") {
        response.body = json{{"calls", azure.calls()}, {"writes", azure.writes()}}.dump();
    } else {
        response.status = 404;
    }
    return response;
}

asio::awaitable<net::ServerResponse> answer(FakeAzure& azure, net::ServerRequest asked) {
    if (asked.target.starts_with("/pretend/")) co_return control(azure, asked);
    net::Request request{asked.method, std::move(asked.target)};
    request.headers = std::move(asked.headers);
    request.body = std::move(asked.body);
    auto given = co_await azure.send(std::move(request));
    net::ServerResponse response;
    if (!given) {
        response.status = 500;
        co_return response;
    }
    response.status = given->status;
    response.headers = std::move(given->headers);
    response.body = std::move(given->body);
    co_return response;
}

asio::awaitable<bool> until_told(net::Signals& signals, net::Server& server) {
    (void)co_await signals.next();
    server.stop();
    co_return true;
}

/// Polling URLs have 3 kB of signature.
net::ServerLimits long_heads() {
    net::ServerLimits limits;
    limits.header = 64u << 10;
    limits.body = 16u << 20;
    limits.headers_in = 60s;  // clients keep their connections
    limits.request_in = 120s;
    limits.connections = 256;
    return limits;
}

}  // namespace

int pretend_azure(const PretendAzureOptions& options) {
    asio::io_context io{1};
    net::SystemClock clock;
    FastClock fast{options.speed};
    FakeAzure azure{fast, options.seed};
    azure.latency = 0ms;
    azure.habits().wait_scale = options.speed;
    const auto handler = [&azure](net::ServerRequest request) {
        return answer(azure, std::move(request));
    };
    net::Server server{io.get_executor(), clock, handler, long_heads()};
    const auto port = server.listen_tcp(options.address, options.port);
    if (!port) {
        std::cerr << "driftless-pretend: " << port.error().message << '\n';
        return 1;
    }
    const std::string url = fmt::format("http://{}:{}", options.address, *port);
    azure.world().base = url;
    net::Signals signals{io.get_executor(), {SIGTERM, SIGINT}};
    const json ready = {{"url", url},
                        {"control", url + "/pretend"},
                        {"subscription", azure.subscription()},
                        {"tenant", azure.tenant()},
                        {"token", azure.token()}};
    std::cout << ready.dump() << '\n' << std::flush;
    const auto told =
        asio::co_spawn(io, testing::as_optional(until_told(signals, server)), asio::use_future);
    (void)testing::run_on(io, server.serve());
    return testing::is_ready(told) ? 0 : 1;  // else it ended by itself
}

}  // namespace driftless::test
