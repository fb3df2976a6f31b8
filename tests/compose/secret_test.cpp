#include <gtest/gtest.h>

#include "tests/compose/reading.hpp"

namespace driftless::compose::test {
namespace {

using driftless::test::MemoryFiles;
using driftless::test::ToyVault;

/// One service with these lines; SECRET is "s3cret:8", LATE an output of another resource.
class Marked : public testing::Test {
protected:
    Outcome read_lines(const std::string& lines, const Texts& provided = {},
                       const std::string& rest = "") {
        commit.add("compose.yaml", "services:\n  web:\n    image: nginx\n" + lines + rest);
        Input input;
        input.files = &commit;
        input.paths = {"compose.yaml"};
        input.fallback_name = "app";
        input.environment = {
            {"SECRET", secret("s3cret:8")}, {"PORT", secret("8080")}, {"LATE", late}};
        input.provided = provided;
        input.vault = &vault;
        return read(input);
    }
    std::string secret(const std::string& text) { return vault.mark(Secret{text}); }

    MemoryFiles commit;
    ToyVault vault;
    std::string late = late_mark({{"edge", "Tunnel", "home"}, "token"});
};

TEST_F(Marked, StaysOutOfSightInValues) {
    const Outcome outcome = read_lines(
        "    environment: {A: 'x-${SECRET}', B: '${LATE}', C: '${SECRET:-none}', D: "
        "'${SECRET:+yes}'}\n"
        "    command: run --password ${SECRET} '${LATE}'\n"
        "    labels: ['a=${SECRET}']\n"
        "    healthcheck: {test: 'check ${SECRET}'}\n");
    const Json web = outcome.service("web");
    ASSERT_TRUE(web.is_object()) << web;
    EXPECT_EQ(web["environment"], (Json{{"A", "x-" + secret("s3cret:8")},
                                        {"B", late},
                                        {"C", secret("s3cret:8")},
                                        {"D", "yes"}}));
    EXPECT_EQ(web["command"], (Json{"run", "--password", secret("s3cret:8"), late}));
    EXPECT_EQ(web["labels"]["a"], secret("s3cret:8"));
    EXPECT_EQ(web["healthcheck"]["test"][1], "check " + secret("s3cret:8"));
}

TEST_F(Marked, IsOpenedInNamesPathsImagesAndPorts) {
    const Outcome outcome = read_lines(
        "    user: u-${SECRET}\n"
        "    ports: ['${PORT}:80', {target: '${PORT}'}]\n"
        "    pids_limit: ${PORT}\n"
        "    volumes: ['./${PORT}:/data']\n");
    const Json web = outcome.service("web");
    ASSERT_TRUE(web.is_object()) << web;
    EXPECT_EQ(web["user"], "u-s3cret:8");
    EXPECT_EQ(web["ports"][0]["published"], "8080");
    EXPECT_EQ(web["ports"][1]["target"], 8080);
    EXPECT_EQ(web["pids_limit"], 8080);
    EXPECT_EQ(web["volumes"][0]["source"], "8080");
}

TEST_F(Marked, IsNeverShownWhereItDoesNotFit) {
    const Outcome outcome = read_lines(
        "    ports: ['${SECRET}:80:80', '${SECRET}']\n"
        "    pids_limit: ${SECRET}\n"
        "    mem_limit: ${SECRET}\n"
        "    devices: ['${SECRET}']\n"
        "    extra_hosts: ['${SECRET}']\n"
        "    environment: ['${SECRET}=1']\n"
        "    dns: {a: '${SECRET}'}\n");
    EXPECT_FALSE(outcome.project);
    EXPECT_EQ(outcome.errors().find("s3cret"), std::string::npos) << outcome.errors();
    EXPECT_EQ(std::ranges::count(outcome.errors(), '\n'), 8) << outcome.errors();
}

TEST_F(Marked, IsNotShownByLaterChecks) {
    const Outcome words = read_lines(
        "    scale: ${PORT}\n    cgroup: ${SECRET}\n    ports: [{target: 80, protocol: "
        "'${SECRET}'}]\n");
    EXPECT_EQ(words.errors(),
              "compose.yaml:4:12: services.web.scale: expected from 0 to 1000, found a secret\n"
              "compose.yaml:5:13: services.web.cgroup: expected host, private, found a secret\n"
              "compose.yaml:6:36: services.web.ports.0.protocol: expected tcp, udp, sctp, found a "
              "secret\n");
    const Outcome service = read_lines("    restart: ${SECRET}\n    expose: ['${SECRET}']\n");
    EXPECT_EQ(service.errors().find("s3cret"), std::string::npos) << service.errors();
}

TEST_F(Marked, ThatIsLateIsAnErrorInNames) {
    const Outcome outcome = read_lines("    image: app:${LATE}\n", {});
    EXPECT_FALSE(outcome.project);  // `image` twice
    const Outcome name = read_lines("    container_name: c-${LATE}\n    ports: ['${LATE}:80']\n");
    EXPECT_EQ(
        name.errors(),
        "compose.yaml:4:21: services.web.container_name: c-(output token of edge/Tunnel/home) is "
        "known late, so it cannot be used here\n"
        "compose.yaml:5:13: services.web.ports.0: (output token of edge/Tunnel/home):80 is known "
        "late, so it cannot be used here\n");
}

TEST_F(Marked, ComesOutOfAnEnvFileThatIsASecret) {
    const Texts provided{{"app.env", secret("A=one\nB=\"t w o\"\nC=\n")},
                         {".env", secret("TAG=v7\nWORD=hush\n")}};
    const Outcome outcome = read_lines(
        "    env_file: app.env\n    environment: {W: '${WORD}'}\n    hostname: h-${TAG}\n",
        provided);
    const Json web = outcome.service("web");
    ASSERT_TRUE(web.is_object()) << web;
    EXPECT_EQ(
        web["environment"],
        (Json{{"A", secret("one")}, {"B", secret("t w o")}, {"C", ""}, {"W", secret("hush")}}));
    EXPECT_EQ(web["hostname"], "h-v7");
}

TEST_F(Marked, EnvFileThatIsNoneDoesNotShowIt) {
    const Outcome outcome =
        read_lines("    env_file: app.env\n", {{"app.env", secret("my pass word")}});
    EXPECT_FALSE(outcome.project);
    EXPECT_EQ(outcome.errors().find("pass"), std::string::npos) << outcome.errors();
}

TEST_F(Marked, LinesOfAProvidedEnvFileStayMarked) {
    const Outcome outcome = read_lines(
        "    env_file: app.env\n", {{"app.env", "A=" + secret("x y") + "\nB='" + late + "'\n"}});
    EXPECT_EQ(outcome.service("web")["environment"], (Json{{"A", secret("x y")}, {"B", late}}));
}

TEST_F(Marked, BecomesTheContentOfConfigsAndSecrets) {
    const Outcome outcome =
        read_lines("    secrets: [a]\n    configs: [b]\n", {},
                   "secrets: {a: {environment: SECRET}}\nconfigs: {b: {content: 'k=${LATE}'}}\n");
    ASSERT_TRUE(outcome.project) << outcome.errors();
    EXPECT_EQ(to_json(outcome.project->secrets)["a"],
              (Json{{"content", secret("s3cret:8")}, {"name", "app_a"}}));
    EXPECT_EQ(to_json(outcome.project->configs)["b"]["content"], "k=" + late);
}

}  // namespace
}  // namespace driftless::compose::test
