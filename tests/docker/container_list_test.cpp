#include "providers/docker/container_list.hpp"

#include <gtest/gtest.h>

#include "providers/docker/log_text.hpp"

namespace driftless::docker {
namespace {

/// One container as Engine 20.10 lists it, with `status` and `more` fields.
std::string container(const std::string& status, const std::string& more = "") {
    return R"({"Id":"c1","Names":["/shop-web-1"],"Image":"nginx:1.27","ImageID":"sha256:aa",)"
           R"("Command":"nginx -g 'daemon off;'","Created":1763900000,"Ports":[)"
           R"({"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},)"
           R"({"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},)"
           R"({"IP":"127.0.0.1","PrivatePort":53,"PublicPort":53,"Type":"udp"},)"
           R"({"IP":"::1","PrivatePort":53,"PublicPort":53,"Type":"udp"},)"
           R"({"PrivatePort":443,"Type":"tcp"}],)"
           R"("Labels":{"com.docker.compose.project":"shop","Id":"not the id"},"State":"running",)"
           R"("Status":")" +
           status +
           R"(","HostConfig":{"NetworkMode":"shop_default"},)"
           R"("NetworkSettings":{"Networks":{"shop_default":{"IPAMConfig":null,"Gateway":"172.18.0.1",)"
           R"("IPPrefixLen":16,"Id":"other","State":"x"}}},"Mounts":[])" +
           more + "}";
}

std::string fingerprint_of(const std::string& text) {
    const auto list = ContainerListReader{}.read("[" + text + "]");
    return list && list->size() == 1 ? list->front().fingerprint : "unreadable";
}

TEST(ContainerList, KeepsWhatTheSummaryHolds) {
    const auto list = ContainerListReader{}.read("[" + container("Up 3 minutes (healthy)") + "]");
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->size(), 1u);
    const auto& web = list->front();
    EXPECT_EQ(web.id, "c1");
    EXPECT_EQ(web.names, std::vector<std::string>{"shop-web-1"});
    EXPECT_EQ(web.image, "nginx:1.27");
    EXPECT_EQ(web.image_id, "sha256:aa");
    EXPECT_EQ(web.state, "running");
    EXPECT_EQ(web.status, "Up 3 minutes (healthy)");
    EXPECT_EQ(web.labels.at("com.docker.compose.project"), "shop");
    EXPECT_EQ(web.ports,
              (std::vector<std::string>{"8080/tcp", "127.0.0.1:53/udp", "[::1]:53/udp"}));
}

TEST(ContainerList, AnEmptyListIsOne) {
    const auto list = ContainerListReader{}.read("[]");
    ASSERT_TRUE(list);
    EXPECT_TRUE(list->empty());
}

