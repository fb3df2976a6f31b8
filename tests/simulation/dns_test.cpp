// Records of a zone, by the whole daemon on the simulated Cloudflare.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const std::string web = "  - {name: www, type: A, value: 203.0.113.1, ttl: 300}\n";
const std::string anchor = "  - {name: anchor, type: TXT, value: stays}\n";

class Dns : public ::testing::Test {
protected:
    /// "www.bnx.dev A 203.0.113.1" of all with our mark.
    std::vector<std::string> ours() { return shown(true); }
    std::vector<std::string> others() { return shown(false); }
    std::vector<std::string> shown(bool marked) {
        std::vector<std::string> list;
        for (const json& record : account.records(zone_id())) {
            const json& comment = record.at("comment");
            const bool is_marked =
                comment.is_string() && comment.get<std::string>().starts_with("driftless:sim");
            if (is_marked != marked) continue;
            const std::string content = record.at("content");
            list.push_back(record.at("name").get<std::string>() + " " +
                           record.at("type").get<std::string>() + " " + content);
        }
        return list;
    }
    json record(const std::string& name, const std::string& type) {
        for (const json& each : account.records(zone_id())) {
            if (each.at("name") == name && each.at("type") == type) return each;
        }
        return nullptr;
    }
    std::string zone_id() {
        return account.ask(net::Method::get, "/zones").at("result").at(0).at("id");
    }
    std::string path(const std::string& more = "") {
        return "/zones/" + zone_id() + "/dns_records" + more;
    }
    ResourceStatus status(const std::string& name) {
        return stage.world.resource("edge/cloudflare.dns_record/" + name);
    }
    void converge(const Commit& commit) {
        stage.world.clear_logs();
        stage.push(commit);
        stage.world.run_for(settled_after);
    }
    std::size_t usages() { return account.calls()["GET /zones/{}/dns_records/usage"]; }
    std::size_t batches() { return account.calls()["POST /zones/{}/dns_records/batch"]; }

    Stage stage{{edge}};
    FakeCloudflare& account = *stage.world.cloudflare();
};

TEST_F(Dns, ACommitMakesItsRecordsInOneCallAndIsThenQuiet) {
    stage.begin(zone(web + "  - {name: '@', type: MX, value: 10 mail.bnx.dev}\n" +
                     "  - {name: _sip._tcp, type: SRV, value: 10 5 5060 Sip.BNX.dev.}\n" +
                     "  - {name: '@', type: CAA, value: '0 issue \"letsencrypt.org\"'}\n"));
    EXPECT_THAT(ours(),
                UnorderedElementsAre("www.bnx.dev A 203.0.113.1", HasSubstr("mail.bnx.dev"),
                                     HasSubstr("_sip._tcp.bnx.dev SRV"), HasSubstr("bnx.dev CAA")));
    EXPECT_EQ(batches(), 1u);
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::in_sync) << status("www.bnx.dev/A").why;
    stage.expect_quiet();
}

TEST_F(Dns, AChangedValueIsPatchedInPlace) {
    stage.begin(zone(web));
    const json before = record("www.bnx.dev", "A");
    converge(zone("  - {name: www, type: A, value: 203.0.113.2, ttl: 600, proxied: true}\n"));
    const json after = record("www.bnx.dev", "A");
    EXPECT_EQ(after["id"], before["id"]);
    EXPECT_EQ(after["content"], "203.0.113.2");
    EXPECT_EQ(after["proxied"], true);
    EXPECT_EQ(batches(), 1u);
    stage.expect_quiet();
}

