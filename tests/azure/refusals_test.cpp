// ARM's errors, in all their shapes, and what each means for whoever sent the call.
#include "providers/azure/refusals.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Case {
    std::string name;
    int status;
    std::string body;
    std::string code;
    Way way;
    Errc errc;
    std::string says;
};
void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

class Refusals : public ::testing::TestWithParam<Case> {};

TEST_P(Refusals, AreReadAndJudged) {
    const Case& one = GetParam();
    const Refusal refusal = read_refusal(one.status, {{"x-ms-request-id", "r-1"}}, one.body);
    EXPECT_EQ(refusal.code, one.code);
    EXPECT_EQ(way_of(refusal), one.way);
    const Error error = error_of(refusal);
    EXPECT_EQ(error.code, one.errc) << error.message;
    EXPECT_THAT(error.message, HasSubstr(one.says));
    EXPECT_THAT(error.message, HasSubstr("(request r-1)"));
}

std::string arm(const std::string& code, const std::string& message = "words") {
    return R"({"error":{"code":")" + code + R"(","message":")" + message + R"("}})";
}

INSTANTIATE_TEST_SUITE_P(
    , Refusals,
    ::testing::Values(
        Case{"a_new_identity", 400, arm("PrincipalNotFound"), "PrincipalNotFound", Way::soon,
             Errc::conflict, "it takes minutes"},
        Case{"another_operation", 409, arm("AnotherOperationInProgress"),
             "AnotherOperationInProgress", Way::soon, Errc::conflict, "words"},
        Case{"children_left", 409, arm("CannotDeleteResource"), "CannotDeleteResource", Way::soon,
             Errc::conflict, "HTTP 409"},
        Case{"no_throttling_at_all", 429,
             R"({"error":{"code":"RetryableError","message":"m","details":[{"code":)"
             R"("ReferencedResourceNotProvisioned","message":"the subnet"}]}})",
             "RetryableError", Way::soon, Errc::conflict, "the subnet"},
        Case{"throttled", 429, arm("ResourceRequestsThrottled"), "ResourceRequestsThrottled",
             Way::later, Errc::rate_limited, "HTTP 429"},
        Case{"throttled_without_a_code", 429, arm("429"), "429", Way::later, Errc::rate_limited,
             "429"},
        Case{"no_role", 403,
             arm("AuthorizationFailed", "no action 'Microsoft.App/write' over scope '/x'"),
             "AuthorizationFailed", Way::later, Errc::forbidden, "give the identity a role"},
        Case{"locked", 409, arm("ScopeLocked"), "ScopeLocked", Way::later, Errc::conflict,
             "a lock forbids it"},
        Case{"soft_deleted_account", 409, arm("FlagMustBeSetForRestore"), "FlagMustBeSetForRestore",
             Way::later, Errc::conflict, "bring that back"},
        Case{"absent", 404, arm("ResourceNotFound"), "ResourceNotFound", Way::absent,
             Errc::not_found, "words"},
        Case{"its_group_is_absent", 404, arm("ResourceGroupNotFound"), "ResourceGroupNotFound",
             Way::absent, Errc::not_found, "words"},
        Case{"a_code_alone_is_no_absence", 400, arm("NotFound"), "NotFound", Way::never,
             Errc::invalid, "words"},
        Case{"a_404_of_nobody", 404, "", "", Way::later, Errc::invalid, "no reason"},
        Case{"of_an_operation_alone", 404, arm("OperationIdNotFound"), "OperationIdNotFound",
             Way::later, Errc::invalid, "words"},
        Case{"wrong_content", 400, arm("InvalidRequestContent"), "InvalidRequestContent",
             Way::never, Errc::invalid, "words"},
        Case{"wrong_version", 400, arm("NoRegisteredProviderFound", "use 2025-01-01"),
             "NoRegisteredProviderFound", Way::never, Errc::invalid, "use 2025-01-01"},
        Case{"at_top_level", 409, R"({"code":"Conflict","message":"busy"})", "Conflict", Way::soon,
             Errc::conflict, "busy"},
        Case{"of_the_web", 404, R"({"Code":"NotFound","Message":"gone"})", "NotFound", Way::absent,
             Errc::not_found, "gone"},
        Case{"a_problem_document", 500, R"({"type":"x","title":"it broke","status":500})", "",
             Way::later, Errc::unavailable, "it broke"},
        Case{"a_page", 503, "<html>Service Unavailable</html>", "", Way::later, Errc::unavailable,
             "no JSON but"},
        Case{"a_page_that_says_404", 404, "<html>Not here</html>", "", Way::later, Errc::invalid,
             "no JSON but"},
        Case{"refused_identity", 401, arm("InvalidAuthenticationToken"),
             "InvalidAuthenticationToken", Way::later, Errc::unauthenticated,
             "look at the identity"}),
    [](const auto& chosen) { return chosen.param.name; });

TEST(RetryAfter, IsReadFromTheHeaderOrTheText) {
    EXPECT_EQ(retry_after({{"Retry-After", "17"}}), 17s);
    EXPECT_EQ(retry_after({{"Retry-After", "99999"}}), 3'600s);
    EXPECT_EQ(retry_after({}, "too many; Retry after 2 seconds."), 2s);
    EXPECT_EQ(retry_after({}, "words"), std::nullopt);
    EXPECT_EQ(retry_after({{"Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"}}), std::nullopt);
}

}  // namespace
}  // namespace driftless::azure
