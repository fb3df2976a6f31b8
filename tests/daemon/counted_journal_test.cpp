#include "daemon/counted_journal.hpp"

#include <gtest/gtest.h>

#include "tests/support/run_on.hpp"

namespace driftless {
namespace {

class StubJournal final : public Journal {
public:
    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return answer;
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step&, const Results&) override {
        co_return answer;
    }
    asio::awaitable<Result<void>> learn(std::string, std::string, json) override {
        co_return answer;
    }
    Result<void> answer;
};

TEST(CountedJournal, TellsOfEveryFailureAndHandsItOn) {
    asio::io_context io;
    driftless::testing::VirtualClock clock;
    StubJournal inner;
    std::vector<std::string> failures;
    CountedJournal journal{inner,
                           [&](const std::string& operation) { failures.push_back(operation); }};
    const std::string run = "7f3c";
    const Step step;
    const Results results;
    const auto all = [&] {
        const auto intended = driftless::testing::run_on(io, clock, journal.intend(run, step));
        const auto settled =
            driftless::testing::run_on(io, clock, journal.settle(run, step, results));
        const auto learned =
            driftless::testing::run_on(io, clock, journal.learn("mini1", "tag", json(1)));
        return intended.ok() && settled.ok() && learned.ok();
    };
    EXPECT_TRUE(all());
    EXPECT_TRUE(failures.empty());
    inner.answer = Error{Errc::unavailable, "disk full"};
    EXPECT_FALSE(all());
    EXPECT_EQ(failures, (std::vector<std::string>{"intend", "settle", "learn"}));
}

}  // namespace
}  // namespace driftless