/// "driftless:sim; " takes 15 of a hundred letters; bytes are no letters.
TEST_F(Dns, ACommentTooLongForAFreePlanIsToldWithItsPlaceBeforeAnythingIsSent) {
    const auto with_comment = [](std::size_t letters) {
        std::string comment;
        while (letters-- > 0) comment += "\xC3\xBC";
        return zone(anchor + "  - {name: www, type: A, value: 203.0.113.1, comment: " + comment +
                    "}\n");
    };
    stage.begin(with_comment(86));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::failed);
    EXPECT_THAT(status("www.bnx.dev/A").why,
                HasSubstr("zone.yaml:8:5: comment: is too long: with our mark it has 101 letters"));
    EXPECT_THAT(ours(), ElementsAre(HasSubstr("anchor.bnx.dev TXT")));
    EXPECT_EQ(batches(), 1u);
    stage.expect_quiet();
    converge(with_comment(85));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::in_sync) << status("www.bnx.dev/A").why;
    stage.expect_quiet();
}

TEST_F(Dns, OnAPaidPlanACommentMayBeLonger) {
    account.world().state.zones.begin()->second.plan = "pro";
    stage.begin(zone(
        "  - {name: www, type: A, value: 203.0.113.1, comment: " + std::string(400, 'x') + "}\n"));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::in_sync) << status("www.bnx.dev/A").why;
}

TEST_F(Dns, SeveralValuesOfANameComeAndGoAloneInOneCall) {
    stage.begin(zone("  - {name: www, type: A, values: [203.0.113.1, 203.0.113.2]}\n"));
    const json first = record("www.bnx.dev", "A");
    converge(zone("  - {name: www, type: A, values: [203.0.113.3, 203.0.113.2, 203.0.113.4]}\n"));
    EXPECT_THAT(ours(),
                UnorderedElementsAre("www.bnx.dev A 203.0.113.2", "www.bnx.dev A 203.0.113.3",
                                     "www.bnx.dev A 203.0.113.4"));
    converge(zone("  - {name: www, type: A, value: 203.0.113.4}\n"));
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A 203.0.113.4"));
    EXPECT_EQ(batches(), 1u);
    stage.expect_quiet();
}

TEST_F(Dns, MoreValuesThanMayGoAtOnceWaitForAPersonAndComeWithTheOthersThen) {
    stage.begin(
        zone("  - {name: www, type: A, values: [203.0.113.1, 203.0.113.2, 203.0.113.3, "
             "203.0.113.4, 203.0.113.5]}\n" +
             anchor));
    const std::string one = "  - {name: www, type: A, value: 203.0.113.1}\n";
    converge(zone(one + "  - {name: new, type: A, value: 203.0.113.9}\n" + anchor));
    EXPECT_THAT(ours(), SizeIs(7));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::held);
    EXPECT_THAT(status("www.bnx.dev/A").why, HasSubstr("4 removals in one run"));
    EXPECT_EQ(status("new.bnx.dev/A").status, Status::in_sync);
    ASSERT_GT(stage.world.confirm_all(), 0);
    stage.world.run_for(settled_after);
    EXPECT_THAT(ours(), SizeIs(3));
    stage.expect_quiet();
}

TEST_F(Dns, AnotherTypeComesInTheCallThatTakesTheOldOneAway) {
    stage.begin(zone(web + anchor));
    converge(zone("  - {name: www, type: CNAME, value: home.example.}\n" + anchor));
    EXPECT_THAT(ours(), UnorderedElementsAre("www.bnx.dev CNAME home.example", HasSubstr("TXT")));
    EXPECT_EQ(batches(), 1u);
    EXPECT_EQ(status("www.bnx.dev/CNAME").status, Status::in_sync);
    converge(zone(web + anchor));
    EXPECT_THAT(ours(), UnorderedElementsAre("www.bnx.dev A 203.0.113.1", HasSubstr("TXT")));
    EXPECT_EQ(batches(), 1u);
    stage.expect_quiet();
}

