// Eight hours of the whole daemon in virtual time, on the simulated world of the tests: a hundred
// containers on two engines, a commit each hour, somebody who removes one now and then. Prints a
// line after each hour and goes on when one comes in, so that whoever looks can see what it holds.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include "tests/simulation/world.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;

std::string services(int hour) {
    std::string text = "services:\n";
    for (int i = 0; i < 50; ++i) {
        const int changed = i == hour % 50 ? hour : 0;  // one of them with each commit
        text += fmt::format("  s{:03}: {{image: \"app:1\", environment: {{HOUR: \"{}\"}}}}\n", i,
                            changed);
    }
    return text;
}

std::map<std::string, std::string> commit_of(int hour) {
    return {{"shop.yaml",
             "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: shop}\n"
             "targets: [mini1, mini2]\nspec: {file: compose.yaml}\n"},
            {"compose.yaml", services(hour)}};
}

/// Twice an hour a person takes something away; the daemon heals it.
void disturb(World& world, int hour) {
    const std::string name = fmt::format("shop-s{:03}-1", 10 + hour);
    (void)world.engine("mini2").world.ask(net::Method::del, "/containers/" + name + "?force=1");
}

int run() {
    World world{{"mini1", "mini2"}};
    world.settings().policy.interval = 60s;
    for (auto& [name, target] : world.settings().targets) target.policy.interval = 60s;
    world.add_image("app:1", {});
    world.repository.push(commit_of(0));
    world.start();
    for (int hour = 1; hour <= 8; ++hour) {
        world.run_for(30min);
        disturb(world, hour);
        world.run_for(30min);
        world.clear_logs();
        const std::size_t ours = world.status("mini1").resources.size();
        fmt::print("hour {} resources {}\n", hour, ours);
        std::fflush(stdout);
        std::string line;
        if (!std::getline(std::cin, line)) return 0;
        world.repository.push(commit_of(hour));
    }
    return 0;
}

}  // namespace
}  // namespace driftless::test

int main() {
    return driftless::test::run();
}
