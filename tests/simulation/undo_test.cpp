// What a person takes back, on an engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/simulation/stage.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string shop =
    "services:\n"
    "  web:\n"
    "    image: app:1\n"
    "    environment: {COLOUR: blue}\n"
    "    volumes: [\"data:/data\"]\n"
    "    configs: [{source: app, target: /etc/app.conf}]\n"
    "    networks: [inner]\n"
    "volumes: {data: {}}\n"
    "networks: {inner: {}}\n"
    "configs: {app: {content: \"a=1\"}}\n";
const std::string blog = "services:\n  web: {image: \"app:1\"}\n";
const ResourceKey web{"mini1", "docker.container", "shop.web.1"};

/// Two projects, converged; then git drops one of them.
class Dropped : public ::testing::Test {
protected:
    Dropped() {
        stage.begin(joined(project("shop", shop), project("blog", blog)));
        before = id_of("shop-web-1");
        stage.push(project("blog", blog));
    }
    std::string id_of(const std::string& name) {
        const auto* found = stage.world.engine().world.find_container(name);
        return found == nullptr ? "" : found->id;
    }
    std::optional<Restorable> removed() {
        const auto all = stage.world.wait_for(stage.world.daemon().removed("mini1"));
        EXPECT_TRUE(all);
        for (const Restorable& one : *all) {
            if (one.entry.key == web) return one;
        }
        return std::nullopt;
    }
    void restore() {
        const auto asked = stage.world.wait_for(stage.world.daemon().restore(web));
        ASSERT_TRUE(asked) << asked.error().message;
    }

    Stage stage;
    std::string before;
};

TEST_F(Dropped, WithinItsGraceAContainerIsOnlyStartedAgain) {
    stage.world.run_for(50s);
    ASSERT_FALSE(stage.runs("shop-web-1"));
    ASSERT_TRUE(removed());
    EXPECT_TRUE(removed()->kept_until);
    restore();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(id_of("shop-web-1"), before);
    EXPECT_EQ(stage.world.resource(to_string(web)).status, Status::suspended);
    EXPECT_FALSE(removed());
    stage.expect_quiet();
}

TEST_F(Dropped, AfterItsGraceAContainerIsMadeAnewWithWhatItNeeds) {
    stage.world.run_for(settled_after);
    ASSERT_EQ(id_of("shop-web-1"), "");
    ASSERT_EQ(stage.world.engine().world.find_network("shop_inner"), nullptr);
    ASSERT_TRUE(removed());
    EXPECT_FALSE(removed()->kept_until);
    EXPECT_EQ(removed()->entry.place.file, "shop/compose.yaml");
    restore();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_NE(id_of("shop-web-1"), before);
    EXPECT_EQ(stage.world.resource(to_string(web)).status, Status::suspended);
    EXPECT_THAT(stage.world.resource(to_string(web)).why, HasSubstr("restored by a person"));
    const ResourceKey network{"mini1", "docker.network", "shop.inner"};
    EXPECT_EQ(stage.world.resource(to_string(network)).status, Status::suspended);
    stage.expect_quiet();
    stage.world.end();
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    stage.expect_quiet();
}

TEST_F(Dropped, WhatIsRestoredIsGitsAgainOnceItIsDeclared) {
    stage.world.run_for(settled_after);
    restore();
    stage.world.run_for(settled_after);
    const std::string restored = id_of("shop-web-1");
    stage.push(joined(project("shop", shop), project("blog", blog)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(id_of("shop-web-1"), restored);  // it is as declared: nothing is restarted
    EXPECT_EQ(stage.world.resource(to_string(web)).status, Status::in_sync);
    stage.push(project("blog", blog));
    stage.world.run_for(settled_after);
    EXPECT_EQ(id_of("shop-web-1"), "");
}

TEST_F(Dropped, ARestoreIsFinishedAfterACrash) {
    stage.world.run_for(settled_after);
    restore();
    stage.world.end();
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.world.resource(to_string(web)).status, Status::suspended);
}

TEST(Restored, ASecretIsReadAnewByItsName) {
    const testing::TempFolder folder;
    const std::string file = folder.at("password");
    const auto write = [&file](const std::string& text) {
        testing::write_file(file, text);
        std::filesystem::permissions(
            file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    };
    write("the first password");
    Stage stage;
    stage.world.settings().secrets.named["db"].file = file;
    const Commit shop_with_secret{
        {"shop.yaml",
         "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: shop}\n"
         "target: mini1\nspec: {file: shop/compose.yaml, env: {PW: {secret: db}}}\n"},
        {"shop/compose.yaml",
         "services:\n  web: {image: \"app:1\", environment: {PW: \"${PW}\"}}\n"}};
    const auto env = [&stage] {
        const auto* found = stage.world.engine().world.find_container("shop-web-1");
        return found == nullptr ? std::string{} : found->config["Env"].dump();
    };
    stage.begin(joined(shop_with_secret, project("blog", blog)));
    ASSERT_THAT(env(), HasSubstr("PW=the first password"));
    stage.push(project("blog", blog));
    stage.world.run_for(settled_after);
    ASSERT_EQ(env(), "");
    write("the second password");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().restore(web)));
    stage.world.run_for(settled_after);
    EXPECT_THAT(env(), HasSubstr("PW=the second password"));
}

TEST(Suspended, AReplacementThatIsUnderWayIsLeftAsItIsAndFinishedLater) {
    Stage stage;
    const std::string slow =
        "services:\n  web:\n    image: IMAGE\n"
        "    healthcheck: {test: [CMD, \"true\"], interval: 1s, retries: 2}\n";
    const auto with = [&slow](const std::string& image) {
        std::string text = slow;
        return project("shop", text.replace(text.find("IMAGE"), 5, image));
    };
    stage.begin(with("app:1"));
    stage.push(with("app:2"));
    stage.world.run_for(31s);  // the next look at the source, and a little more
    Suspension suspension;
    suspension.what = {"mini1", "", ""};
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().suspend(std::move(suspension))));
    stage.world.run_for(3s);  // what a step had begun is over
    stage.world.clear_logs();
    stage.world.run_for(1h);
    EXPECT_TRUE(stage.world.writes().empty());
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().resume({"mini1", "", ""})));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    EXPECT_TRUE(stage.runs("shop-web-1"));
    stage.expect_quiet();
}

}  // namespace
}  // namespace driftless::test
