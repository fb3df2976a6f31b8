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

const std::string check =
    "    healthcheck: {test: [CMD, check], interval: 1s, timeout: 1s, retries: 2}\n";

/// A stranger stands where `web` should, until a person gives it to us.
class Given : public Adoption {
protected:
    void a_stranger_stands_there(const std::string& name, json body = json::object()) {
        body["Image"] = "app:1";
        ask(net::Method::post, "/containers/create?name=" + name, body);
        ask(net::Method::post, "/containers/" + name + "/start");
        stranger_ = id_of(name);
    }
    void expect_conflict(const Commit& commit, const std::string& why) {
        stage.begin(commit);
        EXPECT_EQ(stage.world.resource(web_key).status, Status::conflict);
        EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr(why));
        EXPECT_TRUE(is_there());
    }
    Result<void> adopt() {
        return stage.world.wait_for(stage.world.daemon().adopt(*parse_resource_key(web_key)));
    }
    /// The id of what has that name or id; "" where nothing has.
    std::string id_of(const std::string& name) {
        EngineRequest request;
        request.path = "/containers/" + name + "/json";
        const auto answer = stage.world.engine().world.handle(request);
        return answer.status == 200 ? json::parse(answer.body).at("Id").get<std::string>() : "";
    }
    bool is_there() { return id_of(stranger_) == stranger_; }
    std::string id_of_web() { return id_of("shop-web-1"); }

    std::string stranger_;
};

TEST_F(Given, MakesRoomForOurs) {
    a_stranger_stands_there("shop-web-1");
    expect_conflict(shop("", ""), "driftless adopt");
    ASSERT_TRUE(adopt());
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync)
        << stage.world.resource(web_key).why;
    EXPECT_NE(id_of_web(), stranger_);
    EXPECT_FALSE(is_there());
    stage.world.engine().clear_log();
    stage.world.run_for(quiet_for);
    EXPECT_THAT(stage.world.engine().writes(), ElementsAre());
}

TEST_F(Given, ComesBackWhereOursNeverGetsHealthy) {
    a_stranger_stands_there("shop-web-1");
    expect_conflict(project("shop", "services:\n  web:\n    image: sick:1\n" + check),
                    "driftless adopt");
    ASSERT_TRUE(adopt());
    stage.world.run_for(settled_after);
    EXPECT_EQ(id_of_web(), stranger_);
    EXPECT_EQ(stage.world.resource(web_key).status, Status::failed);
}

TEST_F(Given, IsFoundAgainAfterACrashInTheMiddleThatTookTheDatabase) {
    a_stranger_stands_there("shop-web-1");
    expect_conflict(project("shop", "services:\n  web:\n    image: app:2\n" + check),
                    "driftless adopt");
    stage.world.engine().clear_log();
    ASSERT_TRUE(adopt());
    const auto is_made = [&] { return id_of_web() != stranger_ && !id_of_web().empty(); };
    for (int moment = 0; moment < 300 && !is_made(); ++moment) stage.world.run_for(100ms);
    ASSERT_TRUE(is_made());
    ASSERT_TRUE(is_there()) << "kept beside the new one";
    stage.world.end();
    stage.world.lose_database();
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_FALSE(is_there());
    EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync)
        << stage.world.resource(web_key).why;
}

TEST_F(Given, IsNotOfferedWhereItOnlyHasOurPort) {
    const json published = json::array({json{{"HostPort", "80"}}});
    a_stranger_stands_there("proxy", {{"ExposedPorts", {{"80/tcp", json::object()}}},
                                      {"HostConfig", {{"PortBindings", {{"80/tcp", published}}}}}});
    expect_conflict(shop("    ports: [\"80:8080\"]\n", ""),
                    "port 80/tcp is held by proxy, which is not ours; stop that");
}

TEST_F(Given, AVolumeAndANetworkAreTakenAsTheyAre) {
    ask(net::Method::post, "/volumes/create", {{"Name", "shop_data"}});
    ask(net::Method::post, "/networks/create", {{"Name", "shop_default"}});
    stage.begin(shop("    volumes: [\"data:/data\"]\n", "volumes: {data: }\n"));
    const std::vector<std::string> keys{"mini1/docker.volume/shop.data",
                                        "mini1/docker.network/shop.default"};
    for (const std::string& key : keys) {
        ASSERT_EQ(stage.world.resource(key).status, Status::conflict) << key;
        ASSERT_TRUE(stage.world.wait_for(stage.world.daemon().adopt(*parse_resource_key(key))));
    }
    stage.world.run_for(settled_after);
    for (const std::string& key : keys)
        EXPECT_EQ(stage.world.resource(key).status, Status::in_sync)
            << stage.world.resource(key).why;
    EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync);
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
