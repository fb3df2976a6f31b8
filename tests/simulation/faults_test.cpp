// Bad input and faults, one by one: other targets go on, and nothing is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string web(const std::string& image, const std::string& more = "") {
    return "services:\n  web:\n    image: " + image + "\n    ports: [\"80:8080\"]\n" + more;
}
const std::string check = "    healthcheck: {test: [CMD, \"true\"], interval: 2s, retries: 3}\n";

std::string findings_of(const TargetStatus& status) {
    std::string text;
    for (const Finding& finding : status.findings) text += to_string(finding) + "\n";
    return text;
}

std::string told(const ResourceStatus& status) {
    std::string text{name(status.status)};
    text += ": " + status.why;
    for (const FieldChange& field : status.fields) {
        text += fmt::format("\n  {}: {} -> {}", field.path, field.have.dump(), field.want.dump());
    }
    return text;
}

/// Two targets with a web service each, converged; then one of them gets into trouble.
class BadCommit : public ::testing::Test {
protected:
    BadCommit() {
        stage.begin(joined(project("shop", web("app:1")), project("blog", web("app:1"), "mini2")));
    }
    /// mini1's project becomes `bad`, mini2's gets a new image.
    void push_with(const Commit& bad) {
        stage.push(joined(bad, project("blog", web("app:2"), "mini2")));
        stage.world.clear_logs();
        stage.world.run_for(settled_after);
    }
    /// What the bad commit may not change, and what it may not hold back.
    void expect_mini1_kept_and_mini2_gone_on() {
        EXPECT_THAT(stage.world.engine("mini1").writes(), ElementsAre());
        EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
        EXPECT_TRUE(stage.runs("shop-web-1"));
        EXPECT_EQ(stage.image_of("blog-web-1", "mini2"), "app:2");
        EXPECT_TRUE(stage.runs("blog-web-1", "mini2"));
        stage.expect_quiet();
    }
    /// And when it is mended, all is well.
    void expect_mended() {
        stage.push(joined(project("shop", web("app:2")), project("blog", web("app:2"), "mini2")));
        stage.world.run_for(settled_after);
        EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
        EXPECT_THAT(findings_of(stage.world.status("mini1")), "");
        stage.expect_quiet();
    }

    Stage stage{{"mini1", "mini2"}};
};

TEST_F(BadCommit, BrokenYamlKeepsTheTargetsItAddressed) {
    Commit bad = project("shop", web("app:2"));
    bad["shop.yaml"] = "apiVersion: driftless/v1\nkind: [ComposeProject\n";
    push_with(bad);
    EXPECT_THAT(findings_of(stage.world.status("mini1")), HasSubstr("shop.yaml:"));
    expect_mini1_kept_and_mini2_gone_on();
    expect_mended();
}

TEST_F(BadCommit, BrokenComposeYamlKeepsItsTarget) {
    push_with(project("shop", "services:\n  web: {image: app:2\n"));
    EXPECT_THAT(findings_of(stage.world.status("mini1")), HasSubstr("shop/compose.yaml:"));
    expect_mini1_kept_and_mini2_gone_on();
    expect_mended();
}

TEST_F(BadCommit, AnUnknownKeyIsNamedWithTheNearest) {
    push_with(project("shop", web("app:2", "    enviroment: {A: b}\n")));
    const std::string findings = findings_of(stage.world.status("mini1"));
    EXPECT_THAT(findings, HasSubstr("shop/compose.yaml:5:"));
    EXPECT_THAT(findings, HasSubstr("environment"));
    expect_mini1_kept_and_mini2_gone_on();
    expect_mended();
}

TEST_F(BadCommit, AnUndeclaredVolumeIsRefused) {
    push_with(project("shop", web("app:2", "    volumes: [\"data:/data\"]\n")));
    EXPECT_THAT(findings_of(stage.world.status("mini1")), HasSubstr("data"));
    expect_mini1_kept_and_mini2_gone_on();
    expect_mended();
}