TEST(ContainerList, RefusesWhatIsNoList) {
    const auto whole = "[" + container("Up 1 second") + "]";
    for (const std::string& body :
         {std::string{}, std::string{"{}"}, std::string{"null"}, std::string{"[1]"},
          std::string{"[[]]"}, std::string{"[{}]"}, std::string{"[null]"},
          std::string{R"([{"Id":"c1"}])"}, std::string{R"([{"State":"running"}])"},
          whole.substr(0, whole.size() / 2), whole.substr(0, whole.size() - 1), whole + "x",
          "[" + container("Up", R"(,"x":)" + std::string(100'000, '[')) + "]"}) {
        const auto list = ContainerListReader{}.read(body);
        ASSERT_FALSE(list) << body.substr(0, 100);
        EXPECT_EQ(list.error().code, Errc::invalid);
    }
}

struct StatusCase {
    const char* status;
    const char* kept;
};

TEST(ContainerList, OfTheStatusTheTimeIsLeftOut) {
    const StatusCase cases[]{
        {"Up 3 minutes", ""},
        {"Up 3 minutes (healthy)", "(healthy)"},
        {"Up 1 second (health: starting)", "(health: starting)"},
        {"Up 2 hours (Paused)", "(Paused)"},
        {"Exited (137) 5 hours ago", "(137)"},
        {"Restarting (1) 2 seconds ago", "(1)"},
        {"Created", ""},
        {"odd (", "("},
    };
    for (const auto& [status, kept] : cases) EXPECT_EQ(without_uptime(status), kept) << status;
}

TEST(ContainerList, TheFingerprintStaysWhileTimeGoesBy) {
    EXPECT_EQ(fingerprint_of(container("Up 3 minutes (healthy)")),
              fingerprint_of(container("Up 2 hours (healthy)")));
}

TEST(ContainerList, TheFingerprintChangesWithAnythingElse) {
    const auto first = fingerprint_of(container("Up 3 minutes"));
    EXPECT_NE(first, fingerprint_of(container("Up 3 minutes (unhealthy)")));
    EXPECT_NE(first, fingerprint_of(container("Up 3 minutes", R"(,"New":1)")));
    EXPECT_NE(fingerprint_of(container("Up", R"(,"a":[1,2],"b":[])")),
              fingerprint_of(container("Up", R"(,"a":[1],"b":[2])")));
    EXPECT_NE(fingerprint_of(container("Up", R"(,"a":"1")")),
              fingerprint_of(container("Up", R"(,"a":1)")));
}

TEST(ContainerList, WhatIsReadAgainIsAsIfItWereReadForTheFirstTime) {
    ContainerListReader reader;
    const std::string texts[]{container("Up 3 minutes"), container("Up 2 hours"),
                              container("Up 2 hours (healthy)"), container("Up \\u0031 second"),
                              container("Up 2 hours", R"(,"New":1)")};
    for (const std::string& text : texts) {
        const std::string body = "[" + text + "," + text + "]";
        const auto again = reader.read(body);
        const auto first = ContainerListReader{}.read(body);
        ASSERT_TRUE(again && first) << text;
        ASSERT_EQ(again->size(), 2u);
        for (std::size_t i = 0; i < 2; ++i) {
            EXPECT_EQ((*again)[i].status, (*first)[i].status);
            EXPECT_EQ((*again)[i].fingerprint, (*first)[i].fingerprint);
            EXPECT_EQ((*again)[i].labels, (*first)[i].labels);
            EXPECT_EQ((*again)[i].ports, (*first)[i].ports);
        }
    }
    EXPECT_TRUE(reader.read("[" + container("Up 2 hours").substr(0, 99)).failed());
}

TEST(ContainerList, OnlyTheStatusItselfIsLookedAtForUptime) {
    const std::string before = R"({"Id":"c1","Command":"Status","State":"running",)";
    const std::string with = before + R"("Labels":{"Status":"Up 1 hour"},"Status":"Up 1 hour"})";
    const std::string other = before + R"("Labels":{"Status":"Up 2 hours"},"Status":"Up 1 hour"})";
    EXPECT_NE(fingerprint_of(with), fingerprint_of(other));
    EXPECT_EQ(ContainerListReader{}.read("[" + with + "]")->front().status, "Up 1 hour");
}

TEST(PlainLog, TakesTheFramesOffAndControlCharactersOut) {
    using namespace std::string_literals;
    const auto framed = "\1\0\0\0\0\0\0\6hello\n\2\0\0\0\0\0\0\x0c\x1b[31mred\x1b[0m"s;
    EXPECT_EQ(plain_log(framed, 10), "hello\nred");
    EXPECT_EQ(plain_log("a terminal\r\nhas no frames\a\n", 10), "a terminal\nhas no frames");
    EXPECT_EQ(plain_log("1\n2\n3\n4\n", 2), "3\n4");
    EXPECT_EQ(plain_log("", 2), "");
    EXPECT_EQ(plain_log("one line", 2), "one line");
}

}  // namespace
}  // namespace driftless::docker
