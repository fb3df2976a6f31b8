#include "daemon/http/api.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "config/base/percent.hpp"
#include "daemon/http/query.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::http {
namespace {

using nlohmann::json;

/// A daemon that remembers what it was asked.
class StubControl final : public Control {
public:
    [[nodiscard]] std::uint64_t edition() const override { return changes; }
    [[nodiscard]] Result<void> find_target(const std::string& name) const override {
        if (name.empty() || name == "mini1") return {};
        return Error{Errc::not_found, "no target " + in_quotes(name)};
    }
    [[nodiscard]] Overview overview() const override {
        ++looks;
        Overview overview;
        overview.lost = lost;
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
    asio::awaitable<Result<void>> suspend(Suspension suspension) override {
        asked = "suspend " + suspension.name() + " " + why_of(suspension);
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> resume(ResourceKey what) override {
        asked = "resume " + what.target;
        if (!what.kind.empty()) co_return Error{Errc::not_found, "it is not suspended"};
        co_return Result<void>{};
    }
    asio::awaitable<Result<std::vector<Restorable>>> removed(std::string target) override {
        asked = "removed " + target;
        co_return std::vector<Restorable>{};
    }
    asio::awaitable<Result<void>> restore(ResourceKey key) override {
        asked = "restore " + to_string(key);
        co_return Result<void>{};
    }
    asio::awaitable<Result<Inventory>> leave(std::string target) override {
        asked = "leave " + target;
        if (target == "mini1") co_return Error{Errc::conflict, "still in the settings"};
        co_return Inventory{};
    }

    bool is_ready = true;
    std::uint64_t changes = 1;
    std::string lost;
    mutable int looks = 0;
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

    net::ServerResponse get(std::string target, net::Headers more = {}) {
        auto request = local(net::Method::get, std::move(target));
        request.headers.insert(request.headers.end(), more.begin(), more.end());
        return ask(std::move(request));
    }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    StubControl control_;
    Feed feed_{io_.get_executor(), "cafe"};
    Measures measures_;
    Api api_{{.control = control_,
              .feed = feed_,
              .measures = measures_,
              .clock = clock_,
              .access = access()}};
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
    {"own_origin_behind_tls",
     net::Method::get,
     {{"Host", "gitops.home"}, {"Origin", "https://gitops.home"}},
     200},
    {"origin_of_another_port", net::Method::get, with_host({{"Origin", "http://127.0.0.1:80"}}),
     403},
    {"origin_that_begins_like_ours", net::Method::get,
     with_host({{"Origin", "http://127.0.0.1:7766.evil.example"}}), 403},
    {"two_origins", net::Method::get,
     with_host({{"Origin", "http://127.0.0.1:7766"}, {"Origin", "http://evil.example"}}), 403},
    {"site_in_two_minds", net::Method::get,
     with_host({{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Site", "cross-site"}}), 403},
    {"host_with_a_dot_behind", net::Method::get, {{"Host", "localhost.:7766"}}, 403},
    {"host_in_capitals", net::Method::get, {{"Host", "LOCALHOST:7766"}}, 403},
    {"host_of_a_private_net", net::Method::get, {{"Host", "192.168.1.9:7766"}}, 403},
    {"empty_host", net::Method::get, {{"Host", ""}}, 403},
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
    {"write_cross_site", net::Method::post,
     write_with({{"Authorization", "Bearer " + token}, {"Sec-Fetch-Site", "cross-site"}}), 403},
    {"write_with_an_empty_token", net::Method::post, write_with({{"Authorization", "Bearer "}}),
     401},
    {"write_with_a_longer_token", net::Method::post,
     write_with({{"Authorization", "Bearer " + token + "0"}}), 401},
    {"write_with_a_cookie", net::Method::post, write_with({{"Cookie", "token=" + token}}), 401},
    {"write_that_is_text", net::Method::post,
     with_host({{"Authorization", "Bearer " + token}, {"Content-Type", "text/plain"}}), 415},
    {"write_without_a_type", net::Method::post, with_host({{"Authorization", "Bearer " + token}}),
     415},
    {"write_with_a_charset", net::Method::post,
     with_host({{"Authorization", "Bearer " + token},
                {"Content-Type", "application/json; charset=utf-8"}}),
     202},
    {"put", net::Method::put, write_with({{"Authorization", "Bearer " + token}}), 405},
    {"delete_without_token", net::Method::del, write_with({}), 401},
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
    control_.looks = 0;
    request.headers = check.headers;
    const auto response = ask(request);
    EXPECT_EQ(response.status, check.status) << response.body;
    for (const auto& [header, value] : response.headers) {  // there is no CORS
        EXPECT_FALSE(header.starts_with("Access-Control-")) << header;
    }
    if (check.status < 400) return;
    EXPECT_TRUE(control_.asked.empty());
    EXPECT_EQ(control_.looks, 0);  // refused before anything was looked at
    EXPECT_EQ(net::header_of(response.headers, "Content-Type"), "application/problem+json");
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
    EXPECT_EQ(body["type"], "urn:driftless:error:not_found");
    EXPECT_EQ(body["title"], "There is no such thing");
    EXPECT_EQ(body["status"], 404);
    EXPECT_EQ(body["detail"], "nothing at \"/nowhere\"");
}

TEST_F(ApiTest, AProblemNamesEveryFaultOfABody) {
    const auto response = ask(local(net::Method::post, "/api/v1/reconcile",
                                    R"({"targets": [{"name": "a"}, 7, {"nam": "b"}], "a/b": 1})"));
    EXPECT_EQ(response.status, 400);
    const json body = json::parse(response.body);
    EXPECT_EQ(body["type"], "urn:driftless:error:invalid");
    std::vector<std::string> pointers;
    for (const json& fault : body["errors"]) pointers.push_back(fault["pointer"]);
    EXPECT_EQ(pointers, (std::vector<std::string>{"#/targets/1", "#/targets/2", "#/a~1b"}));
    EXPECT_EQ(control_.asked, "");
}

TEST_F(ApiTest, AParameterThatNobodyKnowsIsRefusedByName) {
    for (const char* target : {"/api/v1/resources?kye=x", "/api/v1/status?key=x", "/healthz?x",
                               "/api/v1/history?key=a&limt=3"}) {
        const auto response = get(target);
        EXPECT_EQ(response.status, 400) << target;
        EXPECT_EQ(json::parse(response.body)["errors"][0]["detail"], "unknown") << target;
    }
}

TEST_F(ApiTest, RefusalsAreCounted) {
    auto stranger = local(net::Method::get, "/api/v1/status");
    stranger.peer.uid = 1001;
    ask(stranger);
    ask(stranger);
    EXPECT_EQ(measures_.refusals, (std::map<std::string, std::uint64_t>{{"peer", 2}}));
    get("/healthz");
    EXPECT_EQ(measures_.answers, (std::map<int, std::uint64_t>{{200, 1}, {403, 2}}));
}

TEST_F(ApiTest, StatusIsMadeOnceForEachChangeNotForEachReader) {
    for (int i = 0; i < 50; ++i) {
        for (const char* page : {"status", "targets", "resources", "plans/mini1", "runs"}) {
            EXPECT_EQ(get(std::string{"/api/v1/"} + page).status, 200);
        }
    }
    EXPECT_EQ(api_.pages().made(), 5U);
    EXPECT_EQ(control_.looks, 5);
    ++control_.changes;
    get("/api/v1/status");
    EXPECT_EQ(api_.pages().made(), 6U);
}

TEST_F(ApiTest, WhoHasTheNewestIsNotSentItAgain) {
    const auto first = get("/api/v1/status");
    const std::string tag = net::header_of(first.headers, "ETag");
    EXPECT_EQ(get("/api/v1/status").headers, first.headers);
    for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string{"*"}}) {
        const auto again = get("/api/v1/status", {{"If-None-Match", known}});
        EXPECT_EQ(again.status, 304) << known;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(net::header_of(again.headers, "ETag"), tag);
    }
    EXPECT_EQ(get("/api/v1/status", {{"If-None-Match", "\"other\""}}).status, 200);
    ++control_.changes;  // something changed, but nothing that it shows
    EXPECT_EQ(get("/api/v1/status", {{"If-None-Match", tag}}).status, 304);
    ++control_.changes;
    control_.lost = "a corrupt file was set aside";
    const auto news = get("/api/v1/status", {{"If-None-Match", tag}});
    EXPECT_EQ(news.status, 200);
    EXPECT_NE(net::header_of(news.headers, "ETag"), tag);
    const auto resources = net::header_of(get("/api/v1/resources").headers, "ETag");
    EXPECT_NE(resources, net::header_of(news.headers, "ETag"));
    EXPECT_EQ(get("/api/v1/resources", {{"If-None-Match", resources}}).status, 304);
}

TEST_F(ApiTest, EveryAddressIsListedAndDescribed) {
    const json links = json::parse(get("/").body)["links"];
    const json described = json::parse(get("/api/v1/openapi.json").body)["paths"];
    std::set<std::string> both;
    for (const json& link : links)
        both.insert(link["method"].get<std::string>() + " " + link["path"].get<std::string>());
    both.insert("GET /");
    std::set<std::string> in_document;
    for (const auto& [path, operations] : described.items()) {
        for (const auto& [method, operation] : operations.items()) {
            in_document.insert((method == "get" ? "GET " : "POST ") + path);
        }
    }
    EXPECT_EQ(in_document, both);
}

TEST_F(ApiTest, TheDocumentIsTheFileOfTheRepository) {
    std::ifstream file{driftless::test::source_dir() / "daemon/http/openapi.json"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_TRUE(get("/api/v1/openapi.json").body == text) << "build again";
}

TEST_F(ApiTest, RunsAndPlansOfAnUnknownTargetAreNotThere) {
    EXPECT_EQ(get("/api/v1/runs?target=mini1").status, 200);
    EXPECT_EQ(get("/api/v1/runs?target=mini9").status, 404);
    EXPECT_EQ(get("/api/v1/plans/mini9").status, 404);
    EXPECT_EQ(get("/api/v1/plans/").status, 404);
    EXPECT_EQ(get("/api/v1/plans/mini1/x").status, 404);
    EXPECT_EQ(api_.pages().made(), 1U);  // nobody fills our memory with names
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
        {"reconcile", R"({"target": "mini1"})", 400, ""},
        {"reconcile", R"({"targets": {}})", 400, ""},
        {"reconcile", R"({"a":[[[[[[[[[[]]]]]]]]]]})", 400, ""},
        {"reconcile", "", 202, "reconcile"},
        {"confirm", R"({"hash": 7})", 400, ""},
        {"confirm", R"({"hash": "abc"})", 202, "confirm abc"},
        {"confirm", R"({"hash": "old"})", 404, "confirm old"},
        {"confirm", R"({})", 400, ""},
        {"adopt", R"({"key": "mini1/toy.thing/a"})", 202, "adopt mini1/toy.thing/a"},
        {"adopt", R"({"key": "nonsense"})", 400, ""},
        {"suspend", R"({"name": "mini1"})", 202,
         "suspend mini1 suspended until somebody resumes it"},
        {"suspend", R"({"name": "mini1/toy.thing/a", "for": "30m", "reason": "a new disk"})", 202,
         "suspend mini1/toy.thing/a suspended until 2026-01-01T00:30:00.000Z: a new disk"},
        {"suspend", R"({})", 400, ""},
        {"suspend", R"({"name": 7})", 400, ""},
        {"suspend", R"({"name": "mini1/a"})", 400, ""},
        {"suspend", R"({"name": "mini1", "for": "soon"})", 400, ""},
        {"suspend", R"({"name": "mini1", "for": "0s"})", 400, ""},
        {"suspend", R"({"name": "mini1", "for": "-5m"})", 400, ""},
        {"suspend", R"({"name": "mini1", "for": "9000000h"})", 400, ""},
        {"suspend", R"({"name": "mini1", "for": 30})", 400, ""},
        {"suspend", R"({"name": "mini1", "reason": ")" + std::string(501, 'x') + "\"}", 400, ""},
        {"resume", R"({"name": "mini1"})", 202, "resume mini1"},
        {"resume", R"({"name": "mini1/toy.thing/a"})", 404, "resume mini1"},
        {"resume", R"({"name": ""})", 400, ""},
        {"restore", R"({"key": "mini1/toy.thing/a"})", 202, "restore mini1/toy.thing/a"},
        {"restore", R"({"key": "mini1"})", 400, ""},
        {"leave", R"({"target": "old"})", 200, "leave old"},
        {"leave", R"({"target": "mini1"})", 409, "leave mini1"},
    };
    for (const auto& [path, body, status, asked] : rows) {
        control_.asked.clear();
        EXPECT_EQ(ask(local(net::Method::post, "/api/v1/" + path, body)).status, status) << body;
        EXPECT_EQ(control_.asked, asked);
    }
}

TEST_F(ApiTest, GetChangesNothing) {
    for (const char* path : {"/api/v1/reconcile", "/api/v1/confirm", "/api/v1/adopt",
                             "/api/v1/suspend", "/api/v1/resume", "/api/v1/restore"}) {
        const auto response = ask(local(net::Method::get, path));
        EXPECT_EQ(response.status, 405);
        EXPECT_EQ(net::header_of(response.headers, "Allow"), "POST");
    }
    for (const auto& route : Api::routes()) {
        if (route.method != net::Method::get) continue;
        const std::string path{route.path};
        if (path.find('{') != path.npos) continue;
        const auto response = ask(local(net::Method::post, path));
        EXPECT_EQ(response.status, 405) << path;
        EXPECT_EQ(net::header_of(response.headers, "Allow"), "GET, HEAD") << path;
    }
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
          "/..%2f", "/api%2fv1/status", "/%61pi/v1/status", "http://evil.example/api/v1/status",
          "//evil.example/..", "*", "/api/v1/resources?key=%0", "/api/v1/resources?key=%00"}) {
        EXPECT_EQ(ask(local(net::Method::get, target)).status, 400) << target;
    }
}

TEST_F(ApiTest, NoAnswerHoldsASecretNotEvenAProblem) {
    net::Redactor redactor;
    ASSERT_TRUE(redactor.learn(Secret{"Canary-7f3c-Bird"}));
    Api api{{.control = control_,
             .feed = feed_,
             .measures = measures_,
             .clock = clock_,
             .access = access(),
             .redactor = &redactor}};
    auto request = local(net::Method::get, "/api/v1/plans/Canary-7f3c-Bird");
    const auto problem = driftless::testing::run_on(io_, clock_, api.handle(std::move(request)));
    EXPECT_EQ(problem.status, 404);
    EXPECT_NE(problem.body.find("(secret)"), std::string::npos) << problem.body;
    EXPECT_EQ(problem.body.find("Canary"), std::string::npos) << problem.body;
}

}  // namespace
}  // namespace driftless::http
