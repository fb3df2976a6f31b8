// Pages as the API tells of it, recorded answers among them, and the upload of files.
#include "providers/cloudflare/pages.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "providers/cloudflare/pages_assets.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::cloudflare {
namespace {

using net::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class PagesCalls : public ::testing::Test {
protected:
    template <class T>
    T wait_for(asio::awaitable<T> work) {
        return testing::run_on(io, clock, std::move(work));
    }
    [[nodiscard]] std::string bearer(std::size_t at) const {
        return net::header_of(transport.seen().at(at).headers, "Authorization");
    }
    static std::string refused(int code) {
        return json{{"success", false}, {"errors", {{{"code", code}, {"message", "no"}}}}}.dump();
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "a1", Secret{"t"}};
    Pages pages{account};
    PagesAssets assets{account, "bnx"};
    const std::string projects = "/accounts/a1/pages/projects";
};

TEST_F(PagesCalls, AListTellsWhatEachServesAndWhoMadeIt) {
    transport.answer(Method::get, projects + "?per_page=10&page=1", 200, R"({"success":true,
        "result":[
        {"id":"p1","name":"bnx","subdomain":"bnx-4f1.pages.dev","production_branch":"main",
         "domains":["bnx-4f1.pages.dev","www.bnx.dev"],
         "deployment_configs":{"preview":{"env_vars":{"DRIFTLESS":
            {"type":"plain_text","value":"driftless:home"}}},"production":{"env_vars":null}},
         "canonical_deployment":{"id":"d1","environment":"production","url":"https://d1",
            "latest_stage":{"name":"deploy","status":"success"},
            "deployment_trigger":{"metadata":{"commit_message":"first"}}},
         "latest_deployment":{"id":"d2","environment":"preview",
            "latest_stage":{"name":"build","status":"failure"}}},
        {"id":"p2","name":"blog","subdomain":"blog.pages.dev","domains":["blog.pages.dev"],
         "source":{"type":"github"},"canonical_deployment":null,"latest_deployment":null}]})");
    const auto all = wait_for(pages.list());
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->size(), 2U);
    const PagesProject& bnx = all->front();
    EXPECT_EQ(bnx.subdomain, "bnx-4f1.pages.dev");
    EXPECT_EQ(bnx.mark, "driftless:home");
    EXPECT_THAT(bnx.domains, ElementsAre("www.bnx.dev"));
    EXPECT_FALSE(bnx.from_git);
    ASSERT_TRUE(bnx.serving && bnx.latest);
    EXPECT_TRUE(bnx.serving->production && bnx.serving->succeeded());
    EXPECT_EQ(bnx.serving->message, "first");
    EXPECT_FALSE(bnx.latest->production);
    EXPECT_TRUE(bnx.latest->failed());
    EXPECT_TRUE(all->back().from_git);
    EXPECT_FALSE(all->back().serving);
    EXPECT_THAT(all->back().mark, IsEmpty());
}

TEST_F(PagesCalls, AProjectIsMadeAndChangedWithItsMark) {
    transport.answer(Method::post, projects, 200,
                     R"({"success":true,"result":{"id":"p1","name":"bnx"}})");
    const PagesWish wish{"bnx", "main", "driftless:home"};
    EXPECT_EQ(wait_for(pages.create(wish))->id, "p1");
    const json body = json::parse(transport.seen().at(0).body);
    EXPECT_EQ(body.at("name"), "bnx");
    EXPECT_EQ(body.at("production_branch"), "main");
    EXPECT_EQ(body.at("/deployment_configs/preview/env_vars/DRIFTLESS/value"_json_pointer),
              "driftless:home");
    transport.answer(Method::patch, projects + "/bnx", 200, R"({"success":true,"result":{}})");
    EXPECT_TRUE(wait_for(pages.change(wish)));
    EXPECT_FALSE(json::parse(transport.seen().at(1).body).contains("name"));
}

