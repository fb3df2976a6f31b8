// What befalls engines and the machine: full disks, registries that refuse, an engine of another
// time, events that are lost, clocks that jump. Nothing stops that need not, and all recovers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string web_key = "mini1/docker.container/shop.web.1";

std::string service(const std::string& name, const std::string& image) {
    return "  " + name + ":\n    image: " + image + "\n";
}
Commit shop(const std::string& web, const std::string& worker = "app:1") {
    return project("shop", "services:\n" + service("web", web) + service("worker", worker));
}

std::string told(const ResourceStatus& status) {
    return fmt::format("{}: {}", name(status.status), status.why);
}

/// So many of the engine's requests begin with this.
std::ptrdiff_t asked(Stage& stage, const std::string& beginning) {
    return std::ranges::count_if(stage.world.engine().log(), [&](const LoggedRequest& entry) {
        return entry.request.text().starts_with(beginning);
    });
}

const std::string no_room = "write /var/lib/docker/tmp/GetImageBlob42: no space left on device";

TEST(FullEngineDisk, OnAPullStopsNothingAndSaysWhatToDo) {
    Stage stage;
    stage.begin(shop("app:1"));
    EngineWorld& engine = stage.world.engine().world;
    engine.registry["app:9"] = FakeImage{};
    engine.pull_fails["app:9"] = {
        200,
        json{{"errorDetail", {{"message", no_room}}}, {"error", no_room}}.dump() + "\r\n",
        {},
        {}};
    stage.push(shop("app:9"));
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    const ResourceStatus& status = stage.world.resource(web_key);
    EXPECT_EQ(status.status, Status::failed);
    EXPECT_THAT(status.why, HasSubstr("no space left on device"));
    EXPECT_THAT(status.why, HasSubstr("docker system df"));
    EXPECT_THAT(stage.world.engine().writes(), ::testing::Each(HasSubstr("POST /images/create")));
    engine.pull_fails.clear();
    stage.world.run_for(15min);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:9") << "it recovers by itself";
}

TEST(FullEngineDisk, OnACreationBringsTheOldContainerBack) {
    Stage stage;
    stage.begin(shop("app:1"));
    stage.world.engine().world.disk_full_for = {"shop-web-1"};
    stage.push(shop("app:2", "app:2"));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.image_of("shop-worker-1"), "app:2");
    const ResourceStatus& status = stage.world.resource(web_key);
    EXPECT_EQ(status.status, Status::failed);
    EXPECT_THAT(status.why, HasSubstr("docker system df"));
    stage.expect_quiet();  // and the service is not stopped again for another try
    stage.world.engine().world.disk_full_for.clear();
    EXPECT_TRUE(stage.world.daemon().reconcile({web_key}));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2") << told(stage.world.resource(web_key));
    stage.expect_quiet();
}

/// Docker Hub lets nobody pull for an hour; another registry, and all that only has to be mended,
/// know nothing of it.
/// The moment right before the first start of a container.
std::size_t moment_of_the_start(const Stage& stage) {
    const auto& trail = stage.world.fuse.trail();
    const auto start = std::ranges::find_if(trail, [](const std::string& moment) {
        return moment.starts_with("before ") && moment.ends_with("/start");
    });
    return static_cast<std::size_t>(start - trail.begin()) + 1;
}

TEST(Killed, InTheMiddleOfAStartIsNotTheContentsFault) {
    for (const char* before : {"", "app:1"}) {
        SCOPED_TRACE(*before == 0 ? "a creation" : "a replacement");
        const auto begin = [before](Stage& stage, std::size_t moment) {
            if (*before != 0) stage.begin(shop(before));
            stage.world.end();
            stage.push(shop("app:2"));
            stage.world.fuse.set(moment);
            stage.world.start();
            stage.world.run_for(settled_after);
            stage.world.end();
        };
        Stage good;
        begin(good, 0);
        Stage stage;
        begin(stage, moment_of_the_start(good));
        ASSERT_TRUE(stage.world.fuse.blown());
        // An engine of 25 and later drops a start whose client went away, and keeps that as its
        // end.
        std::size_t dropped = 0;
        for (const char* name : {"shop-web-1", "shop-worker-1"}) {
            FakeContainer* found = stage.world.engine().world.find_container(name);
            if (found == nullptr || found->state != FakeContainer::State::created) continue;
            found->error = "context canceled";
            ++dropped;
        }
        EXPECT_GT(dropped, 0u);
        stage.world.fuse.set(0);
        stage.world.start();
        stage.world.run_for(settled_after);
        EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
        EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync)
            << stage.world.resource(web_key).why;
        EXPECT_TRUE(stage.runs("shop-worker-1"));
        stage.expect_quiet();
    }
}

