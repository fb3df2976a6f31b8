#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/cli/check_up.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::cli {
namespace {

using driftless::testing::TempFolder;
using driftless::testing::write_file;

class DoctorTest : public ::testing::Test {
protected:
    DoctorTest() {
        settings.file = folder.at("driftless.yaml");
        settings.state = folder.at("state");
        write_file(settings.file, "");
        ::chmod(settings.file.c_str(), 0644);
        std::filesystem::create_directory(settings.state);
        ::chmod(settings.state.c_str(), 0700);
        settings.sources["infra"].name = "infra";
        settings.targets["mini1"].name = "mini1";
        settings.targets["mini1"].policy.mode = Mode::converge;
    }
    /// The first that is not fine.
    static Check worst(const Checks& checks) {
        for (const Check& check : checks) {
            if (check.verdict != Verdict::fine) return check;
        }
        return {};
    }
    static void expect(const Checks& checks, Verdict verdict, const std::string& said) {
        const Check found = worst(checks);
        EXPECT_EQ(found.verdict, verdict) << found.detail;
        EXPECT_NE(found.detail.find(said), std::string::npos) << found.detail;
    }

    TempFolder folder;
    Settings settings;
    const std::uint32_t user = ::geteuid();
};

TEST_F(DoctorTest, FindsNothingWhereAllIsWell) {
    EXPECT_EQ(worst(check_settings(settings)).detail, "");
    EXPECT_EQ(worst(check_state(settings, user)).detail, "");
}

TEST_F(DoctorTest, SettingsThatOthersMayChangeAreAFault) {
    ::chmod(settings.file.c_str(), 0664);
    expect(check_settings(settings), Verdict::fault, "run chmod go-w " + settings.file);
}

TEST_F(DoctorTest, SaysWhatIsOnlyObservedAndThatNothingIsDeclared) {
    settings.targets["mini1"].policy.mode = Mode::observe;
    expect(check_settings(settings), Verdict::advice, "mode: converge");
    settings.sources.clear();
    expect(check_settings(settings), Verdict::advice, "no source");
}

TEST_F(DoctorTest, TheStateFolderIsTheDaemonsAlone) {
    ::chmod(settings.state.c_str(), 0755);
    expect(check_state(settings, user), Verdict::fault, "run chmod 700 " + settings.state);
    ::chmod(settings.state.c_str(), 0700);
    expect(check_state(settings, user + 1), Verdict::fault, "run chown");
    write_file(settings.state + "/vault.forgot", "");
    expect(check_state(settings, user), Verdict::advice, "vault.forgot");
    settings.state = folder.at("none");
    expect(check_state(settings, user), Verdict::advice, "first start");
}

TEST_F(DoctorTest, EachSecretThatCannotBeReadIsTold) {
    write_file(folder.at("secrets/all/git"), "hunter2-and-3");
    ::chmod(folder.at("secrets/all/git").c_str(), 0644);
    settings.secrets.folder = folder.at("secrets");
    settings.sources["infra"].auth.password_secret = "git";
    settings.secrets.named["grafana"].env = "GRAFANA";
    const auto checks = [&](std::map<std::string, std::string> environment) {
        return check_secrets(settings, *make_secrets(settings.secrets, std::move(environment)));
    };
    const Checks both = checks({});
    ASSERT_EQ(both.size(), 2u);
    EXPECT_NE(both[0].detail.find("GRAFANA"), std::string::npos) << both[0].detail;
    const std::string good = "Tr0ub4dor&3";
    expect(checks({{"GRAFANA", good}}), Verdict::fault, "chmod 600");
    ::chmod(folder.at("secrets/all/git").c_str(), 0600);
    expect(checks({{"GRAFANA", "postgres"}}), Verdict::advice,
           "\"grafana\" could be taken for a name");
    const Checks fine = checks({{"GRAFANA", good}});
    EXPECT_EQ(worst(fine).detail, "");
    EXPECT_EQ(fine.back().detail, "2 secrets can be read");
}

TEST_F(DoctorTest, WhatATargetNeedsIsReadAsThatTargetReadsIt) {
    settings.targets["edge"].endpoint =
        CloudflareEndpoint{.account_id = "0", .token_secret = "cf", .ca = ""};
    settings.targets["mini1"].endpoint = DockerEndpoint{};
    settings.registries["ghcr.io"].password_secret = "ghcr";
    settings.secrets.folder = folder.at("secrets");
    for (const std::string path : {"secrets/edge/cf", "secrets/mini1/ghcr"}) {
        write_file(folder.at(path), "Tr0ub4dor&3");
        ::chmod(folder.at(path).c_str(), 0600);
    }
    const auto checks = [&] {
        return check_secrets(settings, *make_secrets(settings.secrets, {}));
    };
    EXPECT_EQ(worst(checks()).detail, "");
    EXPECT_EQ(checks().back().detail, "2 secrets can be read");
    std::filesystem::remove(folder.at("secrets/edge/cf"));
    expect(checks(), Verdict::fault, "\"cf\" of target \"edge\"");
}

}  // namespace
}  // namespace driftless::cli
