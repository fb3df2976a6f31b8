// The fake engine behaves in time as a real one does. What a single call answers is compared with a
// real engine in engine_contract_test.cpp.
#include "tests/support/fake_engine.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_engine_archive.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using testing::VirtualClock;

class FakeEngineTest : public ::testing::Test {
protected:
    FakeEngineTest() { engine.world.add_image("app:1", FakeImage{}); }

    std::string made(const std::string& name, json body) {
        body["Image"] = body.value("Image", "app:1");
        return engine.world.ask(net::Method::post, "/containers/create?name=" + name, body)["Id"];
    }
    std::string started(const std::string& name, json body = json::object()) {
        const std::string id = made(name, std::move(body));
        engine.world.ask(net::Method::post, "/containers/" + id + "/start");
        return id;
    }
    json inspected(const std::string& id) {
        return engine.world.ask(net::Method::get, "/containers/" + id + "/json");
    }
    std::string state(const std::string& id) { return inspected(id)["State"]["Status"]; }
    Result<net::Response> sent(net::Method method, const std::string& target) {
        net::Request request{method, target};
        return testing::run_on(io, clock, engine.send(std::move(request)));
    }
    void pass(std::chrono::nanoseconds time) { clock.run_for(io, time); }

    net::asio::io_context io;
    VirtualClock clock;
    FakeEngine engine{"one", clock};
};