TEST_F(Dns, WhatSomebodyChangedOrRemovedIsRepaired) {
    stage.begin(zone(web + anchor));
    const std::string id = record("www.bnx.dev", "A")["id"];
    account.ask(net::Method::patch, path("/" + id), {{"content", "198.51.100.9"}});
    account.ask(net::Method::del,
                path("/" + record("anchor.bnx.dev", "TXT")["id"].get<std::string>()));
    stage.world.run_for(settled_after);
    EXPECT_EQ(record("www.bnx.dev", "A")["content"], "203.0.113.1");
    EXPECT_EQ(record("anchor.bnx.dev", "TXT")["content"], "\"stays\"");
    stage.expect_quiet();
}

TEST_F(Dns, WhatGitDroppedIsRemovedAndWhatOthersMadeStays) {
    stage.begin(zone(web + anchor));
    const auto before = others();
    converge(zone(anchor));
    EXPECT_THAT(ours(), ElementsAre(HasSubstr("anchor.bnx.dev")));
    EXPECT_EQ(others(), before);
    stage.expect_quiet();
}

TEST_F(Dns, AnEqualRecordOfSomebodyElseIsAdoptedAsItIs) {
    stage.begin(zone("  - {name: nas, type: A, value: 203.0.113.77}\n"));
    EXPECT_EQ(status("nas.bnx.dev/A").status, Status::in_sync) << status("nas.bnx.dev/A").why;
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    // From now on it is ours: a change of it is drift, and a dropped one goes.
    const std::string id = record("nas.bnx.dev", "A")["id"];
    account.ask(net::Method::patch, path("/" + id), {{"content", "198.51.100.9"}});
    stage.world.run_for(settled_after);
    EXPECT_EQ(record("nas.bnx.dev", "A")["content"], "203.0.113.77");
}

TEST_F(Dns, WhatOthersHaveInAZoneIsToldWhereGitAsksForIt) {
    const auto unmanaged = [this] {
        std::vector<std::string> names;
        for (const Live& live : stage.world.status(edge).plan.unmanaged) {
            if (live.key.kind == "cloudflare.dns_record") names.push_back(live.key.name);
        }
        return names;
    };
    stage.begin(zone(web));
    EXPECT_THAT(unmanaged(), IsEmpty());
    Commit reported = zone(web);
    std::string& text = reported.at("zone.yaml");
    text.insert(text.find("  records:"), "  foreign: report\n");
    converge(reported);
    EXPECT_THAT(unmanaged(), UnorderedElementsAre(HasSubstr("nas.bnx.dev"), HasSubstr("bnx.dev")));
    EXPECT_THAT(account.writes(), IsEmpty());
    stage.expect_quiet();
    converge(zone(web));
    EXPECT_THAT(unmanaged(), IsEmpty());
}

TEST_F(Dns, AZoneOfWhichGitOnlyWantsToBeToldIsLookedAt) {
    stage.begin({{"zone.yaml",
                  "apiVersion: driftless/v1\nkind: DnsZone\nmetadata: {name: bnx.dev}\n"
                  "target: edge\nspec: {foreign: report, records: []}\n"}});
    EXPECT_THAT(stage.world.status(edge).plan.unmanaged, SizeIs(2));
    EXPECT_THAT(account.writes(), IsEmpty());
}

TEST_F(Dns, AnotherRecordInItsPlaceIsAConflictUntilAPersonGivesIt) {
    stage.begin(zone("  - {name: nas, type: A, value: 203.0.113.5}\n" + anchor));
    EXPECT_EQ(status("nas.bnx.dev/A").status, Status::conflict) << status("nas.bnx.dev/A").why;
    EXPECT_EQ(record("nas.bnx.dev", "A")["content"], "203.0.113.77");
    EXPECT_THAT(ours(), SizeIs(1));  // the rest of the commit went on
    const auto key = parse_resource_key("edge/cloudflare.dns_record/nas.bnx.dev/A");
    ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*key)));
    stage.world.run_for(settled_after);
    EXPECT_EQ(record("nas.bnx.dev", "A")["content"], "203.0.113.5");
    EXPECT_EQ(status("nas.bnx.dev/A").status, Status::in_sync) << status("nas.bnx.dev/A").why;
}

