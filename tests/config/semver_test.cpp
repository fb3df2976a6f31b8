#include "config/semver.hpp"

#include <gtest/gtest.h>

namespace driftless {
namespace {

TEST(Version, AreOrderedAsSemverOrgSays) {
    const std::vector<std::string> ascending{
        "0.0.1",        "0.9.0",         "1.0.0-0",       "1.0.0-2",
        "1.0.0-10",     "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
        "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",    "1.0.0",
        "1.0.1",        "1.2.0",         "1.10.0",        "2.0.0-rc.1",
        "v2.0.0",       "10.0.0"};
    for (std::size_t i = 0; i + 1 < ascending.size(); ++i) {
        EXPECT_LT(*parse_version(ascending[i]), *parse_version(ascending[i + 1])) << ascending[i];
    }
    EXPECT_EQ(*parse_version("1.2.3+a"), *parse_version("v1.2.3+b"));
}

TEST(Version, NeedAllThreeNumbers) {
    for (const char* text :
         {"", "v", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.x",
          "a1.2.3", "1.2.3 ", "1.2.3+", "-1.2.3", "1.2.99999999999999999999"}) {
        EXPECT_TRUE(parse_version(text).failed()) << text;
    }
}

// Rows: the range, versions within, versions outside.
struct Case {
    std::string range;
    std::vector<std::string> in;
    std::vector<std::string> out;
};

const std::vector<Case> cases{
    {">=1.2 <2", {"1.2.0", "1.99.0"}, {"1.1.9", "2.0.0", "1.2.0-rc.1", "2.0.0-rc.1"}},
    {"^1.4", {"1.4.0", "1.9.9"}, {"1.3.9", "2.0.0", "1.5.0-rc"}},
    {"^0.2.3", {"0.2.3", "0.2.9"}, {"0.2.2", "0.3.0", "1.0.0"}},
    {"^0.0.3", {"0.0.3"}, {"0.0.4", "0.1.0"}},
    {"^0", {"0.0.1", "0.9.0"}, {"1.0.0"}},
    {"~1.4.2", {"1.4.2", "1.4.9"}, {"1.4.1", "1.5.0"}},
    {"~1.4", {"1.4.0", "1.4.9"}, {"1.5.0"}},
    {"~1", {"1.0.0", "1.9.0"}, {"2.0.0"}},
    {"1.x", {"1.0.0", "1.9.9"}, {"0.9.9", "2.0.0"}},
    {"1.2.*", {"1.2.0", "1.2.7"}, {"1.3.0"}},
    {"1.2", {"1.2.0", "1.2.7"}, {"1.3.0", "1.1.0"}},
    {"v1.2.3", {"1.2.3", "1.2.3+build"}, {"1.2.4", "1.2.3-rc"}},
    {"=1.2.3-rc", {"1.2.3-rc"}, {"1.2.3", "1.2.3-rc.0", "1.2.3-rb"}},
    {"*", {"0.0.0", "9.9.9"}, {"1.0.0-rc"}},
    {">1.2", {"1.3.0"}, {"1.2.0", "1.2.9"}},
    {">1.2.3", {"1.2.4"}, {"1.2.3"}},
    {"<=1.2", {"1.2.9", "0.1.0"}, {"1.3.0"}},
    {"<=1.2.3", {"1.2.3"}, {"1.2.4"}},
    {"<1.2.3 || >= 3", {"1.2.2", "3.0.0"}, {"1.2.3", "2.9.9"}},
    {">=1.2.0-0 <2", {"1.2.0-rc.1", "1.5.0-beta", "1.9.0"}, {"2.0.0-rc.1", "1.1.0"}},
    {">=1.0.0-rc.2", {"1.0.0-rc.2", "1.0.0-rc.10", "1.0.0"}, {"1.0.0-rc.1"}},
    {"1.x || 2.0.0-0", {"1.0.0", "2.0.0-0"}, {"1.0.0-rc", "2.0.0"}},
};

TEST(VersionRange, HoldsWhatItSays) {
    for (const Case& row : cases) {
        const auto range = VersionRange::parse(row.range);
        ASSERT_TRUE(range.ok()) << row.range;
        for (const std::string& text : row.in) {
            EXPECT_TRUE(range->contains(*parse_version(text))) << row.range << " " << text;
        }
        for (const std::string& text : row.out) {
            EXPECT_FALSE(range->contains(*parse_version(text))) << row.range << " " << text;
        }
    }
}

}  // namespace
}  // namespace driftless
