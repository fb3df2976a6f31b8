// Container Apps: who gets what traffic, and what a job's executions tell.
#include <gmock/gmock.h>

#include "reconcilers/azure/app_traffic.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/job_runs.hpp"
#include "reconcilers/azure/type_book.hpp"

namespace driftless::azure {
namespace {

json app(json shares, const char* newest = "api--2", const char* ready = "api--1") {
    return {{"properties",
             {{"latestRevisionName", newest},
              {"latestReadyRevisionName", ready},
              {"configuration",
               {{"activeRevisionsMode", "Multiple"}, {"ingress", {{"traffic", shares}}}}}}}};
}

TEST(AppTraffic, StaysWhereItIsByNameOfWhoHasIt) {
    struct Case {
        const char* name;
        json shares, now;
    };
    const std::vector<Case> cases{
        {"newest",
         {{{"weight", 100}, {"latestRevision", true}}},
         {{{"weight", 100}, {"revisionName", "api--1"}}}},
        {"named",
         {{{"weight", 100}, {"revisionName", "api--0"}}},
         {{{"weight", 100}, {"revisionName", "api--0"}}}},
        {"one revision has one share",
         {{{"weight", 20}, {"latestRevision", true}},
          {{"weight", 80}, {"revisionName", "api--1"}, {"label", "blue"}}},
         {{{"weight", 100}, {"revisionName", "api--1"}, {"label", "blue"}}}},
        {"two labels stay two",
         {{{"weight", 20}, {"latestRevision", true}, {"label", "green"}},
          {{"weight", 80}, {"revisionName", "API--1"}, {"label", "blue"}}},
         {{{"weight", 20}, {"revisionName", "api--1"}, {"label", "green"}},
          {{"weight", 80}, {"revisionName", "API--1"}, {"label", "blue"}}}},
        {"noise",
         {{{"weight", 100}, {"latestRevision", true}, {"label", nullptr}}},
         {{{"weight", 100}, {"revisionName", "api--1"}}}},
        {"none", nullptr, nullptr},
    };
    for (const Case& c : cases) EXPECT_EQ(traffic_now(app(c.shares)), c.now) << c.name;
    EXPECT_TRUE(traffic_now(app({{{"weight", 100}, {"latestRevision", true}}}, "", "")).is_null());
}

TEST(AppTraffic, TellsWhomItGoesTo) {
    const json both = app({{{"weight", 0}, {"latestRevision", true}, {"label", "green"}},
                           {{"weight", 100}, {"revisionName", "api--1"}}});
    EXPECT_FALSE(gives_traffic(both, "api--2", "api--2"));
    EXPECT_TRUE(gives_traffic(both, "API--1", "api--2"));
    EXPECT_TRUE(gives_traffic(app({{{"latestRevision", true}}}), "api--2", "api--2"));
    EXPECT_FALSE(gives_traffic(app({{{"latestRevision", true}}}), "api--1", "api--2"));
}

TEST(AppTraffic, IsComparedShareByShareAndNotInItsOrder) {
    const TypeRow row = row_for("Microsoft.App/containerApps", "");
    const auto differs = [&row](const json& want, const json& live) {
        const json wanted = wanted_form(row, app(want));
        json body = app(live);
        body["id"] = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.App/containerApps/api";
        return !changed_fields(wanted, live_form(row, wanted, body), rules_of(row)).empty();
    };
    const json a{{"weight", 80}, {"revisionName", "api--1"}};
    const json newest{{"weight", 20}, {"latestRevision", true}};
    EXPECT_FALSE(differs({a, newest}, {newest, a}));
    EXPECT_FALSE(differs({{{"latestRevision", true}}},
                         {{{"weight", 100}, {"latestRevision", true}, {"label", nullptr}}}));
    EXPECT_FALSE(differs({a, newest}, {a, newest, {{"weight", 0}, {"revisionName", "api--0"}}}));
    EXPECT_TRUE(differs({a, newest}, {a, {{"weight", 20}, {"revisionName", "api--2"}}}));
    EXPECT_TRUE(differs({a, newest}, {newest}));
    EXPECT_TRUE(differs({{{"weight", 100}, {"latestRevision", true}, {"label", "x"}}},
                        {{{"weight", 100}, {"latestRevision", true}}}));
}

TEST(AppSecrets, AVaultsVersionCountsOnlyWhereGitNamesOne) {
    const TypeRow row = row_for("Microsoft.App/containerApps", "");
    const auto differs = [&row](const std::string& want, const std::string& live) {
        const auto body = [](const std::string& url, const char* identity) {
            return json{
                {"id",
                 "/subscriptions/s/resourceGroups/rg/providers/Microsoft.App/"
                 "containerApps/api"},
                {"properties",
                 {{"configuration",
                   {{"secrets",
                     json::array(
                         {{{"name", "db"}, {"keyVaultUrl", url}, {"identity", identity}}})}}}}}};
        };
        const json wanted = wanted_form(row, body(want, "System"));
        const json have = live_form(row, wanted, body(live, "system"));
        return !changed_fields(wanted, have, rules_of(row)).empty();
    };
    const std::string url = "https://kv.vault.azure.net/secrets/db";
    EXPECT_FALSE(differs(url, url));
    EXPECT_FALSE(differs(url, url + "/0a1b"));
    EXPECT_FALSE(differs(url + "/", "https://KV.vault.azure.net/secrets/db/0a1b"));
    EXPECT_TRUE(differs(url + "/0a1b", url + "/ffff"));
    EXPECT_TRUE(differs(url, "https://kv.vault.azure.net/secrets/other"));
}

TEST(JobRunsOf, TellTheLastOne) {
    const Execution good{"r-1", "Succeeded", "2026-11-01T03:00:00+00:00", "x"};
    const Execution bad{"r-2", "Failed", "2026-11-02T03:00:00+00:00", "x"};
    const Execution now{"r-3", "Running", "2026-11-03T03:00:00+00:00", ""};
    EXPECT_EQ(told_by({}).told, "");
    EXPECT_EQ(told_by({good}).told, "execution r-1 (2026-11-01T03:00:00+00:00): Succeeded");
    EXPECT_TRUE(told_by({bad, good}).failed);
    const JobRuns both = told_by({good, now, bad});
    EXPECT_TRUE(both.runs);
    EXPECT_TRUE(both.failed);  // as long as no later one is over
    EXPECT_THAT(both.told, ::testing::HasSubstr("r-2"));
    EXPECT_FALSE(told_by({good, now}).failed);
}

}  // namespace
}  // namespace driftless::azure
