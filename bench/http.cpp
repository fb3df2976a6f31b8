// The endpoint beside a run: how fast status is at 1,000 resources, and what readers cost the run.
//   bench_http [RESOURCES] [ROUNDS]
// Build and run: cmake --build --preset release --target bench_http && build/release/bench_http
// Real sockets, the real daemon and store; the target is in memory. Each round changes every
// resource.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>

#include "daemon/daemon.hpp"
#include "daemon/listeners.hpp"
#include "providers/net/task_group.hpp"
#include "tests/daemon/stubs.hpp"  // a target and a source in memory
#include "tests/support/toy_vault.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;
namespace asio = net::asio;
using Milliseconds = std::chrono::duration<double, std::milli>;

double at(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket >= 0 &&
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
        return socket;
    ::close(socket);
    return -1;
}

void send_get(int socket, std::uint16_t port, const std::string& path) {
    const auto text = fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", path, port);
    (void)!::write(socket, text.data(), text.size());
}

/// One answer with a Content-Length. @return was it all there?
bool read_answer(int socket) {
    std::string got;
    std::size_t whole = 0;
    std::vector<char> bytes(1u << 16);
    while (whole == 0 || got.size() < whole) {
        const auto size = ::read(socket, bytes.data(), bytes.size());
        if (size <= 0) return false;
        got.append(bytes.data(), static_cast<std::size_t>(size));
        const auto end = got.find("\r\n\r\n");
        const auto length = got.find("Content-Length: ");
        if (end != got.npos && length < end) whole = end + 4 + std::stoul(got.substr(length + 16));
    }
    return got.starts_with("HTTP/1.1 200");
}

/// Readers of status, each on a connection that it keeps, with a pause between two requests.
class Readers {
public:
    Readers(std::uint16_t port, int count, std::chrono::milliseconds pause) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this, port, pause] { read_until_stopped(port, pause); });
        }
    }
    std::vector<double> stop() {
        stopping_ = true;
        for (auto& thread : threads_) thread.join();
        return times_;
    }
    int failures() const { return failures_; }

private:
    void read_until_stopped(std::uint16_t port, std::chrono::milliseconds pause) {
        int socket = connect_to(port);
        while (!stopping_) {
            const auto began = std::chrono::steady_clock::now();
            send_get(socket, port, "/api/v1/status");
            if (read_answer(socket)) {
                const Milliseconds took = std::chrono::steady_clock::now() - began;
                const std::scoped_lock lock{mutex_};
                times_.push_back(took.count());
            } else {
                ++failures_;
                ::close(socket);
                socket = connect_to(port);
            }
            std::this_thread::sleep_for(pause);
        }
        ::close(socket);
    }

    std::vector<std::thread> threads_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> failures_{0};
    std::mutex mutex_;
    std::vector<double> times_;
};

/// Followers of the events that never read a byte.
class SlowFollowers {
public:
    SlowFollowers(std::uint16_t port, int count) {
        for (int i = 0; i < count; ++i) {
            sockets_.push_back(connect_to(port));
            send_get(sockets_.back(), port, "/api/v1/events");
        }
    }
    SlowFollowers(const SlowFollowers&) = delete;
    SlowFollowers& operator=(const SlowFollowers&) = delete;
    ~SlowFollowers() {
        for (const int socket : sockets_) ::close(socket);
    }

private:
    std::vector<int> sockets_;
};

struct Bench {
    Bench(std::string folder, int count) : resources(count) {
        settings.installation = "bench";
        settings.state = std::move(folder);
        settings.http.listen = "127.0.0.1:0";
        TargetSettings target;
        target.name = "mini1";
        target.policy.mode = Mode::converge;
        settings.targets.emplace("mini1", target);
        SourceSettings from;
        from.name = "infra";
        from.interval = 3600s;
        settings.sources.emplace("infra", from);
        store = *open_store(settings.state, Access::own, *store_lane, clock);
        auto made = std::make_unique<test::StubTarget>(clock);
        std::map<std::string, std::unique_ptr<Target>> targets;
        targets.emplace("mini1", std::move(made));
        auto git = std::make_unique<test::StubSource>();
        source = git.get();
        std::map<std::string, std::unique_ptr<git::Source>> sources;
        sources.emplace("infra", std::move(git));
        daemon = std::make_unique<Daemon>(DaemonParts{.settings = settings,
                                                      .executor = io.get_executor(),
                                                      .clock = clock,
                                                      .random = random,
                                                      .lane = *files_lane,
                                                      .store = *store,
                                                      .vault = vault,
                                                      .secrets = secrets,
                                                      .expanders = expanders,
                                                      .measures = measures,
                                                      .sources = std::move(sources),
                                                      .targets = std::move(targets)});
        doors = *Listeners::open({.settings = settings,
                                  .socket = settings.state + "/s",
                                  .owner = ::geteuid(),
                                  .executor = io.get_executor(),
                                  .clock = clock,
                                  .random = random,
                                  .control = *daemon,
                                  .feed = daemon->feed(),
                                  .measures = measures});
        const std::string& url = doors->url();
        port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }

