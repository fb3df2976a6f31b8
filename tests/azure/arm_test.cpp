// What is an answer of ARM, when a list is whole, and where a token is sent.
#include "providers/azure/arm.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using net::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CountedTokens final : public Tokens {
public:
    asio::awaitable<Result<Secret>> token() override {
        co_return Secret{"token-" + std::to_string(number)};
    }
    void refused(const std::string& claims) override {
        ++number;
        wanted = claims;
    }

    int number = 1;
    std::string wanted;
};

class ArmTest : public ::testing::Test {
protected:
    Result<Answer> send(Call call) { return testing::run_on(io, clock, arm.send(std::move(call))); }
    Result<Answer> get(const std::string& target) {
        Call call;
        call.target = target;
        return send(std::move(call));
    }
    Result<std::vector<std::string>> list(const std::string& target) {
        std::vector<std::string> names;
        TakeItem take = [&names](const json& item) -> Result<void> {
            names.push_back(item.at("name"));
            return {};
        };
        const auto listed = testing::run_on(io, clock, arm.list(target, std::move(take)));
        if (!listed) return listed.error();
        return names;
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    CountedTokens tokens;
    Arm arm{transport, tokens, "https://management.azure.com"};
};

TEST_F(ArmTest, AnswersWithBodyAndRequestId) {
    transport.answer(Method::get, "/x", 200, R"({"name":"a"})", {{"x-ms-request-id", "r-7"}});
    const auto answer = get("/x");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body.at("name"), "a");
    EXPECT_EQ(answer->request_id, "r-7");
    EXPECT_EQ(net::header_of(transport.seen().front().headers, "Authorization"), "Bearer token-1");
}

TEST_F(ArmTest, ARefusedTokenIsFetchedAnewOnce) {
    transport.answer(
        Method::get, "/x", 401, "",
        {{"WWW-Authenticate", R"(Bearer error="insufficient_claims", claims="eyJh")"}});
    transport.answer(Method::get, "/x", 200, "{}");
    ASSERT_TRUE(get("/x"));
    EXPECT_EQ(tokens.wanted, "eyJh");
    EXPECT_EQ(net::header_of(transport.seen().back().headers, "Authorization"), "Bearer token-2");

    transport.answer(Method::get, "/y", 401, "");
    transport.answer(Method::get, "/y", 401, "");
    const auto refused = get("/y");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unauthenticated);
}

TEST_F(ArmTest, AListGoesOnToItsEnd) {
    transport.answer(Method::get, "/list?a=1", 200,
                     R"({"value":[{"name":"a"}],"nextLink":)"
                     R"("https://Management.azure.com/list?a=1&$skiptoken=b"})");
    transport.answer(Method::get, "/list?a=1&$skiptoken=b", 200,
                     R"({"value":[{"name":"b"}],"nextLink":null})");
    const auto names = list("/list?a=1");
    ASSERT_TRUE(names) << names.error().message;
    EXPECT_THAT(*names, ElementsAre("a", "b"));
}

TEST_F(ArmTest, HalfAListIsNone) {
    transport.answer(Method::get, "/list", 200,
                     R"({"value":[{"name":"a"}],"nextLink":"https://management.azure.com/more"})");
    transport.answer(Method::get, "/more", 503, "<html>Service Unavailable</html>");
    const auto names = list("/list");
    ASSERT_FALSE(names);
    EXPECT_EQ(names.error().code, Errc::unavailable);
}

TEST_F(ArmTest, ASuccessThatIsNoListIsUnavailable) {
    for (const char* body : {"{}", "[]", "null", R"({"value":{}})", R"({"value":[1]})", "<html>"}) {
        transport.answer(Method::get, "/list", 200, body);
        const auto names = list("/list");
        ASSERT_FALSE(names) << body;
        EXPECT_EQ(names.error().code, Errc::unavailable) << body;
    }
}

TEST_F(ArmTest, NoTokenLeavesTheEndpoint) {
    transport.answer(Method::get, "/list", 200,
                     R"({"value":[],"nextLink":"https://management.azure.com.evil.org/list"})");
    const auto names = list("/list");
    ASSERT_FALSE(names);
    EXPECT_THAT(names.error().message, HasSubstr("nothing is sent"));
    EXPECT_EQ(transport.seen().size(), 1u);
}

TEST_F(ArmTest, AnAnswerThatHoldsASecretIsNotQuoted) {
    transport.answer(Method::post, "/listKeys", 500, R"({"message":"hunter2"})");
    transport.answer(Method::post, "/listKeys", 200, "hunter2");
    for (int i = 0; i < 2; ++i) {
        Call call;
        call.method = Method::post;
        call.target = "/listKeys";
        call.secret = true;
        const auto answer = send(std::move(call));
        ASSERT_FALSE(answer);
        EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
    }
}

}  // namespace
}  // namespace driftless::azure
