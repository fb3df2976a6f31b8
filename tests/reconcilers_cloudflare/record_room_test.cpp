// Which sets of records a zone has no room for.
#include "reconcilers/cloudflare/record_room.hpp"

#include <gmock/gmock.h>

namespace driftless::cloudflare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Declared set_at(const std::string& name, int line, std::size_t values) {
    Declared declared;
    declared.key = {"edge", "cloudflare.dns_record", name};
    declared.collection = "zone bnx.dev";
    declared.spec = {{"values", json::array()}};
    for (std::size_t value = 0; value < values; ++value) declared.spec["values"].push_back(value);
    declared.origin.place = {"zone.yaml", line, 5};
    return declared;
}

Live live_set(const std::string& name, const std::string& ids) {
    Live live;
    live.key = {"edge", "cloudflare.dns_record", name};
    live.owner = Owner::ours;
    live.id = ids;
    return live;
}

class RecordRoom : public ::testing::Test {
protected:
    ZoneGrowth growth(std::vector<Declared> declared, const LiveState& state) {
        DesiredState desired;
        desired.resources = std::move(declared);
        facts.desired = Complete<DesiredState>::vouched(std::move(desired));
        return growth_of({"edge", "sim", "bnx.dev", facts, rules}, state);
    }

    Facts facts;
    FieldRules rules;
};

TEST_F(RecordRoom, GoesToTheFirstOnesInTheFiles) {
    const ZoneGrowth grown = growth({set_at("a", 9, 1), set_at("b", 7, 2), set_at("c", 8, 1)}, {});
    EXPECT_EQ(grown.more, 4U);
    EXPECT_THAT(beyond_quota("bnx.dev", grown, {12, 9}),
                ElementsAre(Pair("a", HasSubstr("zone.yaml:9:5: is not added: zone bnx.dev has 9 "
                                                "records and may have 12: with what git adds and "
                                                "drops it would have 13, and from zone.yaml:9:5 "
                                                "on nothing fits; drop 1 of them"))));
    EXPECT_THAT(beyond_quota("bnx.dev", grown, {13, 9}), IsEmpty());
    EXPECT_THAT(beyond_quota("bnx.dev", grown, {std::nullopt, 9}), IsEmpty());
}

TEST_F(RecordRoom, IsMadeByWhatShrinksButOnlyLaterByWhatIsDropped) {
    facts.policy.prune = true;
    const LiveState state{live_set("shrinks", "1+2"), live_set("dropped", "3")};
    const ZoneGrowth grown = growth({set_at("shrinks", 1, 1), set_at("new", 2, 2)}, state);
    EXPECT_EQ(grown.leaving, 1U);
    EXPECT_EQ(grown.going, 1U);
    EXPECT_THAT(beyond_quota("bnx.dev", grown, {3, 3}),
                ElementsAre(Pair("new", HasSubstr("what git drops goes first"))));
    EXPECT_THAT(beyond_quota("bnx.dev", grown, {4, 3}), IsEmpty());
}

TEST_F(RecordRoom, IsNotMadeByRemovalsThatWaitForAPerson) {
    facts.policy.prune = true;
    const LiveState state{live_set("shrinks", "1+2+3+4+5")};
    EXPECT_EQ(growth({set_at("shrinks", 1, 1)}, state).leaving, 0U);
    facts.confirmed = {"hash"};
    EXPECT_EQ(growth({set_at("shrinks", 1, 1)}, state).leaving, 4U);
}

TEST_F(RecordRoom, IsNotAskedForWhatIsLeftAloneOrInConflict) {
    Live other = live_set("taken/9", "9");
    other.owner = Owner::foreign;
    other.claims = {"A taken"};
    Declared taken = set_at("taken", 1, 1);
    taken.claims = {"A taken"};
    facts.suspended.emplace(set_at("alone", 2, 1).key, "a person");
    EXPECT_EQ(growth({taken, set_at("alone", 2, 1)}, {other}).more, 0U);
    EXPECT_EQ(growth({taken, set_at("alone", 2, 1)}, {}).more, 1U);
}

TEST_F(RecordRoom, IsKeptByOneThatTakesThePlaceOfAnother) {
    Declared cname = set_at("www/CNAME", 1, 1);
    cname.was = {live_set("www/A", "").key};
    const ZoneGrowth grown = growth({cname}, {live_set("www/A", "1")});
    EXPECT_EQ(grown.more, 0U);
    EXPECT_EQ(grown.going, 0U);
}

}  // namespace
}  // namespace driftless::cloudflare
