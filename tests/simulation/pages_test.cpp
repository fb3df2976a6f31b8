// Pages, by the whole daemon on the simulated Cloudflare.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "daemon/http/views.hpp"
#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const std::string anchor = "  - {name: anchor, type: TXT, value: stays}\n";
const std::string www = "  - {name: www, type: CNAME, value: bnx.pages.dev, proxied: true}\n";
const std::string with_www = "  domains: [www.bnx.dev]\n";

const Commit site{{"index.html", "<h1>hi</h1>"}, {"img/logo.svg", "<svg/>"}};

Commit with(Commit files, const std::string& path, const std::string& text) {
    files[path] = text;
    return files;
}

class PagesTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string projects() const {
        return "/accounts/" + account.account() + "/pages/projects";
    }
    json project(const std::string& name = "bnx") {
        return account.ask(net::Method::get, projects() + "/" + name).value("result", json{});
    }
    /// What the project serves, by path: its text.
    std::map<std::string, std::string> served(const std::string& name = "bnx") {
        std::map<std::string, std::string> files;
        const json shown = project(name);
        const json serving = shown.value("canonical_deployment", json{});
        const CloudflareState& state = account.world().state;
        for (const json& one : state.projects.at(name).at("_deployments")) {
            if (serving.is_null() || one.at("id") != serving.at("id")) continue;
            for (const auto& [path, hash] : one.at("_manifest").items()) {
                files[path] = state.assets.at(hash).bytes;
            }
        }
        return files;
    }
    json& deployments(const std::string& name = "bnx") {
        return account.world().state.projects.at(name).at("_deployments");
    }
    /// What somebody else publishes by a tool of his own.
    void deploy_by_hand(const std::string& name = "bnx") {
        json other = deployments(name).back();
        other["id"] = "00000000-0000-4000-8000-000000000000";
        other["deployment_trigger"]["metadata"]["commit_message"] = "by hand";
        other["_manifest"] = json::object();
        deployments(name).push_back(other);
    }
    ResourceStatus status(const std::string& kind, const std::string& name = "bnx") {
        return stage.world.resource("edge/cloudflare." + kind + "/" + name);
    }
    ResourceStatus domain() { return status("pages_domain", "bnx/www.bnx.dev"); }
    void converge(const Commit& commit, std::chrono::nanoseconds time = settled_after) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(time);
    }
    void confirm() {
        ASSERT_GT(stage.world.confirm_all(), 0);
        stage.world.run_for(settled_after);
    }
    /// "POST /accounts/{}/pages/projects" of each write, in order, less questions.
    std::vector<std::string> written() {
        std::vector<std::string> routes;
        for (const CloudflareLogged& logged : account.log()) {
            const std::string& route = logged.request.route;
            const bool only_asks = route == "POST /pages/assets/check-missing";
            if (logged.request.writes() && !only_asks) routes.push_back(route);
        }
        return routes;
    }
    /// How many files each upload held.
    std::vector<std::size_t> sent() {
        std::vector<std::size_t> files;
        for (const CloudflareLogged& logged : account.log()) {
            if (logged.request.route != "POST /pages/assets/upload") continue;
            files.push_back(json::parse(logged.request.body).size());
        }
        return files;
    }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
    const std::string create = "POST /accounts/{}/pages/projects";
    const std::string attach = "POST /accounts/{}/pages/projects/{}/domains";
    const std::string deploy = "POST /accounts/{}/pages/projects/{}/deployments";
    const std::string upload = "POST /pages/assets/upload";
    const std::string keep = "POST /pages/assets/upsert-hashes";
};

TEST_F(PagesTest, AProjectIsMadeAndServesItsFolderAndIsThenQuiet) {
    stage.begin(pages("bnx", with(site, "_headers", "/*\n  X-A: b\n")));
    EXPECT_THAT(written(), ElementsAre(create, upload, keep, deploy));
    EXPECT_EQ(served(), (std::map<std::string, std::string>{{"/index.html", "<h1>hi</h1>"},
                                                            {"/img/logo.svg", "<svg/>"}}));
    EXPECT_THAT(deployments().back().at("_files"), SizeIs(1));
    EXPECT_EQ(project()["production_branch"], "main");
    EXPECT_EQ(status("pages_project").status, Status::in_sync) << status("pages_project").why;
    EXPECT_EQ(status("pages_deployment").status, Status::in_sync);
    stage.expect_quiet();
    EXPECT_THAT(deployments(), SizeIs(1));
}