TEST(RegistryThatRefuses, HoldsNeitherAnotherRegistryNorARepairUp) {
    Stage stage;
    stage.begin(shop("app:1"));
    EngineWorld& engine = stage.world.engine().world;
    const std::string limit = "toomanyrequests: You have reached your pull rate limit";
    engine.pull_fails["app:9"] = {
        429, json{{"message", limit}}.dump(), {{"Retry-After", "3600"}}, {}};
    engine.registry["ghcr.io/bnx/app:3"] = FakeImage{};
    stage.push(shop("app:9", "ghcr.io/bnx/app:3"));
    stage.world.clear_logs();
    stage.world.run_for(1min);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr("pull rate limit"));
    EXPECT_EQ(stage.image_of("shop-worker-1"), "ghcr.io/bnx/app:3");
    engine.ask(net::Method::del, "/containers/shop-worker-1?force=1");
    stage.world.run_for(10s);
    EXPECT_TRUE(stage.runs("shop-worker-1")) << "drift is healed as ever";
    engine.registry["ghcr.io/bnx/app:4"] = FakeImage{};
    stage.push(shop("app:9", "ghcr.io/bnx/app:4"));
    stage.world.run_for(1min);
    EXPECT_EQ(stage.image_of("shop-worker-1"), "ghcr.io/bnx/app:4") << "a new commit too";
    stage.world.run_for(30min);
    EXPECT_EQ(asked(stage, "POST /images/create?fromImage=app&tag=9"), 1) << "told to wait an hour";
    engine.pull_fails.clear();
    engine.registry["app:9"] = FakeImage{};
    stage.world.run_for(45min);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:9") << told(stage.world.resource(web_key));
}

TEST(ImageForAnotherMachine, StopsNothing) {
    Stage stage;
    stage.begin(shop("app:1"));
    const std::string none = "no matching manifest for linux/arm64/v8 in the manifest list entries";
    stage.world.engine().world.pull_fails["app:9"] = {404, json{{"message", none}}.dump(), {}, {}};
    stage.push(shop("app:9", "app:2"));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.image_of("shop-worker-1"), "app:2");
    EXPECT_EQ(stage.world.resource(web_key).status, Status::failed);
    EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr("linux/arm64"));
}

TEST(EngineOfAnotherTime, IsToldWithBothRangesAndAskedSeldom) {
    Stage stage{{"mini1", "mini2"}};
    stage.begin(
        joined(shop("app:1"), project("blog", "services:\n" + service("web", "app:1"), "mini2")));
    FakeEngine& engine = stage.world.engine();
    engine.stop();
    engine.world.api_minor = 24;  // somebody put an old one in its place
    engine.start();
    stage.push(
        joined(shop("app:2"), project("blog", "services:\n" + service("web", "app:2"), "mini2")));
    stage.world.clear_logs();
    stage.world.run_for(1h);
    const TargetStatus& status = stage.world.status();
    EXPECT_EQ(status.word, TargetWord::unreachable);
    EXPECT_THAT(status.detail, HasSubstr("1.24"));
    EXPECT_THAT(status.detail, HasSubstr("update"));
    EXPECT_THAT(engine.writes(), IsEmpty());
    EXPECT_LT(engine.log().size(), 200U) << "no loop";
    EXPECT_EQ(stage.image_of("blog-web-1", "mini2"), "app:2");
    engine.stop();
    engine.world.api_minor = 51;
    engine.start();
    stage.world.run_for(settled_after + 10min);
    EXPECT_EQ(stage.world.status().word, TargetWord::ok) << stage.world.status().detail;
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    stage.world.clear_logs();
    stage.world.run_for(quiet_for);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
}

/// What happened while nobody listened is found by the list that follows.
TEST(LostEvents, AreMadeGoodByAFreshLook) {
    Stage stage;
    stage.begin(shop("app:1"));
    FakeEngine& engine = stage.world.engine();
    engine.cut_events();
    engine.world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(10s);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    stage.expect_quiet();
}

/// A remote that is away is never taken for an empty one: what it said last is kept up.
TEST(SourceAway, IsStaleAndItsLastCommitStaysInForce) {
    Stage stage;
    stage.begin(shop("app:1"));
    stage.world.repository.unreachable = true;
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(20min);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    const SourceStatus source = stage.world.daemon().overview().sources.at("infra");
    EXPECT_EQ(source.word, SourceWord::stale);
    EXPECT_THAT(source.detail, HasSubstr("the remote does not answer"));
    ASSERT_TRUE(source.checked);
    EXPECT_LT(*source.checked, stage.world.wall() - 19min) << "since when, is shown";
    stage.expect_quiet();
    stage.push(shop("app:2"));
    stage.world.repository.unreachable = false;
    stage.world.run_for(settled_after + 10min);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    EXPECT_EQ(stage.world.daemon().overview().sources.at("infra").word, SourceWord::ok);
}

