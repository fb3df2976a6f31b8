// What people and accounts do wrong with a zone's records, by the whole daemon on the simulated
// Cloudflare.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string web = "  - {name: www, type: A, value: 203.0.113.1, ttl: 300}\n";
const std::string anchor = "  - {name: anchor, type: TXT, value: stays}\n";

class ZoneScene {
public:
    explicit ZoneScene(const std::vector<std::string>& targets) : stage(targets) {}

    std::string zone_id() {
        return account.ask(net::Method::get, "/zones").at("result").at(0).at("id");
    }
    /// "www.bnx.dev A" of all with our mark.
    std::vector<std::string> ours() {
        std::vector<std::string> list;
        for (const json& record : account.records(zone_id())) {
            const json& comment = record.at("comment");
            if (!comment.is_string() || !comment.get<std::string>().starts_with("driftless:sim"))
                continue;
            list.push_back(record.at("name").get<std::string>() + " " +
                           record.at("type").get<std::string>());
        }
        return list;
    }
    void remove_by_hand(const std::string& name) {
        for (const json& record : account.records(zone_id())) {
            if (record.at("name") != name) continue;
            account.ask(net::Method::del, fmt::format("/zones/{}/dns_records/{}", zone_id(),
                                                      record.at("id").get<std::string>()));
        }
    }
    std::size_t batches() { return account.calls()["POST /zones/{}/dns_records/batch"]; }
    std::string findings() {
        std::string text;
        for (const Finding& finding : stage.world.status("edge").findings) {
            text += to_string(finding) + "\n";
        }
        return text;
    }
    const ResourceStatus& status(const std::string& name) {
        return stage.world.resource("edge/cloudflare.dns_record/" + name);
    }

    Stage stage;
    FakeCloudflare& account = *stage.world.cloudflare();
};

// ---- what git says wrong

struct BadRecord {
    std::string name;
    std::string records;
    std::string told;
};
void PrintTo(const BadRecord& bad, std::ostream* out) {
    *out << bad.name;
}

class ABadRecord : public ::testing::TestWithParam<BadRecord>, public ZoneScene {
public:
    ABadRecord() : ZoneScene({edge}) {}
};

TEST_P(ABadRecord, IsToldWithItsPlaceAndWhatWasGoodGoesOn) {
    stage.begin(zone(web));
    stage.world.clear_logs();
    stage.push(zone(web + GetParam().records));
    stage.world.run_for(settled_after);
    EXPECT_THAT(findings(), HasSubstr("zone.yaml:"));
    EXPECT_THAT(findings(), HasSubstr(GetParam().told));
    EXPECT_EQ(batches(), 0u);
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A"));

    remove_by_hand("www.bnx.dev");  // drift from the last good commit is repaired as ever
    stage.world.run_for(settled_after);
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A"));

    stage.push(zone(web + anchor));
    stage.world.run_for(settled_after);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(ours(), ::testing::UnorderedElementsAre("www.bnx.dev A", "anchor.bnx.dev TXT"));
    stage.expect_quiet();
}

INSTANTIATE_TEST_SUITE_P(
    , ABadRecord,
    ::testing::Values(
        BadRecord{"twice",
                  "  - {name: api, type: A, value: 203.0.113.2}\n"
                  "  - {name: api, type: A, value: 203.0.113.2}\n",
                  "zone.yaml:9:5: spec.records[2]: the same record stands at zone.yaml:8:5"},
        BadRecord{
            "cname_beside_a", "  - {name: www, type: CNAME, value: x.example.com}\n",
            "zone.yaml:8:5: edge/cloudflare.dns_record/www.bnx.dev/CNAME claims \"A "
            "www.bnx.dev\", as edge/cloudflare.dns_record/www.bnx.dev/A does at zone.yaml:7:5"},
        BadRecord{"ttl", "  - {name: api, type: A, value: 203.0.113.2, ttl: 5}\n",
                  "5 is not within 30 and 86400"},
        BadRecord{"private_proxied", "  - {name: api, type: A, value: 10.0.0.1, proxied: true}\n",
                  "10.0.0.1 is a private address, which Cloudflare's proxy can't reach"},
        BadRecord{"long_text",
                  "  - {name: api, type: TXT, value: " + std::string(5'000, 'x') + "}\n",
                  "api.bnx.dev/TXT"},
        BadRecord{"unknown_type", "  - {name: api, type: AA, value: 203.0.113.2}\n",
                  "Cloudflare has no record type \"AA\"; did you mean \"CAA\"?"}),
    [](const auto& row) { return row.param.name; });

// ---- what the account refuses

class AnAccount : public ::testing::Test, public ZoneScene {
public:
    AnAccount() : ZoneScene({edge, "mini1"}) {}
    Commit both() { return joined(zone(web), project("shop", web_service)); }
    const std::string web_service = "services: {web: {image: \"app:1\"}}\n";
};

TEST_F(AnAccount, WhoseTokenSeesOtherZonesAloneIsToldAndNothingIsDone) {
    const std::string other = account.add_zone("briefhours.com");
    stage.begin(both());
    account.token_of(account.token()).zones = {other};
    stage.push(joined(zone(anchor), project("shop", "services: {web: {image: \"app:2\"}}\n")));
    stage.world.run_for(settled_after);
    EXPECT_EQ(status("anchor.bnx.dev/TXT").status, Status::unknown);
    EXPECT_NE(status("anchor.bnx.dev/TXT").why, "");
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A"));  // git dropped it, and nobody can see it
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    account.token_of(account.token()).zones.clear();
    stage.world.run_for(30min);
    EXPECT_THAT(ours(), ElementsAre("anchor.bnx.dev TXT"));
}

TEST_F(AnAccount, ThatIsBlockedForFiveMinutesWaitsAloneAndGoesOnByItself) {
    stage.begin(both());
    account.faults().quota = 0;
    stage.push(
        joined(zone(web + anchor), project("shop", "services: {web: {image: \"app:2\"}}\n")));
    stage.world.run_for(2min);
    EXPECT_EQ(stage.world.status("edge").word, TargetWord::throttled);
    EXPECT_THAT(ours(), ElementsAre("www.bnx.dev A"));
    EXPECT_EQ(stage.image_of("shop-web-1"), "app:2");
    stage.world.clear_logs();
    account.faults().quota = 1'200;
    stage.world.run_for(1min);
    EXPECT_EQ(account.calls().size(), 0u) << "a call while it is blocked makes that longer";
    stage.world.run_for(10min);
    EXPECT_EQ(stage.world.status("edge").word, TargetWord::ok);
    EXPECT_THAT(ours(), ::testing::UnorderedElementsAre("www.bnx.dev A", "anchor.bnx.dev TXT"));
}

}  // namespace
}  // namespace driftless::test
