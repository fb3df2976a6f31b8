// The envelope of Cloudflare's API: what is an answer, what is an error, and when a list is whole.
#include "providers/cloudflare/account.hpp"

#include <gmock/gmock.h>

#include <ostream>

#include "providers/cloudflare/zones.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::cloudflare {
namespace {

using namespace std::chrono_literals;
using net::Method;
using ::testing::HasSubstr;
using ::testing::Not;

const Family things{.permission = "Things", .absent = {81044}, .taken = {81058}};

std::string failure(int code, const std::string& message, const std::string& more = "") {
    return fmt::format(R"({{"success":false,"errors":[{{"code":{},"message":"{}"{}}}],)"
                       R"("messages":[],"result":null}})",
                       code, message, more);
}

class AccountTest : public ::testing::Test {
protected:
    Result<Answer> get(const std::string& path) {
        Call call;
        call.path = path;
        return testing::run_on(io, clock, account.send(things, std::move(call)));
    }
    Result<std::vector<json>> list(std::size_t per_page) {
        std::vector<json> all;
        ListCall call{"/things", per_page};
        TakeItem take = [&all](const json& item) -> Result<void> {
            all.push_back(item);
            return {};
        };
        const auto listed =
            testing::run_on(io, clock, account.list(things, std::move(call), std::move(take)));
        if (!listed) return listed.error();
        return all;
    }
    void page(int number, const std::string& items, const std::string& info) {
        transport.answer(Method::get, fmt::format("/things?per_page=2&page={}", number), 200,
                         fmt::format(R"({{"success":true,"errors":[],"result":[{}],)"
                                     R"("result_info":{{{}}}}})",
                                     items, info));
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "0123", Secret{"t0ken"}};
};

TEST_F(AccountTest, SendsTheTokenAndOpensTheEnvelope) {
    transport.answer(Method::get, "/x", 200, R"({"success":true,"result":{"a":1}})");
    const auto answer = get("/x");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->result["a"], 1);
    EXPECT_TRUE(answer->info.is_null());
    EXPECT_EQ(net::header_of(transport.seen().front().headers, "authorization"), "Bearer t0ken");
}

struct ErrorCase {
    std::string name;
    int status;
    Errc code;
    std::string body;
    std::string says;
};
void PrintTo(const ErrorCase& one, std::ostream* out) {
    *out << one.name;
}
class AccountErrors : public AccountTest, public ::testing::WithParamInterface<ErrorCase> {};

TEST_P(AccountErrors, AreToldApartByFamilyAndCode) {
    const ErrorCase& one = GetParam();
    transport.answer(Method::get, "/x", one.status, one.body, {{"CF-Ray", "9f1c-LHR"}});
    const auto answer = get("/x");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, one.code) << answer.error().message;
    EXPECT_THAT(answer.error().message, HasSubstr(one.says));
    EXPECT_THAT(answer.error().message, Not(HasSubstr("t0ken")));
}

INSTANTIATE_TEST_SUITE_P(
    , AccountErrors,
    ::testing::Values(
        ErrorCase{"absent", 404, Errc::not_found, failure(81044, "Record does not exist."),
                  "81044"},
        ErrorCase{"no_such_route", 404, Errc::invalid, failure(7003, "Could not route"), "7003"},
        ErrorCase{"absent_elsewhere", 404, Errc::invalid, failure(10003, "no entry point"),
                  "10003"},
        ErrorCase{"taken", 400, Errc::conflict, failure(81058, "identical"), "81058"},
        ErrorCase{"a_chain", 400, Errc::conflict,
                  failure(1004, "DNS Validation Error",
                          R"(,"error_chain":[{"code":81058,"message":"identical"}])"),
                  "identical (81058)"},
        ErrorCase{"no_permission", 403, Errc::forbidden, failure(10000, "Authentication error"),
                  "Things Read"},
        ErrorCase{"another_account", 403, Errc::forbidden, failure(9109, "Unauthorized"), "9109"},
        ErrorCase{"no_token", 401, Errc::unauthenticated, failure(1000, "Invalid API Token"),
                  "look at the token"},
        ErrorCase{"malformed_token", 400, Errc::unauthenticated,
                  failure(6003, "Invalid request headers"), "6003"},
        ErrorCase{"too_many", 429, Errc::rate_limited, failure(10429, "Rate limited"), "10429"},
        ErrorCase{"too_many_in_html", 429, Errc::rate_limited, "<html>", "HTTP 429"},
        ErrorCase{"server", 500, Errc::unavailable, failure(8000000, "unknown"), "9f1c-LHR"},
        ErrorCase{"a_page", 502, Errc::unavailable, "<html>Bad gateway</html>", "no JSON"},
        ErrorCase{"a_page_that_looks_fine", 200, Errc::unavailable, "<html>", "no JSON"},
        ErrorCase{"half_a_body", 200, Errc::unavailable, R"({"success":true,"resu)", "no JSON"},
        ErrorCase{"no_success", 200, Errc::invalid, R"({"errors":null,"result":null})",
                  "no reason"},
        ErrorCase{"refused", 400, Errc::invalid, failure(9005, "must be an IPv4 address"), "9005"}),
    [](const auto& chosen) { return chosen.param.name; });

