#include "daemon/cli/command_line.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/cli/key_lookup.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "daemon/store/store.hpp"
#include "tests/daemon/terminal.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::cli {
namespace {

using test::Ran;

class CommandLineTest : public ::testing::Test {
protected:
    Ran run(std::vector<std::string> arguments) { return terminal_.run(std::move(arguments)); }
    /// Settings with a target, whose state folder is in the test's own.
    std::string settings() {
        const std::string path = folder_.at("driftless.yaml");
        driftless::testing::write_file(path, "installation: test\nstate: " + folder_.at("state") +
                                                 "\ntargets:\n  mini1: {docker: {host: auto}}\n" +
                                                 "http: {socket: " + folder_.at("s.sock") + "}\n");
        return path;
    }

    /// A state of earlier days, with one thing on a target that the settings no longer have.
    bool make_state() {
        const auto lane = net::make_inline_lane(io_.get_executor());
        const auto store = open_store(folder_.at("state"), Access::own, *lane, clock_);
        Action action;
        action.key = {"old", "toy.thing", "stays"};
        const Step step{{action}};
        const Results results{Done{}};
        return store &&
               driftless::testing::run_on(io_, clock_, (*store)->settle("r0", step, results));
    }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    test::Terminal terminal_{io_, clock_};
    driftless::testing::TempFolder folder_;
};

TEST_F(CommandLineTest, WrongUsageIs64) {
    const std::vector<std::vector<std::string>> rows{
        {},
        {"frobnicate"},
        {"plan", "--nonsense"},
        {"confirm"},
        {"adopt"},
        {"diff"},
        {"status", "extra"},
        {"plan", "--dir", "x", "--revision", "y"},
        {"history", "--limit", "many"},
        {"suspend"},
        {"resume"},
        {"leave"},
        {"backup"},
        {"wait"},
        {"restore", "a", "b"},
        {"import"},
        {"import", "mini1", "--into"},
        {"import", "edge", "--zone", "b.dev"},
    };
    for (const auto& arguments : rows) {
        const Ran ran = run(arguments);
        EXPECT_EQ(ran.code, exit_usage) << ::testing::PrintToString(arguments);
        EXPECT_NE(ran.err, "");
    }
}

TEST_F(CommandLineTest, HelpAndVersionAre0) {
    const Ran help = run({"--help"});
    EXPECT_EQ(help.code, exit_done);
    EXPECT_NE(help.out.find("reconcile"), std::string::npos);
    EXPECT_EQ(help.out.find("git-child"), std::string::npos);  // not for people
    const Ran version = run({"version"});
    EXPECT_EQ(version.code, exit_done);
    EXPECT_TRUE(version.out.starts_with("driftless "));
}

TEST_F(CommandLineTest, InitWritesSettingsThatAreValidAndNeverOverOthers) {
    const std::string path = folder_.at("etc/driftless.yaml");
    EXPECT_EQ(run({"init", "--config", path}).code, exit_done);
    const auto settings = load_settings(path);
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->policy.mode, Mode::observe);
    EXPECT_EQ(run({"init", "--config", path}).code, exit_error);
}

TEST_F(CommandLineTest, WithoutSettingsItSaysWhatToDo) {
    const Ran ran = run({"--config", folder_.at("none.yaml"), "status"});
    EXPECT_EQ(ran.code, exit_error);
    EXPECT_NE(ran.err.find("driftless init"), std::string::npos);
}

TEST_F(CommandLineTest, WithoutADaemonItSaysSo) {
    const std::string config = settings();
    for (const char* command : {"status", "history", "reconcile"}) {
        const Ran ran = run({command, "--config", config});
        EXPECT_EQ(ran.code, exit_error);
        EXPECT_NE(ran.err.find("driftless run"), std::string::npos) << ran.err;
    }
}

TEST_F(CommandLineTest, AZoneFileBecomesAManifestWithoutAnybodyBeingAsked) {
    const std::string file = folder_.at("b.dev.zone");
    driftless::testing::write_file(file, "www A 203.0.113.7\ntree DNAME example.com.\n");
    const std::string into = folder_.at("into");
    const std::vector<std::string> arguments{
        "import", "--from", file, "--into", into, "--config", folder_.at("none.yaml")};
    EXPECT_EQ(run(arguments).code, exit_usage);  // for which target?
    auto named = arguments;
    named.emplace_back("edge");
    const Ran ran = run(named);
    EXPECT_EQ(ran.code, exit_done) << ran.err;
    EXPECT_NE(ran.out.find("b.dev.zone:2:1: record tree.b.dev/DNAME"), std::string::npos)
        << ran.out;
    const std::string written = driftless::testing::read_file(into + "/b.dev.yaml");
    EXPECT_NE(written.find("target: edge"), std::string::npos) << written;
    EXPECT_NE(written.find("203.0.113.7"), std::string::npos) << written;
    driftless::testing::write_file(file, "www A 203.0.113\n");
    const Ran wrong = run(named);
    EXPECT_EQ(wrong.code, exit_error);
    EXPECT_NE(wrong.err.find("b.dev.zone:1:1: "), std::string::npos) << wrong.err;
}

