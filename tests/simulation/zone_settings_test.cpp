// Settings of a zone, by the whole daemon on the simulated Cloudflare.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Commit settings(const std::string& lines) {
    return {{"settings.yaml",
             "apiVersion: driftless/v1\n"
             "kind: ZoneSettings\n"
             "metadata: {name: bnx.dev}\n"
             "target: edge\n"
             "spec:\n"
             "  settings:\n" +
                 lines}};
}

class ZoneSettingsOf : public ::testing::Test {
protected:
    json value(const std::string& setting) {
        return account.ask(net::Method::get, path(setting)).at("result").at("value");
    }
    void set(const std::string& setting, const json& value) {
        account.ask(net::Method::patch, path(setting), {{"value", value}});
    }
    std::string path(const std::string& setting) {
        const json zones = account.ask(net::Method::get, "/zones").at("result");
        return "/zones/" + zones.at(0).at("id").get<std::string>() + "/settings/" + setting;
    }
    ResourceStatus status(const std::string& setting) {
        return stage.world.resource("edge/cloudflare.zone_setting/bnx.dev/" + setting);
    }
    void confirm() {
        ASSERT_GT(stage.world.confirm_all(), 0);
        stage.world.run_for(settled_after);
    }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
};

TEST_F(ZoneSettingsOf, AZoneWaitForAPersonTheFirstTimeAndAreKeptThen) {
    set("min_tls_version", "1.0");
    set("ssl", "full");
    stage.begin(settings("    min_tls_version: 1.2\n    ssl: full\n"));
    EXPECT_EQ(status("ssl").status, Status::in_sync) << status("ssl").why;
    EXPECT_EQ(status("min_tls_version").status, Status::held) << status("min_tls_version").why;
    EXPECT_EQ(value("min_tls_version"), "1.0");
    confirm();
    EXPECT_EQ(value("min_tls_version"), "1.2");
    EXPECT_EQ(status("min_tls_version").status, Status::in_sync);
    set("min_tls_version", "1.1");  // somebody at the dashboard
    stage.world.run_for(settled_after);
    EXPECT_EQ(value("min_tls_version"), "1.2");
    stage.expect_quiet();
}

TEST_F(ZoneSettingsOf, ThatGitNoLongerNamesStayAsTheyAre) {
    stage.begin(settings("    min_tls_version: 1.2\n    ssl: strict\n"));
    confirm();
    stage.push(settings("    ssl: strict\n"));
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_EQ(value("min_tls_version"), "1.2");
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    EXPECT_EQ(status("min_tls_version").status, ResourceStatus{}.status);
}

TEST_F(ZoneSettingsOf, AManifestThatGitDroppedIsLetGoAndItsSettingsStay) {
    const Commit rest = zone("  - {name: stays, type: A, value: 203.0.113.1}\n");
    stage.begin(joined(rest, settings("    min_tls_version: 1.2\n")));
    confirm();
    stage.push(rest);
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_EQ(value("min_tls_version"), "1.2");
    EXPECT_EQ(status("min_tls_version").status, ResourceStatus{}.status);
    EXPECT_EQ(status("min_tls_version").why, "");
    stage.expect_quiet();
}

TEST_F(ZoneSettingsOf, WhatThePlanDoesNotHaveIsToldAndNotTried) {
    stage.begin(settings("    polish: lossless\n    ssl: strict\n"));
    confirm();
    EXPECT_EQ(status("polish").status, Status::failed);
    EXPECT_THAT(status("polish").why, HasSubstr("not within the zone's plan"));
    EXPECT_EQ(value("ssl"), "strict");
    EXPECT_THAT(account.writes(), ElementsAre(HasSubstr("/settings/ssl")));
}

TEST_F(ZoneSettingsOf, AnUnknownOneNamesTheNearest) {
    stage.begin(settings("    min_tls_versoin: 1.2\n"));
    EXPECT_EQ(status("min_tls_versoin").status, Status::failed);
    EXPECT_THAT(status("min_tls_versoin").why, HasSubstr("did you mean \"min_tls_version\""));
}

TEST_F(ZoneSettingsOf, Tls13WithEarlyDataIsNoDrift) {
    set("0rtt", "on");
    stage.begin(settings("    tls_1_3: on\n"));
    stage.world.confirm_all();
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("tls_1_3").status, Status::in_sync) << status("tls_1_3").why;
    stage.expect_quiet();
}

TEST_F(ZoneSettingsOf, WithoutThePermissionItIsNamed) {
    account.deny("zone_settings");
    stage.begin(settings("    ssl: strict\n"));
    EXPECT_EQ(status("ssl").status, Status::unknown);
    EXPECT_THAT(status("ssl").why, HasSubstr("Zone Settings Read"));
}

}  // namespace
}  // namespace driftless::test
