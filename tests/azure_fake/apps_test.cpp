#include "tests/azure_fake/asking.hpp"

namespace driftless::test {

namespace {

using namespace std::chrono_literals;

class AzureApps : public Asking {
protected:
    std::string environment = id("Microsoft.App/managedEnvironments/env");
    std::string app = id("Microsoft.App/containerApps/web");

    AzureApps() {
        azure.put(environment, {{"location", "uksouth"}, {"properties", json::object()}});
    }

    [[nodiscard]] json web(const std::string& image) const {
        json body = {{"location", "uksouth"}, {"properties", {{"environmentId", environment}}}};
        body["properties"]["configuration"] = {
            {"ingress", {{"external", true}, {"targetPort", 80}}}};
        body["properties"]["template"]["containers"] =
            json::array({{{"name", "web"}, {"image", image}}});
        return body;
    }
    std::string at(const std::string& pointer) { return arm::text_at(get(app).body, pointer); }
};

TEST_F(AzureApps, ACreateIsTakenThenDoneAndFilledIn) {
    const Given made = put(app, web("nginx:1"));
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.header("Retry-After"), "15");
    EXPECT_EQ(made.header("x-ms-async-operation-timeout"), "PT15M");
    EXPECT_EQ(arm::text_at(made.body, "/properties/provisioningState"), "InProgress");
    const std::string poll = made.header("Azure-AsyncOperation");
    ASSERT_NE(poll.find("/containerappOperationStatuses/"), std::string::npos) << poll;
    EXPECT_EQ(get(poll).body.at("status"), "InProgress");
    wait(20s);
    EXPECT_EQ(get(poll).body.at("status"), "Succeeded");
    const Given live = get(app);
    EXPECT_EQ(live.body.at("location"), "UK South");
    EXPECT_EQ(arm::text_at(live.body, "/properties/configuration/activeRevisionsMode"), "Single");
    EXPECT_EQ(arm::at_or_null(live.body, "/properties/configuration/ingress/traffic/0/weight"),
              100);
    EXPECT_EQ(at("/properties/latestReadyRevisionName"), at("/properties/latestRevisionName"));
}

TEST_F(AzureApps, ANewRevisionIsReadyAfterTheApp) {
    azure.put(app, web("nginx:1"));
    const std::string first = at("/properties/latestRevisionName");
    put(app, web("nginx:2"));
    wait(18s);
    EXPECT_EQ(at("/properties/provisioningState"), "Succeeded");
    EXPECT_EQ(at("/properties/latestRevisionName"), "web--0000001");
    EXPECT_EQ(at("/properties/latestReadyRevisionName"), first);
    wait(30s);
    EXPECT_EQ(at("/properties/latestReadyRevisionName"), "web--0000001");
    const Given old = get(app + "/revisions/" + first);
    EXPECT_EQ(arm::at_or_null(old.body, "/properties/active"), false);
}

TEST_F(AzureApps, AnImageThatDoesNotRunFailsTheAppInTheEnd) {
    azure.put(app, web("nginx:1"));
    azure.break_image("nginx:bad");
    const std::string poll = put(app, web("nginx:bad")).header("Azure-AsyncOperation");
    wait(60s);
    EXPECT_EQ(get(poll).body.at("status"), "InProgress");
    wait(600s);
    EXPECT_EQ(get(poll).code(), "ContainerAppOperationError");
    EXPECT_EQ(at("/properties/provisioningState"), "Failed");
    const Given revision = get(app + "/revisions/web--0000001");
    EXPECT_NE(arm::text_at(revision.body, "/properties/provisioningError"), "");
}

TEST_F(AzureApps, SecretsAreNeverShownAndNeverForgotten) {
    json body = web("nginx:1");
    body["properties"]["configuration"]["secrets"] =
        json::array({{{"name", "key"}, {"value", "hush"}}});
    body["properties"]["template"]["containers"][0]["env"] =
        json::array({{{"name", "KEY"}, {"secretRef", "key"}}});
    azure.put(app, body);
    const Given live = get(app);
    EXPECT_EQ(live.body.dump().find("hush"), std::string::npos);
    EXPECT_EQ(arm::text_at(post(app + "/listSecrets").body, "/value/0/value"), "hush");
    EXPECT_EQ(put(app, live.body).code(), "ContainerAppSecretInvalid");
    json without = web("nginx:1");
    EXPECT_EQ(put(app, without).code(), "ContainerAppSecretInUse");
}

TEST_F(AzureApps, AnothersChangeOfTheTemplateIsARevision) {
    azure.put(app, web("nginx:1"));
    azure.change(app, {{"tags", {{"team", "bnx"}}}});
    const std::string first = at("/properties/latestRevisionName");
    azure.change(app, {{"properties", {{"template", {{"scale", {{"maxReplicas", 3}}}}}}}});
    EXPECT_EQ(at("/properties/latestRevisionName"), "web--0000001");
    EXPECT_EQ(at("/properties/latestReadyRevisionName"), "web--0000001");
    const Given old = get(app + "/revisions/" + first);
    EXPECT_EQ(arm::at_or_null(old.body, "/properties/active"), false);
}

TEST_F(AzureApps, ARemovalEndsAndThenThereIsNothing) {
    azure.put(app, web("nginx:1"));
    const Given gone = del(app);
    EXPECT_EQ(gone.status, 202);
    EXPECT_EQ(gone.header("Azure-AsyncOperation"), "");
    EXPECT_EQ(get(gone.header("Location")).status, 202);
    wait(21s);
    EXPECT_EQ(get(gone.header("Location")).status, 204);
    EXPECT_EQ(get(app).status, 404);
    EXPECT_EQ(del(app).status, 204);
}

}  // namespace

}  // namespace driftless::test
