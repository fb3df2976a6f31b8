// Whoever stands on a word waits for who offers it.
#include "reconcilers/load_offers.hpp"

#include <gmock/gmock.h>

namespace driftless {
namespace {

using ::testing::IsEmpty;

Declared thing(const std::string& name) {
    Declared declared;
    declared.key = {"prod", "toy", name};
    declared.offers = {"id " + name, "type toy"};
    return declared;
}

TEST(Offers, AreNeededByWhatStandsOnThem) {
    std::vector<Declared> all{thing("app"), thing("environment"), thing("other")};
    all[0].stands_on = {"id environment", "id nobody"};
    add_needs_of_offers(all);
    add_needs_of_offers(all);  // a second time adds nothing
    ASSERT_EQ(all[0].needs.size(), 1u);
    EXPECT_EQ(all[0].needs[0].key, all[1].key);
    EXPECT_EQ(all[0].needs[0].until, Until::ready);
    EXPECT_THAT(all[1].needs, IsEmpty());
    EXPECT_THAT(all[2].needs, IsEmpty());
}

TEST(Offers, AWordOfManyIsNeededOfEachButOfOneself) {
    std::vector<Declared> all{thing("app"), thing("environment"), thing("other")};
    all[1].stands_on = {"type toy"};
    all[1].needs = {{.key = all[2].key, .until = Until::exists}};
    add_needs_of_offers(all);
    ASSERT_EQ(all[1].needs.size(), 2u);
    EXPECT_EQ(all[1].needs[0].until, Until::exists);  // as it was written
    EXPECT_EQ(all[1].needs[1].key, all[0].key);
}

}  // namespace
}  // namespace driftless
