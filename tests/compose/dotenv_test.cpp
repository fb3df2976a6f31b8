#include "config/compose/dotenv.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/compose/reading.hpp"
#include "tests/support/paths.hpp"

namespace driftless::compose::test {
namespace {

const Variables known{{"OUTSIDE", "from outside"}, {"BOTH", "outside"}};

struct Line {
    const char* text;
    Pairs gives;
};

void PrintTo(const Line& line, std::ostream* out) {
    *out << line.text;
}

class Dotenv : public testing::TestWithParam<Line> {};

TEST_P(Dotenv, Gives) {
    Findings findings;
    const auto pairs = read_dotenv(GetParam().text, ".env", known, findings);
    ASSERT_TRUE(pairs) << pairs.error().message;
    EXPECT_EQ(*pairs, GetParam().gives) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(, Dotenv,
                         testing::ValuesIn(std::vector<Line>{
                             {"", {}},
                             {"# only a comment\n\n  \n", {}},
                             {"A=1", {{"A", "1"}}},
                             {"A=1\r\nB=2\r\n", {{"A", "1"}, {"B", "2"}}},
                             {"\xEF\xBB\xBF"
                              "A=1\n",
                              {{"A", "1"}}},
                             {"A: 1\n", {{"A", "1"}}},
                             {"export A=1\n", {{"A", "1"}}},
                             {"exported=1\n", {{"exported", "1"}}},
                             {"  A  =  x y  \n", {{"A", "x y"}}},
                             {"A=\n", {{"A", ""}}},
                             {"A=1\nA=2\n", {{"A", "2"}}},
                             {"K= # x\n", {{"K", "# x"}}},
                             {"K=#x\n", {{"K", "#x"}}},
                             {"K=a #b\n", {{"K", "a"}}},
                             {"K=a#b\n", {{"K", "a#b"}}},
                             {"K=a\t#b\n", {{"K", "a\t#b"}}},
                             {"K=\"a\" # c\n", {{"K", "a"}}},
                             {"K='a # b'\n", {{"K", "a # b"}}},
                             {"K=a\\nb\n", {{"K", "a\\nb"}}},
                             {"K=\"a\\nb\\t\\\"c\\\"\\\\\"\n", {{"K", "a\nb\t\"c\"\\"}}},
                             {"K=\"\\0101\\x\"\n", {{"K", "A\\x"}}},
                             {"K=\"\\$A $$B\"\n", {{"K", "$A $B"}}},
                             {"K='a\\nb\\'c'\n", {{"K", "a\\nb'c"}}},
                             {"K=\"one\ntwo\"\nL=3\n", {{"K", "one\ntwo"}, {"L", "3"}}},
                             {"K='one\ntwo'\nL=3\n", {{"K", "one\ntwo"}, {"L", "3"}}},
                             {"A=1\nB=${A}2$A\n", {{"A", "1"}, {"B", "121"}}},
                             {"B='${A}'\n", {{"B", "${A}"}}},
                             {"B=$OUTSIDE\n", {{"B", "from outside"}}},
                             {"BOTH=mine\nC=$BOTH\n", {{"BOTH", "mine"}, {"C", "outside"}}},
                             {"A=1\nA=2\nB=$A\n", {{"A", "2"}, {"B", "2"}}},
                             {"OUTSIDE\nNOWHERE\n", {{"OUTSIDE", "from outside"}}},
                             {"OUTSIDE", {{"OUTSIDE", "from outside"}}},
                             {"a.b-c_d[0]=x\n", {{"a.b-c_d[0]", "x"}}},
                             {"456=x\n", {{"456", "x"}}},
                         }));

struct Wrong {
    const char* text;
    const char* message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
    *out << wrong.text;
}

class DotenvError : public testing::TestWithParam<Wrong> {};

TEST_P(DotenvError, HasItsLine) {
    Findings findings;
    const auto pairs = read_dotenv(GetParam().text, "a/.env", known, findings);
    ASSERT_FALSE(pairs);
    EXPECT_EQ(pairs.error().message, GetParam().message);
    ASSERT_EQ(findings.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    , DotenvError,
    testing::ValuesIn(std::vector<Wrong>{
        {"A=1\nB C=2\n", "a/.env:2:1: \"B C\" is not a variable's name; write NAME=value"},
        {"=1\n", "a/.env:1:1: \"\" is not a variable's name; write NAME=value"},
        {"A=\"1\n\n", "a/.env:1:1: the quote of A is not closed"},
        {"A=\"1\" 2\n", "a/.env:1:1: expected the end of the line after the closing quote"},
        {"\nA=${B:?needed}\n", "a/.env:2:1: A: required variable B is missing a value: needed"},
    }));

TEST(DotenvCorpus, ReadsEveryDialect) {
    const auto folder =
        driftless::test::source_dir().parent_path() / "shared/corpus/compose-hard/dotenv";
    if (!std::filesystem::exists(folder))
        GTEST_SKIP() << "no corpus beside this checkout: " << folder;
    const Pairs plain{{"OPTION_A", "1"}, {"OPTION_B", "2"}, {"OPTION_C", "3"},
                      {"OPTION_D", "4"}, {"OPTION_E", "5"}, {"456", "ABC"},
                      {"OPTION_F", ""},  {"OPTION_G", ""},  {"OPTION_H", "my string"}};
    const std::map<std::string, Pairs> files{
        {"plain.env", plain},
        {"utf8-bom.env", plain},
        {"equals.env", {{"OPTION_A", "postgres://localhost:5432/database?sslmode=disable"}}},
        {"inherited-multi-var.env",
         {{"foo", "bar"}, {"VAR_TO_BE_LOADED_FROM_OS_ENV", "os"}, {"bar", "baz"}}},
        {"inherited-single-var.env", {{"VAR_TO_BE_LOADED_FROM_OS_ENV", "os"}}},
        {"special.env",
         {{"VAR.WITH.DOTS", "dots"},
          {"VAR_WITH_UNDERSCORES", "underscores"},
          {"VAR-WITH-DASHES", "dashes"}}},
        {"substitutions.env",
         {{"OPTION_A", "1"},
          {"OPTION_B", "1"},
          {"OPTION_C", "1"},
          {"OPTION_D", "1_1"},
          {"OPTION_E", ""}}},
    };
    for (const auto& [name, want] : files) {
        std::ifstream file{folder / name, std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        Findings findings;
        const auto pairs =
            read_dotenv(text, name, {{"VAR_TO_BE_LOADED_FROM_OS_ENV", "os"}}, findings);
        ASSERT_TRUE(pairs) << name << ": " << pairs.error().message;
        EXPECT_EQ(*pairs, want) << name;
    }
}

TEST(EnvFile, LaterFilesWinAndEnvironmentWinsOverAll) {
    const Outcome outcome = read(
        {{"compose.yaml",
          "services:\n"
          "  web:\n"
          "    image: nginx\n"
          "    env_file: [a.env, {path: b.env, required: true}, {path: no.env, required: false}]\n"
          "    environment: {C: own, D: , E: }\n"},
         {"a.env", "A=a\nB=a\nC=a\nF=${P}-${C}-${A}\n"},
         {"b.env", "B=b\nG=$A\n"}},
        {{"P", "project"}, {"D", "given"}});
    EXPECT_EQ(outcome.service("web")["environment"], (Json{{"A", "a"},
                                                           {"B", "b"},
                                                           {"C", "own"},
                                                           {"D", "given"},
                                                           {"E", nullptr},
                                                           {"F", "project-own-a"},
                                                           {"G", "a"}}));
    EXPECT_FALSE(outcome.service("web").contains("env_file"));
}

TEST(EnvFile, RawHasNoQuotesAndNoVariables) {
    const Outcome outcome =
        read({{"compose.yaml",
               "services: {web: {image: nginx, env_file: [{path: a.env, format: raw}]}}"},
              {"a.env", "A=\"x\"\n# no\nB=$A #\n"}});
    EXPECT_EQ(outcome.service("web")["environment"], (Json{{"A", "\"x\""}, {"B", "$A #"}}));
}

TEST(EnvFile, LabelFilesLieBelowLabels) {
    const Outcome outcome = read(
        {{"compose.yaml", "services: {web: {image: nginx, label_file: a.label, labels: [B=own]}}"},
         {"a.label", "A=file\nB=file\n"}});
    EXPECT_EQ(outcome.service("web")["labels"], (Json{{"A", "file"}, {"B", "own"}}));
}

}  // namespace
}  // namespace driftless::compose::test