    /// Another commit, in which every resource is another. @return how long its run took, in ms
    asio::awaitable<double> round() {
        const std::string commit = fmt::format("c{}", ++rounds);
        std::string file;
        for (int i = 0; i < resources; ++i) {
            file += "---\n" + test::thing("mini1", fmt::format("thing-{}", i), commit);
        }
        source->add(commit, {{"a.yaml", file}});
        source->tip = commit;
        (void)daemon->reconcile({});
        while (true) {
            (void)co_await clock.sleep_for(20ms);
            const TargetStatus status = daemon->overview().targets.at("mini1");
            for (const LastRun& run : status.runs) {
                const bool whole = run.changes == static_cast<std::size_t>(resources);
                if (whole && status.running.empty() && status.plan.commit == commit &&
                    last_id != run.id) {
                    last_id = run.id;
                    co_return Milliseconds{run.took}.count();
                }
            }
        }
    }

    /// Called beside the loop's thread.
    double one_round() { return asio::co_spawn(io, round(), asio::use_future).get(); }

    int resources;
    asio::io_context io{1};
    net::SystemClock clock;
    net::SystemRandom random;
    std::unique_ptr<net::Lane> store_lane = net::make_thread_lane();
    std::unique_ptr<net::Lane> files_lane = net::make_thread_lane();
    Settings settings;
    Expanders expanders = test::toy_expanders();
    test::ToySecrets secrets;
    test::ToyVault vault;
    Measures measures;
    std::unique_ptr<Store> store;
    test::StubSource* source = nullptr;
    std::unique_ptr<Daemon> daemon;
    std::unique_ptr<Listeners> doors;
    std::uint16_t port = 0;
    int rounds = 0;
    std::string last_id;
};

asio::awaitable<void> run(Daemon& daemon) {
    (void)co_await daemon.run();
}

asio::awaitable<void> serve(Bench& bench) {
    net::TaskGroup parts{bench.io.get_executor()};
    parts.spawn(bench.doors->serve());
    parts.spawn(run(*bench.daemon));
    (void)co_await parts.join();
}

struct Figures {
    std::vector<double> alone;
    std::vector<double> read;
    std::vector<double> followed;
    std::vector<double> latencies;
    int failed = 0;
};

/// By turns: what else the machine does hits all of them alike.
void measure(Bench& bench, Figures& figures) {
    figures.alone.push_back(bench.one_round());
    Readers readers{bench.port, 50, 200ms};
    figures.read.push_back(bench.one_round());
    const auto times = readers.stop();
    figures.latencies.insert(figures.latencies.end(), times.begin(), times.end());
    figures.failed += readers.failures();
    const SlowFollowers followers{bench.port, 500};
    figures.followed.push_back(bench.one_round());
}

void print(const Bench& bench, const Figures& figures) {
    fmt::print(
        "{{\"resources\": {}, \"status_p50_ms\": {:.2f}, \"status_p99_ms\": {:.2f}, "
        "\"requests\": {}, \"failed\": {}, \"run_ms\": {:.0f}, \"run_with_50_readers_ms\": "
        "{:.0f}, \"run_with_500_slow_followers_ms\": {:.0f}, \"followers_dropped\": {}}}\n",
        bench.resources, at(figures.latencies, 0.5), at(figures.latencies, 0.99),
        figures.latencies.size(), figures.failed, at(figures.alone, 0.5), at(figures.read, 0.5),
        at(figures.followed, 0.5), bench.measures.dropped_readers);
}

}  // namespace
}  // namespace driftless

int main(int argc, char** argv) {
    using namespace driftless;
    spdlog::set_level(spdlog::level::off);
    std::string folder = "/tmp/driftless-bench.XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    {
        Bench bench{folder, argc > 1 ? std::stoi(argv[1]) : 1000};
        const int rounds = argc > 2 ? std::stoi(argv[2]) : 7;
        auto served = net::asio::co_spawn(bench.io, serve(bench), net::asio::use_future);
        std::thread loop{[&bench] { bench.io.run(); }};
        Figures figures;
        (void)bench.one_round();  // the first one makes them
        for (int i = 0; i < rounds; ++i) measure(bench, figures);
        net::asio::post(bench.io, [&bench] {
            bench.daemon->stop();
            bench.doors->stop();
        });
        served.get();
        loop.join();
        print(bench, figures);
    }
    std::filesystem::remove_all(folder);
}
