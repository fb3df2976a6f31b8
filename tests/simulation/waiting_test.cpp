// What only takes time: it is shown as under way, and costs neither calls nor lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* web_key = "mini1/docker.container/shop.web.1";
constexpr const char* extra_key = "mini1/docker.container/shop.extra.1";

std::string web(const std::string& image, const std::string& more = "") {
    return "services:\n  web:\n    image: " + image + "\n    ports: [\"80:8080\"]\n" + more;
}
const std::string extra = "  extra:\n    image: app:1\n";

/// Lines that the journal got, and runs that were recorded, since `fuse.set`.
long lines_about(Stage& stage, const std::string& what) {
    return std::ranges::count(stage.world.fuse.trail(), "before journal " + what);
}

TEST(Removal, InItsGraceIsUnderWayAndAllElseIsWell) {
    Stage stage;
    stage.world.settings().targets.at("mini1").policy.grace = 10min;
    stage.world.settings().targets.at("mini1").policy.interval = 1h;
    stage.begin(project("shop", web("app:1") + extra), 1min);
    stage.push(project("shop", web("app:1")));
    stage.world.run_for(2min);
    const ResourceStatus& status = stage.world.resource(extra_key);
    EXPECT_EQ(status.status, Status::progressing) << status.why;
    EXPECT_THAT(status.why, HasSubstr("removed, and kept until 2026-01-01T00:1"));
    EXPECT_THAT(status.why, HasSubstr("declared again, it comes back"));
    EXPECT_TRUE(stage.world.status().last->converged);
    stage.world.fuse.set(0);
    stage.world.run_for(7min);
    EXPECT_EQ(lines_about(stage, "record mini1"), 0);  // nothing woke the loop
    stage.world.run_for(2min);
    EXPECT_EQ(stage.ours(), std::vector<std::string>{"mini1 shop-web-1 running"});
}

TEST(Removal, ThatIsUnderWayIsWaitedForAndThenMended) {
    Stage stage;
    FakeImage slow;
    slow.remove_takes = 30s;
    stage.world.add_image("app:1", slow);
    const Commit shop = project("shop", "services:\n  web:\n    image: app:1\n");
    stage.begin(shop);
    stage.world.clear_logs();
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    Commit again = shop;
    again["README.md"] = "a commit meets it";
    stage.push(again);
    const char* const key = "mini1/docker.container/shop.web.1";
    for (int look = 0; look < 5; ++look) {
        ASSERT_TRUE(stage.world.daemon().reconcile({key}));
        stage.world.run_for(5s);
        EXPECT_EQ(stage.world.resource(key).status, Status::progressing)
            << stage.world.resource(key).why;
    }
    EXPECT_EQ(stage.world.writes(), std::vector<std::string>{});
    stage.world.run_for(15s);
    EXPECT_EQ(stage.ours(), std::vector<std::string>{"mini1 shop-web-1 running"});
    EXPECT_EQ(stage.world.resource(key).status, Status::in_sync);
    stage.expect_quiet();
}

TEST(Removal, OfWhatAnotherTargetNeededComesAfterThatIsGoneForGood) {
    const Scenario& both = *std::ranges::find(scenarios(), "two_targets_removed", &Scenario::name);
    Stage stage{{"mini1", "mini2"}};
    stage.begin(both.before, 2min);
    stage.world.end();
    stage.push(both.after);
    stage.world.engine("mini2").stop();  // what needs it can't even be read after the start
    stage.world.start();
    stage.world.run_for(5min);
    EXPECT_TRUE(stage.runs("data-db-1"));
    const ResourceStatus& db = stage.world.resource("mini1/docker.container/data.db.1");
    EXPECT_EQ(db.status, Status::blocked);
    EXPECT_THAT(db.why, HasSubstr("mini2/docker.container/shop."));
    stage.world.engine("mini2").start();
    stage.world.run_for(50s);
    EXPECT_FALSE(stage.runs("shop-web-1", "mini2"));
    EXPECT_TRUE(stage.runs("data-db-1"));  // what needed it is still kept
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.ours(), both.end);
    stage.world.clear_logs();
    stage.world.run_for(quiet_for);
    EXPECT_THAT(stage.world.writes(), ElementsAre());
}

TEST(Removal, DeclaredAgainInItsGraceComesBack) {
    Stage stage;
    const Commit both = project("shop", web("app:1") + extra);
    stage.begin(both, 1min);
    const std::string id = stage.world.engine().world.find_container("shop-extra-1")->id;
    stage.push(project("shop", web("app:1")));
    stage.world.run_for(40s);
    EXPECT_FALSE(stage.runs("shop-extra-1"));
    stage.push(both);
    stage.world.run_for(settled_after);
    ASSERT_TRUE(stage.runs("shop-extra-1"));
    EXPECT_EQ(stage.world.engine().world.find_container("shop-extra-1")->id, id);
    stage.expect_quiet();
}

TEST(Replacement, ThatOnlyHasToProveItselfWritesNothing) {
    const std::string slow = "    healthcheck: {test: [CMD, \"true\"], interval: 1m, retries: 3}\n";
    FakeImage image;
    image.config = {{"Cmd", {"serve"}}};
    image.healthy_after = 100s;
    // Rows: the new content, and how long it is under way.
    const std::vector<std::pair<std::string, std::chrono::seconds>> rows{
        {web("slow:1", slow), 100s}, {web("app:2"), 10s}};
    for (const auto& [compose, time] : rows) {
        Stage stage;
        stage.world.add_image("slow:1", image);
        stage.begin(project("shop", web("app:1")), 1min);
        stage.push(project("shop", compose));
        stage.world.fuse.set(0);
        stage.world.run_for(32s + time / 2);
        const ResourceStatus& status = stage.world.resource(web_key);
        EXPECT_EQ(status.status, Status::progressing);
        EXPECT_THAT(status.why, HasSubstr("replacing: waits until it is proven: "));
        EXPECT_FALSE(stage.world.status().last->converged);
        stage.world.run_for(3min);
        EXPECT_EQ(lines_about(stage, std::string{"intend "} + web_key), 2);  // replace, finish
        EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync);
        stage.expect_quiet();
    }
}

}  // namespace
}  // namespace driftless::test
