// Pages projects that live at an account are written down, and a plan of that only adopts.
#include "tests/simulation/import_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ImportPages : public ::testing::Test, protected ImportScene {
protected:
    ImportPages() : ImportScene{stage} {}
    void SetUp() override {
        clear_what_others_have();
        account.world().state.zones.clear();
    }

    [[nodiscard]] std::string at(const std::string& below = "") const {
        return "/accounts/" + account.account() + "/pages/projects" + below;
    }
    void make(const std::string& name, const json& more = {},
              const std::vector<std::string>& domains = {}) {
        json body{{"name", name}, {"production_branch", "main"}};
        if (!more.is_null()) body.update(more);
        EXPECT_EQ(account.ask(net::Method::post, at(), body).at("success"), true);
        for (const std::string& domain : domains)
            account.ask(net::Method::post, at("/" + name + "/domains"), {{"name", domain}});
    }
    /// What somebody publishes by a tool of his own.
    void publish(const std::string& name, const std::string& message = "by hand") {
        json deployment{{"id", account.world().uuid()},
                        {"environment", "production"},
                        {"created_on", account.world().now()},
                        {"_manifest", json::object()},
                        {"_files", json::array()},
                        {"_ready_ms", 0},
                        {"_fails", false}};
        deployment["deployment_trigger"]["metadata"]["commit_message"] = message;
        account.world().state.projects.at(name)["_deployments"].push_back(deployment);
    }
    json project(const std::string& name) {
        return account.ask(net::Method::get, at("/" + name)).at("result");
    }
    [[nodiscard]] std::string mark_of(const std::string& name) {
        const json variables = project(name).at("deployment_configs").at("preview").at("env_vars");
        return variables.is_null() ? "" : variables.at("DRIFTLESS").at("value");
    }
    void make_sites() {
        make("bnx-site", {{"production_branch", "trunk"}}, {"www.bnx.dev", "bnx.dev"});
        publish("bnx-site");
        make("plain");
        make("from-git", {{"source", {{"type", "github"}, {"config", {{"owner", "bnx"}}}}}},
             {"docs.bnx.dev"});
        publish("from-git");
    }
    ResourceStatus status(const std::string& kind, const std::string& name) {
        return stage.world.resource("edge/cloudflare.pages_" + kind + "/" + name);
    }
    void converge(const Commit& commit) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(settled_after);
    }
    std::vector<std::string> written() {
        std::vector<std::string> routes;
        for (const CloudflareLogged& logged : account.log())
            if (logged.request.writes()) routes.push_back(logged.request.route);
        return routes;
    }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
};

TEST_F(ImportPages, WritesProjectsAsAPersonWould) {
    make_sites();
    expect_golden("cloudflare/imported_pages.txt", text_and_files(import()));
}

/// Its domains lack their records here, which is no drift of theirs.
TEST_F(ImportPages, AllOfItIsAdoptedWithoutAWriteAndStaysQuiet) {
    make_sites();
    const Commit commit = commit_of(import());
    const auto before = stage.picture();
    stage.world.clear_logs();
    stage.begin(commit);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    EXPECT_THAT(stage.world.status(edge).resources, SizeIs(3u + 3u));
    for (const char* name : {"bnx-site", "plain", "from-git"})
        EXPECT_EQ(status("project", name).status, Status::in_sync) << status("project", name).why;
    for (const char* name : {"bnx-site/www.bnx.dev", "bnx-site/bnx.dev", "from-git/docs.bnx.dev"})
        EXPECT_EQ(status("domain", name).status, Status::degraded) << status("domain", name).why;
    EXPECT_EQ(stage.picture(), before);
    expect_quiet();
}

TEST_F(ImportPages, AfterALostDatabaseAllOfItIsAdoptedAnew) {
    make("plain");
    make("trunk", {{"production_branch", "trunk"}});
    stage.begin(commit_of(import()));
    lose_database();
}

TEST_F(ImportPages, AProjectGetsItsMarkWithItsFirstChange) {
    make("plain");
    Commit commit = commit_of(import());
    stage.begin(commit);
    EXPECT_EQ(mark_of("plain"), "");
    std::string& text = commit.at("pages-plain.yaml");
    text.replace(text.find("spec: {}"), 8, "spec:\n  productionBranch: trunk");
    converge(commit);
    EXPECT_THAT(written(), ElementsAre("PATCH /accounts/{}/pages/projects/{}"));
    EXPECT_EQ(mark_of("plain"), "driftless:sim");
    EXPECT_EQ(project("plain").at("production_branch"), "trunk");
    expect_quiet();
}