TEST_F(PagesTest, OnlyAChangedFileIsSentAndACommitThatChangesNothingMakesNoDeployment) {
    stage.begin(pages("bnx", site));
    converge(pages("bnx", with(site, "index.html", "<h1>ho</h1>")));
    EXPECT_THAT(sent(), ElementsAre(1U));
    EXPECT_EQ(served()["/index.html"], "<h1>ho</h1>");
    EXPECT_EQ(served()["/img/logo.svg"], "<svg/>");
    converge(joined(pages("bnx", with(site, "index.html", "<h1>ho</h1>")), {{"other", "x"}}));
    EXPECT_THAT(written(), IsEmpty());
    converge(pages("bnx", site));  // back: all of it is still there
    EXPECT_THAT(written(), ElementsAre(deploy));
    EXPECT_EQ(served()["/index.html"], "<h1>hi</h1>");
    stage.expect_quiet();
}

TEST_F(PagesTest, ADeploymentUnderWayIsWaitedForAndNotMadeTwice) {
    account.habits().deploy_takes = 90s;
    stage.begin(pages("bnx", site), 60s);
    EXPECT_EQ(status("pages_deployment").status, Status::progressing);
    EXPECT_THAT(status("pages_deployment").why, HasSubstr("deploying: stage deploy is active"));
    stage.world.run_for(60s);
    EXPECT_EQ(status("pages_deployment").status, Status::in_sync);
    EXPECT_THAT(deployments(), SizeIs(1));
    stage.expect_quiet();
}

TEST_F(PagesTest, AFailedDeploymentIsToldOnceAndTheOneBeforeStays) {
    stage.begin(pages("bnx", site));
    account.habits().deploys_fail = true;
    converge(pages("bnx", with(site, "index.html", "<h1>bad</h1>")));
    account.habits().deploys_fail = false;  // of those from now on
    EXPECT_EQ(served()["/index.html"], "<h1>hi</h1>");
    EXPECT_EQ(status("pages_deployment").status, Status::failed);
    EXPECT_THAT(status("pages_deployment").why,
                AllOf(HasSubstr("\"failure\" in stage \"deploy\""), HasSubstr("stays in service")));
    EXPECT_THAT(deployments(), SizeIs(2));
    stage.expect_quiet();
    EXPECT_THAT(deployments(), SizeIs(2)) << "what failed is not tried again by itself";
    converge(pages("bnx", with(site, "index.html", "<h1>good</h1>")));
    EXPECT_EQ(served()["/index.html"], "<h1>good</h1>");
    EXPECT_EQ(status("pages_deployment").status, Status::in_sync);
    stage.expect_quiet();
}

TEST_F(PagesTest, WhereTheFirstDeploymentFailsNothingIsServedAndItIsToldOnce) {
    account.habits().deploys_fail = true;
    stage.begin(pages("bnx", site));
    EXPECT_EQ(status("pages_deployment").status, Status::failed);
    EXPECT_THAT(status("pages_deployment").why, HasSubstr("nothing is served"));
    EXPECT_THAT(deployments(), SizeIs(1));
    stage.expect_quiet();
    EXPECT_THAT(deployments(), SizeIs(1));
}

TEST_F(PagesTest, WhatSomebodyElsePublishesOrSetsIsRepaired) {
    stage.begin(pages("bnx", site));
    deploy_by_hand();
    account.ask(net::Method::patch, projects() + "/bnx", {{"production_branch", "trunk"}});
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_THAT(written(), Not(Contains(upload))) << "the files are still there";
    EXPECT_EQ(served()["/index.html"], "<h1>hi</h1>");
    EXPECT_EQ(project()["production_branch"], "main");
    stage.expect_quiet();
}

TEST_F(PagesTest, APreviewOfSomebodyElseIsNoDrift) {
    stage.begin(pages("bnx", site));
    json preview = deployments().back();
    preview["id"] = "00000000-0000-4000-8000-000000000001";
    preview["environment"] = "preview";
    preview["deployment_trigger"]["metadata"]["commit_message"] = "a try";
    deployments().push_back(preview);
    stage.expect_quiet();
    converge(pages("bnx", with(site, "index.html", "<h1>ho</h1>")));
    EXPECT_EQ(served()["/index.html"], "<h1>ho</h1>");
    stage.expect_quiet();
}