TEST_F(CommandLineTest, AZoneFileIsForAnAccountAtCloudflare) {
    const std::string file = folder_.at("b.dev.zone");
    driftless::testing::write_file(file, "www A 203.0.113.7\n");
    const Ran ran = run({"import", "--from", file, "--config", settings(), "mini1"});
    EXPECT_EQ(ran.code, exit_usage);
    EXPECT_NE(ran.err.find("no account at Cloudflare"), std::string::npos) << ran.err;
}

TEST_F(CommandLineTest, AnImportWantsATargetThatThereIsAndAnswers) {
    EXPECT_EQ(run({"import", "--config", settings(), "mini9"}).code, exit_usage);
    driftless::testing::write_file(
        folder_.at("away.yaml"),
        "installation: test\ntargets:\n  mini1: {docker: {host: \"unix://" +
            folder_.at("none.sock") + "\"}}\n");
    const std::string into = folder_.at("into");
    const Ran ran = run({"import", "--config", folder_.at("away.yaml"), "mini1", "--into", into});
    EXPECT_EQ(ran.code, exit_error);
    EXPECT_NE(ran.err.find("target mini1: import"), std::string::npos) << ran.err;
    EXPECT_FALSE(std::filesystem::exists(into));
}

TEST_F(CommandLineTest, AnUnknownTargetOfAPlanIsWrongUsage) {
    const Ran ran = run({"plan", "--config", settings(), "--target", "mini9"});
    EXPECT_EQ(ran.code, exit_usage);
}

TEST_F(CommandLineTest, WaitWantsACommitATimeAndATargetThatThereIs) {
    const std::string config = settings();
    const std::vector<std::vector<std::string>> rows{
        {"--revision", "main"},
        {"--revision", "abcde"},
        {"--revision", "abcdef0", "--timeout", "soon"},
        {"--revision", "abcdef0", "--target", "mini9"},
    };
    for (const auto& row : rows) {
        std::vector<std::string> arguments{"wait", "--config", config};
        arguments.insert(arguments.end(), row.begin(), row.end());
        const Ran ran = run(arguments);
        EXPECT_EQ(ran.code, exit_usage) << ::testing::PrintToString(row);
        EXPECT_NE(ran.err, "");
    }
}

TEST_F(CommandLineTest, ATargetOfTheSettingsIsNotLeft) {
    const Ran ran = run({"leave", "mini1", "--config", settings()});
    EXPECT_EQ(ran.code, exit_error);
    EXPECT_NE(ran.err.find("driftless.yaml:4:"), std::string::npos) << ran.err;
}

TEST_F(CommandLineTest, LeaveAndBackupMakeNoStateWhereThereIsNone) {
    const std::string config = settings();
    for (const auto& [command, what] :
         std::map<std::string, std::string>{{"leave", "old"}, {"backup", folder_.at("copy")}}) {
        const Ran ran = run({command, what, "--config", config});
        EXPECT_EQ(ran.code, exit_error);
        EXPECT_NE(ran.err.find("no state"), std::string::npos) << ran.err;
    }
    EXPECT_FALSE(std::filesystem::exists(folder_.at("state")));
}

TEST_F(CommandLineTest, ABackupIsANewFile) {
    const std::string config = settings();
    ASSERT_TRUE(make_state());
    const std::string copy = folder_.at("copy");
    const Ran made = run({"backup", copy, "--config", config, "--json"});
    EXPECT_EQ(made.code, exit_done) << made.err;
    EXPECT_EQ(json::parse(made.out)["file"], copy);
    EXPECT_GT(json::parse(made.out)["bytes"], 4096);
    const Ran again = run({"backup", copy, "--config", config});
    EXPECT_EQ(again.code, exit_error);
    EXPECT_NE(again.err.find("is there already"), std::string::npos) << again.err;
}