TEST_F(BadCommit, AReferenceToNothingIsRefused) {
    Commit bad = project("shop", web("app:2"));
    bad["shop.yaml"] =
        "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: shop}\ntarget: mini1\n"
        "spec: {file: shop/compose.yaml, env: {TOKEN: {from: ComposeProject/none, field: "
        "token}}}\n";
    push_with(bad);
    EXPECT_THAT(findings_of(stage.world.status("mini1")), HasSubstr("ComposeProject/none"));
    expect_mini1_kept_and_mini2_gone_on();
    expect_mended();
}

TEST_F(BadCommit, AnEmptyRepositoryRemovesNothing) {
    stage.push({{"README.md", "nothing here"}});
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_THAT(stage.world.writes(), ElementsAre());
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_TRUE(stage.runs("blog-web-1", "mini2"));
}

TEST_F(BadCommit, AnImageThatIsNowhereStopsNothing) {
    push_with(project("shop", web("app:9")));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.image_of("blog-web-1", "mini2"), "app:2");
    EXPECT_THAT(stage.world.resource("mini1/docker.container/shop.web.1").why, HasSubstr("app:9"));
    for (const std::string& write : stage.world.engine().writes()) {
        EXPECT_THAT(write, HasSubstr("POST /images/create"));
    }
    stage.world.engine().world.registry["app:9"] = FakeImage{};
    stage.world.run_for(20min);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:9");
    EXPECT_TRUE(stage.runs("shop-web-1"));
}

/// It waits for its own time; all else of the commit goes on, and what is broken meanwhile comes
/// back as it was.
TEST_F(BadCommit, AnImageThatIsNowhereHoldsNoOtherServiceUp) {
    const std::string worker = "  worker:\n    image: ";
    stage.push(joined(project("shop", web("app:1") + worker + "app:1\n"),
                      project("blog", web("app:1"), "mini2")));
    stage.world.run_for(settled_after);
    push_with(project("shop", web("app:9") + worker + "app:2\n"));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_EQ(stage.image_of("shop-worker-1"), "app:2");
    const char* key = "mini1/docker.container/shop.web.1";
    EXPECT_THAT(stage.world.status("mini1").next_why, HasSubstr("back-off after"));
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-worker-1?force=1");
    stage.world.run_for(15s);
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    EXPECT_THAT(stage.world.resource(key).why, HasSubstr("; tried again at 2026-01-01T00:"));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1") << told(stage.world.resource(key));
    EXPECT_TRUE(stage.runs("shop-web-1"));
}

TEST_F(BadCommit, HealthThatNeverComesBringsTheOldOneBack) {
    push_with(project("shop", web("sick:1", check)));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.image_of("blog-web-1", "mini2"), "app:2");
    EXPECT_EQ(stage.ours(),
              (std::vector<std::string>{"mini1 shop-web-1 running", "mini2 blog-web-1 running"}));
    const ResourceStatus& status = stage.world.resource("mini1/docker.container/shop.web.1");
    EXPECT_EQ(status.status, Status::failed) << told(status);
    EXPECT_THAT(status.why, HasSubstr("cannot bind"));
    stage.expect_quiet();  // what failed is not tried again
    expect_mended();
}

TEST_F(BadCommit, AfterALostDatabaseTheMarkTellsWhatWorked) {
    stage.world.end();
    stage.world.lose_database();
    stage.push(
        joined(project("shop", web("sick:1", check)), project("blog", web("app:1"), "mini2")));
    stage.world.start();
    stage.world.run_for(1min);
    EXPECT_EQ(stage.world.confirm_all(), 1);
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    const char* key = "mini1/docker.container/shop.web.1";
    EXPECT_EQ(stage.world.resource(key).status, Status::failed) << told(stage.world.resource(key));
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1")) << told(stage.world.resource(key));
    stage.expect_quiet();
}

TEST_F(BadCommit, DriftIsRepairedTowardsWhatWorkedAfterAFailure) {
    push_with(project("shop", web("sick:1", check)));
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:1");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    stage.expect_quiet();
}

/// One target, nothing of ours on it yet.
class InTheWay : public ::testing::Test {
protected:
    void add_holder(const std::string& name, json body) {
        body["Image"] = "app:1";
        EngineWorld& engine = stage.world.engine().world;
        engine.ask(net::Method::post, "/containers/create?name=" + name, body);
        engine.ask(net::Method::post, "/containers/" + name + "/start");
        holder = engine.find_container(name)->id;
        before = shown();
    }
    json shown() {
        return stage.world.engine().world.inspect(
            *stage.world.engine().world.find_container(holder));
    }

