// The pace of calls, in virtual time.
#include "providers/net/pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "providers/net/pacers.hpp"
#include "providers/net/task_group.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;

/// A server that answers at once, as the list says, then with 200; and notes when it was asked.
class Server final : public HttpTransport {
public:
    explicit Server(Clock& clock) : clock_(clock), began_(clock.now()) {}

    asio::awaitable<Result<Response>> send(Request request) override {
        asked.push_back(request.target);
        at.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_));
        if (answers.empty()) co_return Response{200};
        auto answer = std::move(answers.front());
        answers.erase(answers.begin());
        co_return answer;
    }
    asio::awaitable<Result<std::unique_ptr<ResponseStream>>> open(Request request) override {
        auto response = co_await send(std::move(request));
        if (!response) co_return std::move(response).error();
        co_return std::unique_ptr<ResponseStream>{std::make_unique<Stream>(*std::move(response))};
    }

    std::vector<Result<Response>> answers;
    std::vector<std::string> asked;
    std::vector<std::chrono::milliseconds> at;

private:
    class Stream final : public ResponseStream {
    public:
        explicit Stream(Response response) : response_(std::move(response)) {}
        [[nodiscard]] int status() const override { return response_.status; }
        [[nodiscard]] const Headers& headers() const override { return response_.headers; }
        asio::awaitable<Result<std::string>> read(std::chrono::milliseconds) override {
            co_return std::string{};
        }

    private:
        Response response_;
    };

    Clock& clock_;
    SteadyTime began_;
};

Request request_of(std::string target) {
    Request request;
    if (target.starts_with('w')) request.method = Method::post;
    request.target = std::move(target);
    return request;
}

struct Pacing : ::testing::Test {
    /// 10 calls a minute, of which 5 in the long run, 3 at once, and 1 never.
    static PacerParts small() {
        PacerParts parts{.whose = "a token"};
        parts.calls = 10;
        parts.window = 60s;
        parts.percent = 50;
        parts.burst_percent = 30;
        parts.reserve_percent = 10;
        return parts;
    }
    void pace(PacerParts parts) {
        pacer.emplace(io.get_executor(), clock, std::move(parts));
        auto inner = std::make_unique<Server>(clock);
        server = inner.get();
        transport = make_paced_transport(std::move(inner), *pacer);
    }
    Result<Response> send(const std::string& target = "r") {
        return run_on(io, clock, transport->send(request_of(target)));
    }
    std::chrono::seconds throttled() {
        const auto response = send();
        if (response || response.error().code != Errc::rate_limited) return -1s;
        return response.error().retry_after.value_or(-2s);
    }
    void wait(std::chrono::nanoseconds time) { clock.run_for(io, time); }

    asio::io_context io;
    testing::VirtualClock clock;
    std::optional<Pacer> pacer;
    Server* server = nullptr;
    std::unique_ptr<HttpTransport> transport;
};

TEST_F(Pacing, LetsABurstGoAndThenKeepsTheDistance) {
    pace(small());
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(send());
    EXPECT_EQ(server->at, (std::vector<std::chrono::milliseconds>{0s, 0s, 0s, 12s, 24s, 36s}));
    wait(1h);  // a rest gives no more than the burst back
    server->at.clear();
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(send());
    EXPECT_EQ(server->at[2] - server->at[0], 0s);
    EXPECT_EQ(server->at[3] - server->at[2], 12s);
}

