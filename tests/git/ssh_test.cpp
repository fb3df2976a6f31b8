// Sources over ssh, against OpenSSH on loopback: which server is trusted, which key is good.
#include <gtest/gtest.h>

#include "tests/git/rig.hpp"
#include "tests/support/servers.hpp"

namespace driftless::git {
namespace {

using testing::make_ssh_key;
using testing::public_part;
using testing::SshServer;

class Ssh : public SourceRig {
protected:
    void SetUp() override {
        SKIP_WITHOUT_SSH_SERVER();
        tip = repo.commit({{"a", "1"}});
        ed25519 = make_ssh_key(keys, "host_ed25519", "ed25519");
        ecdsa = make_ssh_key(keys, "host_ecdsa", "ecdsa");
        deploy = make_ssh_key(keys, "deploy", "ed25519");
        serve({ed25519, ecdsa}, {deploy});
    }
    void serve(const std::vector<std::string>& host_keys, const std::vector<std::string>& known) {
        server = std::make_unique<SshServer>(host_keys, known);
    }
    /// A source that trusts these host keys.
    SourceSettings settings(const std::vector<std::string>& pins) {
        std::string lines;
        for (const std::string& pin : pins) lines += server->host() + " " + public_part(pin) + "\n";
        return settings_with(lines);
    }
    SourceSettings settings_with(const std::string& known_hosts) {
        testing::write_file(folder.at("known_hosts"), "# pins\n" + known_hosts);
        SourceSettings all;
        all.name = "infra";
        all.url = server->url(repo.path());
        all.auth.ssh_key = deploy;
        all.auth.known_hosts = folder.at("known_hosts");
        return all;
    }
    /// "SHA256:…"
    static std::string print_of(const std::string& key) {
        const std::string line = testing::shell("ssh-keygen -l -f " + key + ".pub");
        const auto begin = line.find("SHA256:");
        return line.substr(begin, line.find(' ', begin) - begin);
    }