TEST_F(Dns, ANameThatACnameOfSomebodyElseHoldsIsAConflict) {
    account.put_record(zone_id(), {{"type", "CNAME"}, {"name", "blog"}, {"content", "x.example"}});
    stage.begin(zone("  - {name: blog, type: AAAA, value: '2001:db8:0::1'}\n" + anchor));
    EXPECT_EQ(status("blog.bnx.dev/AAAA").status, Status::conflict);
    EXPECT_THAT(ours(), SizeIs(1));
}

TEST_F(Dns, TextsOfOthersStandBesideOurs) {
    stage.begin(zone("  - {name: '@', type: TXT, value: v=spf1 -all}\n"));
    EXPECT_THAT(ours(), ElementsAre("bnx.dev TXT \"v=spf1 -all\""));
    EXPECT_EQ(status("bnx.dev/TXT").status, Status::in_sync) << status("bnx.dev/TXT").why;
    converge(zone("  - {name: '@', type: TXT, value: v=spf1 mx -all}\n"));
    EXPECT_THAT(ours(), ElementsAre("bnx.dev TXT \"v=spf1 mx -all\""));
    EXPECT_THAT(others(), ::testing::Contains("bnx.dev TXT \"somebody=else\""));
}

TEST_F(Dns, RecordsOfCloudflaresOwnServicesAreNeverTouched) {
    account.put_record(
        zone_id(),
        {{"type", "MX"}, {"name", "@"}, {"content", "route1.mx.example"}, {"priority", 5}},
        {{"read_only", true}, {"email_routing", true}});
    stage.begin(zone("  - {name: '@', type: MX, value: 10 mail.bnx.dev}\n" + anchor));
    EXPECT_EQ(status("bnx.dev/MX").status, Status::conflict) << status("bnx.dev/MX").why;
    EXPECT_THAT(ours(), SizeIs(1));
}

TEST_F(Dns, ADelegationComesBeforeItsKeyAndGoesAfterIt) {
    const std::string stays = "  - {name: stays, type: A, value: 203.0.113.1}\n";
    const std::string hash = "49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC1234";
    stage.begin(zone(stays + "  - {name: sub, type: NS, value: ns1.example.com}\n" +
                     "  - {name: sub, type: DS, value: 12345 13 2 " + hash + "}\n"));
    EXPECT_EQ(status("sub.bnx.dev/DS").status, Status::in_sync) << status("sub.bnx.dev/DS").why;
    stage.expect_quiet();
    stage.push(zone(stays));
    stage.world.run_for(settled_after);
    EXPECT_THAT(ours(), SizeIs(1));
    stage.expect_quiet();
}

TEST_F(Dns, OneThatTheApiRefusesIsNamedAndTheOthersGo) {
    // Over the quota of the plan nothing of the batch would come: each is sent on its own then. As
    // no usage can be read, only the refusal tells.
    account.world().habits.free_records = 4;
    account.world().habits.account_has_record_quota = true;
    stage.begin(
        zone("  - {name: a, type: A, value: 203.0.113.1}\n"
             "  - {name: b, type: A, value: 203.0.113.2}\n"
             "  - {name: c, type: A, value: 203.0.113.3}\n"));
    EXPECT_THAT(ours(), SizeIs(2));
    EXPECT_EQ(status("c.bnx.dev/A").status, Status::failed) << status("c.bnx.dev/A").why;
    EXPECT_THAT(status("c.bnx.dev/A").why, HasSubstr("c.bnx.dev"));
}

std::string address(const std::string& name, const std::string& value = "203.0.113.1") {
    return "  - {name: " + name + ", type: A, value: " + value + "}\n";
}

