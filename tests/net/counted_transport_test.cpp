#include "providers/net/counted_transport.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

/// Takes a second for whatever it is asked.
class SlowTransport final : public HttpTransport {
public:
    SlowTransport(HttpTransport& inner, Clock& clock) : inner_(inner), clock_(clock) {}
    asio::awaitable<Result<Response>> send(Request request) override {
        (void)co_await clock_.sleep_for(std::chrono::seconds{1});
        co_return co_await inner_.send(std::move(request));
    }
    asio::awaitable<Result<std::unique_ptr<ResponseStream>>> open(Request request) override {
        (void)co_await clock_.sleep_for(std::chrono::seconds{1});
        co_return co_await inner_.open(std::move(request));
    }

private:
    HttpTransport& inner_;
    Clock& clock_;
};

TEST(CountedTransport, TellsOfEachCallOnceItHasEnded) {
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport fake;
    fake.answer(Method::get, "/a", 200, "fine");
    fake.answer(Method::post, "/b", 409, "taken");
    fake.answer(Method::del, "/c", 500, "oh");
    fake.fail(Method::get, "/d", {Errc::unavailable, "refused"});
    fake.stream(Method::get, "/e", {"x"});
    std::vector<std::string> told;
    auto counted = make_counted_transport(
        std::make_unique<SlowTransport>(fake, clock), clock, [&told](const CallSample& sample) {
            told.push_back(
                fmt::format("{} {} {} s", name(sample.method), sample.outcome,
                            std::chrono::duration_cast<std::chrono::seconds>(sample.took).count()));
        });
    const auto send = [&](Method method, std::string target) {
        Request request{.method = method, .target = std::move(target)};
        return testing::run_on(io, clock, counted->send(std::move(request)));
    };
    EXPECT_EQ(send(Method::get, "/a")->body, "fine");
    EXPECT_EQ(send(Method::post, "/b")->status, 409);
    EXPECT_EQ(send(Method::del, "/c")->status, 500);
    EXPECT_EQ(send(Method::get, "/d").error().code, Errc::unavailable);
    Request request{.method = Method::get, .target = "/e"};
    EXPECT_TRUE(testing::run_on(io, clock, counted->open(std::move(request))));
    EXPECT_EQ(told, (std::vector<std::string>{"GET ok 1 s", "POST client_error 1 s",
                                              "DELETE server_error 1 s", "GET unavailable 1 s",
                                              "GET ok 1 s"}));
}

}  // namespace
}  // namespace driftless::net
