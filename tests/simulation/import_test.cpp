// What runs on an engine is written down, and a plan of that changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "daemon/cli/import_output.hpp"
#include "reconcilers/docker/engine_target.hpp"
#include "tests/support/fake_engine.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::cli {
namespace {

using enum net::Method;
using driftless::testing::read_file;
using driftless::testing::write_file;
using test::FakeEngine;
using test::FakeImage;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* canary = "hunter2-is-no-word-of-a-book";

class EngineLine final : public net::HttpTransport {
public:
    explicit EngineLine(FakeEngine& engine) : engine_(engine) {}
    net::asio::awaitable<Result<net::Response>> send(net::Request request) override {
        if (images_are_gone && request.target.find("/images/") != std::string::npos) {
            net::Response none;
            none.status = 404;
            none.body = R"({"message": "No such image"})";
            co_return none;
        }
        co_return co_await engine_.send(std::move(request));
    }
    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override {
        return engine_.open(std::move(request));
    }

    bool images_are_gone = false;

private:
    FakeEngine& engine_;
};

json merged(json base, const json& patch) {
    base.merge_patch(patch);
    return base;
}

class Import : public ::testing::Test {
protected:
    Import() {
        FakeImage app;
        app.config = {{"Env", {"PATH=/bin", "GIVEN=by the image"}},
                      {"Cmd", {"serve"}},
                      {"Labels", {{"maintainer", "them"}}},
                      {"ExposedPorts", {{"80/tcp", json::object()}}},
                      {"Volumes", {{"/cache", json::object()}}},
                      {"User", "app"},
                      {"WorkingDir", "/srv"}};
        engine.world.add_image("app:1", app);
        TargetSettings target;
        target.name = "mini1";
        target.endpoint = DockerEndpoint{};
        settings.installation = "home";
        settings.targets.emplace("mini1", target);
        docker::EngineParts parts;
        parts.target = "mini1";
        parts.installation = "home";
        auto made = std::make_unique<EngineLine>(engine);
        line = made.get();
        parts.transport = std::move(made);
        targets.emplace("mini1", docker::make_engine_target(std::move(parts), clock, *lane));
        places = {
            .target = "mini1", .folder = folder.at("mini1"), .secrets = "", .secrets_folder = ""};
    }