const json checked{
    {"Healthcheck", {{"Test", {"CMD", "true"}}, {"Interval", 1'000'000'000}, {"Retries", 2}}}};

TEST_F(FakeEngineTest, BecomesHealthyAtTheFirstProbeThatPasses) {
    FakeImage image;
    image.healthy_after = 2500ms;
    engine.world.add_image("slow:1", image);
    json body = checked;
    body["Image"] = "slow:1";
    body["Healthcheck"]["StartPeriod"] = 5'000'000'000;
    const std::string id = started("web", body);
    pass(2s);
    EXPECT_EQ(inspected(id)["State"]["Health"]["Status"], "starting");
    pass(1s);
    EXPECT_EQ(inspected(id)["State"]["Health"]["Status"], "healthy");
}

TEST_F(FakeEngineTest, BecomesUnhealthyAfterItsRetries) {
    FakeImage image;
    image.healthy_after = std::nullopt;
    engine.world.add_image("sick:1", image);
    json body = checked;
    body["Image"] = "sick:1";
    const std::string id = started("web", body);
    pass(1s);
    EXPECT_EQ(inspected(id)["State"]["Health"]["Status"], "starting");
    pass(1s);
    EXPECT_EQ(inspected(id)["State"]["Health"]["Status"], "unhealthy");
    EXPECT_EQ(state(id), "running");
}

TEST_F(FakeEngineTest, RestartsWhatItsPolicySaysWithGrowingDelay) {
    FakeImage image;
    image.exit_code = 3;
    image.exits_after = 10ms;
    engine.world.add_image("crash:1", image);
    const std::string always =
        started("always",
                {{"Image", "crash:1"}, {"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}}});
    const std::string never = started("never", {{"Image", "crash:1"}});
    pass(20ms);
    EXPECT_EQ(state(always), "restarting");
    EXPECT_EQ(state(never), "exited");
    pass(1min);
    EXPECT_GT(inspected(always)["RestartCount"], 3);
    EXPECT_LT(inspected(always)["RestartCount"], 12);
    EXPECT_EQ(inspected(never)["State"]["ExitCode"], 3);
}

TEST_F(FakeEngineTest, StopWaitsForTheGraceAndThenKills) {
    FakeImage image;
    image.stop_takes = 1h;
    engine.world.add_image("deaf:1", image);
    const std::string id = started("deaf", {{"Image", "deaf:1"}});
    const SteadyTime before = clock.now();
    const auto stopped = sent(net::Method::post, "/v1.41/containers/deaf/stop?t=7");
    ASSERT_TRUE(stopped);
    EXPECT_EQ(stopped->status, 204);
    EXPECT_GE(clock.now() - before, 7s);
    EXPECT_EQ(inspected(id)["State"]["ExitCode"], 137);
}

TEST_F(FakeEngineTest, AStopGoesOnAfterItsCallerGaveUp) {
    FakeImage image;
    image.stop_takes = 5s;
    engine.world.add_image("slow:1", image);
    const std::string id = started("slow", {{"Image", "slow:1"}});
    net::Request request{net::Method::post, "/containers/slow/stop"};
    request.deadline = 1s;
    const auto answer = testing::run_on(io, clock, engine.send(std::move(request)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timed_out);
    EXPECT_EQ(state(id), "running");
    pass(5s);
    EXPECT_EQ(state(id), "exited");
}

TEST_F(FakeEngineTest, AfterItsOwnRestartItStartsEvenStoppedOnesThatSayAlways) {
    const json always{{"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}}};
    const json unless{{"HostConfig", {{"RestartPolicy", {{"Name", "unless-stopped"}}}}}};
    const std::string stopped_always = started("one", always);
    const std::string stopped_unless = started("two", unless);
    const std::string running = started("three", unless);
    const std::string plain = started("four");
    engine.world.ask(net::Method::post, "/containers/one/stop");
    engine.world.ask(net::Method::post, "/containers/two/stop");
    engine.stop();
    EXPECT_FALSE(sent(net::Method::get, "/containers/json"));
    engine.start();
    EXPECT_EQ(state(stopped_always), "running");
    EXPECT_EQ(state(stopped_unless), "exited");
    EXPECT_EQ(state(running), "running");
    EXPECT_EQ(state(plain), "exited");
}

TEST_F(FakeEngineTest, ALostReplyStillHadItsEffect) {
    engine.fault = [](const EngineRequest& request) {
        return request.writes() ? Fault::lost_reply : Fault::none;
    };
    const std::string id = made("web", json::object());
    const auto answer = sent(net::Method::post, "/containers/web/start");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_EQ(state(id), "running");
    EXPECT_EQ(engine.writes(), std::vector<std::string>{"POST /containers/web/start"});
}

TEST_F(FakeEngineTest, ACrashLeavesOnlyWhatHadHappenedBefore) {
    made("web", json::object());
    engine.before = [](const EngineRequest&) { throw Crash{}; };
    EXPECT_THROW((void)sent(net::Method::post, "/containers/web/start"), Crash);
    EXPECT_EQ(state("web"), "created");
    engine.before = nullptr;
    engine.after = [](const EngineRequest&) { throw Crash{}; };
    EXPECT_THROW((void)sent(net::Method::post, "/containers/web/start"), Crash);
    EXPECT_EQ(state("web"), "running");
}

TEST_F(FakeEngineTest, FilesGoIntoTheLayerOrTheMountedVolume) {
    const std::string id =
        made("web", {{"HostConfig", {{"Binds", {"data:/data", "locked:/locked:ro"}}}}});
    EngineRequest put{net::Method::put, "/containers/web/archive", {{"path", "/"}}, {}};
    put.body = tar_of({{"etc/app.conf", "a=1\n"}});
    EXPECT_EQ(engine.world.handle(put).status, 200);
    put.query["path"] = "/data";
    EXPECT_EQ(engine.world.handle(put).status, 200);
    put.query["path"] = "/locked";
    EXPECT_EQ(engine.world.handle(put).status, 500);
    put.query["path"] = "/nowhere";
    EXPECT_EQ(engine.world.handle(put).status, 404);
    EXPECT_EQ(engine.world.find_container(id)->files.at("/etc/app.conf"), "a=1\n");
    EXPECT_EQ(engine.world.find_volume("data")->files.at("/etc/app.conf"), "a=1\n");
    EngineRequest get{net::Method::get, "/containers/web/archive", {{"path", "/etc/app.conf"}}, {}};
    EXPECT_EQ(untar(engine.world.handle(get).body).at("app.conf"), "a=1\n");
}

net::asio::awaitable<std::vector<std::string>> actions_of(FakeEngine& engine, std::size_t count) {
    net::Request request{net::Method::get, "/events"};
    auto stream = co_await engine.open(std::move(request));
    std::vector<std::string> actions;
    while (actions.size() < count) {
        const auto line = co_await (*stream)->read(1min);
        if (!line) break;
        actions.push_back(json::parse(*line)["Action"]);
    }
    co_return actions;
}

TEST_F(FakeEngineTest, TellsWhatHappensWhenItHappens) {
    FakeImage image;
    image.exit_code = 0;
    image.exits_after = 3s;
    engine.world.add_image("job:1", image);
    json body = checked;
    body["Image"] = "job:1";
    made("job", body);
    auto reading = net::asio::co_spawn(io, actions_of(engine, 4), net::asio::use_future);
    pass(10ms);
    engine.world.ask(net::Method::post, "/containers/job/start");
    pass(10s);
    ASSERT_TRUE(testing::is_ready(reading));
    EXPECT_EQ(reading.get(),
              (std::vector<std::string>{"connect", "start", "health_status: healthy", "die"}));
}

net::asio::awaitable<std::string> pulled(FakeEngine& engine, std::string target) {
    net::Request request{net::Method::post, std::move(target)};
    auto stream = co_await engine.open(std::move(request));
    if ((*stream)->status() != 200) co_return fmt::format("status {}", (*stream)->status());
    std::string body;
    for (std::string part = "?"; !part.empty();) {
        const auto read = co_await (*stream)->read(1min);
        part = *read;
        body += part;
    }
    co_return body;
}

TEST_F(FakeEngineTest, PullsFromItsRegistryOrSaysWhyNot) {
    engine.world.registry["app:2"] = FakeImage{};
    engine.world.pull_fails["app:3"] = EngineAnswer{
        200, R"({"errorDetail":{"message":"toomanyrequests"},"error":"toomanyrequests"})", {}, {}};
    const std::string body =
        testing::run_on(io, clock, pulled(engine, "/images/create?fromImage=app&tag=2"));
    EXPECT_NE(body.find("Pull complete"), std::string::npos);
    EXPECT_NE(engine.world.find_image("app:2"), nullptr);
    const std::string failed =
        testing::run_on(io, clock, pulled(engine, "/images/create?fromImage=app&tag=3"));
    EXPECT_NE(failed.find("errorDetail"), std::string::npos);
    EXPECT_EQ(testing::run_on(io, clock, pulled(engine, "/images/create?fromImage=app&tag=4")),
              "status 404");
}

}  // namespace
}  // namespace driftless::test
