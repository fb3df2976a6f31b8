#include "reconcilers/docker/create_request.hpp"

#include <gmock/gmock.h>

#include "tests/reconcilers_docker/project_scene.hpp"

namespace driftless::docker {
namespace {

Declared declared(ProjectScene& scene) {
    for (Declared& one : scene.expand()) {
        if (one.key.kind == "docker.container") return one;
    }
    return {};
}

json request(ProjectScene& scene, const Creation& creation) {
    const Declared want = declared(scene);
    return create_request(want, want.spec, creation);
}

Creation creation(int minor) {
    Creation with;
    with.installation = "test";
    with.digest = "d1gest";
    with.api = {1, minor};
    return with;
}

TEST(CreateRequest, CarriesComposesLabelsAndOurs) {
    ProjectScene scene;
    const json labels = request(scene.web("labels: {a: b}"), creation(41))["Labels"];
    const json expected{{"a", "b"},
                        {"com.docker.compose.project", "shop"},
                        {"com.docker.compose.service", "web"},
                        {"com.docker.compose.container-number", "1"},
                        {"com.docker.compose.oneoff", "False"},
                        {"com.docker.compose.config-hash", "d1gest"},
                        {"com.docker.compose.depends_on", ""},
                        {"com.docker.compose.project.config_files", "compose.yaml"},
                        {"com.docker.compose.version", "2"},
                        {"driftless.installation", "test"},
                        {"driftless.key", "mini1/docker.container/shop.web.1"},
                        {"driftless.commit", "c0ffee"},
                        {"driftless.manifest", "ComposeProject/shop"}};
    EXPECT_EQ(labels, expected);
}

TEST(CreateRequest, TakesOneNetworkOnlyFromOlderEngines) {
    ProjectScene scene;
    scene.web("networks: {a: {}, b: {priority: 5}}", "networks: {a: {}, b: {}}\n");
    const json older = request(scene, creation(43));
    EXPECT_EQ(older["HostConfig"]["NetworkMode"], "shop_b");
    EXPECT_EQ(older["NetworkingConfig"]["EndpointsConfig"].size(), 1u);
    const Declared want = declared(scene);
    EXPECT_EQ(later_networks(want.spec, {1, 43}).count("shop_a"), 1u);
    EXPECT_EQ(request(scene, creation(44))["NetworkingConfig"]["EndpointsConfig"].size(), 2u);
    EXPECT_TRUE(later_networks(want.spec, {1, 44}).empty());
}

TEST(CreateRequest, ExposesWhatItPublishes) {
    ProjectScene scene;
    const json body = request(scene.web("ports: [\"8080:80\"]"), creation(41));
    EXPECT_TRUE(body["ExposedPorts"].contains("80/tcp"));
    EXPECT_EQ(body["HostConfig"]["PortBindings"]["80/tcp"][0]["HostPort"], "8080");
}

TEST(CreateRequest, PassesAnonymousVolumesOn) {
    ProjectScene scene;
    Creation with = creation(41);
    with.passed_on = {{"/cache", "aaa"}, {"/of-the-image", "bbb"}};
    const json mounts = request(scene.web("volumes: [/cache]"), with)["HostConfig"]["Mounts"];
    ASSERT_EQ(mounts.size(), 2u);
    EXPECT_EQ(mounts[0]["Source"], "aaa");
    EXPECT_EQ(mounts[1]["Source"], "bbb");
}

TEST(CreateRequest, LeavesOutWhatNobodyAskedFor) {
    ProjectScene scene;
    const json body = request(scene.web(""), creation(41));
    for (const char* key :
         {"Cmd", "Entrypoint", "User", "Hostname", "Healthcheck", "StopTimeout"}) {
        EXPECT_FALSE(body.contains(key)) << key;
    }
    EXPECT_FALSE(body["HostConfig"].contains("Privileged"));
}

TEST(CreateRequest, SendsEnvironmentAsAsked) {
    ProjectScene scene;
    const json body = request(scene.web("environment: {A: \"b=c\", EMPTY: \"\"}"), creation(41));
    EXPECT_EQ(body["Env"], json::array({"A=b=c", "EMPTY="}));
}

}  // namespace
}  // namespace driftless::docker
