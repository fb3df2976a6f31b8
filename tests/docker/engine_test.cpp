#include "providers/docker/engine.hpp"

#include <gtest/gtest.h>

#include "providers/docker/calls.hpp"
#include "providers/docker/json_stream.hpp"
#include "providers/docker/requests.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::docker {
namespace {

using net::Method;
using testing::FakeTransport;
using testing::run_on;

struct EngineTest : ::testing::Test {
    Result<net::Response> send(Method method, std::string target) {
        return run_on(io, clock, engine.send(request_to(method, std::move(target))));
    }
    Result<ApiVersion> version() { return run_on(io, clock, engine.version()); }

    asio::io_context io;
    testing::VirtualClock clock;
    FakeTransport transport;
    Engine engine{transport};
};

struct VersionCase {
    const char* engine;
    const char* lowest;  ///< the engine's
    const char* spoken;  ///< "" for none
    int requests;
};

TEST_F(EngineTest, SpeaksTheNewestVersionThatBothKnow) {
    const VersionCase cases[]{
        {"1.41", "", "1.41", 1}, {"1.44", "", "1.44", 1},
        {"1.51", "", "1.51", 1}, {"1.56", "1.44", "1.51", 2},
        {"1.70", "1.52", "", 2}, {"1.40", "", "", 1},
        {"", "", "", 1},         {"nonsense", "", "", 1},
        {"1.x", "", "", 1},
    };
    for (const auto& [theirs, lowest, spoken, requests] : cases) {
        FakeTransport server;
        net::Headers headers;
        headers.emplace_back("Api-Version", theirs);
        server.answer(Method::get, "/_ping", 200, "OK", std::move(headers));
        server.answer(Method::get, "/version", 200,
                      fmt::format(R"({{"MinAPIVersion":"{}"}})", lowest));
        Engine other{server};
        const auto version = run_on(io, clock, other.version());
        EXPECT_EQ(version ? to_string(*version) : "", std::string{spoken}) << theirs;
        EXPECT_TRUE(version || version.error().code == Errc::invalid);
        EXPECT_EQ(server.seen().size(), static_cast<std::size_t>(requests)) << theirs;
    }
}

TEST_F(EngineTest, PutsTheVersionInFrontAndAsksForItOnce) {
    transport.ping("1.44");
    transport.answer(Method::get, "/v1.44/info", 200, "{}");
    transport.answer(Method::get, "/v1.44/info", 200, "{}");
    EXPECT_TRUE(send(Method::get, "/info"));
    EXPECT_TRUE(send(Method::get, "/info"));
    EXPECT_EQ(transport.lines(),
              (std::vector<std::string>{"GET /_ping", "GET /v1.44/info", "GET /v1.44/info"}));
}

TEST_F(EngineTest, AsksAgainAfterTheConnectionWasLost) {
    transport.ping("1.44");
    transport.fail(Method::get, "/v1.44/info", Error{Errc::unavailable, "reset"});
    EXPECT_EQ(send(Method::get, "/info").error().code, Errc::unavailable);
    transport.ping("1.41");
    transport.answer(Method::get, "/v1.41/info", 200, "{}");
    EXPECT_TRUE(send(Method::get, "/info"));
}

TEST_F(EngineTest, AsksAgainWhenTheEngineWasChangedUnseen) {
    transport.ping("1.44");
    ASSERT_TRUE(version());
    transport.ping("1.41");
    transport.answer(
        Method::post, "/v1.44/containers/a/start", 400,
        R"({"message":"client version 1.44 is too new. Maximum supported API version is 1.41"})");
    transport.answer(Method::post, "/v1.41/containers/a/start", 204, "");
    EXPECT_TRUE(send(Method::post, "/containers/a/start"));
}

TEST_F(EngineTest, RefusesWhatIsNotOnTheListWithoutARequest) {
    for (const auto* target : {"/containers/a/exec", "/containers/a", "/build", "/containers//json",
                               "/containers/../json", "/v1.41/v1.41/info", "info", "",
                               "/containers/a/json/", "/images/a/b/json"}) {
        const auto answer = send(Method::get, target);
        ASSERT_FALSE(answer) << target;
        EXPECT_EQ(answer.error().code, Errc::forbidden) << target;
    }
    EXPECT_EQ(send(Method::post, "/containers/prune").error().code, Errc::forbidden);
    EXPECT_TRUE(transport.seen().empty());
}

TEST(Calls, AreAllowedWithAndWithoutVersionAndQuery) {
    EXPECT_TRUE(is_allowed(Method::get, "/v1.41/containers/json?all=1"));
    EXPECT_TRUE(is_allowed(Method::del, "/v1.51/containers/abc?force=1"));
    EXPECT_TRUE(is_allowed(Method::get, "/images/a%2Fb/json"));
    EXPECT_FALSE(is_allowed(Method::del, "/containers/abc/json"));
    EXPECT_FALSE(is_allowed(Method::get, "/v1./info"));
}

struct StatusCase {
    int status;
    Errc code;
};

TEST_F(EngineTest, AStatusIsAnErrorWithTheEnginesOwnWords) {
    transport.ping("1.41");
    const StatusCase cases[]{
        {400, Errc::invalid},     {401, Errc::unauthenticated}, {403, Errc::forbidden},
        {404, Errc::not_found},   {409, Errc::conflict},        {429, Errc::rate_limited},
        {500, Errc::unavailable}, {503, Errc::unavailable},     {301, Errc::invalid}};
    for (const auto& [status, code] : cases) {
        transport.answer(Method::get, "/v1.41/info", status, R"({"message":"port is\ntaken"})");
        const auto answer = send(Method::get, "/info");
        ASSERT_FALSE(answer) << status;
        EXPECT_EQ(answer.error().code, code) << status;
        EXPECT_NE(answer.error().message.find("port is taken"), std::string::npos);
    }
    transport.answer(Method::get, "/v1.41/info", 304, "");
    EXPECT_TRUE(send(Method::get, "/info"));
}

TEST_F(EngineTest, AnErrorMayBeBareTextAndSayWhenToComeAgain) {
    transport.ping("1.41");
    net::Headers headers;
    headers.emplace_back("retry-after", "7");
    transport.answer(Method::get, "/v1.41/info", 429, "slow down\n", std::move(headers));
    const auto answer = send(Method::get, "/info");
    EXPECT_EQ(answer.error().message, "HTTP 429: slow down");
    EXPECT_EQ(answer.error().retry_after, std::chrono::seconds{7});
}

TEST(ParseBody, RefusesWhatIsNoJsonOrTooDeep) {
    EXPECT_TRUE(parse_body(net::Response{200, {}, R"({"a":[1]})"}));
    EXPECT_FALSE(parse_body(net::Response{200, {}, "{"}));
    EXPECT_FALSE(parse_body(net::Response{200, {}, ""}));
    EXPECT_FALSE(parse_body(net::Response{200, {}, std::string(129, '[') + std::string(129, ']')}));
    EXPECT_TRUE(parse_body(net::Response{200, {}, std::string(128, '[') + std::string(128, ']')}));
    EXPECT_TRUE(parse_body(net::Response{200, {}, '"' + std::string(1000, '[') + '"'}));
}

TEST(PercentEncoded, LeavesOnlyWhatIsPlain) {
    EXPECT_EQ(percent_encoded("a b/ü?&=%"), "a%20b%2F%C3%BC%3F%26%3D%25");
    EXPECT_EQ(percent_encoded("web-1_2.x~"), "web-1_2.x~");
}

TEST(JsonStream, SplitsObjectsWhereverTheBytesAreCut) {
    const std::string text = R"({"a":"}{\"\\"} {"b":[{}]})"
                             "\n"
                             R"({"c":1})";
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        JsonStream stream;
        std::vector<std::string> objects;
        for (std::size_t at = 0; at < text.size(); at += cut) {
            const auto some = stream.feed(std::string_view{text}.substr(at, cut));
            ASSERT_TRUE(some);
            objects.insert(objects.end(), some->begin(), some->end());
        }
        EXPECT_EQ(objects,
                  (std::vector<std::string>{R"({"a":"}{\"\\"})", R"({"b":[{}]})", R"({"c":1})"}));
        EXPECT_FALSE(stream.is_inside());
    }
}

TEST(JsonStream, RefusesWhatIsNoObjectOrTooLong) {
    EXPECT_FALSE(JsonStream{}.feed("[1]"));
    EXPECT_FALSE(JsonStream{}.feed("{} x"));
    EXPECT_FALSE(JsonStream{}.feed("{\"" + std::string(5u << 20, 'a')));
}

}  // namespace
}  // namespace driftless::docker
