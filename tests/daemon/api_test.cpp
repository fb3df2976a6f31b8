#include "daemon/http/api.hpp"

#include <gtest/gtest.h>

#include "daemon/http/query.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::http {
namespace {

using nlohmann::json;

/// A daemon that remembers what it was asked.
class StubControl final : public Control {
public:
    [[nodiscard]] Overview overview() const override {
        Overview overview;
        overview.installation = "test";
        TargetStatus target;
        target.name = "mini1";
        target.resources[{"mini1", "toy.thing", "a/b c"}] = {};
        overview.targets.emplace("mini1", target);
        return overview;
    }
    [[nodiscard]] Result<void> ready() const override {
        if (is_ready) return {};
        return Error{Errc::unavailable, "no commit is loaded yet"};
    }
    asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string key,
                                                               std::size_t limit) override {
        asked = "history " + key + " " + std::to_string(limit);
        co_return std::vector<HistoryEntry>{};
    }
    Result<void> reconcile(const std::vector<std::string>& targets) override {
        asked = "reconcile";
        for (const std::string& target : targets) asked += " " + target;
        return {};
    }
    asio::awaitable<Result<void>> confirm(std::string hash) override {
        asked = "confirm " + hash;
        if (hash != "abc") co_return Error{Errc::not_found, "nothing is held under this hash"};
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> adopt(ResourceKey key) override {
        asked = "adopt " + to_string(key);
        co_return Result<void>{};
    }

    bool is_ready = true;
    std::string asked;
};

const std::string token = "0123456789abcdef";

class ApiTest : public ::testing::Test {
protected:
    net::ServerResponse ask(net::ServerRequest request) {
        return driftless::testing::run_on(io_, clock_, api_.handle(std::move(request)));
    }
    static Access access() {
        return {.hosts = own_hosts(7766, {"gitops.home"}), .token = Secret{token}, .owner = 1000};
    }
    static net::ServerRequest local(net::Method method, std::string target, std::string body = {}) {
        net::ServerRequest request;
        request.method = method;
        request.target = std::move(target);
        request.headers = {{"Host", "localhost"}, {"Content-Type", "application/json"}};
        request.body = std::move(body);
        request.peer = {.kind = net::Peer::Kind::unix_socket, .uid = 1000};
        return request;
    }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    StubControl control_;
    Api api_{control_, access()};
};

struct Check {
    std::string name;
    net::Method method;
    net::Headers headers;
    int status;
};

const net::Headers host{{"Host", "127.0.0.1:7766"}};

net::Headers with_host(net::Headers more) {
    more.insert(more.begin(), host.begin(), host.end());
    return more;
}

net::Headers write_with(net::Headers more) {
    more.emplace_back("Content-Type", "application/json");
    return with_host(std::move(more));
}

// Rows: name, method, headers, the status that answers. Reads ask for status, writes reconcile.
const std::vector<Check> checks{
    {"address", net::Method::get, host, 200},
    {"localhost", net::Method::get, {{"host", "localhost:7766"}}, 200},
    {"listed_name", net::Method::get, {{"Host", "gitops.home"}}, 200},
    {"listed_name_with_port", net::Method::get, {{"Host", "gitops.home:7766"}}, 200},
    {"no_host", net::Method::get, {}, 403},
    {"rebound_name", net::Method::get, {{"Host", "evil.example:7766"}}, 403},
    {"other_port", net::Method::get, {{"Host", "127.0.0.1:80"}}, 403},
    {"two_hosts", net::Method::get, with_host({{"Host", "evil.example"}}), 403},
    {"same_origin", net::Method::get, with_host({{"Sec-Fetch-Site", "same-origin"}}), 200},
    {"typed_by_hand", net::Method::get, with_host({{"Sec-Fetch-Site", "none"}}), 200},
    {"cross_site", net::Method::get, with_host({{"Sec-Fetch-Site", "cross-site"}}), 403},
    {"same_site", net::Method::get, with_host({{"Sec-Fetch-Site", "same-site"}}), 403},
    {"own_origin", net::Method::get, with_host({{"Origin", "http://127.0.0.1:7766"}}), 200},
    {"other_origin", net::Method::get, with_host({{"Origin", "http://evil.example"}}), 403},
    {"null_origin", net::Method::get, with_host({{"Origin", "null"}}), 403},
    {"write_with_token", net::Method::post, write_with({{"Authorization", "Bearer " + token}}),
     202},
    {"scheme_in_any_case", net::Method::post, write_with({{"Authorization", "bearer " + token}}),
     202},
    {"write_without_token", net::Method::post, write_with({}), 401},
    {"write_with_another", net::Method::post, write_with({{"Authorization", "Bearer nope"}}), 401},
    {"write_with_a_part", net::Method::post, write_with({{"Authorization", "Bearer 0123"}}), 401},
    {"write_with_no_scheme", net::Method::post, write_with({{"Authorization", token}}), 401},
    {"write_from_a_page", net::Method::post,
     write_with({{"Authorization", "Bearer " + token}, {"Origin", "http://evil.example"}}), 403},
    {"write_that_is_a_form", net::Method::post,
     with_host({{"Authorization", "Bearer " + token},
                {"Content-Type", "application/x-www-form-urlencoded"}}),
     415},
};

class GateTest : public ApiTest, public ::testing::WithParamInterface<Check> {};

TEST_P(GateTest, AnswersOnlyWhoMayAsk) {
    const Check& check = GetParam();
    net::ServerRequest request;
    request.method = check.method;
    request.target = check.method == net::Method::get ? "/api/v1/status" : "/api/v1/reconcile";
    request.headers = check.headers;
    const auto response = ask(request);
    EXPECT_EQ(response.status, check.status) << response.body;
    if (check.status >= 400) {
        EXPECT_TRUE(control_.asked.empty());
    }
}
INSTANTIATE_TEST_SUITE_P(, GateTest, ::testing::ValuesIn(checks),
                         [](const auto& row) { return row.param.name; });

TEST_F(ApiTest, TheSocketAnswersItsOwnerAndRootOnly) {
    for (const auto& [uid, status] :
         std::map<std::uint32_t, int>{{1000, 202}, {0, 202}, {1001, 403}}) {
        auto request = local(net::Method::post, "/api/v1/reconcile", "{}");
        request.peer.uid = uid;
        EXPECT_EQ(ask(request).status, status) << uid;
    }
    auto nobody = local(net::Method::get, "/api/v1/status");
    nobody.peer.uid.reset();
    EXPECT_EQ(ask(nobody).status, 403);
}

TEST_F(ApiTest, ErrorsAreProblemDocuments) {
    const auto response = ask(local(net::Method::get, "/nowhere"));
    EXPECT_EQ(response.status, 404);
    EXPECT_NE(net::header_of(response.headers, "Content-Type").find("application/problem+json"),
              std::string::npos);
    const json body = json::parse(response.body);
    EXPECT_EQ(body["status"], 404);
    EXPECT_EQ(body["detail"], "nothing at \"/nowhere\"");
}

TEST_F(ApiTest, NothingIsKeptOrEmbedded) {
    const auto response = ask(local(net::Method::get, "/healthz"));
    EXPECT_EQ(net::header_of(response.headers, "Cache-Control"), "no-store");
    EXPECT_EQ(net::header_of(response.headers, "X-Content-Type-Options"), "nosniff");
    EXPECT_NE(net::header_of(response.headers, "Content-Security-Policy").find("'none'"),
              std::string::npos);
}

TEST_F(ApiTest, ReadyWhenACommitIsLoaded) {
    EXPECT_EQ(ask(local(net::Method::get, "/readyz")).status, 200);
    control_.is_ready = false;
    EXPECT_EQ(ask(local(net::Method::get, "/readyz")).status, 503);
    EXPECT_EQ(ask(local(net::Method::get, "/healthz")).status, 200);
}

TEST_F(ApiTest, OneResourceIsFoundByItsEncodedKey) {
    const std::string key = percent_encoded("mini1/toy.thing/a/b c");
    const auto found = ask(local(net::Method::get, "/api/v1/resources?key=" + key));
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(json::parse(found.body)["resources"].size(), 1U);
    EXPECT_EQ(ask(local(net::Method::get, "/api/v1/resources?key=mini1%2Fx%2Fy")).status, 404);
    EXPECT_EQ(ask(local(net::Method::get, "/api/v1/resources")).status, 200);
}

TEST_F(ApiTest, WritesReachTheDaemon) {
    const std::vector<std::tuple<std::string, std::string, int, std::string>> rows{
        {"reconcile", R"({})", 202, "reconcile"},
        {"reconcile", R"({"targets": [{"name": "mini1"}]})", 202, "reconcile mini1"},
        {"reconcile", R"({"targets": ["mini1"]})", 400, ""},
        {"reconcile", R"([])", 400, ""},
        {"reconcile", R"({"targets")", 400, ""},
        {"confirm", R"({"hash": "abc"})", 202, "confirm abc"},
        {"confirm", R"({"hash": "old"})", 404, "confirm old"},
        {"confirm", R"({})", 400, ""},
        {"adopt", R"({"key": "mini1/toy.thing/a"})", 202, "adopt mini1/toy.thing/a"},
        {"adopt", R"({"key": "nonsense"})", 400, ""},
    };
    for (const auto& [path, body, status, asked] : rows) {
        control_.asked.clear();
        EXPECT_EQ(ask(local(net::Method::post, "/api/v1/" + path, body)).status, status) << body;
        EXPECT_EQ(control_.asked, asked);
    }
}

TEST_F(ApiTest, GetChangesNothing) {
    for (const char* path : {"/api/v1/reconcile", "/api/v1/confirm", "/api/v1/adopt"}) {
        const auto response = ask(local(net::Method::get, path));
        EXPECT_EQ(response.status, 405);
        EXPECT_EQ(net::header_of(response.headers, "Allow"), "POST");
    }
    EXPECT_EQ(ask(local(net::Method::post, "/api/v1/status")).status, 405);
    EXPECT_EQ(control_.asked, "");
}

TEST_F(ApiTest, HistoryHasALimit) {
    EXPECT_EQ(ask(local(net::Method::get, "/api/v1/history?limit=7&key=a%2Fb%2Fc")).status, 200);
    EXPECT_EQ(control_.asked, "history a/b/c 7");
    ask(local(net::Method::get, "/api/v1/history?limit=999999"));
    EXPECT_EQ(control_.asked, "history  1000");
    EXPECT_EQ(ask(local(net::Method::get, "/api/v1/history?limit=many")).status, 400);
}

TEST_F(ApiTest, TrickyAddressesAreRefused) {
    for (const char* target :
         {"/api/v1/plans/..%2f..%2fetc", "/api/v1/../status", "status", "/api/v1/resources?key=%zz",
          "/api/v1/resources?key=%0", "/api/v1/resources?key=%00"}) {
        EXPECT_EQ(ask(local(net::Method::get, target)).status, 400) << target;
    }
}

}  // namespace
}  // namespace driftless::http
