// What an account has of Access is written down, and a plan of that only adopts.
#include <gmock/gmock.h>

#include "tests/simulation/access_fixture.hpp"
#include "tests/simulation/import_scene.hpp"
#include "tests/support/golden.hpp"

namespace driftless::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ImportAccess : public AccessTest, protected ImportScene {
protected:
    ImportAccess() : ImportScene{stage} {}
    void SetUp() override { clear_what_others_have(); }
    std::string make(const std::string& sort, const json& object) {
        const json made = account.ask(net::Method::post, at("/" + sort), object);
        EXPECT_EQ(made.at("success"), true) << made.dump();
        return made.at("result").at("id");
    }
    std::string make_group(const std::string& name) {
        return make("groups",
                    {{"name", name}, {"include", {{{"email_domain", {{"domain", "bnx.dev"}}}}}}});
    }
    std::string make_policy(const std::string& name, const json& include, json more = {}) {
        json policy{{"name", name}, {"decision", "allow"}, {"include", include}};
        if (!more.is_null()) policy.update(more);
        return make("policies", policy);
    }
    static json of_group(const std::string& id) { return {{{"group", {{"id", id}}}}}; }
    void make_wiki() {
        const std::string group = make_group("The Staff");
        const std::string staff =
            make_policy("Staff only", of_group(group), {{"session_duration", "8h"}});
        const std::string abroad =
            make_policy("No abroad", {{{"everyone", json::object()}}},
                        {{"decision", "deny"}, {"exclude", {{{"geo", {{"country_code", "GB"}}}}}}});
        make("apps", {{"name", "The wiki"},
                      {"type", "self_hosted"},
                      {"domain", "wiki.bnx.dev"},
                      {"policies", {abroad, staff}},
                      {"custom_deny_message", "ask Ada"}});
    }
};

TEST_F(ImportAccess, WritesAccessAsAPersonWould) {
    account.world().state.zones.clear();
    make_wiki();
    make("groups", {{"name", "Everyone at home"},
                    {"include", {{{"ip", {{"ip", "203.0.113.7/32"}}}}}},
                    {"require", {{{"geo", {{"country_code", "GB"}}}}}}});
    make("apps", {{"name", "The NAS"},
                  {"type", "self_hosted"},
                  {"destinations",
                   {{{"type", "public"}, {"uri", "nas.bnx.dev"}},
                    {{"type", "public"}, {"uri", "files.bnx.dev/shared"}}}},
                  {"session_duration", "8h"},
                  {"app_launcher_visible", false}});
    make("apps", {{"name", "Links"}, {"type", "bookmark"}, {"domain", "links.bnx.dev"}});
    make("service_tokens", {{"name", "backup"}});
    expect_golden("cloudflare/imported_access.txt", text_and_files(import()));
}

TEST_F(ImportAccess, NamesManifestsNotIds) {
    make_wiki();
    const auto commit = commit_of(import());
    EXPECT_THAT(commit.at("access-policy-staff-only.yaml"), HasSubstr("AccessGroup/the-staff"));
    const std::string wiki = commit.at("access-application-the-wiki.yaml");
    EXPECT_THAT(wiki, HasSubstr("domain: wiki.bnx.dev"));
    EXPECT_THAT(wiki, HasSubstr("custom_deny_message: \"ask Ada\""));
    EXPECT_LT(wiki.find("AccessPolicy/no-abroad"), wiki.find("AccessPolicy/staff-only"));
    EXPECT_EQ(commit_of(import()), commit);
}

TEST_F(ImportAccess, AllOfItIsAdoptedWithoutAWriteAndStaysQuiet) {
    make_wiki();
    const Commit commit = commit_of(import());
    expect_all_adopted(commit);
    for (const char* kind : {"group", "policy", "application"}) {
        const std::string name = kind == std::string{"group"}    ? "the-staff"
                                 : kind == std::string{"policy"} ? "staff-only"
                                                                 : "the-wiki";
        EXPECT_EQ(status(kind, name).status, Status::in_sync) << kind << status(kind, name).why;
    }
}

