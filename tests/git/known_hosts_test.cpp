#include "daemon/git/known_hosts.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "daemon/git/ssh_wire.hpp"

namespace driftless::git {
namespace {

const std::string key_text = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const std::string key = *from_base64(key_text);

bool trusts(const std::string& names, const std::string& host, unsigned port = 22) {
    const KnownHosts known{names + " ssh-ed25519 " + key_text + " comment\r\n", "f", host, port};
    return known.check(key).ok();
}

TEST(KnownHosts, NameTheirHostsInEveryForm) {
    EXPECT_TRUE(trusts("github.com", "github.com"));
    EXPECT_TRUE(trusts("a.example,github.com", "github.com"));
    EXPECT_TRUE(trusts("GitHub.com", "github.com"));
    EXPECT_TRUE(trusts("*.example", "git.example"));
    EXPECT_TRUE(trusts("g?t.*", "git.example"));
    EXPECT_TRUE(trusts("[git.example]:2222", "git.example", 2222));
    EXPECT_TRUE(trusts("[*.example]:2222", "git.example", 2222));
    EXPECT_TRUE(trusts("::1", "::1"));
    EXPECT_FALSE(trusts("github.com", "github.com.evil.example"));
    EXPECT_FALSE(trusts("github.com", "xgithub.com"));
    EXPECT_FALSE(trusts("*.example", "example"));
    EXPECT_FALSE(trusts("*.example,!git.example", "git.example"));
    EXPECT_FALSE(trusts("!other.example", "git.example"));
    EXPECT_FALSE(trusts("git.example", "git.example", 2222));
    EXPECT_FALSE(trusts("[git.example]:2222", "git.example"));
    EXPECT_FALSE(trusts("[git.example]:2222", "git.example", 2223));
    EXPECT_FALSE(trusts("# github.com", "github.com"));
    EXPECT_FALSE(trusts("@cert-authority github.com", "github.com"));
    EXPECT_FALSE(trusts("@revoked github.com", "github.com"));
    EXPECT_FALSE(trusts("|1|x|y", "github.com"));
    EXPECT_FALSE(trusts("", "github.com"));
}

TEST(KnownHosts, LinesThatAreNoneAreNoPins) {
    for (const std::string& line : std::vector<std::string>{
             "github.com", "github.com ssh-ed25519", "github.com ssh-ed25519 !!!!",
             "github.com ssh-rsa " + key_text, "github.com ssh-ed25519 AAAA", "\n\n", "@revoked"}) {
        const KnownHosts known{line, "f", "github.com", 22};
        EXPECT_TRUE(known.check(key).failed()) << line;
        EXPECT_EQ(known.lines(), "") << line;
    }
}

TEST(KnownHosts, TellWhatToRun) {
    const KnownHosts known{"", "/etc/pins", "git.example", 2222};
    EXPECT_EQ(known.check(key).error().message,
              "host key of [git.example]:2222: it offered ssh-ed25519 "
              "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU, and /etc/pins has no key for "
              "it; compare it with what its owner publishes, then add the line that `ssh-keyscan "
              "-t ed25519 -p 2222 git.example` prints");
}

}  // namespace
}  // namespace driftless::git