TEST_F(PagesTest, ADomainIsAttachedAndSaysWhichRecordItLacks) {
    stage.begin(joined(pages("bnx", site, with_www), zone(anchor)));
    EXPECT_THAT(written(), Contains(attach));
    EXPECT_EQ(domain().status, Status::degraded) << domain().why;
    EXPECT_THAT(domain().why, AllOf(HasSubstr("pending"),
                                    HasSubstr("CNAME www.bnx.dev to bnx.pages.dev, proxied")));
    EXPECT_EQ(status("pages_deployment").status, Status::in_sync);
    stage.expect_quiet();
    converge(joined(pages("bnx", site, with_www), zone(anchor + www)));
    EXPECT_EQ(domain().status, Status::in_sync) << domain().why;
    stage.expect_quiet();
}

TEST_F(PagesTest, ItsRecordMayTakeTheNameFromItAndComesAfterIt) {
    account.habits().taken_pages_labels = {"bnx"};
    const std::string late =
        "  - {name: www, type: CNAME, value: {from: PagesProject/bnx, field: subdomain}}\n";
    stage.begin(joined(pages("bnx", site, with_www), zone(late)));
    EXPECT_THAT(written(), ElementsAre(create, attach, upload, keep, deploy,
                                       "POST /zones/{}/dns_records/batch"));
    EXPECT_EQ(domain().status, Status::in_sync) << domain().why;
    stage.expect_quiet();
}

TEST_F(PagesTest, AProjectWhoseLabelWasTakenSaysItsOtherName) {
    account.habits().taken_pages_labels = {"bnx"};
    stage.begin(joined(pages("bnx", site, with_www), zone(anchor)));
    const std::string subdomain = project().at("subdomain");
    EXPECT_NE(subdomain, "bnx.pages.dev");
    EXPECT_THAT(domain().why, HasSubstr(subdomain));
    stage.expect_quiet();
}

TEST_F(PagesTest, ADroppedDomainIsDetachedAndOneThatSomebodyAttachedStays) {
    stage.begin(joined(pages("bnx", site, with_www), zone(anchor + www)));
    account.ask(net::Method::post, projects() + "/bnx/domains", {{"name", "theirs.bnx.dev"}});
    converge(joined(pages("bnx", site), zone(anchor + www)));
    EXPECT_THAT(written(), ElementsAre("DELETE /accounts/{}/pages/projects/{}/domains/{}"));
    EXPECT_THAT(project().at("domains"), ElementsAre("bnx.pages.dev", "theirs.bnx.dev"));
    stage.expect_quiet();
}

TEST_F(PagesTest, ADomainMayMoveToAnotherProject) {
    stage.begin(joined(pages("bnx", site, with_www), pages("blog", site)));
    converge(joined(pages("bnx", site), pages("blog", site, with_www)));
    EXPECT_THAT(project("bnx").at("domains"), ElementsAre("bnx.pages.dev"));
    EXPECT_THAT(project("blog").at("domains"), ElementsAre("blog.pages.dev", "www.bnx.dev"));
    stage.expect_quiet();
}

TEST_F(PagesTest, ADroppedProjectLosesItsDomainsAndWaitsForAPerson) {
    stage.begin(joined(pages("bnx", site, with_www), zone(anchor)));
    converge(zone(anchor));
    EXPECT_THAT(project().at("domains"), ElementsAre("bnx.pages.dev"));
    EXPECT_EQ(status("pages_project").status, Status::held);
    EXPECT_THAT(status("pages_project").why, HasSubstr("it holds data"));
    stage.expect_quiet();
    confirm();
    EXPECT_TRUE(project().is_null());
    stage.expect_quiet();
}

TEST_F(PagesTest, OneWithMoreDeploymentsThanCloudflareDeletesGoesAllTheSame) {
    stage.begin(joined(pages("bnx", site), zone(anchor)));
    json& all = deployments();
    for (int at = 0; at < 180; ++at) {
        json older = all.back();
        older["id"] = fmt::format("00000000-0000-4000-8000-{:012}", at);
        all.insert(all.begin(), older);
    }
    converge(zone(anchor));
    confirm();
    EXPECT_TRUE(project().is_null());
    stage.expect_quiet();
}

TEST_F(PagesTest, AProtectedOneIsProtectedOnItsOwn) {
    Commit commit = pages("bnx", site);
    std::string& text = commit.at("bnx.yaml");
    text.insert(text.find("spec:"), "policy: {protect: true}\n");
    stage.begin(joined(commit, zone(anchor)));
    EXPECT_EQ(project()["deployment_configs"]["preview"]["env_vars"]["DRIFTLESS"]["value"],
              "driftless:sim protect");
    stage.expect_quiet();
}