/// Two of the zone's records are somebody else's.
TEST_F(Dns, WhatIsBeyondTheZonesQuotaIsToldBeforeAnythingIsSentAndTheRestGoes) {
    account.world().habits.free_records = 4;
    stage.begin(zone(address("a") + address("z") + address("c") + address("d")));
    EXPECT_THAT(ours(), UnorderedElementsAre(HasSubstr("a.bnx.dev"), HasSubstr("z.bnx.dev")));
    EXPECT_EQ(batches(), 1u);
    EXPECT_EQ(usages(), 1u);
    EXPECT_EQ(status("d.bnx.dev/A").status, Status::failed);
    EXPECT_EQ(status("c.bnx.dev/A").why,
              "zone.yaml:9:5: is not added: zone bnx.dev has 4 records and may have 4: with what "
              "git adds and drops it would have 6, and from zone.yaml:9:5 on nothing fits; drop 2 "
              "of them, or give the zone a larger plan");
    EXPECT_THAT(status("d.bnx.dev/A").why, HasSubstr("zone.yaml:10:5: is not added: zone bnx.dev"));
    stage.expect_quiet();
}

TEST_F(Dns, BeyondTheQuotaChangesAndRemovalsGoOn) {
    account.world().habits.free_records = 4;
    stage.begin(zone(address("a") + address("b")));
    converge(zone(address("a", "203.0.113.9") + address("c") + address("d")));
    EXPECT_THAT(ours(), UnorderedElementsAre("a.bnx.dev A 203.0.113.9", "c.bnx.dev A 203.0.113.1"));
    EXPECT_EQ(status("d.bnx.dev/A").status, Status::failed);
    EXPECT_THAT(status("d.bnx.dev/A").why, HasSubstr("may have 4"));
    stage.expect_quiet();
}

TEST_F(Dns, ANameThatWouldGrowBeyondTheQuotaStaysAsItIs) {
    account.world().habits.free_records = 3;
    stage.begin(zone(web));
    converge(zone("  - {name: www, type: A, values: [203.0.113.8, 203.0.113.9], ttl: 300}\n"));
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A 203.0.113.1"));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::failed) << status("www.bnx.dev/A").why;
    EXPECT_THAT(status("www.bnx.dev/A").why, HasSubstr("zone bnx.dev has 3 records"));
    EXPECT_EQ(batches(), 0u);
}

TEST_F(Dns, InAFullZoneOneMayTakeThePlaceOfAnother) {
    account.world().habits.free_records = 4;
    stage.begin(zone(web + anchor));
    account.clear_log();
    converge(zone("  - {name: www, type: CNAME, value: home.example.}\n" + anchor));
    EXPECT_THAT(ours(), UnorderedElementsAre("www.bnx.dev CNAME home.example", HasSubstr("TXT")));
    EXPECT_EQ(usages(), 0u);
    converge(zone(address("new") + anchor));
    EXPECT_THAT(ours(), UnorderedElementsAre("new.bnx.dev A 203.0.113.1", HasSubstr("TXT")));
    EXPECT_EQ(batches(), 2u);  // removals come last, so what is dropped makes room for a second one
    stage.expect_quiet();
}

TEST_F(Dns, ALargerPlanTakesWhatDidNotFit) {
    account.world().habits.free_records = 2;
    stage.begin(zone(web));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::failed);
    account.world().state.zones.begin()->second.plan = "pro";
    stage.world.run_for(25min);
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::in_sync) << status("www.bnx.dev/A").why;
    stage.expect_quiet();
}

TEST_F(Dns, AQuietZoneIsNotAskedForItsQuotaAndAFullOneSeldom) {
    account.world().habits.free_records = 3;
    stage.begin(zone(web));
    account.clear_log();
    stage.world.run_for(1h);
    EXPECT_EQ(usages(), 0u);
    stage.push(zone(web + anchor));
    stage.world.run_for(1h);
    EXPECT_LE(usages(), 4u);
    EXPECT_GE(usages(), 2u);
}

