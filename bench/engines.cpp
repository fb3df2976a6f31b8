// The engines of the tests, on Unix sockets: many targets for little, answered over real HTTP.
//   bench_engines FOLDER COUNT LATENCY_MS
// Serves FOLDER/00.sock, FOLDER/01.sock …, each with the image sleeper:1, until it is ended, and
// writes what it is asked to stdout: seconds since 1970, engine, method and path.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "providers/net/clock.hpp"
#include "providers/net/server.hpp"
#include "providers/net/task_group.hpp"
#include "tests/support/fake_engine.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;
namespace asio = net::asio;

/// What an engine does not have: it waits for a slow client as long as it likes.
constexpr net::ServerLimits no_limits{.header = 64u << 10,
                                      .body = 64u << 20,
                                      .headers_in = 24h,
                                      .request_in = 24h,
                                      .connections = 256};

net::Request asked(net::ServerRequest request) {
    return {.method = request.method,
            .target = std::move(request.target),
            .headers = std::move(request.headers),
            .body = std::move(request.body)};
}

/// Until the reader goes away.
asio::awaitable<void> pass_on(std::shared_ptr<net::ResponseStream> from, net::Outlet& to) {
    while (true) {
        auto part = co_await from->read(1h);
        if (!part && part.error().code == Errc::timed_out) continue;
        if (!part || part->empty()) co_return;
        const auto written = co_await to.write(std::move(*part));
        if (!written) co_return;
    }
}

class ServedEngine {
public:
    ServedEngine(const std::string& name, net::Clock& clock, std::chrono::milliseconds latency,
                 const asio::any_io_executor& executor)
        : engine_(name, clock),
          server_(
              executor, clock,
              [this](net::ServerRequest request) { return answer(std::move(request)); },
              no_limits) {
        engine_.latency = latency;
        engine_.world.add_image("sleeper:1", {});
        engine_.before = [name, &clock](const test::EngineRequest& request) {
            const std::chrono::duration<double> now = clock.wall().time_since_epoch();
            fmt::print("{:.3f} {} {}\n", now.count(), name, request.text());
            std::fflush(stdout);
        };
        engine_.after = [this](const test::EngineRequest&) { engine_.clear_log(); };
    }

    Result<void> listen(const std::string& path) { return server_.listen_unix(path); }
    asio::awaitable<void> serve() { (void)co_await server_.serve(); }

private:
    asio::awaitable<net::ServerResponse> answer(net::ServerRequest request) {
        const bool endless = request.target.find("/events") != std::string::npos;
        net::Request question = asked(std::move(request));
        if (endless) co_return co_await stream(std::move(question));
        auto given = co_await engine_.send(std::move(question));
        if (!given) co_return net::problem(502, "no answer", given.error().message);
        co_return net::ServerResponse{
            .status = given->status, .headers = std::move(given->headers), .body = given->body};
    }
    asio::awaitable<net::ServerResponse> stream(net::Request request) {
        auto opened = co_await engine_.open(std::move(request));
        if (!opened) co_return net::problem(502, "no stream", opened.error().message);
        // Shared, since a std::function must be copyable.
        std::shared_ptr<net::ResponseStream> events = std::move(*opened);
        net::ServerResponse response;
        response.stream = [events](net::Outlet& outlet) { return pass_on(events, outlet); };
        co_return response;
    }

    test::FakeEngine engine_;
    net::Server server_;
};

using Engines = std::vector<std::unique_ptr<ServedEngine>>;

asio::awaitable<void> serve(const Engines& engines, asio::any_io_executor executor) {
    net::TaskGroup all{executor};
    for (const auto& engine : engines) all.spawn(engine->serve());
    (void)co_await all.join();
}

int run(const std::string& folder, int count, std::chrono::milliseconds latency) {
    asio::io_context io{1};
    net::SystemClock clock;
    Engines engines;
    for (int i = 0; i < count; ++i) {
        const std::string name = fmt::format("{:02}", i);
        engines.push_back(std::make_unique<ServedEngine>(name, clock, latency, io.get_executor()));
        const auto listens = engines.back()->listen(folder + "/" + name + ".sock");
        if (listens) continue;
        fmt::print(stderr, "{}\n", listens.error().message);
        return 1;
    }
    asio::co_spawn(io, serve(engines, io.get_executor()), [](const std::exception_ptr&) {});
    io.run();
    return 0;
}

}  // namespace
}  // namespace driftless

int main(int argc, char** argv) {
    if (argc != 4) return 64;
    return driftless::run(argv[1], std::stoi(argv[2]),
                          std::chrono::milliseconds{std::stoi(argv[3])});
}