TEST_F(CommandLineTest, ATargetThatIsOutOfTheSettingsIsForgottenAndSaysWhatStays) {
    const std::string config = settings();
    ASSERT_TRUE(make_state());
    const Ran left = run({"leave", "old", "--config", config});
    EXPECT_EQ(left.code, exit_done) << left.err;
    EXPECT_EQ(left.out,
              "old is no longer looked after; 1 thing stays as it is:\n  toy.thing/stays\n");
    const Ran again = run({"leave", "old", "--config", config});
    EXPECT_EQ(again.code, exit_error);
    EXPECT_NE(again.err.find("nothing is known"), std::string::npos) << again.err;
}

TEST_F(CommandLineTest, EveryErrorOfTheSettingsIsPrintedOnItsLine) {
    const std::string path = folder_.at("bad.yaml");
    driftless::testing::write_file(path, "installation: test\nstat: /x\ntargets: 3\n");
    const Ran ran = run({"plan", "--config", path});
    EXPECT_EQ(ran.code, exit_error);
    EXPECT_NE(ran.err.find(path + ":2:1"), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find(path + ":3:"), std::string::npos) << ran.err;
}

TEST_F(CommandLineTest, ADeployKeyThatOthersCanReadIsRefused) {
    const std::string key = folder_.at("deploy_key");
    driftless::testing::write_file(key, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    std::filesystem::permissions(key, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    driftless::testing::write_file(folder_.at("pins"), "git.example ssh-ed25519 AAAA\n");
    const std::string path = settings();
    driftless::testing::write_file(
        path, driftless::testing::read_file(path) +
                  "sources:\n  infra: {url: \"ssh://git@git.example/infra\", branch: main, auth: "
                  "{sshKey: " +
                  key + ", knownHosts: " + folder_.at("pins") + "}}\n");
    const Ran ran = run({"--config", path, "plan"});
    EXPECT_EQ(ran.code, exit_error);
    EXPECT_NE((ran.out + ran.err).find("chmod 600 " + key), std::string::npos)
        << ran.out << ran.err;
}

TEST_F(CommandLineTest, AHostileNameOfAFileIsShownAsEscapes) {
    for (const char* name : {"a\x1b[2J\xc2\x9b.yaml", "b\xff\n.yaml", "c\xe2\x80\xae.yaml"}) {
        driftless::testing::write_file(folder_.at("repo/") + name, "apiVersion: driftless/v1\n");
    }
    const Ran ran = run({"--config", settings(), "validate", folder_.at("repo")});
    EXPECT_EQ(ran.code, exit_error);
    for (const char* shown : {"a\\x1b[2J\\u009b.yaml: ", "b\\xff\\n.yaml: ", "c\\u202e.yaml:1"}) {
        EXPECT_NE(ran.out.find(shown), std::string::npos) << shown << " is not in " << ran.out;
    }
    EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
    const Ran as_json = run({"--config", settings(), "validate", "--json", folder_.at("repo")});
    EXPECT_TRUE(json::accept(as_json.out)) << as_json.out;
}

TEST_F(CommandLineTest, ValidateTellsGoodFromBad) {
    const std::string config = settings();
    driftless::testing::write_file(folder_.at("repo/other.yaml"), "just: data\n");
    EXPECT_EQ(run({"validate", folder_.at("repo"), "--config", config}).code, exit_done);
    driftless::testing::write_file(
        folder_.at("repo/bad.yaml"),
        "apiVersion: driftless/v1\nkind: ComposeProject\nmetadata: {name: web}\ntarget: mini1\n"
        "spec: {file: missing.yaml}\n");
    const Ran bad = run({"validate", folder_.at("repo"), "--config", config});
    EXPECT_EQ(bad.code, exit_error);
    EXPECT_NE(bad.out.find("missing.yaml"), std::string::npos) << bad.out;
    EXPECT_EQ(run({"validate", folder_.at("nowhere"), "--config", config}).code, exit_error);
}

const std::vector<Candidate> candidates{
    {{"mini1", "docker.container", "plausible.web.1"}, "ComposeProject/plausible"},
    {{"mini1", "docker.volume", "plausible.data"}, "ComposeProject/plausible"},
    {{"mini1", "docker.container", "proxy.web.1"}, "ComposeProject/proxy"},
    {{"mini2", "docker.container", "proxy.web.1"}, "ComposeProject/proxy"},
};

TEST(KeyLookup, FindsWhatAPersonMeans) {
    // Rows: what is typed, the keys that it means.
    const std::map<std::string, std::vector<std::string>> rows{
        {"mini1/docker.container/plausible.web.1", {"mini1/docker.container/plausible.web.1"}},
        {"docker.container/plausible.web.1", {"mini1/docker.container/plausible.web.1"}},
        {"docker.container/proxy.web.1@mini2", {"mini2/docker.container/proxy.web.1"}},
        {"ComposeProject/proxy@mini1", {"mini1/docker.container/proxy.web.1"}},
        {"ComposeProject/plausible",
         {"mini1/docker.container/plausible.web.1", "mini1/docker.volume/plausible.data"}},
    };
    for (const auto& [typed, expected] : rows) {
        const auto found = look_up(typed, candidates);
        ASSERT_TRUE(found) << typed << ": " << found.error().message;
        std::vector<std::string> keys;
        for (const ResourceKey& key : *found) keys.push_back(to_string(key));
        EXPECT_EQ(keys, expected) << typed;
    }
}

TEST(KeyLookup, FindsTheOneThingOrManifestThatAPersonMeans) {
    const std::map<std::string, std::string> rows{
        {"ComposeProject/plausible", "mini1/ComposeProject/plausible"},
        {"ComposeProject/proxy@mini2", "mini2/ComposeProject/proxy"},
        {"mini2/ComposeProject/proxy", "mini2/ComposeProject/proxy"},
        {"docker.volume/plausible.data", "mini1/docker.volume/plausible.data"},
        {"mini1/docker.volume/plausible.data", "mini1/docker.volume/plausible.data"},
    };
    for (const auto& [typed, expected] : rows) {
        const auto found = look_up_one(typed, candidates);
        ASSERT_TRUE(found) << typed << ": " << found.error().message;
        EXPECT_EQ(to_string(*found), expected) << typed;
    }
    EXPECT_FALSE(look_up_one("ComposeProject/proxy", candidates));
    EXPECT_FALSE(look_up_one("mini1/ComposeProject/other", candidates));
}

TEST(KeyLookup, ListsTheCandidatesOfSeveralTargets) {
    const auto found = look_up("docker.container/proxy.web.1", candidates);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::invalid);
    EXPECT_NE(found.error().message.find("mini1/docker.container/proxy.web.1"), std::string::npos);
    EXPECT_NE(found.error().message.find("mini2/docker.container/proxy.web.1"), std::string::npos);
}

TEST(KeyLookup, NamesTheNearestOfAnUnknownOne) {
    const auto found = look_up("ComposeProject/plausibel", candidates);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::not_found);
    EXPECT_NE(found.error().message.find("ComposeProject/plausible"), std::string::npos);
}

