// How it is found out that ARM's work goes on, and how it ends: azure.md has what was recorded.
#include "providers/azure/operations.hpp"

#include <gmock/gmock.h>

#include <ostream>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using net::Method;
using By = Operation::By;

constexpr const char* host = "https://management.azure.com";
constexpr const char* resource = "/subscriptions/S/resourceGroups/G/providers/N/t/x?api-version=1";
const net::WallTime now{std::chrono::hours{1000}};

class GivenToken final : public Tokens {
public:
    asio::awaitable<Result<Secret>> token() override { co_return Secret{"t"}; }
    void refused(const std::string&) override {}
};

struct BegunCase {
    std::string name;
    Method method;
    int status;
    net::Headers headers;
    json body;
    std::optional<By> by;
    std::string url = {};
    std::chrono::seconds wait = 15s;
};
void PrintTo(const BegunCase& one, std::ostream* out) {
    *out << one.name;
}
class Begun : public ::testing::TestWithParam<BegunCase> {};

TEST_P(Begun, IsSeenInTheAnswer) {
    const BegunCase& one = GetParam();
    Call call;
    call.method = one.method;
    call.target = resource;
    const auto operation = begun({one.status, one.body, one.headers, ""}, call, now);
    ASSERT_EQ(operation.has_value(), one.by.has_value());
    if (!operation) return;
    EXPECT_EQ(operation->by, *one.by);
    EXPECT_EQ(operation->url, one.url);
    EXPECT_EQ(operation->next, now + one.wait);
    EXPECT_GT(operation->deadline, operation->next);
    const auto again = read_operation(to_json(*operation));
    ASSERT_TRUE(again);
    EXPECT_EQ(to_json(*again), to_json(*operation));
}

json with_state(const std::string& state) {
    return {{"properties", {{"provisioningState", state}}}};
}

INSTANTIATE_TEST_SUITE_P(
    , Begun,
    ::testing::Values(
        BegunCase{"environment",
                  Method::put,
                  201,
                  {{"Azure-AsyncOperation", "https://h/op/1"},
                   {"Retry-After", "10"},
                   {"x-ms-async-operation-timeout", "PT15M"}},
                  with_state("Waiting"),
                  By::status,
                  "https://h/op/1",
                  10s},
        BegunCase{"server_has_both",
                  Method::put,
                  202,
                  {{"Location", "https://h/result/1"},
                   {"Azure-AsyncOperation", "https://h/op/1"},
                   {"Retry-After", "60"}},
                  nullptr,
                  By::status,
                  "https://h/op/1",
                  60s},
        BegunCase{"group_is_removed",
                  Method::del,
                  202,
                  {{"Location", "https://h/result/1"}, {"Retry-After", "15"}},
                  nullptr,
                  By::location,
                  "https://h/result/1"},
        BegunCase{"removal_without_a_word", Method::del, 202, {}, nullptr, By::resource, resource},
        BegunCase{"vault_tells_by_its_state",
                  Method::put,
                  200,
                  {},
                  with_state("RegisteringDns"),
                  By::resource,
                  resource},
        BegunCase{"identity_is_no_operation",
                  Method::put,
                  201,
                  {{"Location", "/subscriptions/S/resourceGroups/G"}},
                  json{{"properties", json::object()}},
                  std::nullopt},
        BegunCase{"unchanged", Method::put, 200, {}, with_state("Succeeded"), std::nullopt},
        BegunCase{
            "failed_at_once_is_over", Method::put, 200, {}, with_state("Failed"), std::nullopt},
        BegunCase{"removed_at_once", Method::del, 204, {}, nullptr, std::nullopt},
        BegunCase{"alert_has_no_state", Method::put, 200, {}, json::object(), std::nullopt}),
    [](const auto& chosen) { return chosen.param.name; });

struct PollCase {
    std::string name;
    By by;
    int status;
    std::string body;
    Went went;
    std::string code = {};
};
void PrintTo(const PollCase& one, std::ostream* out) {
    *out << one.name;
}
class Polls : public ::testing::TestWithParam<PollCase> {};

TEST_P(Polls, TellHowItGoes) {
    const PollCase& one = GetParam();
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    GivenToken tokens;
    Arm arm{transport, tokens, host};
    const std::string url = "/op/1?api-version=9&t=1&s=%2B";
    transport.answer(Method::get, url, one.status, one.body, {{"Retry-After", "7"}});
    Operation operation{one.by, one.by == By::resource ? url : host + url, now, now + 1h, now};
    const auto polled = testing::run_on(io, clock, poll(arm, operation, now));
    ASSERT_TRUE(polled) << polled.error().message;
    EXPECT_EQ(polled->went, one.went);
    EXPECT_EQ(polled->refusal.code, one.code);
    if (one.went == Went::on) {
        EXPECT_EQ(polled->operation.next, now + 7s);
    }
}

INSTANTIATE_TEST_SUITE_P(
    , Polls,
    ::testing::Values(
        PollCase{"in_progress", By::status, 200, R"({"status":"InProgress"})", Went::on},
        PollCase{"a_word_that_nobody_knows", By::status, 200, R"({"status":"Updating"})", Went::on},
        PollCase{"succeeded", By::status, 200, R"({"status":"succeeded"})", Went::well},
        PollCase{"an_error_called_none", By::status, 200,
                 R"({"status":"InProgress","error":{"code":"None"}})", Went::on},
        PollCase{"failed", By::status, 200,
                 R"({"status":"Failed","error":{"code":"ServerIsBusy","message":"m"}})",
                 Went::badly, "ServerIsBusy"},
        PollCase{"canceled_without_a_reason", By::status, 200, R"({"status":"Canceled"})",
                 Went::badly, "Canceled"},
        PollCase{"zone_answers_202_with_a_body", By::status, 202, R"({"status":"InProgress"})",
                 Went::on},
        PollCase{"location_202", By::location, 202, "", Went::on},
        PollCase{"location_204", By::location, 204, "", Went::well},
        PollCase{"location_with_the_resource", By::location, 200, R"({"id":"/x"})", Went::well},
        PollCase{"forgotten", By::status, 404, R"({"error":{"code":"OperationIdNotFound"}})",
                 Went::lost},
        PollCase{"resource_settled", By::resource, 200,
                 R"({"properties":{"provisioningState":"Succeeded"}})", Went::well},
        PollCase{"resource_not_yet", By::resource, 200,
                 R"({"properties":{"provisioningState":"Deleting"}})", Went::on},
        PollCase{"resource_gone", By::resource, 404, R"({"error":{"code":"ResourceNotFound"}})",
                 Went::well}),
    [](const auto& chosen) { return chosen.param.name; });

TEST(Operations, AnErrorOfAPollSaysNothingOfThem) {
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    GivenToken tokens;
    Arm arm{transport, tokens, host};
    transport.answer(Method::get, "/op", 503, "<html>busy</html>");
    const Operation operation{By::status, std::string{host} + "/op", now, now + 1h, now};
    const auto polled = testing::run_on(io, clock, poll(arm, operation, now));
    ASSERT_FALSE(polled);
    EXPECT_EQ(polled.error().code, Errc::unavailable);
}

TEST(Operations, OfAnotherVersionAreRefused) {
    EXPECT_FALSE(read_operation(json{{"url", "x"}}));
    EXPECT_FALSE(read_operation(nullptr));
}

}  // namespace
}  // namespace driftless::azure
