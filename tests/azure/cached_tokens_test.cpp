// When a token is fetched, by how many, and what goes on while none can be had.
#include "providers/azure/cached_tokens.hpp"

#include <gmock/gmock.h>

#include "providers/net/task_group.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

/// Gives "t1", "t2" …, each a second after it was asked for; or what it was told to say.
class Source final : public TokenSource {
public:
    explicit Source(net::Clock& clock) : clock_(clock) {}
    asio::awaitable<Result<AccessToken>> fetch(std::string scope, std::string claims) override {
        EXPECT_EQ(scope, "s/.default");
        ++fetches;
        wanted = std::move(claims);
        auto slept = co_await clock_.sleep_for(1s);
        if (!slept) co_return slept.error();
        if (fails) co_return *fails;
        co_return AccessToken{Secret{"t" + std::to_string(fetches)}, good_for};
    }
    std::string who() const override { return "a test"; }

    int fetches = 0;
    std::string wanted;
    std::optional<Error> fails;
    std::chrono::seconds good_for = 1h;

private:
    net::Clock& clock_;
};

class CachedTokensTest : public ::testing::Test {
protected:
    CachedTokensTest() {
        auto made = std::make_unique<Source>(clock);
        source = made.get();
        tokens.emplace(io.get_executor(), clock, std::move(made), "s/.default");
    }
    std::string token() {
        const auto got = testing::run_on(io, clock, tokens->token());
        return got ? std::string{got->reveal()} : "error: " + got.error().message;
    }
    void pass(std::chrono::seconds time) {
        ASSERT_TRUE(testing::run_on(io, clock, clock.sleep_for(time)));
    }

    asio::io_context io;
    testing::VirtualClock clock;
    Source* source = nullptr;
    std::optional<CachedTokens> tokens;
};

asio::awaitable<void> take(CachedTokens& tokens, std::vector<std::string>& got) {
    const auto token = co_await tokens.token();
    got.push_back(token ? std::string{token->reveal()} : token.error().message);
}

asio::awaitable<Result<void>> take_five(CachedTokens& tokens, std::vector<std::string>& got) {
    std::vector<asio::awaitable<void>> work;
    for (int i = 0; i < 5; ++i) work.push_back(take(tokens, got));
    co_return co_await net::side_by_side(std::move(work), 5);
}

TEST_F(CachedTokensTest, OneFetchServesAllWhoWait) {
    std::vector<std::string> got;
    ASSERT_TRUE(testing::run_on(io, clock, take_five(*tokens, got)));
    EXPECT_EQ(got, std::vector<std::string>(5, "t1"));
    EXPECT_EQ(source->fetches, 1);
}

TEST_F(CachedTokensTest, AnewAtHalfItsLife) {
    EXPECT_EQ(token(), "t1");
    pass(29min);
    EXPECT_EQ(token(), "t1");
    pass(1min);
    EXPECT_EQ(token(), "t2");
}

TEST_F(CachedTokensTest, AShortOneIsNotFetchedWithEveryCall) {
    source->good_for = 4min;
    EXPECT_EQ(token(), "t1");
    pass(20s);
    EXPECT_EQ(token(), "t1");
    pass(10s);
    EXPECT_EQ(token(), "t2");
}

TEST_F(CachedTokensTest, WhileNoneCanBeHadTheOneThatIsStillGoodGoesOn) {
    EXPECT_EQ(token(), "t1");
    source->fails = Error{Errc::unavailable, "away"};
    pass(31min);
    EXPECT_EQ(token(), "t1");
    EXPECT_EQ(token(), "t1");
    EXPECT_EQ(source->fetches, 2) << "asked again before its pause was over";
    pass(30min);
    EXPECT_EQ(token(), "error: away");
    source->fails.reset();
    EXPECT_EQ(token(), "error: away") << "the pause is not kept";
    pass(10s);
    EXPECT_EQ(token(), "t4");
}

TEST_F(CachedTokensTest, AFailureIsNotAskedForByEveryCall) {
    source->fails = Error{Errc::rate_limited, "too many", 60s};
    EXPECT_EQ(token(), "error: too many");
    pass(59s);
    EXPECT_EQ(token(), "error: too many");
    EXPECT_EQ(source->fetches, 1);
    pass(1s);
    EXPECT_EQ(token(), "error: too many");
    EXPECT_EQ(source->fetches, 2);
}

TEST_F(CachedTokensTest, ARefusedOneIsFetchedAnewWithWhatTheRefusalWants) {
    EXPECT_EQ(token(), "t1");
    pass(11s);
    tokens->refused("eyJh");
    EXPECT_EQ(token(), "t2");
    EXPECT_EQ(source->wanted, "eyJh");
    tokens->refused("eyJh");
    EXPECT_EQ(token(), "t2") << "a call that left with t1 took t2 away";
    tokens->refused("eyJi");
    EXPECT_EQ(token(), "t3");
    pass(11s);
    tokens->refused("");
    EXPECT_EQ(token(), "t4");
    EXPECT_EQ(source->wanted, "");
}

}  // namespace
}  // namespace driftless::azure