/// Somebody stops it again each minute: that is a fight, and driftless is the one who ends it.
TEST(Fight, IsShownAndLeftAloneUntilAPersonSaysOtherwise) {
    Stage stage;
    stage.begin(shop("app:1"));
    FakeEngine& engine = stage.world.engine();
    for (int i = 0; i < 3; ++i) {
        engine.world.end_container(*engine.world.find_container("shop-web-1"), 1);
        stage.world.run_for(1min);
        EXPECT_TRUE(stage.runs("shop-web-1")) << i;
    }
    engine.world.end_container(*engine.world.find_container("shop-web-1"), 1);
    stage.world.clear_logs();
    stage.world.run_for(9min);
    EXPECT_FALSE(stage.runs("shop-web-1"));
    EXPECT_THAT(engine.writes(), IsEmpty());
    EXPECT_EQ(stage.world.resource(web_key).status, Status::contended);
    EXPECT_TRUE(stage.world.daemon().reconcile({web_key}));
    stage.world.run_for(1min);
    EXPECT_TRUE(stage.runs("shop-web-1")) << told(stage.world.resource(web_key));
}

/// The daemon's own disk is full: it changes nothing that it could not write down before, tells so
/// from memory, and goes on as soon as there is room again.
TEST(FullOwnDisk, StopsEveryChangeAndIsShownUntilItIsOver) {
    Stage stage{{"mini1", "mini2"}};
    stage.begin(
        joined(shop("app:1"), project("blog", "services:\n" + service("web", "app:1"), "mini2")));
    stage.world.fuse.disk =
        Error{Errc::unavailable, "database: database or disk is full (SQLite 13)"};
    stage.push(
        joined(shop("app:2"), project("blog", "services:\n" + service("web", "app:2"), "mini2")));
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-worker-1?force=1");
    stage.world.clear_logs();
    stage.world.run_for(20min);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    const Overview overview = stage.world.daemon().overview();
    EXPECT_FALSE(overview.store_works);
    EXPECT_TRUE(stage.world.daemon().ready().failed());
    const TargetStatus& status = overview.targets.at("mini1");
    EXPECT_THAT(status.detail, HasSubstr("disk is full"));
    EXPECT_EQ(status.word, TargetWord::ok) << "the engine answers";
    EXPECT_EQ(status.resources.size(), 3U) << "what was seen last is shown";
    stage.world.fuse.disk.reset();
    stage.world.run_for(15min);
    EXPECT_TRUE(stage.world.daemon().overview().store_works);
    EXPECT_EQ(stage.world.status().detail, "");
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    EXPECT_EQ(stage.image_of("blog-web-1", "mini2"), "app:2");
    stage.expect_quiet();
}

TEST(Clock, SetBackByAnHourStopsNothing) {
    Stage stage;
    stage.begin(shop("app:1"));
    stage.world.set_wall(-1h);
    EngineWorld& engine = stage.world.engine().world;
    engine.ask(net::Method::del, "/containers/shop-worker-1?force=1");
    stage.world.run_for(10s);
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    stage.push(shop("app:2"));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.ours(), (std::vector<std::string>{"mini1 shop-web-1 running",
                                                      "mini1 shop-worker-1 running"}));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    stage.expect_quiet();
}

TEST(Clock, SetBackInTheMiddleOfAReplacementOnlyMakesItLast) {
    Stage stage;
    stage.begin(shop("app:1"));
    stage.push(shop("app:2"));
    stage.world.run_for(35s);  // polled every 30 s; the new one has to run for 10 s
    stage.world.set_wall(-1h);
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.ours(),
              (std::vector<std::string>{"mini1 shop-web-1 running", "mini1 shop-worker-1 running"}))
        << told(stage.world.resource(web_key));
    stage.expect_quiet();
}

/// A Mac that slept for eight hours: the engine in its VM slept too, so nothing was late.
TEST(Sleep, InTheMiddleOfAReplacementIsNotTheImagesFault) {
    Stage stage;
    const std::string check =
        "    healthcheck: {test: [CMD, \"true\"], interval: 20s, timeout: 5s, retries: 3}\n";
    stage.begin(project("shop", "services:\n" + service("web", "app:1") + check));
    stage.push(project("shop", "services:\n" + service("web", "app:2") + check));
    stage.world.run_for(40s);
    EXPECT_EQ(stage.world.resource(web_key).status, Status::progressing)
        << told(stage.world.resource(web_key));
    stage.world.set_wall(8h);
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2") << told(stage.world.resource(web_key));
    EXPECT_EQ(stage.ours(), (std::vector<std::string>{"mini1 shop-web-1 running"}));
    stage.expect_quiet();
}

TEST(Sleep, IsFollowedByALookAtEverything) {
    Stage stage;
    stage.begin(shop("app:1"));
    stage.world.clear_logs();
    stage.world.set_wall(8h);
    stage.world.run_for(settled_after);
    EXPECT_GT(asked(stage, "GET /containers/" +
                               stage.world.engine().world.find_container("shop-web-1")->id),
              0)
        << "nothing that was remembered counts";
    stage.expect_quiet();
}

}  // namespace
}  // namespace driftless::test