TEST_F(AccountTest, WaitsAsLongAsItIsTold) {
    transport.answer(Method::get, "/x", 429, failure(10429, "x"), {{"Retry-After", "17"}});
    transport.answer(Method::get, "/x", 429, failure(10429, "x"));
    EXPECT_EQ(get("/x").error().retry_after, 17s);
    EXPECT_EQ(get("/x").error().retry_after, 300s) << "as the documentation says of a block";
}

TEST_F(AccountTest, AListIsReadToItsEnd) {
    page(1, R"({"id":"a"},{"id":"b"})", R"("page":1,"per_page":2,"total_count":3)");
    page(2, R"({"id":"c"})", R"("page":2,"per_page":2,"total_count":3)");
    const auto all = list(2);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->size(), 3u);
}

TEST_F(AccountTest, AListThatMovedIsReadWithoutDoubles) {
    page(1, R"({"id":"a"},{"id":"b"})", R"("total_count":3)");
    page(2, R"({"id":"b"},{"id":"c"})", R"("total_count":3)");
    page(3, "", R"("total_count":3)");
    const auto all = list(2);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->size(), 3u);
}

TEST_F(AccountTest, AServerMayHaveShorterPagesThanAsked) {
    page(1, R"({"id":"a"})", R"("per_page":1,"total_count":2)");
    page(2, R"({"id":"b"})", R"("per_page":1,"total_count":2)");
    page(3, "", R"("per_page":1,"total_count":2)");
    const auto all = list(2);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->size(), 2u);
}

TEST_F(AccountTest, HalfAListIsNone) {
    page(1, R"({"id":"a"})", R"("total_count":3)");
    page(2, "", R"("total_count":3)");
    const auto all = list(2);
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().code, Errc::unavailable);
    EXPECT_THAT(all.error().message, HasSubstr("1 of 3"));
}

TEST_F(AccountTest, OnePageThatFailsIsTheWholeList) {
    page(1, R"({"id":"a"},{"id":"b"})", R"("total_count":4)");
    transport.answer(Method::get, "/things?per_page=2&page=2", 500, "");
    EXPECT_EQ(list(2).error().code, Errc::unavailable);
}

TEST_F(AccountTest, AUsersTokenIsVerifiedToo) {
    transport.answer(Method::get, "/accounts/0123/tokens/verify", 401,
                     failure(1000, "Invalid API Token"));
    transport.answer(Method::get, "/user/tokens/verify", 200,
                     R"({"success":true,"result":{"id":"t","status":"active"}})");
    const auto status = testing::run_on(io, clock, account.verify_token());
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_EQ(*status, "active");
}

TEST_F(AccountTest, AZoneThatTheAccountHasNotSaysSo) {
    transport.answer(Method::get, "/zones?account.id=0123&name=bnx.dev&per_page=50", 200,
                     R"({"success":true,"result":[]})");
    Zones zones{account};
    const auto zone = testing::run_on(io, clock, zones.find("bnx.dev"));
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, Errc::not_found);
    EXPECT_THAT(zone.error().message, HasSubstr("Zone Read"));
}

TEST_F(AccountTest, AllZonesComeInTheOrderOfTheirNames) {
    transport.answer(Method::get, "/zones?account.id=0123&per_page=50&page=1", 200,
                     R"({"success":true,"result":[
                         {"id":"2","name":"b.dev","plan":{"legacy_id":"pro"}},
                         {"id":"1","name":"a.dev"}],"result_info":{"page":1,"total_pages":1}})");
    Zones zones{account};
    const auto listed = testing::run_on(io, clock, zones.list());
    ASSERT_TRUE(listed) << listed.error().message;
    ASSERT_EQ(listed->size(), 2U);
    EXPECT_EQ(listed->at(0).name, "a.dev");
    EXPECT_EQ(listed->at(1).plan, "pro");
}

}  // namespace
}  // namespace driftless::cloudflare
