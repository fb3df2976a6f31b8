// Sources over https, against nginx and git http-backend on loopback, with a private authority.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/git/rig.hpp"
#include "tests/support/servers.hpp"

namespace driftless::git {
namespace {

using testing::HttpsServer;
using testing::Listener;

class Https : public SourceRig {
protected:
    void SetUp() override {
        SKIP_WITHOUT_HTTPS_SERVER();
        tip = repo.commit({{"a", "1"}});
        const std::filesystem::path path = repo.path();
        name = path.filename();
        server = std::make_unique<HttpsServer>(path.parent_path());
    }
    SourceSettings settings(const std::string& url) {
        SourceSettings all;
        all.name = "infra";
        all.url = url;
        all.auth.ca = server->ca();
        return all;
    }
    SourceSettings settings_private() {
        SourceSettings all = settings(server->url("private/" + name));
        all.auth.username = "bnx";
        all.auth.password_secret = "git";
        return all;
    }

    std::string tip;
    std::string name;
    std::unique_ptr<HttpsServer> server;
};

TEST_F(Https, PollsFetchesAndReadsACommitInOneExchangeAPoll) {
    const auto source = make(settings(server->url("git/" + name)));
    const auto polled = run(source->poll());
    ASSERT_TRUE(polled) << polled.error().message;
    EXPECT_EQ(*polled, tip);
    ASSERT_TRUE(run(source->poll()));
    EXPECT_EQ(server->requests(), 2) << "one a poll";
    ASSERT_TRUE(run(source->fetch()));
    EXPECT_EQ(*(*run(source->snapshot(tip)))->read("a"), "1");
    const std::string second = repo.commit({{"a", "2"}});
    EXPECT_EQ(*run(source->fetch()), second);
    EXPECT_TRUE(run(source->snapshot(second)).ok());
}

TEST_F(Https, LogsInWithAUserAndAPassword) {
    secrets["git"] = "let me in";
    const auto source = make(settings_private());
    const auto polled = run(source->poll());
    ASSERT_TRUE(polled) << polled.error().message;
    EXPECT_EQ(*polled, tip);
    EXPECT_EQ(*run(source->fetch()), tip);
}

TEST_F(Https, Fault2AWrongPasswordIsTriedOnceAndNeverShown) {
    secrets["git"] = "hunter2";
    const auto polled = poll(settings_private());
    expect_error(polled, Errc::unauthenticated, {"refused the credential", "auth"});
    EXPECT_EQ(polled.error().retry_after, std::chrono::minutes{10});
    EXPECT_EQ(polled.error().message.find("hunter2"), std::string::npos);
    EXPECT_EQ(server->requests(), 2) << "asked without it, then with it, and no more";
}

TEST_F(Https, ACredentialThatIsMissingIsToldApart) {
    expect_error(poll(settings(server->url("private/" + name))), Errc::unauthenticated,
                 {"asks for a credential"});
    expect_error(poll(settings_private()), Errc::unauthenticated, {"no secret git"});
}

TEST_F(Https, AServerThatNoKnownAuthorityVouchesForIsRefused) {
    SourceSettings all = settings(server->url("git/" + name));
    all.auth.ca.clear();
    expect_error(poll(all), Errc::forbidden,
                 {"certificate of localhost", "\"CN=Test\" signed it", "auth.ca"});
    EXPECT_EQ(server->requests(), 0);
}

TEST_F(Https, AnotherAuthorityThanOursIsRefused) {
    const HttpsServer other{folder.path()};
    SourceSettings all = settings(server->url("git/" + name));
    all.auth.ca = other.ca();
    expect_error(poll(all), Errc::forbidden, {"certificate of localhost"});
    testing::write_file(folder.at("none.pem"), "no certificate\n");
    all.auth.ca = folder.at("none.pem");
    expect_error(poll(all), Errc::invalid, {"auth.ca", "PEM"});
}

TEST_F(Https, ACertificateForAnotherHostOrAnotherTimeIsRefused) {
    secrets["git"] = "let me in";
    SourceSettings all = settings_private();
    all.url = server->wrong_name("private/" + name);
    expect_error(poll(all), Errc::forbidden, {"other.example", "not for localhost"});
    all.url = server->expired("private/" + name);
    expect_error(poll(all), Errc::forbidden, {"it expired on"});
    EXPECT_EQ(server->requests(), 0) << "nothing was sent, no credential either";
}

TEST_F(Https, AServerWithTheNewestTlsAloneIsExplained) {
    const auto polled = poll(settings(server->newest_tls("git/" + name)));
    if (polled.failed() && polled.error().message.find("HTTP") == std::string::npos &&
        polled.error().message.find("http status") == std::string::npos) {
        expect_error(polled, Errc::unavailable, {"TLS 1.3"});
    }  // a newer libgit2 may reach it, and finds no repository there
    EXPECT_TRUE(polled.failed());
}

TEST_F(Https, NoRedirectTakesACredentialElsewhere) {
    secrets["git"] = "let me in";
    SourceSettings all = settings_private();
    for (const std::string path : {"redirect/", "bounce/"}) {  // another port of the same host
        all.url = server->url(path + name);
        expect_error(poll(all), Errc::forbidden, {"elsewhere", "url"});
    }
    const std::string asked = server->asked_elsewhere();
    EXPECT_NE(asked.find("/bounce/"), std::string::npos) << asked;
    EXPECT_EQ(asked.find("Basic"), std::string::npos) << asked;
}

TEST_F(Https, NoRedirectLeadsToAnotherHostOrOutOfTls) {
    for (const std::string path : {"away/", "plain/"}) {
        expect_error(poll(settings(server->url(path + name))), Errc::invalid,
                     {"elsewhere", "write the new address as url"});
    }
    EXPECT_EQ(server->asked_elsewhere(), "");
    const auto moved = poll(settings(server->url("moved/" + name)));
    EXPECT_TRUE(moved.ok()) << moved.error().message;  // on the same server
}

TEST_F(Https, OneThatTalksNonsenseIsUnavailable) {
    const testing::Babbler plain{"HTTP/1.1 200 OK\r\n\r\nnot encrypted\n"};
    expect_error(poll(settings("https://localhost:" + std::to_string(plain.port()) + "/x")),
                 Errc::unavailable, {"SSL"});
}

TEST_F(Https, WhatIsNoGitServerIsToldByWhatItSays) {
    expect_error(poll(settings(server->url("garbage/" + name))), Errc::invalid,
                 {"no git server answers there"});
    expect_error(poll(settings(server->url("403/" + name))), Errc::forbidden, {"403", "may not"});
    expect_error(poll(settings(server->url("404/" + name))), Errc::unavailable,
                 {"404", "no such repository"});
    expect_error(poll(settings(server->url("429/" + name))), Errc::rate_limited, {"429"});
    expect_error(poll(settings(server->url("500/" + name))), Errc::unavailable, {"500"});
    expect_error(poll(settings(server->url("git/nothing"))), Errc::unavailable, {"404"});
}

TEST_F(Https, Fault1AServerThatIsGoneIsUnavailable) {
    int port = 0;
    {
        const Listener closed;
        port = closed.port();
    }
    expect_error(poll(settings("https://localhost:" + std::to_string(port) + "/x")),
                 Errc::unavailable, {"refused"});
}

TEST_F(Https, Fault42AHostThatNoNameServerKnowsIsUnavailable) {
    // A name that never exists (RFC 6761); a machine without any name server answers the same.
    expect_error(poll(settings("https://nowhere.invalid/x")), Errc::unavailable,
                 {"resolve", "nowhere.invalid"});
}

TEST_F(Https, ASilentServerCostsTheDeadlineAndNotTheDaemon) {
    const Listener silent;
    testing::VirtualClock still;
    const auto in_virtual_time = net::make_processes(io.get_executor(), still);
    GitChildren children{*in_virtual_time};
    SourceSettings all = settings("https://localhost:" + std::to_string(silent.port()) + "/x");
    const auto source = make(all, children);
    const auto begun = still.now();
    expect_error(testing::run_on(io, still, source->poll()), Errc::timed_out, {"30000 ms"});
    EXPECT_EQ(still.now() - begun, std::chrono::seconds{30});
    all.limits.deadline = std::chrono::seconds{7};
    const auto impatient = make(all, children);
    expect_error(testing::run_on(io, still, impatient->fetch()), Errc::timed_out, {"7000 ms"});
    EXPECT_EQ(children.started, 2);
}

TEST_F(Https, Fault7WhatIsOverALimitIsGivenUpAndTheCloneStaysAsItWas) {
    SourceSettings all = settings(server->url("git/" + name));
    const auto before = make(all);
    ASSERT_TRUE(run(before->fetch()));
    std::string noise;
    for (unsigned i = 0, value = 1; i < 3u << 20; ++i) {
        value = value * 1664525 + 1013904223;  // so that it can't be packed
        noise += static_cast<char>(value >> 24);
    }
    const std::string large = repo.commit({{"large", noise}});
    all.limits.bytes = 1u << 20;
    const auto source = make(all);
    expect_error(run(source->fetch()), Errc::invalid, {"over 1048576 bytes", "limits.megabytes"});
    EXPECT_TRUE(run(source->snapshot(tip)).ok());
    EXPECT_TRUE(run(source->snapshot(large)).failed());
    all.limits.bytes = 100u << 20;
    all.limits.objects = 2;
    expect_error(run(make(all)->fetch()), Errc::invalid, {"limits.objects"});
    all.limits.objects = 100;
    EXPECT_EQ(*run(make(all)->fetch()), large);
}

TEST_F(Https, FollowsTagsAndRangesOfVersions) {
    SourceSettings all = settings(server->url("git/" + name));
    all.branch.clear();
    all.semver = ">=1.2 <2";
    expect_error(poll(all), Errc::not_found, {"no tag that is a version"});
    repo.git("tag v1.1.0");
    expect_error(poll(all), Errc::not_found, {"the highest is \"v1.1.0\""});
    repo.git("tag -a v1.2.0 -m annotated");
    const std::string second = repo.commit({{"a", "2"}});
    repo.git("tag 1.10.0");
    repo.git("tag v1.11.0-rc.1");
    repo.git("tag v2.0.0");
    repo.git("tag latest");
    const auto range = make(all);
    EXPECT_EQ(*run(range->poll()), second);
    EXPECT_EQ(range->chosen_ref(), "refs/tags/1.10.0");
    EXPECT_EQ(*run(range->fetch()), second);
    all.semver = "~1.2.0";
    EXPECT_EQ(*poll(all), tip) << "an annotated tag stands for its commit";
    all.semver.clear();
    all.tag = "v1.2.0";
    const auto tagged = make(all);
    EXPECT_EQ(*run(tagged->fetch()), tip);
    EXPECT_TRUE(run(tagged->snapshot(tip)).ok());
    all.tag = "v1.2.1";
    expect_error(poll(all), Errc::not_found, {"no tag \"v1.2.1\"", "did you mean"});
}

}  // namespace
}  // namespace driftless::git