    testing::TempFolder keys;
    std::string tip;
    std::string ed25519;
    std::string ecdsa;
    std::string deploy;
    std::unique_ptr<SshServer> server;
};

TEST_F(Ssh, PollsFetchesAndReadsACommit) {
    const auto source = make(settings({ecdsa}));
    const auto polled = run(source->poll());
    ASSERT_TRUE(polled) << polled.error().message << server->log();
    EXPECT_EQ(*polled, tip);
    EXPECT_EQ(*run(source->fetch()), tip);
    EXPECT_EQ(*(*run(source->snapshot(tip)))->read("a"), "1");
}

TEST_F(Ssh, APinnedKeyOfAnyTypeIsAskedFor) {
    for (const std::string& pin : {ed25519, ecdsa}) {
        const auto polled = poll(settings({pin}));
        EXPECT_TRUE(polled.ok()) << polled.error().message;
    }
}

TEST_F(Ssh, OneOfSeveralPinsIsEnough) {
    const std::string next = make_ssh_key(keys, "next", "ed25519");
    const auto polled = poll(settings({next, ed25519}));
    EXPECT_TRUE(polled.ok()) << polled.error().message;
    serve({ecdsa}, {deploy});  // none of the type that is tried first
    const auto other = poll(settings({next, ed25519, ecdsa}));
    EXPECT_TRUE(other.ok()) << other.error().message;
}

TEST_F(Ssh, HashedLinesCountToo) {
    settings({ecdsa});
    testing::shell("ssh-keygen -q -H -f " + folder.at("known_hosts"));
    const std::string hashed = testing::read_file(folder.at("known_hosts"));
    ASSERT_NE(hashed.find("|1|"), std::string::npos);
    const auto polled = poll(settings_with(hashed));
    EXPECT_TRUE(polled.ok()) << polled.error().message;
}

TEST_F(Ssh, Fault3AChangedHostKeyIsRefusedWithBothFingerprints) {
    const std::string old = make_ssh_key(keys, "old", "ecdsa");
    serve({ecdsa}, {deploy});
    expect_error(poll(settings({old})), Errc::forbidden,
                 {"ecdsa-sha2-nistp256", print_of(ecdsa), print_of(old), "the key changed",
                  "ssh-keyscan -t ecdsa -p "});
    EXPECT_EQ(server->log().find("Accepted"), std::string::npos);
}

TEST_F(Ssh, AHostThatIsNotPinnedIsNotTrustedOnFirstUse) {
    expect_error(poll(settings_with("other.example " + public_part(ecdsa) + "\n")), Errc::forbidden,
                 {"has no key for it", print_of(ecdsa), "ssh-keyscan -t ecdsa -p "});
    EXPECT_EQ(testing::read_file(folder.at("known_hosts")).find(server->host()), std::string::npos);
}

TEST_F(Ssh, APinOfATypeThatTheServerLacksIsExplained) {
    serve({ecdsa}, {deploy});
    expect_error(
        poll(settings({ed25519})), Errc::forbidden,
        {"pins no key of this type", "ssh-ed25519", print_of(ecdsa), "ssh-keyscan -t ecdsa"});
}

TEST_F(Ssh, ARevokedHostKeyIsRefused) {
    const std::string line = server->host() + " " + public_part(ecdsa) + "\n";
    expect_error(poll(settings_with("@revoked " + line + line)), Errc::forbidden, {"revoked"});
}

TEST_F(Ssh, Fault2AnUnknownDeployKeyIsTriedOnce) {
    SourceSettings all = settings({ecdsa});
    all.auth.ssh_key = make_ssh_key(keys, "stranger", "ed25519");
    const auto polled = poll(all);
    expect_error(polled, Errc::unauthenticated, {"refused the ssh key", "ssh-keygen -y"});
    EXPECT_EQ(polled.error().retry_after, std::chrono::minutes{10});
}

TEST_F(Ssh, AnRsaDeployKeyIsRefusedBeforeItIsTried) {
    SourceSettings all = settings({ecdsa});
    for (const char* form : {"", " -m PEM", " -m PKCS8"}) {
        const std::string rsa = keys.at("rsa");
        testing::shell("rm -f " + rsa + " && ssh-keygen -q -t rsa -b 2048 -N '' -f " + rsa + form);
        all.auth.ssh_key = rsa;
        const auto polled = poll(all);
        expect_error(polled, Errc::unauthenticated,
                     {"it is an RSA key", "SHA-1", "ssh-keygen -t ed25519"});
    }
    EXPECT_EQ(processes.started, 0);
}

TEST_F(Ssh, AKeyWithAPassphraseIsOpened) {
    SourceSettings all = settings({ecdsa});
    all.auth.ssh_key = make_ssh_key(keys, "locked", "ed25519", "hush-hush");
    all.auth.passphrase_secret = "passphrase";
    secrets["passphrase"] = "hush-hush";
    serve({ecdsa}, {all.auth.ssh_key});
    testing::write_file(all.auth.known_hosts, server->host() + " " + public_part(ecdsa) + "\n");
    all.url = server->url(repo.path());
    const auto polled = poll(all);
    EXPECT_TRUE(polled.ok()) << polled.error().message;
    secrets["passphrase"] = "hush-hash";
    const auto refused = poll(all);
    expect_error(refused, Errc::unauthenticated, {"cannot be opened", "auth.passphrase"});
    EXPECT_EQ(refused.error().message.find("hush-hash"), std::string::npos);
}

TEST_F(Ssh, AnEcdsaDeployKeyWorks) {
    const std::string key = make_ssh_key(keys, "second", "ecdsa");
    serve({ed25519}, {key});
    SourceSettings all = settings({ed25519});
    all.auth.ssh_key = key;
    const auto polled = poll(all);
    EXPECT_TRUE(polled.ok()) << polled.error().message;
}

TEST_F(Ssh, Fault42AHostThatNoNameServerKnowsIsUnavailable) {
    SourceSettings all = settings({ed25519});
    all.url = "ssh://git@nowhere.invalid/x";
    expect_error(poll(all), Errc::unavailable, {"resolve", "nowhere.invalid"});
}

TEST_F(Ssh, ARepositoryThatIsNotThereIsUnavailable) {
    SourceSettings all = settings({ecdsa});
    all.url = server->url("/nowhere/at/all");
    expect_error(poll(all), Errc::unavailable, {"/nowhere/at/all"});
}

TEST_F(Ssh, ASilentServerCostsTheDeadline) {
    const testing::Listener silent;
    testing::VirtualClock still;
    const auto in_virtual_time = net::make_processes(io.get_executor(), still);
    GitChildren children{*in_virtual_time};
    SourceSettings all = settings({ecdsa});
    all.url = "ssh://git@127.0.0.1:" + std::to_string(silent.port()) + "/x";
    const auto source = make(all, children);
    expect_error(testing::run_on(io, still, source->poll()), Errc::timed_out, {"30000 ms"});
}

TEST_F(Ssh, OneThatTalksNonsenseIsUnavailable) {
    SourceSettings all = settings({ecdsa});
    for (const char* text : {"\x01\x02\x03nonsense", "SSH-2.0-none\r\nnonsense nonsense"}) {
        const testing::Babbler noise{text};
        all.url = "ssh://git@127.0.0.1:" + std::to_string(noise.port()) + "/x";
        expect_error(poll(all), Errc::unavailable, {"SSH"});
    }
}

}  // namespace
}  // namespace driftless::git
