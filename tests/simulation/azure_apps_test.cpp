// Container Apps in depth, by the whole daemon on the simulated Resource Manager: which revision
// serves, what makes one, and what becomes of a bad one.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "tests/simulation/azure_scene.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* patch_app = "PATCH Microsoft.App/containerApps";
constexpr const char* restart_route = "POST Microsoft.App/containerApps/revisions:restart";

/// The app `api` with one secret, as `secret` says it, and which replicas it has at least.
std::string app_with(const std::string& image, const std::string& secret, int replicas) {
    std::string text = azure_app("api", image);
    text.insert(text.find("      ingress:"), "      secrets: [{name: db, " + secret + "}]\n");
    text.insert(text.find("resources:"), "env: [{name: DB, secretRef: db}], ");
    return text + fmt::format("      scale: {{minReplicas: {}}}\n", replicas);
}
std::string app_with_secret(const std::string& image, const std::string& secret, int replicas = 1) {
    return app_with(image, "value: {secret: " + secret + "}", replicas);
}
std::string app_with_vault(const std::string& url) {
    return app_with("web:1", "keyVaultUrl: \"" + url + "\", identity: System", 1);
}
std::string job(const std::string& image) {
    return R"(---
apiVersion: driftless/v1
kind: ContainerAppJob
metadata: {name: report}
target: prod
spec:
  properties:
    environmentId: {from: ManagedEnvironment/env, field: id}
    configuration:
      triggerType: Schedule
      replicaTimeout: 300
      replicaRetryLimit: 0
      scheduleTriggerConfig: {cronExpression: "0 3 * * *"}
    template: {containers: [{name: report, image: ")" +
           image + R"("}]}
)";
}

class AzureAppsTest : public ::testing::Test, public AzureScene {
protected:
    AzureAppsTest() {
        // At no moment may anybody be sent to a revision that can't answer.
        azure.after = [this](const arm::Request& request) {
            if (request.writes()) expect_all_who_serve_are_ready();
        };
    }
    void begin(const std::string& app) {
        push(azure_group + azure_environment + app);
        world.start();
        world.run_for(30min);
        ASSERT_THAT(unsettled(), IsEmpty());
        azure.clear_log();
    }
    void change(const std::string& app, std::chrono::nanoseconds time = 20min) {
        push(azure_group + azure_environment + app);
        world.run_for(time);
    }
    std::string app_path() { return id("/providers/Microsoft.App/containerApps/api"); }
    json properties() { return azure.body(app_path()).at("properties"); }
    json traffic() { return properties().at("configuration").at("ingress").at("traffic"); }
    std::string image() { return properties().at("template").at("containers").at(0).at("image"); }
    json revisions() {
        return azure.ask(net::Method::get, app_path() + "/revisions?api-version=2025-07-01")
            .at("value");
    }
    /// "api--0000001 web:2 100 active"
    std::vector<std::string> revisions_told() {
        std::vector<std::string> lines;
        for (const json& revision : revisions()) {
            const json& told = revision.at("properties");
            lines.push_back(fmt::format(
                "{} {} {}{}", revision.at("name").get<std::string>().substr(5),
                told.at("template").at("containers").at(0).at("image").get<std::string>(),
                told.at("trafficWeight").get<int>(), told.at("active") ? "" : " inactive"));
        }
        return lines;
    }
    void expect_all_who_serve_are_ready() {
        if (!watches_ || !azure.has(app_path())) return;
        const json all = revisions();
        if (all.size() < 2) return;
        if (properties()["configuration"]["activeRevisionsMode"] == "Single") return;
        for (const json& revision : all) {
            const json& told = revision.at("properties");
            if (told.at("trafficWeight") == 0) continue;
            EXPECT_EQ(told.at("provisioningState"), "Provisioned") << revision.dump();
            EXPECT_THAT(told.at("runningState").get<std::string>(),
                        ::testing::AnyOf("Running", "ScaledToZero"))
                << revision.dump();
        }
    }
    void expect_quiet() {
        azure.clear_log();
        world.run_for(30min);
        EXPECT_THAT(writes(), IsEmpty());
        EXPECT_THAT(unsettled(), IsEmpty());
    }
    /// Every revision's running replicas have the secrets that the app has.
    void expect_all_run_with_the_secrets_of_now() {
        azure.settle();
        const auto* app = azure.world().find(app_path());
        ASSERT_NE(app, nullptr);
        const json& now = app->wanted.at("properties").at("configuration").at("secrets");
        for (const auto& revision : azure.world().apps[lower_case(app_path())].revisions) {
            if (revision.active) {
                EXPECT_EQ(revision.secrets, now) << revision.name;
            }
        }
    }
    std::size_t restarts() { return azure.calls()[restart_route]; }
    bool watches_ = true;
};

