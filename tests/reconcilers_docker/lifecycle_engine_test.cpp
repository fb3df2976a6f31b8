// Replacement, rollback, adoption, one-shots and removal on a real engine.
#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/tar.hpp"
#include "tests/reconcilers_docker/engine_scene.hpp"

namespace driftless::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Lifecycle = EngineScene;

constexpr const char* healthy = "command: sleep 100\nhealthcheck: {test: \"true\", interval: 1s}\n";

bool in_sync(const Outcome& outcome) {
    return std::ranges::all_of(
        outcome.statuses, [](const auto& one) { return one.second.status == Status::in_sync; });
}

Verb first_verb(const Outcome& outcome) {
    return outcome.plan.actions.front().verb;
}

TEST_F(Lifecycle, ReplacesAContainerAndRemovesTheOldOneWhenTheNewIsHealthy) {
    SKIP_WITHOUT_ENGINE();
    scene.web(std::string{healthy} + "volumes: [/cache]");
    converge();
    const json before = inspect(web());
    scene.web(std::string{healthy} + "volumes: [/cache]\nenvironment: {V: \"2\"}");
    const Outcome outcome = reconcile_once();
    EXPECT_EQ(first_verb(outcome), Verb::replace) << told(outcome);
    EXPECT_THAT(names(), SizeIs(2));
    const Outcome end = converge();
    EXPECT_TRUE(in_sync(end)) << told(end);
    EXPECT_THAT(names(), ElementsAre(web()));
    const json after = inspect(web());
    EXPECT_NE(before["Id"], after["Id"]);
    EXPECT_EQ(before["Mounts"][0]["Name"], after["Mounts"][0]["Name"])
        << "anonymous volumes are passed on";
}

