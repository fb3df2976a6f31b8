// Reads every include of the project: they point downwards only, from the root, and to what exists.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "tests/architecture/sources.hpp"
#include "tests/support/paths.hpp"

namespace driftless::architecture {
namespace {

/// What a room may include besides itself: the table of rooms in the README, each with all that its
/// own rooms may include.
const std::map<std::string, std::set<std::string>> may_include{
    {"config/base", {}},
    {"config", {"config/base"}},
    {"config/compose", {"config"}},
    {"providers/net", {"config/base"}},
    {"providers/docker", {"providers/net"}},
    {"providers/azure", {"providers/net"}},
    {"providers/cloudflare", {"providers/net"}},
    {"reconcilers", {"config", "providers/net"}},
    {"reconcilers/docker", {"reconcilers", "providers/docker", "config/compose"}},
    {"reconcilers/azure", {"reconcilers", "providers/azure"}},
    {"reconcilers/cloudflare", {"reconcilers", "providers/cloudflare"}},
    {"daemon/git", {"reconcilers"}},
    {"daemon/store", {"reconcilers"}},
    {"daemon/secrets", {"config", "providers/net"}},
    {"daemon/schedule", {"daemon/store"}},
    {"daemon/http", {"daemon/store", "daemon/schedule"}},
    {"daemon/dashboard", {"daemon/store", "daemon/schedule"}},
};

bool allowed(const std::string& from, const std::string& to) {
    if (from == to || from == "tests") return true;
    if (to == "tests" || to.empty()) return false;
    if (from == "daemon" || from == "daemon/cli") return true;
    const auto row = may_include.find(from);
    if (row == may_include.end()) return false;
    for (const std::string& below : row->second) {
        if (allowed(below, to)) return true;
    }
    return false;
}

/// The path between quotes of an `#include "…"` line, or "".
std::string included(const std::string& line) {
    static const std::regex form{R"re(^\s*#\s*include\s+"([^"]+)")re"};
    std::smatch match;
    return std::regex_search(line, match, form) ? match[1].str() : "";
}

TEST(Includes, PointDownwardsOnly) {
    for (const Source& source : read_sources()) {
        for (const Line& line : source.lines) {
            const std::string path = included(line.text);
            if (path.empty()) continue;
            EXPECT_TRUE(allowed(source.room, room_of(path))) << fmt::format(
                "{}:{}: {} may not include {}", source.path, line.number, source.room, path);
        }
    }
}

TEST(Includes, StartAtTheRootAndExist) {
    for (const Source& source : read_sources()) {
        for (const Line& line : source.lines) {
            const std::string path = included(line.text);
            if (path.empty()) continue;
            EXPECT_TRUE(std::filesystem::exists(driftless::test::source_dir() / path))
                << fmt::format("{}:{}: {} is not a path from the root", source.path, line.number,
                               path);
        }
    }
}

TEST(Includes, AreReadInEveryTopRoom) {  // an empty walk would pass the others
    std::set<std::string> seen;
    for (const Source& source : read_sources())
        seen.insert(source.path.substr(0, source.path.find('/')));
    EXPECT_EQ(seen,
              (std::set<std::string>{"config", "daemon", "providers", "reconcilers", "tests"}));
}

TEST(Includes, AnUpwardArrowIsNoticed) {
    EXPECT_FALSE(allowed("config", "reconcilers"));
    EXPECT_FALSE(allowed("reconcilers", "providers/docker"));
    EXPECT_FALSE(allowed("providers/docker", "providers/azure"));
    EXPECT_FALSE(allowed("providers/docker", "config"));
    EXPECT_FALSE(allowed("daemon/store", "daemon/http"));
    EXPECT_FALSE(allowed("daemon/http", "reconcilers/docker"));
    EXPECT_FALSE(allowed("daemon", "tests"));
    EXPECT_TRUE(allowed("reconcilers/docker", "config/base"));
}

}  // namespace
}  // namespace driftless::architecture