TEST_F(AzureAppsTest, TheNewRevisionGetsItsTrafficWhenItIsReadyAndNotBefore) {
    begin(shared_app("web:1"));
    EXPECT_EQ(traffic(), json::array({{{"weight", 100}, {"latestRevision", true}}}));
    expect_quiet();
    const std::string first = properties().at("latestRevisionName");
    azure.habits().ready_lag = 3min;
    change(shared_app("web:2"), 90s);
    EXPECT_EQ(traffic(), json::array({{{"weight", 100}, {"revisionName", first}}}));
    EXPECT_THAT(unsettled(),
                ElementsAre(AllOf(HasSubstr("progressing: revision api--0000001 is Activating"),
                                  HasSubstr("the traffic stays with " + first))));
    world.run_for(20min);
    EXPECT_THAT(writes(), ElementsAre(patch_app, patch_app));
    EXPECT_EQ(traffic(), json::array({{{"weight", 100}, {"latestRevision", true}}}));
    EXPECT_EQ(image(), "web:2");
    expect_quiet();
}

TEST_F(AzureAppsTest, ABadRevisionNeverGetsTrafficAndIsEnded) {
    begin(shared_app("web:1"));
    azure.break_image("web:bad", "ErrImagePull: not found");
    change(shared_app("web:bad"), 60min);
    const auto told = unsettled();
    ASSERT_EQ(told.size(), 1u) << ::testing::PrintToString(told);
    EXPECT_THAT(told.front(),
                AllOf(HasSubstr("containerApps/api: failed: revision api--0000001 is Failed: "
                                "ErrImagePull: not found"),
                      HasSubstr("restarted 5 times"), HasSubstr("ContainerAppOperationError"),
                      ::testing::EndsWith("AcrPull on its registry")));
    EXPECT_THAT(revisions_told(), ElementsAre(HasSubstr(" web:1 0"), "0000001 web:bad 0 inactive",
                                              "0000002 web:1 100"));
    EXPECT_EQ(traffic(), json::array({{{"weight", 100}, {"latestRevision", true}}}));
    azure.clear_log();
    world.run_for(60min);
    EXPECT_THAT(writes(), IsEmpty());
    change(shared_app("web:2"));
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_EQ(image(), "web:2");
    expect_quiet();
}

TEST_F(AzureAppsTest, ABadRevisionThatMayNotBeEndedIsToldWithTheActionAndTheScope) {
    begin(shared_app("web:1"));
    azure.break_image("web:bad", "ErrImagePull: not found");
    azure.deny("Microsoft.App/containerApps/revisions/deactivate/action");
    change(shared_app("web:bad"), 60min);
    EXPECT_THAT(
        unsettled(),
        ElementsAre(AllOf(
            HasSubstr("containerApps/api: failed: revision api--0000001 is Failed: ErrImagePull"),
            HasSubstr("api--0000001 is still active"), HasSubstr("HTTP 403: AuthorizationFailed"),
            HasSubstr("it needs Microsoft.App/containerApps/revisions/deactivate/action on " +
                      app_path()),
            HasSubstr("az containerapp revision deactivate --revision api--0000001"))));
    azure.clear_log();
    world.run_for(60min);
    EXPECT_THAT(writes(), IsEmpty());
    azure.allow();
    azure.ask(net::Method::post,
              app_path() + "/revisions/api--0000001/deactivate?api-version=2025-07-01");
    world.run_for(10min);
    EXPECT_THAT(unsettled(),
                ElementsAre(AllOf(HasSubstr("ErrImagePull"), Not(HasSubstr("still active")))));
    change(shared_app("web:2"));
    expect_quiet();
}

