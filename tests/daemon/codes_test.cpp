// The page of codes is made from the tables in the source, so that it can't go stale.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "config/base/error_words.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/schedule/status.hpp"
#include "reconcilers/status_words.hpp"
#include "tests/support/golden.hpp"

namespace driftless {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{test::source_dir() / path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string table_of(std::span<const Word> words) {
    std::string text = "| | Means | Then |\n|---|---|---|\n";
    for (const auto& [name, meaning, then] : words) {
        text += fmt::format("| `{}` | {} | {} |\n", name, meaning, then);
    }
    return text;
}

std::string exit_table() {
    std::string text = "| | Means |\n|---|---|\n";
    for (const auto& [code, meaning] : cli::exit_codes()) {
        text += fmt::format("| {} | {} |\n", code, meaning);
    }
    return text;
}

std::string problem_table() {
    std::string text = "| Status | Type | Title |\n|---|---|---|\n";
    for (const auto& [code, status, title] : http::problem_kinds()) {
        text += fmt::format("| {} | `urn:driftless:error:{}` | {} |\n", status, name(code), title);
    }
    return text;
}

/// What the endpoint refuses before it looks at what is asked: status and title, from the calls.
std::string refusal_table() {
    static const std::regex call{R"re(problem\(\s*(\d{3}),\s*"([^"]+)")re"};
    std::map<int, std::string> titles;
    for (const char* path : {"providers/net/http_session.cpp", "providers/net/server.cpp",
                             "daemon/http/api.cpp", "daemon/http/gate.cpp"}) {
        const std::string text = text_of(path);
        for (std::sregex_iterator one{text.begin(), text.end(), call}, end; one != end; ++one) {
            titles.emplace(std::stoi((*one)[1]), (*one)[2]);
        }
    }
    std::string text = "| Status | Title |\n|---|---|\n";
    for (const auto& [status, title] : titles) text += fmt::format("| {} | {} |\n", status, title);
    return text;
}

TEST(Codes, PageIsMadeFromTheSource) {
    const std::string page = fmt::format(
        R"(# Codes and words

What driftless says in status, in logs, in JSON and by its exit codes. This page is made from the tables
in the source; a test keeps it so. [What can go wrong](faults.md) tells when one meets them.

## A resource

{}
## A target

{}
## A source

{}
## Errors
An error has a code for programs and a message for people: what was tried, what came back, what to do.
Logs show the code as `error=`. Back-off begins with 2 s (of a source: with its interval), doubles up to ten
minutes, and never is shorter than the other side asked for.

{}
## Exit codes

{}
## Over HTTP
A refusal is a problem document (RFC 9457), `application/problem+json`. Its type is the code:

{}
What is wrong with the request as HTTP has the type `about:blank`:

{})",
        table_of(status_words()), table_of(target_words()), table_of(source_words()),
        table_of(error_words()), exit_table(), problem_table(), refusal_table());
    test::expect_golden("../../daemon/codes.md", page);
}

/// The same words in the description of the API.
TEST(Codes, AreThoseOfTheOpenApiDocument) {
    const auto document = nlohmann::json::parse(text_of("daemon/http/openapi.json"));
    const auto list = [](std::span<const Word> words) {
        nlohmann::json names = nlohmann::json::array();
        for (const Word& word : words) names.push_back(word.name);
        return names;
    };
    const auto& schemas = document["components"]["schemas"];
    EXPECT_EQ(schemas["ResourceStatus"]["enum"], list(status_words()));
    EXPECT_EQ(schemas["Target"]["properties"]["status"]["enum"], list(target_words()));
    EXPECT_EQ(schemas["Source"]["properties"]["status"]["enum"], list(source_words()));
}

TEST(Codes, SayOneThingEachWithoutAFullStop) {
    for (const auto words : {error_words(), status_words(), target_words(), source_words()}) {
        for (const auto& [name, meaning, then] : words) {
            EXPECT_FALSE(meaning.empty() || then.empty()) << name;
            EXPECT_FALSE(meaning.ends_with('.') || then.ends_with('.')) << name;
            EXPECT_EQ(meaning.find('|'), std::string_view::npos) << name;
        }
    }
}

}  // namespace
}  // namespace driftless