    /// As `docker compose up` makes a service. @param more  merged into the create request
    void compose_makes(const std::string& service, const json& more = json::object(),
                       int number = 1, const std::string& project = "shop") {
        const std::string network = project + "_default";
        if (engine.world.find_network(network) == nullptr) {
            engine.world.ask(post, "/networks/create",
                             {{"Name", network},
                              {"Labels",
                               {{"com.docker.compose.project", project},
                                {"com.docker.compose.network", "default"}}}});
        }
        const std::string name = project + "-" + service + "-" + std::to_string(number);
        const json aliases{name, service};
        const json usual{
            {"Image", "app:1"},
            {"Labels",
             {{"com.docker.compose.project", project},
              {"com.docker.compose.service", service},
              {"com.docker.compose.container-number", std::to_string(number)},
              {"com.docker.compose.oneoff", "False"},
              {"com.docker.compose.depends_on", ""}}},
            {"HostConfig", {{"NetworkMode", network}}},
            {"NetworkingConfig", {{"EndpointsConfig", {{network, {{"Aliases", aliases}}}}}}}};
        engine.world.ask(post, "/containers/create?name=" + name, merged(usual, more));
        engine.world.ask(post, "/containers/" + name + "/start");
    }
    void somebody_makes(const std::string& name, const json& labels = json::object()) {
        engine.world.ask(post, "/containers/create?name=" + name,
                         {{"Image", "app:1"}, {"Labels", labels}});
        engine.world.ask(post, "/containers/" + name + "/start");
    }
    /// A project with most of what there is.
    void make_shop() {
        engine.world.ask(post, "/volumes/create",
                         {{"Name", "shop_data"},
                          {"Labels",
                           {{"com.docker.compose.project", "shop"},
                            {"com.docker.compose.volume", "data"},
                            {"keep", "yes"}}}});
        compose_makes("db",
                      {{"Env", {std::string{"PASSWORD="} + canary, "PATH=/bin", "EMPTY="}},
                       {"Healthcheck", {{"Test", {"CMD", "check"}}, {"Interval", 5'000'000'000}}},
                       {"HostConfig",
                        {{"Binds", {"shop_data:/data", "/srv/conf:/etc/conf:ro"}},
                         {"RestartPolicy", {{"Name", "unless-stopped"}}},
                         {"Memory", 64 << 20},
                         {"MemorySwap", 128 << 20}}}});
        compose_makes(
            "web",
            {{"Env", {std::string{"URL=postgres://app:"} + canary + "@db/app", "MODE=dark"}},
             {"Cmd", {"serve", "--price", "5$"}},
             {"Labels",
              {{"role", "web"}, {"com.docker.compose.depends_on", "db:service_healthy:false"}}},
             {"ExposedPorts", {{"80/tcp", json::object()}}},
             {"HostConfig",
              {{"PortBindings", {{"80/tcp", {{{"HostIp", "127.0.0.1"}, {"HostPort", "8080"}}}}}},
               {"CapAdd", {"NET_ADMIN"}}}}});
        for (const int number : {1, 2}) compose_makes("worker", json::object(), number);
    }

    ImportReport import(ImportWish wish = {}) {
        engine.clear_log();
        const ImportParts parts{.settings = settings,
                                .target = "mini1",
                                .targets = targets,
                                .clock = clock,
                                .random = random,
                                .lane = *lane};
        auto report = driftless::testing::run_on(io, clock, import_target(parts, std::move(wish)));
        EXPECT_TRUE(report) << report.error().message;
        EXPECT_THAT(engine.writes(), IsEmpty());
        return report ? *std::move(report) : ImportReport{};
    }
    std::string why_left_out(const ImportReport& report, const std::string& what) {
        for (const LeftOut& one : report.imported.left_out) {
            if (one.what == what) return one.why;
        }
        return "(nothing is left out by that name)";
    }
    std::string text(const ImportReport& report) {
        ImportPlaces shown = places;
        shown.folder = "mini1";
        return import_text(report, shown, Style{false});
    }

    driftless::testing::VirtualClock clock;
    asio::io_context io;
    driftless::testing::SeededRandom random{1};
    driftless::testing::TempFolder folder;
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
    FakeEngine engine{"mini1", clock};
    EngineLine* line = nullptr;
    Settings settings;
    std::map<std::string, std::unique_ptr<Target>> targets;
    ImportPlaces places;
};

TEST_F(Import, WhatDriftlessLeftBehindIsInNobodysWay) {
    compose_makes("web");
    engine.world.ask(
        post, "/volumes/create",
        {{"Name", "driftless-files-1f"},
         {"Labels", {{"driftless.installation", "home"}, {"driftless.content", "1f"}}}});
    const ImportReport report = import();
    ASSERT_EQ(report.imported.manifests.size(), 1U) << why_left_out(report, "project shop");
    EXPECT_THAT(report.imported.left_out, IsEmpty());
}

TEST_F(Import, WritesAProjectAsAPersonWould) {
    make_shop();
    const ImportReport report = import({.only = "", .plain = {"MODE"}});
    ASSERT_EQ(report.imported.manifests.size(), 1u) << text(report);
    const auto& files = report.imported.manifests.front().files;
    test::expect_golden("docker/imported.txt",
                        text(report) + "---- compose.yaml\n" + files.at("compose.yaml") +
                            "---- driftless.yaml\n" + files.at("driftless.yaml"));
}

TEST_F(Import, TellsProgramsTheSame) {
    make_shop();
    somebody_makes("loose");
    places.folder = "mini1";
    test::expect_golden("daemon/commands/import.json",
                        import_view(import(), places).dump(2) + "\n");
}

TEST_F(Import, ShowsNoValueOfAnEnvironmentAnywhereButInItsFile) {
    make_shop();
    compose_makes("leaky",
                  {{"Env", {std::string{"TOKEN="} + canary}},
                   {"Cmd", {"run", std::string{"--token="} + canary}},
                   {"Labels", {{"auth", std::string{"basic "} + canary}}},
                   {"Healthcheck", {{"Test", {"CMD-SHELL", std::string{"ask "} + canary}}}}});
    const ImportReport report = import();
    ASSERT_EQ(report.imported.manifests.size(), 1u) << text(report);
    places.secrets = folder.at("secrets");
    const auto written = write_import(report, places);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_THAT(text(report), Not(HasSubstr(canary)));
    EXPECT_THAT(import_view(report, places).dump(), Not(HasSubstr(canary)));
    for (const char* file : {"/shop/compose.yaml", "/shop/driftless.yaml"}) {
        const std::string bytes = read_file(places.folder + file);
        EXPECT_THAT(bytes, Not(IsEmpty()));
        EXPECT_THAT(bytes, Not(HasSubstr(canary)));
        EXPECT_THAT(bytes, Not(HasSubstr("by the image")));
    }
    const std::string secret = folder.at("secrets/mini1/shop-leaky-token");
    EXPECT_EQ(read_file(secret), std::string{canary} + "\n");
    struct stat about {};
    ASSERT_EQ(::stat(secret.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
    ASSERT_EQ(::stat(folder.at("secrets/mini1").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0700u);
}

TEST_F(Import, WritesOverNothingAndTheSameTwice) {
    make_shop();
    const ImportReport report = import();
    places.secrets = folder.at("secrets");
    ASSERT_TRUE(write_import(report, places));
    EXPECT_TRUE(write_import(report, places));  // it is all there already
    write_file(folder.at("mini1/shop/compose.yaml"), "mine\n");
    std::filesystem::remove(folder.at("mini1/shop/driftless.yaml"));
    write_file(folder.at("secrets/mini1/shop-web-url"), "another\n");
    const auto refused = write_import(report, places);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_THAT(refused.error().message, HasSubstr(folder.at("mini1/shop/compose.yaml")));
    EXPECT_THAT(refused.error().message, HasSubstr(folder.at("secrets/mini1/shop-web-url")));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("driftless.yaml")));
    EXPECT_FALSE(std::filesystem::exists(folder.at("mini1/shop/driftless.yaml")));
    EXPECT_EQ(read_file(folder.at("mini1/shop/compose.yaml")), "mine\n");
}

TEST_F(Import, PutsNoSecretsWhereGitWouldTakeThem) {
    make_shop();
    places.secrets = folder.at("mini1/../mini1/secrets");
    const auto refused = write_import(import(), places);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("lies in the folder for git"));
    EXPECT_FALSE(std::filesystem::exists(folder.at("mini1")));
}

TEST_F(Import, NamesWhatItCanNotTakeOver) {
    make_shop();
    somebody_makes("loose");
    somebody_makes("task.1", {{"com.docker.swarm.service.name", "task"}});
    somebody_makes("shop-run-1", {{"com.docker.compose.project", "shop"},
                                  {"com.docker.compose.service", "web"},
                                  {"com.docker.compose.container-number", "1"},
                                  {"com.docker.compose.oneoff", "True"}});
    somebody_makes("twin", {{"com.docker.compose.project", "shop"},
                            {"com.docker.compose.service", "worker"},
                            {"com.docker.compose.container-number", "2"}});
    engine.world.ask(post, "/containers/twin/stop");
    somebody_makes("evil", {{"com.docker.compose.project", "../../etc"},
                            {"com.docker.compose.service", "web"},
                            {"com.docker.compose.container-number", "1"}});
    const ImportReport report = import();
    EXPECT_EQ(report.imported.manifests.size(), 1u) << text(report);
    EXPECT_THAT(why_left_out(report, "container loose"), HasSubstr("not made by Compose"));
    EXPECT_THAT(why_left_out(report, "container task.1"), HasSubstr("Swarm service \"task\""));
    EXPECT_THAT(why_left_out(report, "container shop-run-1"), HasSubstr("one-off"));
    EXPECT_THAT(why_left_out(report, "container twin"), HasSubstr("labels of shop-worker-2"));
    EXPECT_THAT(why_left_out(report, "container evil"), HasSubstr("no name that Compose"));
}

TEST_F(Import, LeavesOutAProjectThatAPlanWouldChange) {
    make_shop();
    compose_makes("a", {{"HostConfig", {{"Links", {"/shop-db-1:/a/db"}}}}}, 1, "linked");
    compose_makes("a", json::object(), 3, "third");
    compose_makes("a", json::object(), 1, "unlike");
    compose_makes("a", {{"Cmd", {"other"}}}, 2, "unlike");
    compose_makes(
        "a",
        {{"NetworkingConfig", {{"EndpointsConfig", {{"nameless_default", {{"Aliases", {"x"}}}}}}}}},
        1, "nameless");
    const ImportReport report = import();
    ASSERT_EQ(report.imported.manifests.size(), 1u) << text(report);
    EXPECT_EQ(report.imported.manifests.front().name, "shop");
    EXPECT_THAT(why_left_out(report, "project linked"),
                HasSubstr("container \"linked-a-1\" has HostConfig.Links"));
    EXPECT_THAT(why_left_out(report, "project third"), HasSubstr("number 3 of service a"));
    EXPECT_THAT(why_left_out(report, "project unlike"), HasSubstr("are not alike"));
    EXPECT_THAT(
        why_left_out(report, "project nameless"),
        HasSubstr("update docker.container nameless.a.1: /networks/nameless_default/aliases"));
}

TEST_F(Import, SaysThatAnImageIsGone) {
    make_shop();
    line->images_are_gone = true;
    const ImportReport report = import();
    EXPECT_THAT(report.imported.manifests, IsEmpty());
    EXPECT_THAT(why_left_out(report, "project shop"),
                HasSubstr("the image \"app:1\" of container \"shop-db-1\" is gone"));
}

TEST_F(Import, TakesNothingForGoneThatItCanNotRead) {
    make_shop();
    for (const char* part : {"/containers/json", "/images/", "/networks", "/volumes", "/info"}) {
        engine.fault = [part](const test::EngineRequest& request) {
            return request.path.starts_with(part) ? test::Fault::server_error : test::Fault::none;
        };
        const ImportParts parts{.settings = settings,
                                .target = "mini1",
                                .targets = targets,
                                .clock = clock,
                                .random = random,
                                .lane = *lane};
        EXPECT_FALSE(driftless::testing::run_on(io, clock, import_target(parts, {}))) << part;
    }
}

TEST_F(Import, KeepsWhatDoesNotRunOutOfThePlan) {
    make_shop();
    compose_makes("job");
    engine.world.end_container(*engine.world.find_container("shop-job-1"), 3);
    engine.world.end_container(*engine.world.find_container("shop-worker-2"), 137);
    const ImportReport report = import();
    ASSERT_EQ(report.imported.manifests.size(), 1u) << text(report);
    const ImportedManifest& shop = report.imported.manifests.front();
    ASSERT_EQ(shop.notes.size(), 2u);
    EXPECT_THAT(shop.notes[0], HasSubstr("service job is written with scale: 0"));
    EXPECT_THAT(shop.notes[1], HasSubstr("service worker is written with scale: 1"));
    EXPECT_THAT(shop.files.at("compose.yaml"), HasSubstr("scale: 0"));
    EXPECT_THAT(shop.files.at("compose.yaml"), HasSubstr("# service job is written"));
}

TEST_F(Import, LeavesWhatDriftlessLooksAfter) {
    compose_makes(
        "web",
        {{"Labels",
          {{"driftless.installation", "home"}, {"driftless.manifest", "ComposeProject/shop"}}}});
    compose_makes("web", {{"Labels", {{"driftless.installation", "work"}}}}, 1, "theirs");
    const ImportReport all = import();
    EXPECT_THAT(all.imported.manifests, IsEmpty());
    EXPECT_THAT(why_left_out(all, "project shop"), HasSubstr("--project shop writes it again"));
    EXPECT_THAT(why_left_out(all, "project theirs"), HasSubstr("installation \"work\""));
    const ImportReport one = import({.only = "shop"});
    ASSERT_EQ(one.imported.manifests.size(), 1u) << text(one);
    EXPECT_THAT(one.imported.left_out, IsEmpty());
}

TEST_F(Import, HidesThePasswordOfAMount) {
    engine.world.ask(
        post, "/volumes/create",
        {{"Name", "shop_share"},
         {"DriverOpts",
          {{"type", "cifs"},
           {"device", "//nas/share"},
           {"o", std::string{"username=me,password="} + canary}}},
         {"Labels",
          {{"com.docker.compose.project", "shop"}, {"com.docker.compose.volume", "share"}}}});
    compose_makes("web", {{"HostConfig", {{"Binds", {"shop_share:/share"}}}}});
    const ImportReport report = import();
    ASSERT_EQ(report.imported.manifests.size(), 1u) << text(report);
    const ImportedManifest& shop = report.imported.manifests.front();
    EXPECT_THAT(shop.files.at("compose.yaml"), Not(HasSubstr(canary)));
    EXPECT_THAT(shop.files.at("compose.yaml"), HasSubstr("${VOLUME_SHARE_O}"));
    EXPECT_TRUE(shop.secrets.contains("shop-volume-share-o"));
}

TEST_F(Import, JoinsNetworksAndVolumesOfOthers) {
    engine.world.ask(post, "/networks/create", {{"Name", "proxy"}});
    engine.world.ask(post, "/volumes/create", {{"Name", "media"}});
    compose_makes("web", {{"HostConfig", {{"Binds", {"media:/media:ro"}}}}});
    engine.world.ask(
        post, "/networks/proxy/connect",
        {{"Container", "shop-web-1"}, {"EndpointConfig", {{"Aliases", {"shop-web-1", "web"}}}}});
    const ImportReport report = import();
    ASSERT_EQ(report.imported.manifests.size(), 1u) << text(report);
    const std::string& file = report.imported.manifests.front().files.at("compose.yaml");
    EXPECT_THAT(file, HasSubstr("networks: [default, proxy]"));
    EXPECT_THAT(file, HasSubstr("proxy: {external: true}"));
    EXPECT_THAT(file, HasSubstr("media: {external: true}"));
    EXPECT_EQ(report.allow.at("networks"), std::set<std::string>{"proxy"});
    EXPECT_EQ(report.allow.at("volumes"), std::set<std::string>{"media"});
}

}  // namespace
}  // namespace driftless::cli
