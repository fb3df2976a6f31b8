#include "daemon/cli/usage.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/logging.hpp"

namespace driftless::cli {
namespace {

class UsageTest : public ::testing::Test {
protected:
    UsageTest() {
        app.add_option("--config", config, "the settings")->type_name("FILE");
        add_plan(app, selected);
        add_completion(app, selected);
        add_reconcile(app, selected);
        add_git_child(app, selected);
    }
    CLI::App app{"git push changes infrastructure.", "driftless"};
    std::string config;
    Selected selected;
};

const Command& command_in(const Usage& usage, const std::string& name) {
    for (const Command& command : usage.commands) {
        if (command.name == name) return command;
    }
    throw std::runtime_error("no command " + name);
}

TEST_F(UsageTest, IsWhatTheParserKnowsLessWhatIsNotForPeople) {
    const Usage usage = usage_of(app);
    ASSERT_EQ(usage.commands.size(), 3u);
    EXPECT_EQ(usage.commands.front().name, "completion");
    const Command& plan = command_in(usage, "plan");
    ASSERT_FALSE(plan.flags.empty());
    EXPECT_EQ(plan.flags[1].names, std::vector<std::string>{"--dir"});
    EXPECT_EQ(plan.flags[1].value, "DIR");
    EXPECT_EQ(plan.flags.back().value, "") << "--json takes nothing";
    const Command& completion = command_in(usage, "completion");
    EXPECT_EQ(completion.arguments[0].name, "SHELL");
    EXPECT_EQ(completion.arguments[0].choices, shells);
    EXPECT_TRUE(completion.arguments[0].required);
    EXPECT_FALSE(command_in(usage, "reconcile").arguments[0].required);
}

TEST_F(UsageTest, EveryCommandAndFlagIsInTheManualAndInEveryShell) {
    const Usage usage = usage_of(app);
    std::vector<std::string> texts{man_page(usage)};
    for (const std::string& shell : shells) texts.push_back(completions_for(shell, usage));
    for (const std::string& text : texts) {
        for (const Command& command : usage.commands) {
            EXPECT_NE(text.find(command.name), text.npos) << command.name << text;
        }
        EXPECT_EQ(text.find("git-child"), text.npos);
        for (const char* flag : {"revision", "dir", "target", "json", "config"}) {
            EXPECT_NE(text.find(flag), text.npos) << flag << text;
        }
    }
    EXPECT_EQ(completions_for("tcsh", usage), "");
}

TEST(ManPage, TakesNoTextForAnEscapeOrARequest) {
    Usage usage{.about = "", .flags = {}, .commands = {}};
    usage.commands.push_back(
        {.name = "x", .about = ".so /etc/passwd \\n -1", .flags = {}, .arguments = {}});
    EXPECT_NE(man_page(usage).find("\n\\&.so /etc/passwd \\en \\-1\n"), std::string::npos);
}

TEST(JsonLog, SplitsALineIntoItsFields) {
    struct Row {
        const char* text;
        const char* json;
    };
    const std::vector<Row> rows{
        {"daemon stopped", R"("message":"daemon stopped"})"},
        {"run converged run=7f3c changes=2",
         R"("message":"run converged","run":"7f3c","changes":2})"},
        {R"(run failed detail="a \"b\" c=1" retry_in_s=-1)",
         R"("message":"run failed","detail":"a \"b\" c=1","retry_in_s":-1})"},
        {"x a=1 and more", R"("message":"x","a":1,"rest":"and more"})"},
        {"x detail=\"cut", R"("message":"x detail=\"cut"})"},
        {"x empty= b=2", R"("message":"x","empty":"","b":2})"},
        {"x bad=\xff", "\"message\":\"x\",\"bad\":\"\xef\xbf\xbd\"}"},
    };
    for (const auto& [text, json] : rows) {
        EXPECT_EQ(as_json_line("T", "info", text),
                  std::string{R"({"time":"T","level":"info",)"} + json);
    }
}

}  // namespace
}  // namespace driftless::cli