TEST_F(ImportAccess, AfterALostDatabaseAllOfItIsAdoptedAnew) {
    make_wiki();
    stage.begin(commit_of(import()));
    lose_database();
    EXPECT_EQ(status("application", "the-wiki").status, Status::in_sync);
}

TEST_F(ImportAccess, AnApplicationGetsItsTagWithItsFirstChange) {
    make_wiki();
    Commit commit = commit_of(import());
    stage.begin(commit);
    std::string& wiki = commit.at("access-application-the-wiki.yaml");
    wiki.replace(wiki.find("ask Ada"), 7, "ask Bob");
    converge(commit);
    EXPECT_THAT(written(), ElementsAre("POST tags", "PUT apps/{}"));
    EXPECT_EQ(named("apps", "The wiki").at("tags"), json::array({"driftless-sim"}));
    EXPECT_EQ(named("apps", "The wiki").at("custom_deny_message"), "ask Bob");
    expect_quiet();
}

TEST_F(ImportAccess, LeavesOutWithTheReasonWhatItCanNotTakeOver) {
    make_group("driftless.sim.mine");
    make_group("driftless.other.theirs");
    make("apps", {{"name", "links"}, {"type", "bookmark"}, {"domain", "links.bnx.dev"}});
    make("apps", {{"name", "old"},
                  {"type", "self_hosted"},
                  {"domain", "old.bnx.dev"},
                  {"policies",
                   {{{"name", "own"},
                     {"decision", "allow"},
                     {"include", {{{"everyone", json::object()}}}}}}}});
    const std::string token = make("service_tokens", {{"name", "backup"}});
    make_policy("programs", {{{"service_token", {{"token_id", token}}}}},
                {{"decision", "non_identity"}});
    const auto report = import();
    EXPECT_THAT(why_left_out(report, "Access group driftless.sim.mine"),
                HasSubstr("looks after it already"));
    EXPECT_THAT(why_left_out(report, "Access group driftless.other.theirs"),
                HasSubstr("another driftless"));
    EXPECT_THAT(why_left_out(report, "Access application links"), HasSubstr("bookmark"));
    EXPECT_THAT(why_left_out(report, "Access application old"), HasSubstr("policy of its own"));
    EXPECT_THAT(why_left_out(report, "Access service token backup"), HasSubstr("shown once"));
    const Commit commit = commit_of(report);
    EXPECT_THAT(commit.at("access-policy-programs.yaml"), HasSubstr(token));
    for (const auto& [file, text] : commit) EXPECT_THAT(file, Not(HasSubstr("token")));
    stage.world.clear_logs();
    stage.begin(commit);
    EXPECT_THAT(written(), IsEmpty());
    EXPECT_EQ(status("policy", "programs").status, Status::in_sync);
}

TEST_F(ImportAccess, NamesThatCollideGetDistinctOnes) {
    make_group("Staff");
    make_group("staff");
    const Commit commit = commit_of(import());
    EXPECT_TRUE(commit.contains("access-group-staff.yaml"));
    EXPECT_TRUE(commit.contains("access-group-staff-2.yaml"));
    expect_all_adopted(commit);
}

TEST_F(ImportAccess, OneAloneNamesOthersByTheirIds) {
    make_wiki();
    const Commit commit = commit_of(import({.only = "The wiki"}));
    ASSERT_EQ(commit.size(), 1u);
    EXPECT_THAT(commit.begin()->second, Not(HasSubstr("AccessPolicy/")));
    expect_all_adopted(commit);
}

TEST_F(ImportAccess, NothingIsTakenForGoneThatCanNotBeRead) {
    for (const char* sort : {"groups", "policies", "apps", "service_tokens"})
        expect_fails_without(std::string{"GET /accounts/{}/access/"} + sort);
}

}  // namespace
}  // namespace driftless::test
