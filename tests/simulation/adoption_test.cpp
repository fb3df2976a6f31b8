// What Compose made and driftless could not make, or not so: it stays as it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/stage.hpp"
#include "tests/support/fake_engine_archive.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* web_key = "mini1/docker.container/shop.web.1";

class Adoption : public ::testing::Test {
protected:
    /// As `docker compose up` makes the service `web`.
    void compose_makes_web(json host) {
        ask(net::Method::post, "/networks/create",
            {{"Name", "shop_default"},
             {"Labels",
              {{"com.docker.compose.project", "shop"},
               {"com.docker.compose.network", "default"}}}});
        host["NetworkMode"] = "shop_default";
        const json aliases{"shop-web-1", "web"};
        ask(net::Method::post, "/containers/create?name=shop-web-1",
            {{"Image", "app:1"},
             {"Labels",
              {{"com.docker.compose.project", "shop"},
               {"com.docker.compose.service", "web"},
               {"com.docker.compose.container-number", "1"},
               {"com.docker.compose.oneoff", "False"}}},
             {"HostConfig", host},
             {"NetworkingConfig",
              {{"EndpointsConfig", {{"shop_default", {{"Aliases", aliases}}}}}}}});
    }
    void start_web() { ask(net::Method::post, "/containers/shop-web-1/start"); }
    void put(const std::string& path, const std::string& bytes) {
        EngineRequest request;
        request.method = net::Method::put;
        request.path = "/containers/shop-web-1/archive";
        request.query["path"] = "/";
        request.body = tar_of({{path, bytes}});
        ASSERT_EQ(stage.world.engine().world.handle(request).status, 200);
    }
    void expect_adopted_as_it_is(const Commit& commit) {
        stage.world.engine().clear_log();
        stage.begin(commit);
        EXPECT_THAT(stage.world.engine().writes(), ElementsAre());
        EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync)
            << stage.world.resource(web_key).why;
    }
    json ask(net::Method method, const std::string& target, const json& body = nullptr) {
        return stage.world.engine().world.ask(method, target, body);
    }

    Stage stage;
};

Commit shop(const std::string& keys, const std::string& rest) {
    return project("shop", "services:\n  web:\n    image: app:1\n" + keys + rest);
}

TEST_F(Adoption, TakesATextThatComposePutInByItsBytes) {
    compose_makes_web(json::object());
    put("etc/a.conf", "a=1\n");
    start_web();
    const std::string keys = "    configs: [{source: a, target: /etc/a.conf}]\n";
    expect_adopted_as_it_is(shop(keys, "configs: {a: {content: \"a=1\\n\"}}\n"));
}

TEST_F(Adoption, SeesThatATextWhichComposePutInIsAnother) {
    compose_makes_web(json::object());
    put("etc/a.conf", "a=2\n");
    start_web();
    const std::string keys = "    configs: [{source: a, target: /etc/a.conf}]\n";
    stage.begin(shop(keys, "configs: {a: {content: \"a=1\\n\"}}\n"));
    EXPECT_EQ(stage.world.resource(web_key).status, Status::held);
    ASSERT_EQ(stage.world.resource(web_key).fields.size(), 1u);
    EXPECT_EQ(stage.world.resource(web_key).fields[0].path, "/files/~1etc~1a.conf");
}

TEST_F(Adoption, TakesAFileOfAReadOnlyContainerThatItCouldNotPutInItself) {
    stage.world.engine().world.host_files["/home/me/shop/password"] = "hunter2";
    compose_makes_web(
        {{"ReadonlyRootfs", true},
         {"Binds", json::array({"/home/me/shop/password:/run/secrets/password:ro"})}});
    start_web();
    Commit commit = shop("    read_only: true\n    secrets: [password]\n",
                         "secrets: {password: {file: password}}\n");
    commit["shop/password"] = "hunter2";
    expect_adopted_as_it_is(commit);
    ask(net::Method::del, "/containers/shop-web-1?force=1");
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.world.resource(web_key).status, Status::failed);
    EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr("needs Engine API 1.45"));
}

TEST_F(Adoption, DoesNotReplaceWhatItCanNotReadForAWhile) {
    stage.world.engine().world.host_files["/home/me/shop/a.conf"] = "a=1\n";
    compose_makes_web({{"Binds", json::array({"/home/me/shop/a.conf:/etc/a.conf:ro"})}});
    start_web();
    Commit commit = shop("    volumes: [\"./a.conf:/etc/a.conf:ro\"]\n", "");
    commit["shop/a.conf"] = "a=1\n";
    expect_adopted_as_it_is(commit);
    stage.world.engine().fault = [](const EngineRequest& request) {
        return request.path.ends_with("/archive") ? Fault::server_error : Fault::none;
    };
    stage.world.end();  // a new daemon remembers nothing of it
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_THAT(stage.world.engine().writes(), ElementsAre());
    EXPECT_EQ(stage.world.resource(web_key).status, Status::unknown);
    EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr("could not be read"));
    stage.world.engine().fault = nullptr;
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync);
    EXPECT_THAT(stage.world.engine().writes(), ElementsAre());
}

TEST(AListBehindTheEngine, MakesNoFailureOfAStop) {
    Stage stage;
    const std::string two = "services:\n  web:\n    image: app:1\n  db:\n    image: app:1\n";
    stage.begin(project("shop", two));
    FakeEngine& engine = stage.world.engine();
    bool stopped = false;
    engine.before = [&](const EngineRequest& request) {  // the first list after the stop is behind
        if (request.path != "/containers/json") return;
        engine.world.list_lags = stopped ? 1min : 0s;
        stopped = false;
    };
    engine.after = [&](const EngineRequest& request) {
        if (request.path.ends_with("/stop")) stopped = true;
    };
    stage.push(project("shop", "services:\n  web:\n    image: app:1\n"));
    const std::string key = "mini1/docker.container/shop.db.1";
    for (int moment = 0; moment < 300; ++moment) {
        stage.world.run_for(200ms);
        const ResourceStatus& db = stage.world.resource(key);
        ASSERT_NE(db.status, Status::failed) << db.why;
    }
    EXPECT_THAT(stage.world.resource(key).why, HasSubstr("kept until"));
}

}  // namespace
}  // namespace driftless::test
