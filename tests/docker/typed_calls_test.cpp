#include <gtest/gtest.h>

#include "providers/docker/containers.hpp"
#include "providers/docker/networks.hpp"
#include "providers/docker/system.hpp"
#include "providers/docker/volumes.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;
using net::Method;
using testing::run_on;

struct TypedCalls : ::testing::Test {
    TypedCalls() {
        transport.ping("1.41");
        (void)run_on(io, clock, engine.version());
    }
    template <class T>
    Result<T> run(asio::awaitable<Result<T>> call) {
        return run_on(io, clock, std::move(call));
    }
    const net::Request& last() { return transport.seen().back(); }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Engine engine{transport};
    Containers containers{engine};
    Networks networks{engine};
    Volumes volumes{engine};
};

TEST_F(TypedCalls, AContainerIsCreatedByNameAndPlatform) {
    transport.answer(Method::post, "/v1.41/containers/create?name=web&platform=linux%2Farm64", 201,
                     R"({"Id":"c1","Warnings":null})");
    json body;
    body["Image"] = "nginx";
    const auto id = run(containers.create("web", "linux/arm64", body));
    ASSERT_TRUE(id);
    EXPECT_EQ(*id, "c1");
    EXPECT_EQ(last().body, R"({"Image":"nginx"})");
    EXPECT_EQ(net::header_of(last().headers, "content-type"), "application/json");
}

TEST_F(TypedCalls, WhatACreationSaysDecidesTheCode) {
    const auto target = "/v1.41/containers/create?name=web";
    transport.answer(Method::post, target, 404, R"({"message":"No such image: nginx:latest"})");
    transport.answer(Method::post, target, 409,
                     R"({"message":"Conflict. The container name is in use"})");
    transport.answer(Method::post, target, 201, "{}");
    EXPECT_EQ(run(containers.create("web", "", json::object())).error().code, Errc::not_found);
    EXPECT_EQ(run(containers.create("web", "", json::object())).error().code, Errc::conflict);
    EXPECT_EQ(run(containers.create("web", "", json::object())).error().code, Errc::invalid);
}

TEST_F(TypedCalls, StartingWhatRunsAndStoppingWhatStandsIsSuccess) {
    transport.answer(Method::post, "/v1.41/containers/c1/start", 304, "");
    transport.answer(Method::post, "/v1.41/containers/c1/stop?t=30", 304, "");
    EXPECT_TRUE(run(containers.start("c1")));
    EXPECT_TRUE(run(containers.stop("c1", 30s)));
    EXPECT_GE(last().deadline, 40s);
}

TEST_F(TypedCalls, RemovingWhatIsGoneIsSuccess) {
    transport.answer(Method::del, "/v1.41/containers/c1?force=1", 404, "");
    transport.answer(Method::del, "/v1.41/containers/c1", 409,
                     R"({"message":"removal of container c1 is already in progress"})");
    transport.answer(Method::del, "/v1.41/containers/c1", 409,
                     R"({"message":"You cannot remove a running container"})");
    transport.answer(Method::del, "/v1.41/networks/n1", 404, "");
    transport.answer(Method::del, "/v1.41/volumes/v1", 404, "");
    transport.answer(Method::del, "/v1.41/volumes/v1", 409, R"({"message":"volume is in use"})");
    EXPECT_TRUE(run(containers.remove("c1", true)));
    EXPECT_TRUE(run(containers.remove("c1", false)));
    EXPECT_EQ(run(containers.remove("c1", false)).error().code, Errc::conflict);
    EXPECT_TRUE(run(networks.remove("n1")));
    EXPECT_TRUE(run(volumes.remove("v1")));
    EXPECT_EQ(run(volumes.remove("v1")).error().code, Errc::conflict);
}

TEST_F(TypedCalls, NamesThatWouldLeaveTheirPlaceInThePathDoNot) {
    EXPECT_EQ(run(containers.inspect("..")).error().code, Errc::forbidden);
    EXPECT_EQ(run(containers.remove("", true)).error().code, Errc::forbidden);
    transport.answer(Method::get, "/v1.41/containers/a%2F..%2Fb%3Fx/json", 301, "");
    EXPECT_EQ(run(containers.inspect("a/../b?x")).error().code, Errc::invalid);
}

