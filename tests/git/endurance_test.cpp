// A thousand polls and a hundred fetches by one child process: its memory stays flat, a poll stays
// cheap. Prints what it measured.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include "tests/git/rig.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/support/servers.hpp"

namespace driftless::git {
namespace {

class Endurance : public SourceRig {
protected:
    void SetUp() override {
        if (testing::read_file("/proc/self/status").empty()) GTEST_SKIP() << "no /proc here";
        if (testing::under_sanitizer) GTEST_SKIP() << "a sanitizer keeps what was freed";
        repo.commit({{"a", "1"}});
    }
    [[nodiscard]] long resident_kb() const {
        const std::string status =
            testing::read_file("/proc/" + std::to_string(processes.pid) + "/status");
        const auto at = status.find("VmRSS:");
        return at == status.npos ? 0 : std::stol(status.substr(at + 6));
    }
    /// Of the child, user and system.
    [[nodiscard]] double cpu_ms() const {
        const std::string stat =
            testing::read_file("/proc/" + std::to_string(processes.pid) + "/stat");
        std::istringstream fields{stat.substr(stat.rfind(')') + 1)};
        std::string skipped;
        for (int i = 0; i < 11; ++i) fields >> skipped;
        double user = 0;
        double system = 0;
        fields >> user >> system;
        return (user + system) * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    /// @param fetches  each brings a new commit
    void rounds(Source& source, int polls, int fetches) {
        for (int i = 0; i < polls; ++i) {
            const auto polled = run(source.poll());
            ASSERT_TRUE(polled) << polled.error().message;
            if (fetches == 0 || i % (polls / fetches) != 0) continue;
            const std::string tip = repo.commit({{"a", std::to_string(++content)}});
            const auto fetched = run(source.fetch());
            ASSERT_TRUE(fetched) << fetched.error().message;
            EXPECT_EQ(*fetched, tip);
        }
    }
    void measure(const SourceSettings& settings) {
        const auto source = make(settings);
        rounds(*source, 100, 10);
        const long before = resident_kb();
        rounds(*source, 900, 90);
        const long after = resident_kb();
        const double cpu = cpu_ms();
        rounds(*source, 100, 0);
        std::cout << settings.url.substr(0, settings.url.find(':')) << ": resident " << before
                  << " kB after 100 polls, " << after << " kB after 1,000 and 100 fetches; a poll "
                  << (cpu_ms() - cpu) / 100 << " ms of CPU\n";
        EXPECT_LT(after - before, 8 * 1'024);
        EXPECT_EQ(processes.started, 1);
    }
    int content = 1;
};

TEST_F(Endurance, OverFiles) {
    SourceSettings all;
    all.url = repo.url();
    measure(all);
}

TEST_F(Endurance, OverHttps) {
    SKIP_WITHOUT_HTTPS_SERVER();
    const std::filesystem::path path = repo.path();
    const testing::HttpsServer server{path.parent_path()};
    secrets["git"] = "let me in";
    SourceSettings all;
    all.url = server.url("private/" + path.filename().string());
    all.auth.ca = server.ca();
    all.auth.username = "bnx";
    all.auth.password_secret = "git";
    measure(all);
}

TEST_F(Endurance, OverSsh) {
    SKIP_WITHOUT_SSH_SERVER();
    const testing::TempFolder keys;
    const std::string host = testing::make_ssh_key(keys, "host", "ed25519");
    const std::string deploy = testing::make_ssh_key(keys, "deploy", "ed25519");
    const testing::SshServer server{{host}, {deploy}};
    testing::write_file(folder.at("known_hosts"),
                        server.host() + " " + testing::public_part(host) + "\n");
    SourceSettings all;
    all.url = server.url(repo.path());
    all.auth.ssh_key = deploy;
    all.auth.known_hosts = folder.at("known_hosts");
    measure(all);
}

}  // namespace
}  // namespace driftless::git
