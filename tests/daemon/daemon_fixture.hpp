#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "daemon/daemon.hpp"
#include "tests/daemon/stubs.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::test {

using namespace std::chrono_literals;

/// A daemon with two targets in memory, a repository in memory, a real database, in virtual time.
class DaemonTest : public ::testing::Test {
protected:
    DaemonTest() {
        settings_.installation = "test";
        for (const char* name : {"mini1", "mini2"}) {
            TargetSettings target;
            target.name = name;
            target.policy.mode = Mode::converge;
            target.policy.interval = 300s;
            settings_.targets.emplace(name, target);
        }
        SourceSettings source;
        source.name = "infra";
        settings_.sources.emplace("infra", source);
        make({}, {});
    }
    ~DaemonTest() override { stop(); }

    using Things = std::map<std::string, json>;

    void make(const StubSource& remote, const std::map<std::string, Things>& things) {
        auto store = open_store(folder_.path(), Access::own, *lane_, clock_);
        store_ = std::move(*store);
        auto git = std::make_unique<StubSource>(remote);
        git_ = git.get();
        std::map<std::string, std::unique_ptr<git::Source>> sources;
        sources.emplace("infra", std::move(git));
        std::map<std::string, std::unique_ptr<Target>> targets;
        for (const auto& [name, target] : settings_.targets) {
            auto made = std::make_unique<StubTarget>(clock_);
            if (things.contains(name)) made->things = things.at(name);
            targets_[name] = made.get();
            targets.emplace(name, std::move(made));
        }
        daemon_ = std::make_unique<Daemon>(DaemonParts{.settings = settings_,
                                                       .executor = io_.get_executor(),
                                                       .clock = clock_,
                                                       .random = random_,
                                                       .lane = *lane_,
                                                       .store = *store_,
                                                       .vault = vault_,
                                                       .secrets = secrets_,
                                                       .expanders = expanders_,
                                                       .measures = measures_,
                                                       .sources = std::move(sources),
                                                       .targets = std::move(targets)});
    }

    void start() {
        ended_ =
            asio::co_spawn(io_, driftless::testing::as_optional(daemon_->run()), asio::use_future);
    }
    /// Stops the daemon and lets it come to its end.
    void stop() {
        if (!ended_.valid()) return;
        daemon_->stop();
        for (int i = 0; i < 1000 && !is_over(); ++i) {
            driftless::testing::VirtualClock::settle(io_);
            if (!is_over() && !clock_.step(io_)) break;
        }
        EXPECT_TRUE(is_over());
        ended_ = {};
    }
    /// Ends the daemon, and begins another on the same database, repository and things.
    void restart() {
        stop();
        const StubSource remote = *git_;
        std::map<std::string, Things> things;
        for (const auto& [name, target] : targets_) things.emplace(name, target->things);
        daemon_.reset();
        store_.reset();
        make(remote, things);
        start();
    }
    bool is_over() { return driftless::testing::is_ready(ended_); }
    void run_for(std::chrono::nanoseconds time) { clock_.run_for(io_, time); }
    void commit(const std::string& id, std::map<std::string, std::string> files) {
        git_->add(id, std::move(files));
        git_->tip = id;
    }
    [[nodiscard]] TargetStatus status(const std::string& name = "mini1") {
        return daemon_->overview().targets.at(name);
    }
    /// Of a thing of mini1.
    [[nodiscard]] ResourceStatus resource(const std::string& name) {
        const auto resources = status().resources;
        const auto found = resources.find(key(name));
        return found == resources.end() ? ResourceStatus{} : found->second;
    }
    static ResourceKey key(const std::string& name) { return {"mini1", "toy.thing", name}; }
    template <class T>
    T wait(asio::awaitable<T> work) {
        return driftless::testing::run_on(io_, clock_, std::move(work));
    }
    StubTarget& target(const std::string& name) { return *targets_.at(name); }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    driftless::testing::SeededRandom random_{7};
    driftless::testing::TempFolder folder_;
    std::unique_ptr<net::Lane> lane_ = net::make_inline_lane(io_.get_executor());
    Settings settings_;
    Expanders expanders_ = toy_expanders();
    ToySecrets secrets_;
    ToyVault vault_;
    Measures measures_;
    std::unique_ptr<Store> store_;
    StubSource* git_ = nullptr;
    std::map<std::string, StubTarget*> targets_;
    std::unique_ptr<Daemon> daemon_;
    std::future<std::optional<Result<void>>> ended_;
};

}  // namespace driftless::test