TEST_F(AzureAppsTest, NamedRevisionsAndLabelsGetWhatGitSays) {
    begin(shared_app("web:1", "", "v1"));
    change(shared_app("web:2",
                      "[{revisionName: api--v1, weight: 80, label: blue}, {latestRevision: true, "
                      "weight: 20, label: green}]",
                      "v2"));
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_THAT(revisions_told(), ElementsAre("v1 web:1 80", "v2 web:2 20"));
    EXPECT_EQ(traffic()[1]["label"], "green");
    expect_quiet();
    azure.clear_log();
    change(shared_app("web:2", "[{revisionName: api--v2, weight: 100, label: green}]", "v2"));
    EXPECT_THAT(writes(), ElementsAre(patch_app));
    EXPECT_THAT(revisions_told(), ElementsAre("v1 web:1 0", "v2 web:2 100"));
    expect_quiet();
    // The revision that is to have the traffic is yet to be made.
    change(shared_app("web:3", "[{revisionName: api--v3, weight: 100}]", "v3"));
    EXPECT_THAT(revisions_told(), ElementsAre("v1 web:1 0", "v2 web:2 0", "v3 web:3 100"));
    expect_quiet();
    // Back to one that still runs: traffic alone.
    azure.clear_log();
    change(shared_app("web:3", "[{revisionName: api--v2, weight: 100}]", "v3"));
    EXPECT_THAT(writes(), ElementsAre(patch_app));
    EXPECT_THAT(revisions_told(), ElementsAre("v1 web:1 0", "v2 web:2 100", "v3 web:3 0"));
    expect_quiet();
}

TEST_F(AzureAppsTest, TrafficThatSomebodyMovedIsDrift) {
    begin(shared_app("web:1"));
    const std::string first = properties().at("latestRevisionName");
    change(shared_app("web:2"));
    watches_ = false;
    azure.change(
        app_path(),
        {{"properties",
          {{"configuration",
            {{"ingress",
              {{"traffic", json::array({{{"revisionName", first}, {"weight", 100}}})}}}}}}}});
    azure.clear_log();
    world.run_for(20min);
    EXPECT_THAT(writes(), ElementsAre(patch_app));
    EXPECT_EQ(traffic(), json::array({{{"weight", 100}, {"latestRevision", true}}}));
    expect_quiet();
}

TEST_F(AzureAppsTest, SharesThatGitLeavesToPeopleStayTheirs) {
    const auto app = [](const std::string& image) {
        std::string text = shared_app(image);
        return text.insert(text.find("spec:"),
                           "policy: {ignore: [/properties/configuration/ingress/traffic]}\n");
    };
    begin(app("web:1"));
    const std::string first = properties().at("latestRevisionName");
    const json theirs = json::array({{{"revisionName", first}, {"weight", 100}}});
    azure.change(app_path(),
                 {{"properties", {{"configuration", {{"ingress", {{"traffic", theirs}}}}}}}});
    expect_quiet();
    change(app("web:2"));
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_EQ(image(), "web:2");
    EXPECT_NE(properties().at("latestRevisionName"), first);
    EXPECT_EQ(traffic(), theirs);
    expect_quiet();
}

TEST_F(AzureAppsTest, ASuffixThatIsTakenByAnotherTemplateIsRefusedInThePlan) {
    begin(shared_app("web:1", "", "v1"));
    change(shared_app("web:2", "", "v1"), 30min);
    EXPECT_THAT(unsettled(),
                ElementsAre(AllOf(HasSubstr("failed: azure.yaml:"), HasSubstr("\"v1\" is taken"),
                                  HasSubstr("name another suffix, or none"))));
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_EQ(image(), "web:1");
    change(shared_app("web:2", "", "v2"));
    EXPECT_THAT(revisions_told(), ElementsAre("v1 web:1 0", "v2 web:2 100"));
    expect_quiet();
    // Git goes back: v1 still is what it was made of, and Azure makes no revision twice.
    change(shared_app("web:1", "", "v1"));
    EXPECT_THAT(revisions_told(), ElementsAre("v1 web:1 0", "v2 web:2 0", "0000001 web:1 100"));
    expect_quiet();
    change(shared_app("web:3"));
    EXPECT_THAT(revisions_told().back(), HasSubstr("web:3 100"));
    expect_quiet();
}

TEST_F(AzureAppsTest, ABadRevisionWithASuffixGoesBackUnderAnotherName) {
    begin(shared_app("web:1", "", "v1"));
    azure.break_image("web:bad");
    change(shared_app("web:bad", "", "v2"), 60min);
    EXPECT_THAT(revisions_told(),
                ElementsAre("v1 web:1 0", "v2 web:bad 0 inactive", "0000001 web:1 100"));
    azure.clear_log();
    world.run_for(60min);
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_THAT(unsettled(), ElementsAre(HasSubstr("revision api--v2 is Failed")));
}

TEST_F(AzureAppsTest, ConfigurationMakesNoRevision) {
    begin(shared_app("web:1"));
    std::string app = shared_app("web:1");
    app.replace(app.find("8080"), 4, "9090");
    change(app);
    EXPECT_THAT(writes(), ElementsAre(patch_app));
    EXPECT_EQ(revisions().size(), 1u);
    EXPECT_EQ(properties()["configuration"]["ingress"]["targetPort"], 9090);
    expect_quiet();
}