TEST(Text, NothingThatATerminalObeysGetsThrough) {
    EXPECT_EQ(clean("a\x1b[2J\r\n\tb\x7f"), "a\\x1b[2J\\x0d\\n\\tb\\x7f");
    EXPECT_EQ(clean("caf\xC3\xA9"), "caf\xC3\xA9");
    EXPECT_EQ(clean("\xC2\x9B"
                    "2J"),
              "\\u009b2J");  // CSI as one C1 character
}

TEST(Text, ColoursOnlyWhereTheyAreWanted) {
    EXPECT_EQ(Style{false}(Tone::bad, "x"), "x");
    EXPECT_EQ(Style{true}(Tone::bad, "x"), "\x1b[31mx\x1b[0m");
    EXPECT_EQ(Style{true}(Tone::plain, "x"), "x");
}

TEST(Text, LongLinesGoOnBelowTheirLastColumn) {
    const std::string words = "one two three four six seven";
    EXPECT_EQ(folded("  failed  web  " + words + "\nshort\n", 40),
              "  failed  web  one two three four six\n               seven\nshort\n");
    EXPECT_EQ(folded("a " + std::string(60, 'x'), 40),
              "a " + std::string(38, 'x') + "\n  " + std::string(22, 'x'));
    EXPECT_EQ(folded("  failed  web  " + words, 0), "  failed  web  " + words);
}

TEST(Text, ColoursAndLettersOfManyBytesTakeNoMorePlaceThanIsSeen) {
    std::string line = Style{true}(Tone::bad, "é") + " " + std::string(38, 'x');
    EXPECT_EQ(folded(line, 40), line);
    line += " y";
    EXPECT_EQ(folded(line, 40), line.substr(0, line.size() - 2) + "\n  y");
    const std::string full = Style{true}(Tone::bad, std::string(40, 'x'));
    EXPECT_EQ(folded(full, 40), full);
    EXPECT_EQ(folded(Style{true}(Tone::bad, std::string(41, 'x')), 40),
              "\x1b[31m" + std::string(40, 'x') + "\n  x\x1b[0m");
}

TEST(Text, CellsLineUpAsTheyAreSeen) {
    Table table;
    table.row({{"é"}, {"one"}});
    table.row({{"long"}, {}, {"end"}});
    EXPECT_EQ(table.print(Style{false}, "> "), "> é     one\n> long       end\n");
}

}  // namespace
}  // namespace driftless::cli