TEST_F(TypedCalls, FilesGoInAndComeOutAsTar) {
    transport.answer(Method::put,
                     "/v1.41/containers/c1/archive?path=%2Frun%2Fx&noOverwriteDirNonDir=1", 200,
                     "");
    EXPECT_TRUE(run(containers.put_archive("c1", "/run/x", "tar bytes")));
    EXPECT_EQ(last().body, "tar bytes");
    transport.answer(Method::get, "/v1.41/containers/c1/archive?path=%2Fetc%2Fhosts", 200, "tar");
    const auto tar = run(containers.get_archive("c1", "/etc/hosts", 1000));
    ASSERT_TRUE(tar);
    EXPECT_EQ(*tar, "tar");
    EXPECT_EQ(last().max_body, 1000u);
}

TEST_F(TypedCalls, ListsAreWholeOrAnError) {
    const auto list = "/v1.41/volumes";
    transport.answer(Method::get, list, 200, R"({"Volumes":[{"Name":"a"}],"Warnings":null})");
    transport.answer(Method::get, list, 200, R"({"Volumes":null,"Warnings":[]})");
    transport.answer(Method::get, list, 200,
                     R"({"Volumes":[],"Warnings":["driver nfs is silent"]})");
    transport.answer(Method::get, list, 200, R"({})");
    transport.answer(Method::get, list, 200, R"({"Volumes":["a"]})");
    EXPECT_EQ(run(volumes.list())->size(), 1u);
    EXPECT_TRUE(run(volumes.list())->empty());
    EXPECT_EQ(run(volumes.list()).error().code, Errc::unavailable);
    EXPECT_EQ(run(volumes.list()).error().code, Errc::invalid);
    EXPECT_EQ(run(volumes.list()).error().code, Errc::invalid);
    transport.answer(Method::get, "/v1.41/networks", 200, R"([{"Name":"bridge"}])");
    transport.answer(Method::get, "/v1.41/networks", 200, "null");
    EXPECT_EQ(run(networks.list())->size(), 1u);
    EXPECT_EQ(run(networks.list()).error().code, Errc::invalid);
}

TEST_F(TypedCalls, ANetworkIsMadeOnceEvenWhereTwoMayHaveOneName) {
    transport.answer(Method::post, "/v1.41/networks/create", 201, R"({"Id":"n1"})");
    json body;
    body["Name"] = "shop_default";
    EXPECT_EQ(*run(networks.create(body)), "n1");
    EXPECT_EQ(json::parse(last().body)["CheckDuplicate"], true);
}

TEST_F(TypedCalls, AnErrorSaysWhatWasTried) {
    transport.answer(Method::post, "/v1.41/containers/c1/start", 500,
                     R"({"message":"driver failed: port is already allocated"})");
    const auto started = run(containers.start("c1"));
    EXPECT_EQ(started.error().message,
              "start container \"c1\": HTTP 500: driver failed: port is already allocated");
}

TEST_F(TypedCalls, VolumesThatNothingUsesAreAskedForByTheirLabel) {
    transport.answer(
        Method::get,
        "/v1.41/"
        "volumes?filters=%7B%22dangling%22%3A%5B%22true%22%5D%2C%22label%22%3A%5B%22a.b%22%5D%7D",
        200, R"({"Volumes":[{"Name":"x"}],"Warnings":null})");
    const auto unused = run(volumes.list_unused("a.b"));
    ASSERT_TRUE(unused) << unused.error().message;
    EXPECT_EQ(unused->at(0)["Name"], "x");
}

TEST_F(TypedCalls, AnEngineTellsOfItselfInAnyZone) {
    const auto at = [&](const std::string& time) {
        transport.answer(Method::get, "/v1.41/info", 200,
                         R"({"ServerVersion":"26.1.5","SystemTime":")" + time +
                             R"(","Warnings":["WARNING: No swap limit support"]})");
        return *run(read_system(engine));
    };
    const auto noon = *net::parse_wall_time("2026-11-24T12:00:00.000Z");
    EXPECT_EQ(at("2026-11-24T12:00:00.123456789Z").clock, noon);
    EXPECT_EQ(at("2026-11-24T13:30:00.1+01:30").clock, noon);
    EXPECT_EQ(at("2026-11-24T07:00:00-05:00").clock, noon);
    EXPECT_EQ(at("yesterday").clock, std::nullopt);
    EXPECT_EQ(at("").version, "26.1.5");
    EXPECT_EQ(at("").warnings, std::vector<std::string>{"WARNING: No swap limit support"});
    transport.answer(Method::get, "/v1.41/info", 200, R"({"ServerVersion":"1","Warnings":null})");
    EXPECT_TRUE(run(read_system(engine))->warnings.empty());
}

}  // namespace
}  // namespace driftless::docker