TEST_F(AzureAppsTest, ANewSecretReachesWhatRunsByOneRestart) {
    add_secret("db-1", "one");
    add_secret("db-2", "two");
    begin(app_with_secret("web:1", "db-1"));
    expect_all_run_with_the_secrets_of_now();
    change(app_with_secret("web:1", "db-2"));
    EXPECT_THAT(writes(), ElementsAre(patch_app, restart_route));
    EXPECT_EQ(revisions().size(), 1u);
    expect_all_run_with_the_secrets_of_now();
    expect_quiet();
    // A write that makes a revision anyway needs none.
    change(app_with_secret("web:2", "db-1"));
    EXPECT_THAT(writes(), ElementsAre(patch_app));
    expect_all_run_with_the_secrets_of_now();
    expect_quiet();
}

TEST_F(AzureAppsTest, WhatSleepsNeedsNoRestart) {
    add_secret("db-1", "one");
    add_secret("db-2", "two");
    begin(app_with_secret("web:1", "db-1", 0));
    change(app_with_secret("web:1", "db-2", 0));
    EXPECT_THAT(writes(), ElementsAre(patch_app));
    expect_quiet();
}

TEST_F(AzureAppsTest, TheAnswerToARestartGetsLostAndThereIsNoOther) {
    add_secret("db-1", "one");
    add_secret("db-2", "two");
    begin(app_with_secret("web:1", "db-1"));
    azure.fail_next(AzureFault::lost_reply, restart_route);
    change(app_with_secret("web:1", "db-2"), 90min);
    EXPECT_EQ(restarts(), 1u);
    expect_all_run_with_the_secrets_of_now();
    expect_quiet();
}

TEST_F(AzureAppsTest, AVaultsSecretThatMayNotBeReadIsToldWithWhatToDo) {
    const std::string url = "https://kv-bnx.vault.azure.net/secrets/db";
    azure.world().locked_secrets.insert(url);
    push(azure_group + azure_environment + app_with_vault(url));
    world.start();
    world.run_for(30min);
    EXPECT_THAT(unsettled(),
                ElementsAre(AllOf(HasSubstr("Unable to get value using Managed identity"),
                                  HasSubstr("give that identity Key Vault Secrets User"))));
    azure.world().locked_secrets.clear();
    world.run_for(2h);
    EXPECT_THAT(unsettled(), IsEmpty());
    // The service tells the version that it took.
    watches_ = false;
    azure.change(app_path(), {{"properties",
                               {{"configuration",
                                 {{"secrets", json::array({{{"name", "db"},
                                                            {"keyVaultUrl", url + "/0a1b2c"},
                                                            {"identity", "system"}}})}}}}}});
    expect_quiet();
}

TEST_F(AzureAppsTest, ScaledToZeroIsWell) {
    azure.habits().begins_asleep = true;
    push(azure_group + azure_environment + shared_app("web:1"));
    world.start();
    world.run_for(30min);
    EXPECT_THAT(unsettled(), IsEmpty());
    change(shared_app("web:2"));
    EXPECT_THAT(revisions_told(), ElementsAre(HasSubstr("web:1 0"), "0000001 web:2 100"));
    expect_quiet();
}

TEST_F(AzureAppsTest, AJobsLastExecutionIsToldAndAFailedOneOfASchedulesIsDegraded) {
    begin(job("report:1"));
    const std::string path = id("/providers/Microsoft.App/jobs/report");
    const auto status = [&] {
        for (const auto& [key, resource] : world.status(prod).resources) {
            if (key.name.ends_with("jobs/report")) return resource;
        }
        return ResourceStatus{};
    };
    const auto run_it = [&] {
        azure.ask(net::Method::post, path + "/start?api-version=2025-07-01", json::object());
        azure.clear_log();
        world.run_for(30min);
    };
    run_it();
    EXPECT_EQ(status().status, Status::in_sync);
    EXPECT_THAT(status().why, AllOf(HasSubstr("execution report-"), HasSubstr("Succeeded")));
    azure.break_image("report:1");
    run_it();
    EXPECT_EQ(status().status, Status::degraded);
    EXPECT_THAT(status().why, AllOf(HasSubstr("Failed"), HasSubstr("az containerapp job logs")));
    EXPECT_THAT(writes(), IsEmpty());
    azure.mend_image("report:1");
    run_it();
    EXPECT_EQ(status().status, Status::in_sync);
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_LE(azure.calls()["LIST Microsoft.App/jobs/executions"], 3u);  // not at every look
}

}  // namespace
}  // namespace driftless::test
