// Access as the API tells of it.
#include "providers/cloudflare/access.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::cloudflare {
namespace {

using net::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AccessCalls : public ::testing::Test {
protected:
    template <class T>
    T wait_for(asio::awaitable<T> work) {
        return testing::run_on(io, clock, std::move(work));
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "a1", Secret{"t"}};
    Access access{account};
    const std::string base = "/accounts/a1/access";
};

TEST_F(AccessCalls, EachSortIsListedToItsEnd) {
    std::string first =
        R"({"success":true,"result_info":{"per_page":100,"total_count":101},"result":[)";
    for (int i = 0; i < 100; ++i) {
        first += fmt::format(R"({}{{"id":"p{}","name":"n"}})", i == 0 ? "" : ",", i);
    }
    transport.answer(Method::get, base + "/policies?per_page=100&page=1", 200, first + "]}");
    transport.answer(
        Method::get, base + "/policies?per_page=100&page=2", 200,
        R"({"success":true,"result_info":{"total_count":101},"result":[{"id":"last","name":"end","decision":"deny"}]})");
    const auto all = wait_for(access.list(AccessSort::policy));
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->size(), 101u);
    EXPECT_EQ(all->back().shown.at("decision"), "deny");
    transport.answer(Method::get, base + "/groups?per_page=1000&page=1", 200,
                     R"({"success":true,"result":[{"name":"nameless"}]})");
    EXPECT_EQ(wait_for(access.list(AccessSort::group)).error().code, Errc::unavailable);
}

TEST_F(AccessCalls, OnlyItsOwnCodesMeanAbsentAndTaken) {
    const auto answer = [](int code) {
        return fmt::format(R"({{"success":false,"errors":[{{"code":{},"message":"no"}}]}})", code);
    };
    const auto removed = [&](AccessSort sort, const std::string& path, int code) {
        transport.answer(Method::del, base + path + "/x", 404, answer(code));
        return wait_for(access.remove(sort, "x")).error().code;
    };
    EXPECT_EQ(removed(AccessSort::group, "/groups", 12152), Errc::not_found);
    EXPECT_EQ(removed(AccessSort::policy, "/policies", 12135), Errc::not_found);
    EXPECT_EQ(removed(AccessSort::application, "/apps", 11021), Errc::not_found);
    EXPECT_EQ(removed(AccessSort::service_token, "/service_tokens", 12135), Errc::not_found);
    EXPECT_EQ(removed(AccessSort::group, "/groups", 11021), Errc::invalid);
    EXPECT_EQ(removed(AccessSort::policy, "/policies", 12130), Errc::invalid);
    transport.answer(Method::post, base + "/groups", 400, answer(12132));
    const auto taken = wait_for(access.create(AccessSort::group, {{"name", "staff"}}));
    EXPECT_EQ(taken.error().code, Errc::conflict);
    EXPECT_THAT(taken.error().message, HasSubstr("create Access group \"staff\""));
}

TEST_F(AccessCalls, EachSortNamesItsPermission) {
    const std::string denied =
        R"({"success":false,"errors":[{"code":10000,"message":"Authentication error"}]})";
    const std::vector<std::tuple<AccessSort, std::string, std::string>> sorts{
        {AccessSort::group, "/groups?per_page=1000",
         "Access: Organizations, Identity Providers, and Groups Read"},
        {AccessSort::policy, "/policies?per_page=100", "Access: Apps and Policies Read"},
        {AccessSort::application, "/apps?per_page=1000", "Access: Apps and Policies Read"},
        {AccessSort::service_token, "/service_tokens?per_page=1000",
         "Access: Service Tokens Read"}};
    for (const auto& [sort, path, permission] : sorts) {
        transport.answer(Method::get, base + path + "&page=1", 403, denied);
        EXPECT_THAT(wait_for(access.list(sort)).error().message, HasSubstr(permission));
    }
}

TEST_F(AccessCalls, ATagThatIsThereAlreadyIsEnough) {
    transport.answer(Method::get, base + "/tags?per_page=50&page=1", 200,
                     R"({"success":true,"result":[{"name":"a","app_count":1},{"name":"b"}]})");
    EXPECT_THAT(*wait_for(access.tags()), ElementsAre("a", "b"));
    transport.answer(Method::post, base + "/tags", 409,
                     R"({"success":false,"errors":[{"code":12132,"message":"exists"}]})");
    EXPECT_TRUE(wait_for(access.create_tag("a")));
}

TEST_F(AccessCalls, ASecretComesOnceAndIsInNoError) {
    transport.answer(
        Method::post, base + "/service_tokens", 201,
        R"({"success":true,"result":{"id":"s1","client_id":"c.access","client_secret":"hush"}})");
    const auto made = wait_for(access.create_service_token("ci", "8760h"));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->client_id, "c.access");
    EXPECT_EQ(made->client_secret.reveal(), "hush");
    for (const char* half : {R"({"result":{"client_secret":"hush)",
                             R"({"success":true,"result":{"client_secret":"hush"}})"}) {
        transport.answer(Method::post, base + "/service_tokens/s1/rotate", 200, half);
        const auto again = wait_for(access.rotate_service_token("s1"));
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code, Errc::unavailable);
        EXPECT_THAT(again.error().message, Not(HasSubstr("hush")));
    }
}

}  // namespace
}  // namespace driftless::cloudflare
