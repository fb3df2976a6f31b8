// Tags that move in a real registry, which wants credentials.
#include <gmock/gmock.h>

#include "tests/reconcilers_docker/engine_scene.hpp"
#include "tests/support/servers.hpp"

namespace driftless::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FollowedTag : public EngineScene {
protected:
    void SetUp() override {
        SKIP_WITHOUT_ENGINE();
        SKIP_WITHOUT_REGISTRY();
        registry = std::make_unique<testing::ImageRegistry>();
        image = registry->host() + "/" + scene.project + "/app";
        login_as("let me in");
        scene.compose("services: {web: {image: \"" + image +
                      ":new\", command: sleep 100, stop_signal: SIGKILL, " +
                      "pull_policy: always, healthcheck: {test: \"true\", interval: 1s}}}\n");
    }
    ~FollowedTag() override {
        if (image.empty()) return;
        clean_up();
        forget_images();
    }

    void login_as(const std::string& password) {
        logins[registry->host()] = {"bnx", password, registry->host()};
        target = new_target();
    }
    /// From now on the tag stands for an image with VERSION=`version`; nothing of it is here.
    void publish(const std::string& version) {
        json body{{"Image", "test/busybox:1"}};
        const auto made = run(containers().create(scene.project + "-maker", "", body, nullptr));
        ASSERT_TRUE(made) << made.error().message;
        ask(net::Method::post,
            fmt::format("/commit?container={}&repo={}&tag=new&changes={}", *made,
                        percent_encoded(image), percent_encoded("ENV VERSION=" + version)));
        ASSERT_TRUE(run(containers().remove(*made, true)));
        const std::string pushed =
            ask(net::Method::post, "/images/" + percent_encoded(image) + "/push?tag=new",
                // {"username":"bnx","password":"let me in"}
                "eyJ1c2VybmFtZSI6ImJueCIsInBhc3N3b3JkIjoibGV0IG1lIGluIn0=");
        ASSERT_THAT(pushed, HasSubstr("digest: sha256:"));
        ask(net::Method::del, "/images/" + percent_encoded(image + ":new"));
    }
    /// As a person would, past the list of calls that driftless makes.
    std::string ask(net::Method method, const std::string& path, const std::string& auth = "") {
        net::Request request{method, "/v1.41" + path};
        request.deadline = std::chrono::seconds{60};
        if (!auth.empty()) request.headers.emplace_back("X-Registry-Auth", auth);
        const auto answer = run(transport->send(std::move(request)));
        return answer ? answer->body : answer.error().message;
    }
    void forget_images() {
        const json list = json::parse(ask(net::Method::get, "/images/json"), nullptr, false);
        for (const json& one : list) {
            for (const char* names : {"RepoTags", "RepoDigests"}) {
                if (!one.contains(names) || !one[names].is_array()) continue;
                for (const std::string name : one[names]) {
                    if (name.find("/" + scene.project + "/") != name.npos)
                        ask(net::Method::del, "/images/" + percent_encoded(name));
                }
            }
        }
    }
    void new_commit(const std::string& id) { scene.commit = id; }
    std::string version() {
        const json shown = inspect(web());
        for (const json& pair : shown["Config"]["Env"]) {
            const std::string text = pair;
            if (text.starts_with("VERSION=")) return text.substr(8);
        }
        return "none";
    }
    const ResourceStatus& status_in(const Outcome& outcome) {
        return outcome.statuses.at({"mini1", "docker.container", scene.project + ".web.1"});
    }

    std::unique_ptr<testing::ImageRegistry> registry;
    std::string image;
};

TEST_F(FollowedTag, IsFollowedAtANewCommitAndNotBefore) {
    publish("1");
    converge();
    ASSERT_THAT(errors, ElementsAre());
    EXPECT_EQ(version(), "1");
    publish("2");
    const Outcome before = converge();
    EXPECT_EQ(version(), "1") << told(before);
    new_commit("c2");
    const Outcome planned = reconcile_once();
    ASSERT_EQ(planned.plan.actions.size(), 1u) << told(planned);
    EXPECT_EQ(planned.plan.actions.front().verb, Verb::replace);
    EXPECT_THAT(planned.plan.actions.front().reason, HasSubstr("moved"));
    const Outcome end = converge();
    ASSERT_THAT(errors, ElementsAre());
    EXPECT_EQ(version(), "2") << told(end);
    EXPECT_EQ(status_in(end).status, Status::in_sync) << told(end);
    EXPECT_THAT(names(), ElementsAre(web()));
    const std::string id = inspect(web())["Id"];
    new_commit("c3");  // it did not move
    EXPECT_TRUE(converge().actions.empty());
    EXPECT_EQ(inspect(web())["Id"], id);
}

TEST_F(FollowedTag, ThatDoesNotWorkIsRolledBackAlsoWhenTheContainerIsLostLater) {
    publish("1");
    converge();
    remember_as_good();
    publish("2");
    const std::string id = inspect(web())["Id"];
    new_commit("c2");
    reconcile_once();  // the new one is made, and ends before it has proved itself
    ASSERT_EQ(version(), "2");
    ask(net::Method::post, "/containers/" + web() + "/kill");
    const Outcome back = converge();
    EXPECT_EQ(version(), "1") << told(back);
    EXPECT_EQ(inspect(web())["Id"], id) << told(back);
    EXPECT_EQ(status_in(back).status, Status::failed) << told(back);
    ASSERT_TRUE(run(containers().remove(web(), true)));
    const Outcome healed = converge();
    EXPECT_EQ(version(), "1") << told(healed);
    EXPECT_EQ(inspect(web())["State"]["Status"], "running");
}

TEST_F(FollowedTag, StaysAsItIsWhenTheRegistryRefusesOrIsAway) {
    publish("1");
    converge();
    ASSERT_EQ(version(), "1");
    const std::string id = inspect(web())["Id"];
    publish("2");
    new_commit("c2");
    login_as("a wrong password");
    const Outcome refused = reconcile_once();
    EXPECT_TRUE(refused.actions.empty()) << told(refused);
    EXPECT_EQ(status_in(refused).status, Status::in_sync) << told(refused);
    EXPECT_THAT(status_in(refused).why, HasSubstr("stays with the image that it has"));
    EXPECT_THAT(status_in(refused).why, HasSubstr("unauthorized"));
    registry.reset();
    target = new_target();
    const Outcome away = reconcile_once();
    EXPECT_TRUE(away.actions.empty()) << told(away);
    EXPECT_THAT(status_in(away).why, HasSubstr("connection refused"));
    EXPECT_EQ(inspect(web())["Id"], id);
    EXPECT_EQ(inspect(web())["State"]["Status"], "running");
}

}  // namespace
}  // namespace driftless::docker