TEST_F(PagesTest, AnothersWithItsNameIsAConflictUntilAPersonGivesIt) {
    account.ask(net::Method::post, projects(), {{"name", "bnx"}, {"production_branch", "prod"}});
    stage.begin(pages("bnx", site));
    EXPECT_EQ(status("pages_project").status, Status::conflict) << status("pages_project").why;
    EXPECT_EQ(status("pages_deployment").status, Status::blocked);
    EXPECT_THAT(written(), IsEmpty());
    const auto key = parse_resource_key("edge/cloudflare.pages_project/bnx");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("pages_project").status, Status::in_sync) << status("pages_project").why;
    EXPECT_EQ(project()["production_branch"], "main");
    EXPECT_EQ(served()["/index.html"], "<h1>hi</h1>");
    stage.expect_quiet();
}

TEST_F(PagesTest, AnAdoptedOneGoesOnServingWhatItDoesUntilAPersonConfirms) {
    account.ask(net::Method::post, projects(), {{"name", "bnx"}, {"production_branch", "main"}});
    json theirs = deployments("others").back();
    theirs["id"] = "00000000-0000-4000-8000-000000000002";
    deployments().push_back(theirs);
    stage.begin(pages("bnx", site));
    const auto key = parse_resource_key("edge/cloudflare.pages_project/bnx");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("pages_deployment").status, Status::held) << status("pages_deployment").why;
    EXPECT_THAT(deployments(), SizeIs(1));
    confirm();
    EXPECT_EQ(served()["/index.html"], "<h1>hi</h1>");
    stage.expect_quiet();
}

TEST_F(PagesTest, ADomainOfAnotherProjectIsAConflictUntilAPersonGivesIt) {
    stage.begin(pages("bnx", site, "  domains: [others.bnx.dev]\n"));
    EXPECT_EQ(status("pages_domain", "bnx/others.bnx.dev").status, Status::conflict);
    EXPECT_EQ(status("pages_deployment").status, Status::in_sync);
    stage.expect_quiet();
    const auto key = parse_resource_key("edge/cloudflare.pages_domain/bnx/others.bnx.dev");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_THAT(project("bnx").at("domains"), ElementsAre("bnx.pages.dev", "others.bnx.dev"));
    EXPECT_THAT(project("others").at("domains"), ElementsAre("others.pages.dev"));
}

TEST_F(PagesTest, OneThatIsBuiltFromGitTakesNoFiles) {
    account.ask(net::Method::post, projects(),
                {{"name", "bnx"}, {"production_branch", "main"}, {"source", {{"type", "github"}}}});
    json built = deployments("others").back();
    deployments().push_back(built);
    stage.begin(pages("bnx", site));
    const auto key = parse_resource_key("edge/cloudflare.pages_project/bnx");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("pages_deployment").status, Status::suspended);
    EXPECT_THAT(status("pages_deployment").why, HasSubstr("from git"));
    EXPECT_THAT(written(), Not(Contains(deploy)));
}

TEST_F(PagesTest, ALostReplyMakesNothingTwice) {
    for (const std::string& route : {create, attach, deploy, upload, keep}) {
        Stage fresh{{edge}};
        FakeCloudflare& there = *fresh.world.cloudflare();
        there.fail_next(CloudflareFault::lost_reply, route);
        fresh.begin(pages("bnx", site, with_www));
        const json& made = there.world().state.projects.at("bnx");
        EXPECT_THAT(made.at("_deployments"), SizeIs(1)) << route;
        EXPECT_THAT(made.at("_domains"), SizeIs(1)) << route;
        fresh.expect_quiet();
    }
}

TEST_F(PagesTest, ADeploymentWhoseAnswerNeverCameIsFoundAndNotMadeAgain) {
    stage.begin(joined(pages("bnx", site), pages("blog", site)));
    account.fail_next(CloudflareFault::effect_and_silence, deploy);
    converge(joined(pages("bnx", with(site, "index.html", "2"), "  productionBranch: trunk\n"),
                    pages("blog", site)));
    EXPECT_THAT(deployments(), SizeIs(2)) << deployments().dump(1);
    EXPECT_EQ(served()["/index.html"], "2");
    stage.expect_quiet();
}

