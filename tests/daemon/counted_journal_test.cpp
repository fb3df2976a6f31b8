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
    const auto both = [&] {
        const auto intended = driftless::testing::run_on(io, clock, journal.intend(run, step));
        const auto settled =
            driftless::testing::run_on(io, clock, journal.settle(run, step, results));
        return intended.ok() && settled.ok();
    };
    EXPECT_TRUE(both());
    EXPECT_TRUE(failures.empty());
    inner.answer = Error{Errc::unavailable, "disk full"};
    EXPECT_FALSE(both());
    EXPECT_EQ(failures, (std::vector<std::string>{"intend", "settle"}));
}

}  // namespace
}  // namespace driftless