TEST_F(Lifecycle, BringsTheOldOneBackWhenTheNewDies) {
    SKIP_WITHOUT_ENGINE();
    scene.web(std::string{healthy} + "restart: unless-stopped");
    converge();
    remember_as_good();
    const std::string old = inspect(web())["Id"];
    scene.commit = "badbad";
    scene.web("command: \"false\"\nrestart: unless-stopped");
    const Outcome end = converge();
    EXPECT_EQ(inspect(web())["Id"], old) << told(end);
    EXPECT_EQ(inspect(web())["State"]["Status"], "running");
    EXPECT_EQ(inspect(web())["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped");
    EXPECT_THAT(names(), SizeIs(1));
    EXPECT_THAT(told(end),
                ::testing::AnyOf(HasSubstr("exited with 1"), HasSubstr("was restarted")));
}

TEST_F(Lifecycle, BringsTheOldOneBackWhenTheNewDoesNotStart) {
    SKIP_WITHOUT_ENGINE();
    scene.web(healthy);
    converge();
    remember_as_good();
    const std::string old = inspect(web())["Id"];
    scene.commit = "badbad";
    scene.web("command: [/no/such/program]");
    for (int i = 0; i < 4; ++i) reconcile_once();
    EXPECT_TRUE(errors.empty()) << "the engine's refusal is told of the content: "
                                << errors.front();
    EXPECT_EQ(inspect(web())["Id"], old);
    EXPECT_EQ(inspect(web())["State"]["Status"], "running");
}

TEST_F(Lifecycle, ChangesInPlaceWhatTheEngineCanChange) {
    SKIP_WITHOUT_ENGINE();
    scene.web("command: sleep 100\nmem_limit: 64m\nnetworks: {a: {}}", "networks: {a: {}}\n");
    converge();
    const std::string id = inspect(web())["Id"];
    scene.web(
        "command: sleep 100\nmem_limit: 128m\nrestart: always\nnetworks: {a: {aliases: [x]}, b: "
        "{}}",
        "networks: {a: {}, b: {}}\n");
    const Outcome end = converge();
    EXPECT_TRUE(in_sync(end)) << told(end);
    const json after = inspect(web());
    EXPECT_EQ(after["Id"], id);
    EXPECT_EQ(after["HostConfig"]["Memory"], 128 << 20);
    EXPECT_EQ(after["NetworkSettings"]["Networks"].size(), 2u);
}

TEST_F(Lifecycle, HealsWhatWasStoppedRenamedOrDisconnected) {
    SKIP_WITHOUT_ENGINE();
    scene.web("command: sleep 100\nstop_grace_period: 1s");
    converge();
    const std::string id = inspect(web())["Id"];
    ASSERT_TRUE(run(containers().stop(id, std::chrono::seconds{0})));
    ASSERT_TRUE(run(containers().rename(id, scene.project + "-x")));
    ASSERT_TRUE(run(Networks{*engine}.disconnect(scene.project + "_default", id)));
    const Outcome end = converge();
    EXPECT_TRUE(in_sync(end)) << told(end);
    EXPECT_EQ(inspect(web())["Id"], id);
    EXPECT_EQ(inspect(web())["State"]["Status"], "running");
}

TEST_F(Lifecycle, MakesARemovedContainerAgain) {
    SKIP_WITHOUT_ENGINE();
    scene.web("command: sleep 100");
    converge();
    ASSERT_TRUE(run(containers().remove(web(), true)));
    const Outcome end = converge();
    EXPECT_TRUE(in_sync(end)) << told(end);
    EXPECT_THAT(names(), ElementsAre(web()));
}

TEST_F(Lifecycle, AdoptsWhatComposeMadeWithoutARestart) {
    SKIP_WITHOUT_ENGINE();
    scene.files["a.conf"] = "a=1\n";
    scene.web("command: sleep 100\nnetwork_mode: none\nvolumes: [\"./a.conf:/a.conf:ro\"]");
    const std::string path = "/tmp/" + scene.project + ".conf";
    std::ofstream{path} << "a=1\n";
    json body{{"Image", "test/busybox:1"}, {"Cmd", {"sleep", "100"}}};
    body["HostConfig"] = {{"NetworkMode", "none"}, {"Binds", {path + ":/a.conf:ro"}}};
    body["Labels"] = {{"com.docker.compose.project", scene.project},
                      {"com.docker.compose.service", "web"},
                      {"com.docker.compose.container-number", "1"},
                      {"com.docker.compose.oneoff", "False"}};
    const auto id = run(containers().create(web(), "", body));
    ASSERT_TRUE(id);
    ASSERT_TRUE(run(containers().start(*id)));
    const Outcome first = reconcile_once();
    ASSERT_THAT(first.plan.actions, SizeIs(1)) << told(first);
    EXPECT_EQ(first_verb(first), Verb::adopt) << told(first);
    const Outcome end = reconcile_once();
    EXPECT_TRUE(in_sync(end)) << told(end);
    EXPECT_EQ(inspect(web())["Id"], *id);
    EXPECT_EQ(inspect(web())["RestartCount"], 0);
    std::remove(path.c_str());
}

TEST_F(Lifecycle, LeavesAContainerOfOthersAlone) {
    SKIP_WITHOUT_ENGINE();
    json body{{"Image", "test/busybox:1"}, {"Cmd", {"sleep", "100"}}};
    const auto id = run(containers().create(web(), "", body));
    ASSERT_TRUE(id);
    scene.web("command: sleep 100");
    const Outcome outcome = reconcile_once();
    const ResourceKey key{"mini1", "docker.container", scene.project + ".web.1"};
    EXPECT_EQ(outcome.statuses.at(key).status, Status::conflict) << told(outcome);
    EXPECT_EQ(inspect(web())["Id"], *id);
}

TEST_F(Lifecycle, LetsAOneShotRest) {
    SKIP_WITHOUT_ENGINE();
    scene.web("command: \"true\"");
    converge();
    const Outcome end = reconcile_once();
    EXPECT_TRUE(in_sync(end)) << "a one-shot that ended with 0 has done its work\n" << told(end);
    EXPECT_EQ(inspect(web())["State"]["Status"], "exited");
}

TEST_F(Lifecycle, KeepsARemovedContainerForAWhile) {
    SKIP_WITHOUT_ENGINE();
    policy.grace = std::chrono::hours{1};
    const std::string db =
        "  db: {image: \"test/busybox:1\", command: sleep 100, stop_grace_period: 1s}\n";
    scene.web("command: sleep 100", db);
    converge();
    scene.commit = "c0ffee2";
    scene.web("command: sleep 100");
    reconcile_once();
    const Outcome kept = reconcile_once();
    ASSERT_THAT(names(), SizeIs(2)) << told(kept);
    EXPECT_TRUE(kept.plan.actions.empty()) << told(kept);
    EXPECT_THAT(names()[0], HasSubstr("driftless-kept-"));
    EXPECT_EQ(inspect(names()[0])["State"]["Status"], "exited");
    policy.grace = std::chrono::seconds{0};
    converge();
    EXPECT_THAT(names(), ElementsAre(web()));
}

TEST_F(Lifecycle, ReplacesAContainerWhoseFileChanged) {
    SKIP_WITHOUT_ENGINE();
    scene.files["a.conf"] = "one";
    scene.web(std::string{healthy} + "volumes: [\"./a.conf:/etc/a.conf:ro\"]");
    converge();
    scene.files["a.conf"] = "two";
    const Outcome end = converge();
    EXPECT_TRUE(in_sync(end)) << told(end);
    const auto tar = run(containers().get_archive(web(), "/etc/a.conf", 1 << 20));
    ASSERT_TRUE(tar);
    EXPECT_EQ(read_tar(*tar)->front().bytes, "two");
}

TEST_F(Lifecycle, AsksFewRequests) {
    SKIP_WITHOUT_ENGINE();
    constexpr std::size_t services = 5;
    scene.web("command: sleep 100\nscale: 5");
    reconcile_once();
    const std::size_t to_make = requests;
    EXPECT_LE(to_make, 2 * services + 12);
    requests = 0;
    const Outcome looked = reconcile_once();
    EXPECT_TRUE(in_sync(looked)) << told(looked);
    EXPECT_LE(requests, services + 3) << "a full look";
    requests = 0;
    reconcile_once();
    EXPECT_EQ(requests, 3u) << "nothing changed";
    ASSERT_TRUE(run(containers().remove(web(), true)));
    requests = 0;
    const ResourceKey key{"mini1", "docker.container", scene.project + ".web.1"};
    reconcile_once({.all = false, .keys = {key}, .fresh = false});
    EXPECT_LE(requests, 8u) << "one was removed by hand";
    EXPECT_TRUE(errors.empty()) << errors.front();
}

TEST_F(Lifecycle, TakesAnInterruptedReplacementToItsEnd) {
    SKIP_WITHOUT_ENGINE();
    scene.web(healthy);
    converge();
    const std::string old = inspect(web())["Id"];
    ASSERT_TRUE(run(containers().stop(old, std::chrono::seconds{0})));
    ASSERT_TRUE(run(containers().rename(old, name_to_keep(old, web()))));  // and then it crashed
    scene.web(std::string{healthy} + "environment: {V: \"2\"}");
    target = new_target();
    const Outcome end = converge();
    EXPECT_TRUE(in_sync(end)) << told(end);
    EXPECT_THAT(names(), ElementsAre(web()));
    EXPECT_NE(inspect(web())["Id"], old);
}

}  // namespace
}  // namespace driftless::docker