TEST_F(PagesCalls, WhatIsTakenAttachedOrGoneIsToldApart) {
    transport.answer(Method::post, projects, 409, refused(8000002));
    EXPECT_EQ(wait_for(pages.create({"bnx", "main", ""})).error().code, Errc::conflict);
    transport.answer(Method::del, projects + "/bnx", 400, refused(8000076));
    EXPECT_EQ(wait_for(pages.remove("bnx")).error().code, Errc::conflict);
    transport.answer(Method::del, projects + "/bnx", 400, refused(8000028));
    EXPECT_EQ(wait_for(pages.remove("bnx")).error().code, Errc::invalid);
    transport.answer(Method::del, projects + "/bnx", 404, refused(8000007));
    EXPECT_EQ(wait_for(pages.remove("bnx")).error().code, Errc::not_found);
    transport.answer(Method::post, projects + "/bnx/domains", 409, refused(8000018));
    EXPECT_EQ(wait_for(pages.attach("bnx", "www.bnx.dev")).error().code, Errc::conflict);
    transport.answer(Method::del, projects + "/bnx/domains/www.bnx.dev", 404, refused(8000021));
    EXPECT_EQ(wait_for(pages.detach("bnx", "www.bnx.dev")).error().code, Errc::not_found);
    transport.answer(Method::del, projects + "/bnx", 403, refused(10000));
    EXPECT_THAT(wait_for(pages.remove("bnx")).error().message, HasSubstr("Pages Write"));
}

TEST_F(PagesCalls, ADomainSaysHowFarItIsAndWhatIsWrong) {
    transport.answer(Method::get, projects + "/bnx/domains", 200, R"({"success":true,"result":[
        {"name":"www.bnx.dev","status":"active","validation_data":{"status":"active"}},
        {"name":"bnx.dev","status":"error","validation_data":{"status":"error",
            "error_message":"CAA forbids it"},"verification_data":{"status":"pending"}}]})");
    const auto all = wait_for(pages.domains("bnx"));
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->at(0).status, "active");
    EXPECT_EQ(all->at(1).why, "CAA forbids it");
}

TEST_F(PagesCalls, TheLatestOfProductionIsTheFirstOfItsList) {
    const std::string list = projects + "/bnx/deployments?env=production&per_page=10&page=1";
    transport.answer(Method::get, list, 200, R"({"success":true,"result":[
        {"id":"d3","environment":"production","latest_stage":{"name":"deploy","status":"active"}},
        {"id":"d2","environment":"production"}]})");
    EXPECT_EQ((*wait_for(pages.latest_production("bnx")))->id, "d3");
    transport.answer(Method::get, list, 200, R"({"success":true,"result":[]})");
    EXPECT_FALSE(*wait_for(pages.latest_production("bnx")));
}

TEST_F(PagesCalls, ADeploymentIsAFormOfTheManifestAndTheRules) {
    transport.answer(Method::post, projects + "/bnx/deployments", 200,
                     R"({"success":true,"result":{"id":"d1","environment":"production",
                     "latest_stage":{"name":"queued","status":"active"}}})");
    NewDeployment made;
    made.manifest = {{"/index.html", "0123"}};
    made.branch = "main";
    made.commit = "c0ffee";
    made.message = "hello";
    made.files = {{"_headers", "/*\n  X-A: b\n"}};
    EXPECT_EQ(wait_for(pages.deploy("bnx", made))->id, "d1");
    const net::Request& request = transport.seen().at(0);
    const std::string type = net::header_of(request.headers, "Content-Type");
    ASSERT_THAT(type, HasSubstr("multipart/form-data; boundary="));
    const std::string boundary = type.substr(type.find('=') + 1);
    EXPECT_THAT(request.body, HasSubstr("--" + boundary +
                                        "\r\nContent-Disposition: form-data; name=\"manifest\""
                                        "\r\n\r\n{\"/index.html\":\"0123\"}\r\n--" +
                                        boundary));
    EXPECT_THAT(request.body, HasSubstr("name=\"_headers\"; filename=\"_headers\"\r\nContent-Type: "
                                        "application/octet-stream\r\n\r\n/*\n  X-A: b\n\r\n"));
    EXPECT_TRUE(request.body.ends_with("--" + boundary + "--\r\n"));
}

TEST_F(PagesCalls, OldDeploymentsGoAndTheOneThatServesStays) {
    const std::string list = projects + "/bnx/deployments";
    transport.answer(Method::get, list + "?per_page=25&page=1", 200, R"({"success":true,
        "result":[{"id":"d3"},{"id":"d2"},{"id":"d1"}]})");
    transport.answer(Method::del, list + "/d1?force=true", 200, R"({"success":true})");
    transport.answer(Method::del, list + "/d3?force=true", 200, R"({"success":true})");
    EXPECT_EQ(*wait_for(pages.drop_old("bnx", "d2", 50)), 2U);
}

// ---- the upload of files

