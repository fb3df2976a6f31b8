// Three kinds of 429, and what is learned of what is left.
#include "providers/azure/pace.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using net::Method;
using ::testing::HasSubstr;

class PaceTest : public ::testing::Test {
protected:
    PaceTest() {
        auto made = std::make_unique<testing::FakeTransport>();
        server = made.get();
        line = make_arm_transport(std::move(made), pace_of(pacers, "https://a", "S", "me"));
    }
    Result<net::Response> send(Method method, int status, std::string body = "{}",
                               net::Headers headers = {}) {
        server->answer(method, "/x", status, std::move(body), std::move(headers));
        return again(method);
    }
    Result<net::Response> again(Method method) {
        net::Request request;
        request.method = method;
        request.target = "/x";
        return testing::run_on(io, clock, line->send(std::move(request)));
    }
    void pass(std::chrono::seconds time) {
        ASSERT_TRUE(testing::run_on(io, clock, clock.sleep_for(time)));
    }

    net::asio::io_context io;
    testing::VirtualClock clock;
    net::Pacers pacers{io.get_executor(), clock};
    testing::FakeTransport* server = nullptr;
    std::unique_ptr<net::HttpTransport> line;
};

TEST_F(PaceTest, AThrottlingSilencesItsSortAlone) {
    const auto refused =
        send(Method::put, 429, R"({"error":{"code":"SubscriptionRequestsThrottled"}})",
             {{"Retry-After", "307"}, {"x-ms-request-id", "r-1"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::rate_limited);
    EXPECT_EQ(refused.error().retry_after, 307s);
    EXPECT_THAT(refused.error().message, HasSubstr("SubscriptionRequestsThrottled (request r-1)"));
    EXPECT_FALSE(again(Method::post)) << "it was sent";
    EXPECT_TRUE(send(Method::get, 200));
    EXPECT_TRUE(send(Method::del, 202));
    pass(307s);
    EXPECT_TRUE(send(Method::put, 200));
}

TEST_F(PaceTest, ATimeThatOnlyTheTextNamesIsKept) {
    const auto refused =
        send(Method::put, 429, R"({"error":{"code":"429","message":"Retry after 2 seconds."}})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().retry_after, 2s);
    pass(2s);
    EXPECT_TRUE(send(Method::put, 200));
}

TEST_F(PaceTest, WithoutAnyTimeItIsAQuarterOfAMinute) {
    const auto refused = send(Method::put, 429, R"({"error":{"code":"TooManyRequests"}})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().retry_after, 15s);
}

TEST_F(PaceTest, AnotherOperationIsNoThrottling) {
    const auto answer =
        send(Method::put, 429,
             R"({"error":{"code":"RetryableError","details":[)"
             R"({"code":"RetryableErrorDueToAnotherOperation","message":"wait"}]}})",
             {{"Retry-After", "11"}});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 429);
    EXPECT_TRUE(send(Method::put, 200)) << "it silenced what comes next";
}

TEST_F(PaceTest, WhereLittleIsLeftCallsGoOneByOne) {
    const char* writes = "x-ms-ratelimit-remaining-subscription-writes";
    ASSERT_TRUE(send(Method::put, 200, "{}", {{writes, "799"}}));
    const auto began = clock.now();
    ASSERT_TRUE(send(Method::put, 200, "{}", {{writes, "80"}}));
    ASSERT_TRUE(send(Method::put, 200, "{}", {{writes, "79"}}));
    EXPECT_EQ(clock.now(), began);
    ASSERT_TRUE(send(Method::put, 200, "{}", {{writes, "300"}}));
    EXPECT_EQ(clock.now() - began, 5s);
    ASSERT_TRUE(send(Method::get, 200));
    EXPECT_EQ(clock.now() - began, 5s) << "reads waited for writes";
}

TEST_F(PaceTest, AFullListOfCountsIsReadOneByOne) {
    const char* header = "X-Ms-Ratelimit-Remaining-Resource";
    const auto learn = learn_remaining();
    EXPECT_FALSE(learn(200, {{header, "a/Put3Min;190,a/Put30Min;50"}}).left);
    EXPECT_FALSE(learn(200, {{header, "a/Put3Min;100,a/Put30Min;5"}}).left);
    EXPECT_EQ(learn(200, {{header, "a/Put3Min;100,a/Put30Min;4"}}).left, 0u);
    EXPECT_FALSE(learn(200, {{header, "nothing;,;x,"}}).left);
}

TEST_F(PaceTest, TargetsOfOneIdentityShareItAndOthersDoNot) {
    ASSERT_FALSE(send(Method::get, 429));
    const auto blocked = [&](const std::string& subscription, const std::string& who) {
        auto inner = std::make_unique<testing::FakeTransport>();
        inner->answer(Method::get, "/x", 200, "{}");
        line =
            make_arm_transport(std::move(inner), pace_of(pacers, "https://a", subscription, who));
        return again(Method::get).failed();
    };
    EXPECT_TRUE(blocked("S", "me"));
    EXPECT_FALSE(blocked("S", "you"));
    EXPECT_FALSE(blocked("T", "me"));
}

}  // namespace
}  // namespace driftless::azure