TEST_F(Dns, WhereTheQuotaCannotBeReadThePlanGoesOn) {
    std::string records;
    for (const CloudflareFault fault :
         {CloudflareFault::forbidden, CloudflareFault::html, CloudflareFault::server_error}) {
        account.fail_next(fault, "GET /zones/{}/dns_records/usage", 20);
        records += address("n" + std::to_string(static_cast<int>(fault)));
        const Commit commit = zone(records);
        if (fault == CloudflareFault::forbidden) {
            stage.begin(commit);
        } else {
            converge(commit);
        }
        EXPECT_GE(usages(), 1u);
        EXPECT_EQ(batches(), 1u);
        EXPECT_THAT(ours(), SizeIs(std::ranges::count(records, '\n')));
        stage.world.run_for(20min);
        account.clear_log();
    }
}

TEST_F(Dns, ALostReplyIsSettledByLookingAgain) {
    account.fail_next(CloudflareFault::lost_reply, "POST /zones/{}/dns_records/batch");
    stage.begin(zone(web + anchor));
    EXPECT_THAT(ours(), SizeIs(2));
    stage.expect_quiet();
}

TEST_F(Dns, NothingIsRemovedWhileTheZoneCannotBeRead) {
    stage.begin(zone(web + anchor));
    for (const CloudflareFault fault :
         {CloudflareFault::html, CloudflareFault::bad_gateway, CloudflareFault::forbidden,
          CloudflareFault::half_body, CloudflareFault::rate_limited}) {
        account.fail_next(fault, "GET /zones/{}/dns_records", 1);
        stage.world.clear_logs();
        stage.world.run_for(20min);
        EXPECT_THAT(stage.world.writes(), IsEmpty());
        EXPECT_THAT(ours(), SizeIs(2));
    }
}

TEST_F(Dns, WhatALostDatabaseAndAVanishedManifestLeftIsFoundOnce) {
    const std::string other = account.add_zone("other.dev");
    Commit both = zone(web);
    both["other.yaml"] =
        "apiVersion: driftless/v1\nkind: DnsZone\nmetadata: {name: other.dev}\ntarget: edge\n"
        "spec:\n  records:\n  - {name: left, type: A, value: 203.0.113.8}\n";
    stage.begin(both);
    ASSERT_THAT(account.records(other), SizeIs(1));
    stage.world.end();
    stage.world.lose_database();
    stage.push(zone(web));
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_THAT(account.records(other), SizeIs(1));
    EXPECT_EQ(status("left.other.dev/A").status, Status::held) << status("left.other.dev/A").why;
    account.clear_log();
    stage.world.run_for(settled_after);
    EXPECT_EQ(account.calls()["GET /zones"], 0U);  // it was found, and is looked at as others are
    ASSERT_GT(stage.world.confirm_all(), 0);
    stage.world.run_for(settled_after);
    EXPECT_THAT(account.records(other), IsEmpty());
    stage.world.run_for(settled_after);
    account.clear_log();
    stage.world.run_for(settled_after);
    for (const CloudflareLogged& logged : account.log()) {
        EXPECT_THAT(logged.request.target, Not(HasSubstr(other)));
    }
}

TEST_F(Dns, AMissingPermissionIsNamed) {
    account.deny("dns");
    stage.begin(zone(web));
    EXPECT_EQ(status("www.bnx.dev/A").status, Status::unknown);
    EXPECT_THAT(status("www.bnx.dev/A").why, HasSubstr("DNS Read"));
}

TEST_F(Dns, AZoneThatIsNotThereHoldsNoOtherUp) {
    Commit commit = zone(web);
    std::string other = commit.at("zone.yaml");
    other.replace(other.find("bnx.dev"), 7, "gone.dev");
    commit["gone.yaml"] = other;
    stage.begin(commit);
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A 203.0.113.1"));
    EXPECT_EQ(status("www.gone.dev/A").status, Status::unknown);
    EXPECT_THAT(status("www.gone.dev/A").why, HasSubstr("no such zone"));
}

}  // namespace
}  // namespace driftless::test