TEST_F(PagesCalls, FilesAreSentWithTheirOwnToken) {
    transport.answer(Method::get, projects + "/bnx/upload-token", 200,
                     R"({"success":true,"result":{"jwt":"j1"}})");
    transport.answer(Method::post, "/pages/assets/check-missing", 200,
                     R"({"success":true,"result":["h2"]})");
    transport.answer(Method::post, "/pages/assets/upload", 200, R"({"success":true,"result":{}})");
    EXPECT_THAT(*wait_for(assets.missing({"h1", "h2"})), ElementsAre("h2"));
    AssetBucket bucket;
    bucket.add("h2", "aGk=", "text/html");
    bucket.add("h3", "", "text/css");
    EXPECT_TRUE(wait_for(assets.upload(std::move(bucket))));
    EXPECT_EQ(bearer(0), "Bearer t");
    EXPECT_EQ(bearer(1), "Bearer j1");
    EXPECT_EQ(bearer(2), "Bearer j1");
    EXPECT_EQ(json::parse(transport.seen().at(1).body), json::parse(R"({"hashes":["h1","h2"]})"));
    EXPECT_EQ(json::parse(transport.seen().at(2).body), json::parse(R"([
        {"key":"h2","value":"aGk=","base64":true,"metadata":{"contentType":"text/html"}},
        {"key":"h3","value":"","base64":true,"metadata":{"contentType":"text/css"}}])"));
}

TEST_F(PagesCalls, AnEndedTokenIsAskedForAnewHoweverItIsTold) {
    const std::vector<std::pair<int, std::string>> ends{{401, refused(8000013)},
                                                        {403, "Expired JWT"}};
    transport.answer(Method::get, projects + "/bnx/upload-token", 200,
                     R"({"success":true,"result":{"jwt":"j0"}})");
    for (const auto& [status, body] : ends) {
        transport.answer(Method::post, "/pages/assets/upload", status, body);
        transport.answer(Method::get, projects + "/bnx/upload-token", 200,
                         R"({"success":true,"result":{"jwt":"j1"}})");
        transport.answer(Method::post, "/pages/assets/upload", 200, R"({"success":true})");
        AssetBucket bucket;
        bucket.add("h1", "aGk=", "text/html");
        EXPECT_TRUE(wait_for(assets.upload(std::move(bucket)))) << body;
        EXPECT_EQ(transport.seen().back().body, transport.seen().at(1).body);
        EXPECT_EQ(bearer(transport.seen().size() - 1), "Bearer j1");
    }
}

TEST_F(PagesCalls, ATokenThatIsRefusedTwiceIsToldAndNotShown) {
    for (const char* jwt : {"j1-s3cret", "j2-s3cret"}) {
        transport.answer(Method::get, projects + "/bnx/upload-token", 200,
                         json{{"success", true}, {"result", {{"jwt", jwt}}}}.dump());
        transport.answer(Method::post, "/pages/assets/upsert-hashes", 401, refused(8000013));
    }
    const auto kept = wait_for(assets.keep({"h1"}));
    EXPECT_EQ(kept.error().code, Errc::unavailable);
    EXPECT_THAT(kept.error().message, HasSubstr("8000013"));
    EXPECT_THAT(kept.error().message, Not(HasSubstr("s3cret")));
}

TEST_F(PagesCalls, WithoutThePermissionItIsNamed) {
    transport.answer(Method::get, projects + "/bnx/upload-token", 403, refused(10000));
    const auto missing = wait_for(assets.missing({"h1"}));
    EXPECT_EQ(missing.error().code, Errc::forbidden);
    EXPECT_THAT(missing.error().message, HasSubstr("Pages Write"));
}

TEST(RecordedPages, AreReadWithoutLoss) {
    const auto folder = test::source_dir().parent_path() / "shared/corpus/cloudflare/responses";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recorded answers at " << folder;
    std::size_t read = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator{folder}) {
        if (file.path().extension() != ".json") continue;
        std::ifstream text{file.path()};
        const json recording = json::parse(text, nullptr, false);
        if (!recording.is_object()) continue;
        for (const json& exchange : recording.value("interactions", json::array())) {
            const json body = exchange["response"].value("body", json{});
            const json result = body.is_object() ? body.value("result", json{}) : json{};
            for (const json& shown : result.is_array() ? result : json::array({result})) {
                if (!shown.is_object() || !shown.contains("production_script_name")) continue;
                const auto project = parse_pages_project(shown);
                ASSERT_TRUE(project) << file.path();
                EXPECT_EQ(project->name, shown.at("name").get<std::string>());
                EXPECT_EQ(project->subdomain, shown.at("subdomain").get<std::string>());
                EXPECT_EQ(project->serving.has_value(), !shown["canonical_deployment"].is_null());
                EXPECT_EQ(project->domains.size() + 1, shown.at("domains").size());
                ++read;
            }
        }
    }
    EXPECT_GE(read, 2U);
}

}  // namespace
}  // namespace driftless::cloudflare
