// Files and folders of the commit in containers, on engines that mount a part of a volume (API 1.45
// on) and on those that don't.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/stage.hpp"
#include "tests/support/fake_engine_archive.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* web_key = "mini1/docker.container/shop.web.1";

/// A service that has ./a.conf at /etc/a.conf.
Commit with_file(const std::string& bytes, const std::string& more = "",
                 const std::string& image = "app:1") {
    Commit commit = project("shop", "services:\n  web:\n    image: " + image +
                                        "\n    volumes: [\"./a.conf:/etc/a.conf:ro\"]\n" + more);
    commit["shop/a.conf"] = bytes;
    return commit;
}

/// What the container sees at a path.
std::string file_in(Stage& stage, const std::string& container, const std::string& path) {
    EngineRequest request;
    request.path = "/containers/" + container + "/archive";
    request.query["path"] = path;
    const EngineAnswer given = stage.world.engine().world.handle(request);
    if (given.status != 200) return given.body;
    const auto files = untar(given.body);
    return files.empty() ? "" : files.begin()->second;
}

std::vector<std::string> content_volumes(Stage& stage) {
    std::vector<std::string> names;
    for (const auto& [name, volume] : stage.world.engine().world.volumes()) {
        if (name.starts_with("driftless-files-")) names.push_back(name);
    }
    return names;
}

std::size_t count_of(const std::vector<std::string>& writes, const std::string& part) {
    return static_cast<std::size_t>(std::ranges::count_if(
        writes, [&](const std::string& write) { return write.find(part) != std::string::npos; }));
}

class Files : public ::testing::TestWithParam<int> {
protected:
    Stage stage{{"mini1"}, GetParam()};
};

TEST_P(Files, ReachTheContainerAndFollowTheCommit) {
    stage.begin(with_file("one"));
    EXPECT_EQ(file_in(stage, "shop-web-1", "/etc/a.conf"), "one");
    stage.push(with_file("two"));
    stage.world.run_for(settled_after);
    EXPECT_EQ(file_in(stage, "shop-web-1", "/etc/a.conf"), "two");
    EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync);
    EXPECT_THAT(content_volumes(stage), SizeIs(GetParam() >= 45 ? 1 : 0))
        << "what nobody mounts any more is gone";
    stage.expect_quiet();
}

TEST_P(Files, OfTwoReplicasAreBroughtOnce) {
    Commit commit = with_file("one", "    scale: 2\n");
    commit["shop/compose.yaml"] +=
        "  other:\n    image: app:1\n    volumes: [\"./site:/srv:ro\"]\n"
        "  same:\n    image: app:1\n    volumes: [\"./site:/srv:ro\"]\n";
    commit["shop/site/index.html"] = "hello";
    stage.begin(commit);
    EXPECT_EQ(file_in(stage, "shop-web-2", "/etc/a.conf"), "one");
    EXPECT_EQ(file_in(stage, "shop-same-1", "/srv/index.html"), "hello");
    const auto writes = stage.world.writes();
    EXPECT_EQ(count_of(writes, "name=driftless-fill-"), GetParam() >= 45 ? 2u : 1u);
    EXPECT_EQ(count_of(writes, "name=shop-"), 4u) << "nobody had to try again";
    stage.expect_quiet();
}

TEST_P(Files, LeaveNoVolumeOfTheImageBehind) {
    FakeImage image;
    image.config = {{"Cmd", {"serve"}}, {"Volumes", {{"/data", json::object()}}}};
    stage.world.add_image("db:1", image);
    const std::size_t before = stage.world.engine().world.volumes().size();
    Commit commit = with_file("one", "", "db:1");
    commit["shop/compose.yaml"] += "    configs: [c]\nconfigs: {c: {content: x}}\n";
    stage.begin(commit);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_THAT(stage.world.engine().world.volumes(),
                SizeIs(before + 1 + content_volumes(stage).size()));
}

TEST_P(Files, ReachAContainerWhoseUserTheHostDoesNotKnow) {
    FakeImage image;
    image.config = {{"Cmd", {"serve"}}, {"User", "app"}};
    stage.world.add_image("app:3", image);
    Commit commit = with_file("one", "    user: \"1000:1000\"\n", "app:3");
    commit["shop/compose.yaml"] +=
        "  other:\n    image: app:3\n    volumes: [\"./site:/srv:ro\", \"./a.conf:/a.conf\"]\n";
    commit["shop/site/index.html"] = "hello";
    stage.begin(commit);
    EXPECT_EQ(file_in(stage, "shop-web-1", "/etc/a.conf"), "one");
    EXPECT_EQ(file_in(stage, "shop-other-1", "/a.conf"), "one");
    EXPECT_EQ(file_in(stage, "shop-other-1", "/srv/index.html"), "hello");
}

TEST_P(Files, ReachAContainerWhoseImageWasPulledByItsDigest) {
    stage.publish("app:new", "1");
    const std::string keys = "    pull_policy: always\n";
    Commit commit = with_file("one", keys, "app:new");
    commit["shop/compose.yaml"] +=
        "  other:\n    image: app:new\n" + keys + "    volumes: [\"./site:/srv:ro\"]\n";
    commit["shop/site/index.html"] = "hello";
    stage.begin(commit);
    EXPECT_EQ(file_in(stage, "shop-web-1", "/etc/a.conf"), "one");
    EXPECT_EQ(file_in(stage, "shop-other-1", "/srv/index.html"), "hello");
}

TEST_P(Files, OfAReadOnlyContainerNeedAMount) {
    stage.begin(with_file("one", "    read_only: true\n"));
    if (GetParam() >= 45) {
        EXPECT_EQ(file_in(stage, "shop-web-1", "/etc/a.conf"), "one");
        return stage.expect_quiet();
    }
    EXPECT_FALSE(stage.runs("shop-web-1"));
    EXPECT_EQ(stage.world.resource(web_key).status, Status::failed);
    EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr("needs Engine API 1.45"));
    EXPECT_THAT(stage.world.resource(web_key).why, HasSubstr("mount its whole folder"));
}

INSTANTIATE_TEST_SUITE_P(, Files, ::testing::Values(41, 45, 51),
                         [](const auto& api) { return "api_1_" + std::to_string(api.param); });

TEST(FilesPutIn, StayInSyncWhenTheEngineLearnsToMountThem) {
    Stage stage;
    stage.begin(with_file("one"));
    const std::string id = stage.world.engine().world.find_container("shop-web-1")->id;
    stage.world.end();
    stage.world.engine().world.api_minor = 45;
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.world.engine().world.find_container("shop-web-1")->id, id);
    EXPECT_EQ(stage.world.resource(web_key).status, Status::in_sync);
    stage.expect_quiet();
}

TEST(FilesPutIn, ComeIntoAContainerThatWasMadeBeforeTheEngineCouldMountThem) {
    Stage stage;
    stage.push(with_file("one"));
    FakeEngine& engine = stage.world.engine();
    engine.fault = [](const EngineRequest& request) {  // made, and then nothing more
        return request.method == net::Method::put ? Fault::server_error : Fault::none;
    };
    stage.world.start();
    stage.world.run_for(10s);
    stage.world.end();
    engine.fault = nullptr;
    engine.world.api_minor = 45;
    ASSERT_NE(engine.world.find_container("shop-web-1"), nullptr);
    ASSERT_FALSE(stage.runs("shop-web-1"));
    stage.world.start();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(stage.runs("shop-web-1"));
    EXPECT_EQ(file_in(stage, "shop-web-1", "/etc/a.conf"), "one");
}

}  // namespace
}  // namespace driftless::test