TEST_F(PagesTest, AnUploadThatOutlastsItsTokenGoesOnWithANewOne) {
    for (const bool in_words : {false, true}) {
        Stage fresh{{edge}};
        FakeCloudflare& there = *fresh.world.cloudflare();
        there.habits().expired_jwt_in_words = in_words;
        bool ended = false;
        there.before = [&, usual = there.before](const CloudflareRequest& request) {
            if (request.route == upload && !std::exchange(ended, true)) {
                there.world().state.upload_tokens.clear();
            }
            if (usual) usual(request);
        };
        fresh.begin(pages("bnx", site));
        EXPECT_TRUE(ended);
        const auto key = "edge/cloudflare.pages_deployment/bnx";
        EXPECT_EQ(fresh.world.resource(key).status, Status::in_sync);
        EXPECT_EQ(there.calls()[upload], 2U);
        fresh.expect_quiet();
    }
}

TEST_F(PagesTest, ALargeSiteGoesInParts) {
    const Commit large{{"a.bin", std::string(3u << 20, 'a')},
                       {"b.bin", std::string(3u << 20, 'b')},
                       {"c.bin", "c"}};
    stage.begin(pages("bnx", large));
    EXPECT_THAT(sent(), UnorderedElementsAre(2U, 1U));
    EXPECT_EQ(served()["/b.bin"].size(), 3u << 20);
    EXPECT_EQ(served()["/c.bin"], "c");
    stage.expect_quiet();
}

TEST_F(PagesTest, NothingIsRemovedWhileTheListCannotBeRead) {
    stage.begin(joined(pages("bnx", site, with_www), joined(pages("blog", site), zone(anchor))));
    stage.push(joined(pages("blog", site), zone(anchor)));
    for (const CloudflareFault fault : {CloudflareFault::html, CloudflareFault::bad_gateway,
                                        CloudflareFault::forbidden, CloudflareFault::half_body}) {
        account.fail_next(fault, "GET /accounts/{}/pages/projects", 1);
    }
    account.deny("pages");
    stage.world.clear_logs();
    stage.world.run_for(20min);
    EXPECT_THAT(written(), IsEmpty());
    EXPECT_EQ(status("pages_project", "blog").status, Status::unknown);
    EXPECT_THAT(status("pages_project", "blog").why, HasSubstr("Pages Read"));
}

TEST_F(PagesTest, AnAccountWithoutPagesNeedsNoPermissionForThem) {
    account.deny("pages");
    stage.begin(zone(anchor));
    EXPECT_EQ(status("dns_record", "anchor.bnx.dev/TXT").status, Status::in_sync);
    stage.expect_quiet();
}

TEST_F(PagesTest, AQuietLookIsOneCallForAllProjects) {
    stage.begin(
        joined(joined(pages("bnx", site, with_www), pages("blog", site)), zone(anchor + www)));
    stage.world.run_for(settled_after);
    ASSERT_EQ(domain().status, Status::in_sync) << domain().why;
    stage.world.clear_logs();
    stage.world.run_for(5min);
    EXPECT_EQ(account.calls()["GET /accounts/{}/pages/projects"], 1U);
    EXPECT_EQ(account.calls()["GET /accounts/{}/pages/projects/{}/deployments"], 0U);
    EXPECT_LE(account.calls()["GET /accounts/{}/pages/projects/{}/domains"], 1U);
}

TEST_F(PagesTest, TheUploadTokenIsSeenNowhere) {
    std::ostringstream log;
    auto usual = spdlog::default_logger()->sinks();
    spdlog::default_logger()->sinks() = {std::make_shared<spdlog::sinks::ostream_sink_mt>(log)};
    spdlog::set_level(spdlog::level::trace);
    account.fail_next(CloudflareFault::server_error, upload, 1);
    stage.begin(pages("bnx", site));
    spdlog::set_level(spdlog::level::off);
    spdlog::default_logger()->sinks() = usual;
    const Overview& overview = stage.world.daemon().overview();
    const std::string all = log.str() + http::resources_view(overview, "").dump();
    EXPECT_THAT(all, HasSubstr("pages_deployment"));
    ASSERT_THAT(account.world().state.upload_tokens, Not(IsEmpty()));
    for (const auto& [token, ends] : account.world().state.upload_tokens) {
        EXPECT_THAT(all, Not(HasSubstr(token)));
    }
}

}  // namespace
}  // namespace driftless::test
