// Reads daemon/faults.md: each test that it names exists, and each word is one of daemon/codes.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/paths.hpp"

namespace driftless::architecture {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream file{path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// All that the first group of `form` finds.
std::set<std::string> found(const std::string& text, const std::regex& form) {
    std::set<std::string> all;
    for (std::sregex_iterator one{text.begin(), text.end(), form}, end; one != end; ++one) {
        std::string name = (*one)[1];
        if (one->size() > 2) name += "." + (*one)[2].str();
        all.insert(name);
    }
    return all;
}

/// "Suite.Name" of every test of GoogleTest, and the names that CMake gives to others.
std::set<std::string> all_tests() {
    static const std::regex in_code{R"re(\bTEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\))re"};
    static const std::regex in_cmake{R"re(add_test\(NAME\s+([\w.]+))re"};
    std::set<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(test::source_dir() / "tests")) {
        if (entry.path().extension() == ".cpp") all.merge(found(text_of(entry), in_code));
        if (entry.path().filename() == "CMakeLists.txt") all.merge(found(text_of(entry), in_cmake));
    }
    return all;
}

/// The cells of every row of the page's tables, heads left out.
std::vector<std::vector<std::string>> rows() {
    std::vector<std::vector<std::string>> all;
    std::istringstream page{text_of(test::source_dir() / "daemon" / "faults.md")};
    std::string before;
    for (std::string line; std::getline(page, line); before = line) {
        if (!line.starts_with("| ") || !before.starts_with("|")) continue;
        std::vector<std::string> cells;
        std::istringstream cut{line.substr(1)};
        for (std::string cell; std::getline(cut, cell, '|');) cells.push_back(cell);
        all.push_back(std::move(cells));
    }
    return all;
}

TEST(FaultsPage, NamesTestsThatExist) {
    static const std::regex name{R"re(([\w]+\.[\w]+))re"};
    const auto tests = all_tests();
    ASSERT_GT(rows().size(), 50U);
    for (const auto& cells : rows()) {
        const auto named = found(cells.back(), name);
        EXPECT_FALSE(named.empty()) << cells.front() << ": no test shows it";
        for (const std::string& one : named) {
            EXPECT_TRUE(tests.contains(one)) << cells.front() << ": there is no test " << one;
        }
    }
}

TEST(FaultsPage, UsesTheWordsOfThePageOfCodes) {
    static const std::regex word{R"re((?:source|target|resources?|error) `(\w+)`)re"};
    static const std::regex known{R"re(\| `(?:urn:driftless:error:)?(\w+)` \|)re"};
    const auto words = found(text_of(test::source_dir() / "daemon" / "codes.md"), known);
    ASSERT_TRUE(words.contains("unreachable") && words.contains("rate_limited"));
    for (const auto& cells : rows()) {
        for (const std::string& cell : cells) {
            for (const std::string& one : found(cell, word)) {
                EXPECT_TRUE(words.contains(one)) << cells.front() << ": " << one << " is no word";
            }
        }
    }
}

}  // namespace
}  // namespace driftless::architecture
