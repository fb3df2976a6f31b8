// Who publishes a host waits for who guards it.
#include "reconcilers/load_guards.hpp"

#include <gmock/gmock.h>

namespace driftless {
namespace {

using ::testing::IsEmpty;

struct Case {
    std::string name;
    std::string one;
    std::string other;
    bool may_be_one;
};
void PrintTo(const Case& each, std::ostream* out) {
    *out << each.name;
}

class OneHost : public ::testing::TestWithParam<Case> {};

TEST_P(OneHost, IsFoundWhicheverWayItIsWritten) {
    const Case& each = GetParam();
    EXPECT_EQ(may_be_one_host(each.one, each.other), each.may_be_one);
    EXPECT_EQ(may_be_one_host(each.other, each.one), each.may_be_one);
}

INSTANTIATE_TEST_SUITE_P(
    , OneHost,
    ::testing::Values(Case{"same", "a.bnx.dev", "a.bnx.dev", true},
                      Case{"another_label", "a.bnx.dev", "b.bnx.dev", false},
                      Case{"another_zone", "a.bnx.dev", "a.bnx.com", false},
                      Case{"the_zone_itself", "bnx.dev", "a.bnx.dev", false},
                      Case{"end_alike", "xbnx.dev", "bnx.dev", false},
                      Case{"wildcard", "*.bnx.dev", "a.bnx.dev", true},
                      Case{"wildcard_deeper", "*.bnx.dev", "a.b.bnx.dev", true},
                      Case{"wildcard_not_itself", "*.bnx.dev", "bnx.dev", false},
                      Case{"part_of_a_label", "test-*.bnx.dev", "test-1.bnx.dev", true},
                      Case{"not_that_part", "test-*.bnx.dev", "prod-1.bnx.dev", false},
                      Case{"in_the_middle", "a.*.bnx.dev", "a.b.bnx.dev", true},
                      Case{"both", "*.bnx.dev", "test-*.bnx.dev", true}),
    [](const auto& chosen) { return chosen.param.name; });

Declared thing(const std::string& name) {
    Declared declared;
    declared.key = {"edge", "toy", name};
    declared.origin.manifest = {"edge", "Toy", name};
    return declared;
}

TEST(Guards, AreNeededByWhatPublishesTheirHosts) {
    std::vector<Declared> all{thing("guard"), thing("record"), thing("other")};
    all[0].guards = {"a.bnx.dev"};
    all[1].publishes = {"b.bnx.dev", "a.bnx.dev"};
    all[2].publishes = {"b.bnx.dev"};
    add_needs_of_guarded(all);
    add_needs_of_guarded(all);
    ASSERT_EQ(all[1].needs.size(), 1u);
    EXPECT_EQ(all[1].needs[0].key, all[0].key);
    EXPECT_EQ(all[1].needs[0].until, Until::ready);
    EXPECT_THAT(all[2].needs, IsEmpty());
    EXPECT_THAT(all[0].needs, IsEmpty());
}

TEST(Guards, ThatAskForThePublisherFirstAreWaitedForByNobody) {
    std::vector<Declared> all{thing("guard"), thing("record")};
    all[0].guards = {"a.bnx.dev"};
    all[0].needs = {{.key = all[1].origin.manifest}};
    all[1].publishes = {"a.bnx.dev"};
    add_needs_of_guarded(all);
    EXPECT_THAT(all[1].needs, IsEmpty());
}

}  // namespace
}  // namespace driftless
