// The whole endpoint (daemon, store, listeners) in a process of its own, on free ports, with
// targets in memory: what the scripts beside this file ask. It says where it listens in one line of
// JSON, and ends when its input does.
//   http_daemon FOLDER [--empty]
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <iostream>

#include "daemon/daemon.hpp"
#include "daemon/listeners.hpp"
#include "providers/net/task_group.hpp"
#include "tests/daemon/stubs.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;
using test::thing;

Settings settings_of(const std::string& folder) {
    Settings settings;
    settings.installation = "test";
    settings.state = folder;
    settings.http.listen = "127.0.0.1:0";
    for (const char* name : {"mini1", "mini2", "nas"}) {
        TargetSettings target;
        target.name = name;
        target.policy.mode = Mode::converge;
        target.policy.prune = true;
        settings.targets.emplace(name, target);
    }
    SourceSettings source;
    source.name = "infra";
    source.url = "file:///srv/infra.git";
    source.interval = 1s;
    settings.sources.emplace("infra", source);
    return settings;
}

/// Something of every sort: in sync, held, in conflict, not ours, a manifest with an error.
void furnish(test::StubSource& source, std::map<std::string, test::StubTarget*>& targets) {
    source.add("c0", {{"gone.yaml", thing("mini1", "gone")}});
    source.add("c1", {{"a.yaml", thing("mini1", "a")},
                      {"b.yaml", thing("mini1", "taken")},
                      {"c.yaml", thing("mini1", "changed", "new")},
                      {"d.yaml",
                       "apiVersion: driftless/v1\nkind: Thing\nmetadata: {name: d}\n"
                       "target: mini2\nspec: {}\n"},
                      {"e.yaml", thing("nas", "e")},
                      {"f.yaml", thing("mini9", "f")}});
    source.tip = "c1";
    test::StubTarget& mini1 = *targets.at("mini1");
    mini1.things = {{"taken", {{"text", "y"}}},
                    {"changed", {{"text", "old"}}},
                    {"dropped", {{"text", "z"}}},
                    {"stranger", {{"text", "s"}}}};
    mini1.foreign = {"taken", "stranger"};
    targets.at("nas")->failure = Error{Errc::unavailable, "list things: connection refused"};
}

Action action_on(Verb verb, const ResourceKey& key) {
    Action action;
    action.verb = verb;
    action.key = key;
    if (verb == Verb::remove) return action;
    action.want = Declared{};
    action.want->key = key;
    action.want->origin.commit = "c0";
    return action;
}

/// What was before: a thing that was made and removed again, and one of a target that is gone.
net::asio::awaitable<bool> remember_earlier_days(Store& store) {
    const ResourceKey gone{"mini1", "toy.thing", "gone"};
    const ResourceKey stays{"old", "toy.thing", "stays"};
    Step step;
    for (const ResourceKey& key : {gone, stays})
        step.actions.push_back(action_on(Verb::create, key));
    Results results{Done{}, Done{}};
    const auto made = co_await store.settle("r0", step, results);
    step.actions = {action_on(Verb::remove, gone)};
    results.pop_back();
    const auto removed = co_await store.settle("r1", step, results);
    co_return made&& removed;
}

net::asio::awaitable<void> until_input_ends() {
    net::asio::posix::stream_descriptor input{co_await net::asio::this_coro::executor,
                                              ::dup(STDIN_FILENO)};
    std::array<char, 64> bytes{};
    boost::system::error_code ended;
    while (!ended) {
        const auto [code, size] = co_await input.async_read_some(
            net::asio::buffer(bytes), net::asio::as_tuple(net::asio::use_awaitable));
        ended = code;
    }
}

net::asio::awaitable<void> run(Daemon& daemon) {
    (void)co_await daemon.run();
}

net::asio::awaitable<bool> serve(Daemon& daemon, Listeners& doors,
                                 net::asio::any_io_executor executor) {
    net::TaskGroup beside{executor};
    beside.spawn(doors.serve());
    net::TaskGroup working{executor};
    working.spawn(run(daemon));
    co_await until_input_ends();
    daemon.stop();
    (void)co_await working.join();
    doors.stop();
    beside.cancel();
    (void)co_await beside.join();
    co_return true;
}

int run_program(const std::string& folder, bool is_empty) {
    net::asio::io_context io{1};
    net::SystemClock clock;
    net::SystemRandom random;
    const auto lane = net::make_inline_lane(io.get_executor());
    const Settings settings = settings_of(folder);
    const Expanders expanders = test::toy_expanders();
    const test::ToySecrets secrets;
    test::ToyVault vault;
    Measures measures;
    measures.started = clock.wall();
    auto store = open_store(folder, Access::own, *lane, clock);
    std::map<std::string, test::StubTarget*> stubs;
    std::map<std::string, std::unique_ptr<Target>> targets;
    for (const auto& [name, target] : settings.targets) {
        auto made = std::make_unique<test::StubTarget>(clock);
        stubs[name] = made.get();
        targets.emplace(name, std::move(made));
    }
    if (!testing::run_on(io, remember_earlier_days(**store))) return 1;
    auto source = std::make_unique<test::StubSource>();
    if (is_empty) {
        source->failure = Error{Errc::unavailable, "nobody answers"};
    } else {
        furnish(*source, stubs);
    }
    std::map<std::string, std::unique_ptr<git::Source>> sources;
    sources.emplace("infra", std::move(source));
    Daemon daemon{{.settings = settings,
                   .executor = io.get_executor(),
                   .clock = clock,
                   .random = random,
                   .lane = *lane,
                   .store = **store,
                   .vault = vault,
                   .secrets = secrets,
                   .expanders = expanders,
                   .measures = measures,
                   .sources = std::move(sources),
                   .targets = std::move(targets)}};
    const std::string socket = folder + "/s";
    auto doors = Listeners::open({.settings = settings,
                                  .socket = socket,
                                  .owner = ::geteuid(),
                                  .executor = io.get_executor(),
                                  .clock = clock,
                                  .random = random,
                                  .control = daemon,
                                  .feed = daemon.feed(),
                                  .measures = measures});
    if (!doors) {
        std::cerr << doors.error().message << '\n';
        return 1;
    }
    std::cout << json{{"url", (*doors)->url()}, {"socket", socket}, {"token", folder + "/token"}}
              << '\n'
              << std::flush;
    return testing::run_on(io, serve(daemon, **doors, io.get_executor())) ? 0 : 1;
}

}  // namespace
}  // namespace driftless

int main(int argc, char** argv) {
    if (argc < 2) return 64;
    return driftless::run_program(argv[1], argc > 2);
}
