#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "daemon/store/store.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::testing {

/// A store in a folder of its own, in virtual time.
class StoreTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<Store>> open(Access access = Access::own) {
        return open_store(folder.path(), access, *lane, clock);
    }
    /// Closes the store, as the end of a daemon does, and opens it again.
    void reopen() {
        store.reset();
        auto opened = open();
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        store = *std::move(opened);
    }
    void SetUp() override { reopen(); }

    template <class T>
    T run(asio::awaitable<T> work) {
        return run_on(io, clock, std::move(work));
    }
    TargetMemory recall(const std::string& target = "mini1") {
        auto memory = run(store->recall(target));
        EXPECT_TRUE(memory.ok()) << memory.error().message;
        return memory ? *std::move(memory) : TargetMemory{};
    }
    std::vector<HistoryEntry> history(const std::string& key = "") {
        auto entries = run(store->history(key, 100));
        EXPECT_TRUE(entries.ok());
        return entries ? *std::move(entries) : std::vector<HistoryEntry>{};
    }
    void settle(const Action& action, const Result<Done>& result) {
        const Step step{{action}};
        const Results results{result};
        ASSERT_TRUE(run(store->settle("r1", step, results)).ok());
    }
    void record(const Outcome& outcome, bool converging = true) {
        ASSERT_TRUE(run(store->record(outcome, converging)).ok());
    }

    asio::io_context io;
    VirtualClock clock;
    TempFolder folder;
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
    std::unique_ptr<Store> store;
};

inline ResourceKey web_key(const std::string& target = "mini1") {
    return {target, "docker.container", "plausible.web.1"};
}

inline Declared declared_web() {
    Declared want;
    want.key = web_key();
    want.collection = "containers";
    want.spec = {{"image", "web:1"}, {"env", {{"TOKEN", "\xEF\xB7\x90s:abcd\xEF\xB7\x91"}}}};
    want.origin = {"c0ffee", {"apps/web.yaml", 3, 1}, {"mini1", "ComposeProject", "plausible"}};
    want.needs = {{{"mini1", "docker.network", "plausible.default"}, Until::exists, true}};
    return want;
}

inline Action action_on_web(Verb verb) {
    Action action;
    action.verb = verb;
    action.key = web_key();
    action.collection = "containers";
    action.digest = "d1";
    action.reason = "apps/web.yaml:3:1 asks for it";
    if (verb != Verb::remove) action.want = declared_web();
    if (verb != Verb::create) {
        Live have;
        have.key = web_key();
        have.id = "live-id";
        have.commit = "c0ffee";
        action.have = have;
    }
    return action;
}

inline Done done_with(const std::string& id) {
    Done done;
    done.id = id;
    done.request_id = "req-1";
    return done;
}

/// A full clean run that left nothing to do.
inline Outcome clean_outcome(const std::string& target = "mini1") {
    Outcome outcome;
    outcome.run = "r1";
    outcome.target = target;
    outcome.plan.target = target;
    outcome.plan.commit = "c0ffee";
    return outcome;
}

}  // namespace driftless::testing