TEST_F(Pacing, KeepsCloudflaresBudgetByItself) {
    pace(PacerParts{.whose = "a token"});
    for (int i = 0; i < 2'000; ++i) ASSERT_TRUE(send());
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < server->at.size(); ++last) {
        while (server->at[last] - server->at[first] >= 300s) ++first;
        most = std::max(most, last - first + 1);
    }
    EXPECT_LE(most, 900u);
    EXPECT_GE(most, 890u);
    EXPECT_EQ(server->at.back() - server->at[1'000], 999s) << "one a second";
}

asio::awaitable<void> send_one(HttpTransport& transport, std::string target,
                               std::vector<std::string>& ends) {
    Request request = request_of(target);
    const auto response = co_await transport.send(std::move(request));
    ends.push_back(target + " " + (response ? "200" : std::string{name(response.error().code)}));
}

asio::awaitable<Result<void>> send_all(HttpTransport& transport, std::vector<std::string> targets,
                                       std::vector<std::string>& ends) {
    TaskGroup group{co_await asio::this_coro::executor};
    for (std::string& target : targets) group.spawn(send_one(transport, std::move(target), ends));
    co_return co_await group.join();
}

TEST_F(Pacing, ReadsAndWritesThatWaitGoInTurn) {
    PacerParts parts = small();
    parts.patience = 10min;
    pace(parts);
    std::vector<std::string> ends;
    ASSERT_TRUE(run_on(
        io, clock,
        send_all(*transport, {"r1", "r2", "r3", "r4", "r5", "r6", "r7", "w1", "w2", "w3"}, ends)));
    EXPECT_EQ(server->asked, (std::vector<std::string>{"r1", "r2", "r3", "w1", "r4", "w2", "r5",
                                                       "w3", "r6", "r7"}));
    EXPECT_EQ(server->at.back(), 84s);
}

TEST_F(Pacing, WhoeverWouldWaitTooLongIsToldSoAtOnce) {
    pace(small());  // a minute: five of them
    std::vector<std::string> ends;
    std::vector<std::string> targets;
    for (int i = 0; i < 10; ++i) targets.push_back("r" + std::to_string(i));
    ASSERT_TRUE(run_on(io, clock, send_all(*transport, targets, ends)));
    EXPECT_EQ(server->asked.size(), 8u);
    EXPECT_EQ(std::ranges::count_if(ends, [](auto& end) { return end.ends_with("limited"); }), 2);
}

TEST_F(Pacing, ARefusalSilencesEverybodyForAsLongAsItSays) {
    pace(small());
    server->answers.push_back(Response{429, {{"Retry-After", "30"}}});
    const auto refused = send();
    ASSERT_TRUE(refused.failed());
    EXPECT_EQ(refused.error().code, Errc::rate_limited);
    EXPECT_EQ(refused.error().retry_after, 30s);
    EXPECT_EQ(refused.error().message,
              "too many calls for a token: the server wants none for 30 s more; nothing is sent "
              "until then");
    wait(10s);
    EXPECT_EQ(throttled(), 20s);
    wait(19'500ms);
    EXPECT_EQ(throttled(), 1s);
    EXPECT_EQ(server->asked.size(), 1u) << "nothing was sent meanwhile";
    wait(500ms);
    EXPECT_TRUE(send());
}

struct Silence {
    const char* name;
    Headers headers;
    std::chrono::seconds kept;
};

TEST_F(Pacing, ARefusalWithoutASaneTimeIsBounded) {
    const Silence cases[]{
        {"none", {}, 300s},
        {"zero", {{"Retry-After", "0"}}, 1s},
        {"absurd", {{"Retry-After", "4000000000"}}, 3'600s},
        {"beyond numbers", {{"Retry-After", "99999999999999999999"}}, 300s},
        {"words", {{"Retry-After", "soon"}}, 300s},
    };
    for (const auto& [name, headers, kept] : cases) {
        pace(small());
        server->answers.push_back(Response{429, headers});
        EXPECT_EQ(send().error().retry_after, kept) << name;
        EXPECT_EQ(throttled(), kept) << name;
    }
}

TEST_F(Pacing, ThoseWhoWaitWhenSilenceBeginsAreToldAtOnce) {
    pace(small());
    for (int i = 0; i < 2; ++i) server->answers.push_back(Response{200});
    server->answers.push_back(Response{429});
    std::vector<std::string> ends;
    const auto began = clock.now();
    ASSERT_TRUE(run_on(io, clock, send_all(*transport, {"r1", "r2", "r3", "r4", "w1"}, ends)));
    EXPECT_EQ(server->asked, (std::vector<std::string>{"r1", "r2", "r3"}));
    EXPECT_EQ(clock.now() - began, 0s);
    EXPECT_EQ(std::ranges::count_if(ends, [](auto& end) { return end.ends_with("limited"); }), 3);
}

TEST_F(Pacing, AStreamIsACallLikeOthers) {
    pace(small());
    server->answers.push_back(Response{429, {{"Retry-After", "5"}}});
    const auto stream = run_on(io, clock, transport->open(request_of("r")));
    ASSERT_TRUE(stream.failed());
    EXPECT_EQ(stream.error().retry_after, 5s);
    wait(5s);
    EXPECT_TRUE(run_on(io, clock, transport->open(request_of("r"))).ok());
}

Response answer(const std::string& state) {
    return Response{
        200,
        {{"Ratelimit", "\"default\";" + state}, {"Ratelimit-Policy", "\"default\";q=10;w=60"}}};
}

TEST_F(Pacing, WhatOthersSpentIsLearnedFromAnswers) {
    pace(small());
    server->answers.push_back(answer("r=1;t=30"));  // the last is never touched
    EXPECT_TRUE(send());
    EXPECT_TRUE(send());
    EXPECT_EQ(server->at, (std::vector<std::chrono::milliseconds>{0s, 30s}));
    server->answers.push_back(answer("r=0;t=50"));
    EXPECT_TRUE(send());
    wait(1s);
    server->answers.push_back(answer("r=1;t=90"));
    EXPECT_TRUE(send());  // after 49 s
    EXPECT_EQ(throttled(), 90s) << "longer than anybody waits";
}

TEST_F(Pacing, OursAreCountedBetweenAnswersToo) {
    PacerParts parts = small();
    parts.burst_percent = 100;
    pace(parts);
    server->answers.push_back(answer("r=4;t=40"));
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(send());
    EXPECT_EQ(server->at, (std::vector<std::chrono::milliseconds>{0s, 0s, 0s, 0s, 40s}));
}

TEST_F(Pacing, AnAnswerThatWasOvertakenGivesNothingBack) {
    pace(small());
    server->answers.push_back(answer("r=1;t=30"));
    server->answers.push_back(answer("r=5;t=30"));
    (void)send();
    EXPECT_TRUE(pacer->heed(200, answer("r=5;t=30").headers));
    EXPECT_TRUE(send());
    EXPECT_EQ(server->at.back(), 30s);
}

TEST_F(Pacing, AnotherBudgetThanExpectedIsKept) {
    pace(small());
    Response smaller{
        200,
        {{"Ratelimit", "\"default\";r=4;t=600"}, {"Ratelimit-Policy", "\"default\";q=4;w=100"}}};
    server->answers.push_back(std::move(smaller));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(send());
    EXPECT_EQ(server->at[2] - server->at[1], 50s) << "two in 100 s are ours, one at once";
}

TEST_F(Pacing, AnErrorIsPassedOn) {
    pace(small());
    server->answers.push_back(Error{Errc::unavailable, "refused"});
    EXPECT_EQ(send().error().code, Errc::unavailable);
    EXPECT_TRUE(send());
}

asio::awaitable<Result<void>> cancel_some(HttpTransport& transport, Clock& clock,
                                          std::vector<std::string>& ends) {
    TaskGroup group{co_await asio::this_coro::executor};
    TaskGroup impatient{co_await asio::this_coro::executor};
    for (const char* target : {"r1", "r2", "r3"}) group.spawn(send_one(transport, target, ends));
    for (const char* target : {"w1", "r4"}) impatient.spawn(send_one(transport, target, ends));
    group.spawn(send_one(transport, "w2", ends));
    (void)co_await clock.sleep_for(1s);
    impatient.cancel();
    (void)co_await impatient.join();
    co_return co_await group.join();
}

TEST_F(Pacing, ThoseWhoAreCanceledLeaveTheirPlace) {
    pace(small());
    std::vector<std::string> ends;
    ASSERT_TRUE(run_on(io, clock, cancel_some(*transport, clock, ends)));
    EXPECT_EQ(ends, (std::vector<std::string>{"r1 200", "r2 200", "r3 200", "w1 canceled",
                                              "r4 canceled", "w2 200"}));
    EXPECT_EQ(server->at.back(), 12s);
}

TEST(PacersOfCredentials, WhoeverSharesACredentialSharesItsSilence) {
    asio::io_context io;
    testing::VirtualClock clock;
    Pacers pacers{io.get_executor(), clock};
    const auto of = [&](const std::string& url, const std::string& token) -> Pacer& {
        return pacers.of(url, Secret{token}, {.whose = "a token"});
    };
    Pacer& one = of("https://one", "t1");
    EXPECT_TRUE(one.heed(429, {}).failed());
    const auto is_silent = [&](Pacer& pacer) {
        return run_on(io, clock, pacer.take(Method::get)).failed();
    };
    EXPECT_TRUE(is_silent(of("https://one", "t1"))) << "the account's other target was not told";
    EXPECT_FALSE(is_silent(of("https://one", "t2")));
    EXPECT_FALSE(is_silent(of("https://two", "t1")));
}

}  // namespace
}  // namespace driftless::net