    const Commit both = project("shop", web("app:1") + "  worker:\n    image: app:1\n");
    Stage stage;
    std::string holder;
    json before;
};

TEST_F(InTheWay, ANameThatAnotherHoldsIsAConflict) {
    add_holder("shop-web-1", json::object());
    stage.begin(both);
    EXPECT_EQ(shown(), before);
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    const ResourceStatus& status = stage.world.resource("mini1/docker.container/shop.web.1");
    EXPECT_EQ(status.status, Status::conflict) << told(status);
    EXPECT_THAT(status.why, HasSubstr("shop-web-1"));
    stage.expect_quiet();
    stage.world.engine().world.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
}

TEST_F(InTheWay, APortThatAnotherContainerHoldsIsAConflict) {
    add_holder("squatter",
               {{"ExposedPorts", {{"1/tcp", json::object()}}},
                {"HostConfig", {{"PortBindings", {{"1/tcp", {{{"HostPort", "80"}}}}}}}}});
    stage.begin(both);
    EXPECT_EQ(shown(), before);
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    EXPECT_FALSE(stage.runs("shop-web-1"));
    const ResourceStatus& status = stage.world.resource("mini1/docker.container/shop.web.1");
    EXPECT_EQ(status.status, Status::conflict) << told(status);
    EXPECT_THAT(status.why, HasSubstr("squatter"));
    stage.expect_quiet();
    stage.world.engine().world.ask(net::Method::del, "/containers/squatter?force=1");
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
}

TEST_F(InTheWay, APortThatTheHostHoldsMakesNoSecondContainer) {
    stage.world.engine().world.taken_ports["80/tcp"] = "nginx on the host";
    stage.begin(both);
    EXPECT_TRUE(stage.runs("shop-worker-1"));
    EXPECT_EQ(stage.ours(), (std::vector<std::string>{"mini1 shop-web-1 created",
                                                      "mini1 shop-worker-1 running"}));
    EXPECT_THAT(stage.world.resource("mini1/docker.container/shop.web.1").why, HasSubstr("port"));
    stage.world.engine().world.taken_ports.clear();
    stage.world.run_for(70min);
    EXPECT_TRUE(stage.runs("shop-web-1"));
}

TEST(Outage, OfOneEngineHoldsNothingElseUp) {
    Stage stage{{"mini1", "mini2"}};
    stage.begin(joined(project("shop", web("app:1")), project("blog", web("app:1"), "mini2")));
    stage.world.engine("mini1").stop();
    stage.push(joined(project("shop", web("app:2")), project("blog", web("app:2"), "mini2")));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("blog-web-1", "mini2"), "app:2");
    EXPECT_EQ(stage.world.status("mini1").word, TargetWord::unreachable);
    stage.world.engine("mini1").start();
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    EXPECT_EQ(stage.ours(),
              (std::vector<std::string>{"mini1 shop-web-1 running", "mini2 blog-web-1 running"}));
}

TEST(Drift, IsHealedWithinSecondsOfItsEvent) {
    Stage stage;
    stage.begin(project("shop", web("app:1")));
    EngineWorld& engine = stage.world.engine().world;
    engine.ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(10s);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    engine.end_container(*engine.find_container("shop-web-1"), 3);
    stage.world.run_for(10s);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    stage.expect_quiet();
}

/// The forms of API 1.44 and newer: all endpoints at create, other defaults in what inspect shows.
TEST(NewerEngine, ConvergesAndStaysQuiet) {
    for (const int minor : {44, 45, 51}) {
        SCOPED_TRACE(minor);
        const Scenario& five = *std::ranges::find(scenarios(), "five_replaced", &Scenario::name);
        Stage stage{{"mini1"}, minor};
        stage.begin(five.before);
        stage.expect_quiet();
        stage.push(five.after);
        stage.world.run_for(settled_after);
        EXPECT_EQ(stage.ours(), five.end);
        stage.expect_quiet();
    }
}

}  // namespace
}  // namespace driftless::test
