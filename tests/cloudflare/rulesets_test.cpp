// The rules of a phase as the API tells of them.
#include "providers/cloudflare/rulesets.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::cloudflare {
namespace {

using net::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RulesetCalls : public ::testing::Test {
protected:
    template <class T>
    T wait_for(asio::awaitable<T> work) {
        return testing::run_on(io, clock, std::move(work));
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "a1", Secret{"t"}};
    Rulesets rulesets{account, "z1", "http_ratelimit"};
    const std::string path = "/zones/z1/rulesets/phases/http_ratelimit/entrypoint";
};

TEST_F(RulesetCalls, NoRulesetIsOneWithoutRulesAndEverythingElseIsAnError) {
    transport.answer(Method::get, path, 404,
                     R"({"success":false,"errors":[{"code":10003,"message":"none"}]})");
    const auto none = wait_for(rulesets.read());
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_EQ(none->version, 0);
    EXPECT_TRUE(none->rules.empty());
    transport.answer(Method::get, path, 404,
                     R"({"success":false,"errors":[{"code":7003,"message":"no route"}]})");
    EXPECT_EQ(wait_for(rulesets.read()).error().code, Errc::invalid);
    transport.answer(Method::get, path, 403,
                     R"({"success":false,"errors":[{"code":10000,"message":"no"}]})");
    EXPECT_THAT(wait_for(rulesets.read()).error().message, HasSubstr("Zone WAF Read"));
}

TEST_F(RulesetCalls, WhatIsNoRulesetIsUnavailable) {
    for (const char* result :
         {"null", "[]", R"({"version":"x","rules":[]})", R"({"version":"3","rules":{}})",
          R"({"version":"3","rules":[1]})", R"({"version":"3","rules":[{"ref":"no id"}]})"}) {
        transport.answer(Method::get, path, 200,
                         fmt::format(R"({{"success":true,"result":{}}})", result));
        const auto read = wait_for(rulesets.read());
        ASSERT_FALSE(read) << result;
        EXPECT_EQ(read.error().code, Errc::unavailable) << result;
    }
}

TEST_F(RulesetCalls, APutKeepsTheDescriptionAndTellsTheNewVersion) {
    transport.answer(Method::get, path, 200,
                     R"({"success":true,"result":{"id":"r1","version":"7","description":"theirs",
            "rules":[{"id":"1","ref":"1","version":"2","last_updated":"2026-01-01T00:00:00Z",
                      "action":"log","expression":"true","future":{"a":1}}]}})");
    auto entry = wait_for(rulesets.read());
    ASSERT_TRUE(entry) << entry.error().message;
    EXPECT_EQ(entry->version, 7);
    for (json& rule : entry->rules) rule = as_sent(rule);
    transport.answer(Method::put, path, 200,
                     R"({"success":true,"result":{"id":"r1","version":"8","rules":[]}})");
    const auto now = wait_for(rulesets.put(*entry));
    ASSERT_TRUE(now) << now.error().message;
    EXPECT_EQ(now->version, 8);
    EXPECT_EQ(json::parse(transport.seen().back().body), json::parse(R"({
        "description":"theirs",
        "rules":[{"id":"1","ref":"1","action":"log","expression":"true","future":{"a":1}}]})"));
}

TEST_F(RulesetCalls, ADryRunIsOneAndTellsWhatIsWrong) {
    transport.answer(Method::put, path + "?dry_run=true", 200, R"({"success":true,"result":null})");
    EXPECT_TRUE(wait_for(rulesets.check({})));
    transport.answer(Method::put, path + "?dry_run=true", 400,
                     R"({"success":false,"errors":[{"code":20127,"message":"Filter parsing"}]})");
    const auto refused = wait_for(rulesets.check({}));
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("Filter parsing (20127)"));
}

TEST_F(RulesetCalls, TheAccountHasRulesOfItsOwn) {
    Rulesets own{account, "", "http_request_redirect"};
    transport.answer(Method::get, "/accounts/a1/rulesets/phases/http_request_redirect/entrypoint",
                     403, R"({"success":false,"errors":[{"code":10000,"message":"no"}]})");
    EXPECT_THAT(wait_for(own.read()).error().message, HasSubstr("Mass URL Redirects Read"));
}

// ---- the list of rulesets

std::vector<std::string> phases_of(const Result<std::vector<RulesetHead>>& listed) {
    std::vector<std::string> all;
    if (!listed) return {listed.error().message};
    for (const RulesetHead& head : *listed) all.push_back(head.kind + " " + head.phase);
    return all;
}

TEST_F(RulesetCalls, AListIsReadToItsEndWhereverTheCursorStands) {
    const std::string list = "/accounts/a1/rulesets?per_page=50";
    transport.answer(Method::get, list, 200,
                     R"({"success":true,"result":[{"id":"1","kind":"root","phase":"a"}],
                         "result_info":{"cursors":{"after":"x=1"}}})");
    transport.answer(Method::get, list + "&cursor=x%3D1", 200,
                     R"({"success":true,"result":[{"id":"2","kind":"custom","phase":"b"}],
                         "result_info":{"cursor":"y"}})");
    transport.answer(Method::get, list + "&cursor=y", 200,
                     R"({"success":true,"result":[{"id":"3","kind":"managed","phase":"c"}],
                         "result_info":{"cursor":""}})");
    EXPECT_THAT(phases_of(wait_for(list_rulesets(account, ""))),
                ElementsAre("root a", "custom b", "managed c"));
}

TEST_F(RulesetCalls, WhatIsNoListOfRulesetsIsUnavailable) {
    const std::string list = "/zones/z1/rulesets?per_page=50";
    for (const char* result : {"{}", "[1]", R"([{"id":"1"}])", R"([{"phase":"a"}])"}) {
        transport.answer(Method::get, list, 200,
                         fmt::format(R"({{"success":true,"result":{}}})", result));
        const auto read = wait_for(list_rulesets(account, "z1"));
        ASSERT_FALSE(read) << result;
        EXPECT_EQ(read.error().code, Errc::unavailable) << result;
    }
    transport.answer(Method::get, list, 200, R"({"success":true,"result":null})");
    EXPECT_THAT(phases_of(wait_for(list_rulesets(account, "z1"))), IsEmpty());
    transport.answer(Method::get, list, 403,
                     R"({"success":false,"errors":[{"code":10000,"message":"no"}]})");
    EXPECT_THAT(wait_for(list_rulesets(account, "z1")).error().message, HasSubstr("Zone WAF Read"));
}

}  // namespace
}  // namespace driftless::cloudflare