TEST_F(ImportPages, ADomainThatGitAddsOrDropsIsAttachedAndDetached) {
    make("plain", {}, {"old.bnx.dev"});
    Commit commit = commit_of(import());
    stage.begin(commit);
    std::string& text = commit.at("pages-plain.yaml");
    text.replace(text.find("old.bnx.dev"), 11, "new.bnx.dev");
    converge(commit);
    EXPECT_THAT(project("plain").at("domains"), ElementsAre("plain.pages.dev", "new.bnx.dev"));
    expect_quiet();
}

TEST_F(ImportPages, AProtectedOneGetsItsMarkAtOnce) {
    make("plain");
    Commit commit = commit_of(import());
    stage.begin(commit);
    std::string& text = commit.at("pages-plain.yaml");
    text.insert(text.find("spec:"), "policy: {protect: true}\n");
    converge(commit);
    EXPECT_EQ(mark_of("plain"), "driftless:sim protect");
    expect_quiet();
}

/// A folder in the first commit, too: what is served would go without a word.
TEST_F(ImportPages, AFolderWaitsForAPersonAsLongAsSomethingElseIsServed) {
    make("plain");
    publish("plain");
    Commit commit = commit_of(import());
    Commit with_folder = commit;
    std::string& text = with_folder.at("pages-plain.yaml");
    text.replace(text.find("spec: {}"), 8, "spec: {folder: site}");
    with_folder["site/index.html"] = "<h1>hi</h1>";
    stage.begin(with_folder);
    EXPECT_EQ(status("project", "plain").status, Status::conflict);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    converge(commit);
    EXPECT_EQ(status("project", "plain").status, Status::in_sync) << status("project", "plain").why;
    EXPECT_THAT(written(), IsEmpty());
    converge(with_folder);
    EXPECT_EQ(status("deployment", "plain").status, Status::held);
    ASSERT_GT(stage.world.confirm_all(), 0);
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("deployment", "plain").status, Status::in_sync)
        << status("deployment", "plain").why;
    expect_quiet();
}

TEST_F(ImportPages, AnotherBranchThanDeclaredIsAConflict) {
    make("plain");
    const Commit commit = commit_of(import());
    account.ask(net::Method::patch, at("/plain"), {{"production_branch", "trunk"}});
    stage.world.clear_logs();
    stage.begin(commit);
    EXPECT_EQ(status("project", "plain").status, Status::conflict);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
}

TEST_F(ImportPages, LeavesOutWithTheReasonWhatSomebodyLooksAfter) {
    const auto marked = [](const std::string& mark) {
        json body;
        body["deployment_configs"]["preview"]["env_vars"]["DRIFTLESS"] = {{"type", "plain_text"},
                                                                          {"value", mark}};
        return body;
    };
    make("mine", marked("driftless:sim"));
    make("theirs", marked("driftless:other"));
    make("served");
    publish("served", "driftless:sim; content 0123");
    const auto report = import();
    EXPECT_THAT(report.imported.manifests, IsEmpty());
    EXPECT_THAT(why_left_out(report, "Pages project mine"), HasSubstr("looks after it already"));
    EXPECT_THAT(why_left_out(report, "Pages project theirs"),
                AllOf(HasSubstr("another"), HasSubstr("driftless:other")));
    EXPECT_THAT(why_left_out(report, "Pages project served"), HasSubstr("looks after it already"));
}

TEST_F(ImportPages, OneAloneByItsName) {
    make_sites();
    EXPECT_THAT(names(import({.only = "plain"})), ElementsAre("Pages project plain"));
}

TEST_F(ImportPages, APermissionThatIsMissingIsNamedAndHidesOnlyItsOwn) {
    make_sites();
    account.deny("pages");
    account.add_zone("bnx.dev");
    const auto report = import();
    EXPECT_THAT(why_left_out(report, "the account's Pages projects"), HasSubstr("Pages Read"));
    EXPECT_THAT(text_of(report), Not(HasSubstr("Pages project plain")));
}

TEST_F(ImportPages, NothingIsTakenForGoneThatCanNotBeRead) {
    expect_fails_without("GET /accounts/{}/pages/projects");
}

}  // namespace
}  // namespace driftless::test
