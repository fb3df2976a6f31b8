// Tunnels as the API tells of them, recorded answers among them.
#include "providers/cloudflare/tunnels.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/fake_transport.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::cloudflare {
namespace {

using net::Method;
using ::testing::HasSubstr;

class TunnelCalls : public ::testing::Test {
protected:
    template <class T>
    T wait_for(asio::awaitable<T> work) {
        return testing::run_on(io, clock, std::move(work));
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Account account{transport, "a1", Secret{"t"}};
    Tunnels tunnels{account};
    const std::string one = "/accounts/a1/cfd_tunnel/t1";
};

TEST_F(TunnelCalls, ADeletedTunnelIsNone) {
    transport.answer(Method::get, "/accounts/a1/cfd_tunnel?is_deleted=false&per_page=1000&page=1",
                     200,
                     R"({"success":true,"result":[
        {"id":"t1","name":"home","deleted_at":null,"remote_config":true,"status":"healthy"},
        {"id":"t2","name":"gone","deleted_at":"2026-01-01T00:00:00Z","config_src":"cloudflare"},
        {"id":"t3","name":"old","config_src":"local","status":"down"}]})");
    const auto all = wait_for(tunnels.list());
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->size(), 2u);
    EXPECT_TRUE(all->at(0).is_remote);
    EXPECT_FALSE(all->at(1).is_remote);
}

TEST_F(TunnelCalls, WhatIsNotConfiguredYetIsToldFromWhatCannotBeRead) {
    transport.answer(Method::get, one + "/configurations", 404,
                     R"({"success":false,"errors":[{"code":1055,"message":"none"}]})");
    const auto none = wait_for(tunnels.configuration("t1"));
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_FALSE(none->has_value());
    transport.answer(Method::get, one + "/configurations", 404,
                     R"({"success":false,"errors":[{"code":1002,"message":"no tunnel"}]})");
    EXPECT_FALSE(wait_for(tunnels.configuration("t1")));
}

TEST_F(TunnelCalls, ATakenNameAndLiveConnectionsAreConflicts) {
    transport.answer(Method::post, "/accounts/a1/cfd_tunnel", 409,
                     R"({"success":false,"errors":[{"code":1013,"message":"taken"}]})");
    EXPECT_EQ(wait_for(tunnels.create("home")).error().code, Errc::conflict);
    transport.answer(Method::del, one, 400,
                     R"({"success":false,"errors":[{"code":1022,"message":"in use"}]})");
    EXPECT_EQ(wait_for(tunnels.remove("t1")).error().code, Errc::conflict);
}

TEST_F(TunnelCalls, OnlyAConnectorThatIsConnectedCounts) {
    transport.answer(Method::get, one + "/connections?per_page=1000&page=1", 200,
                     R"({"success":true,"result":[
        {"id":"c1","conns":[{"is_pending_reconnect":true},{"is_pending_reconnect":false}]},
        {"id":"c2","conns":[{"is_pending_reconnect":true}]}]})");
    EXPECT_EQ(*wait_for(tunnels.connectors("t1")), 1u);
}

TEST_F(TunnelCalls, ATokenTakesTheRightToWrite) {
    transport.answer(Method::get, one + "/token", 403,
                     R"({"success":false,"errors":[{"code":10000,"message":"no"}]})");
    const auto refused = wait_for(tunnels.token("t1"));
    EXPECT_THAT(refused.error().message, HasSubstr("Cloudflare Tunnel Write"));
    transport.answer(Method::get, one + "/token", 200, R"({"success":true,"result":"s3cret"})");
    EXPECT_EQ(wait_for(tunnels.token("t1"))->reveal(), "s3cret");
}

TEST(RecordedTunnels, AreReadWithoutLoss) {
    const auto folder = test::source_dir().parent_path() / "shared/corpus/cloudflare/responses";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recorded answers at " << folder;
    std::size_t read = 0;
    std::size_t configs = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator{folder}) {
        if (file.path().extension() != ".json") continue;
        std::ifstream text{file.path()};
        const json recording = json::parse(text, nullptr, false);
        if (!recording.is_object()) continue;
        for (const json& exchange : recording.value("interactions", json::array())) {
            const json body = exchange["response"].value("body", json{});
            const json result = body.is_object() ? body.value("result", json{}) : json{};
            for (const json& shown : result.is_array() ? result : json::array({result})) {
                if (!shown.is_object()) continue;
                if (shown.contains("tunnel_id") && shown.contains("config")) {
                    const auto config = parse_tunnel_config(shown);
                    ASSERT_TRUE(config) << file.path();
                    EXPECT_EQ(config->config, shown.at("config"));
                    EXPECT_EQ(config->version, shown.value("version", 0));
                    ++configs;
                }
                if (!shown.contains("name") || !shown.contains("tun_type")) continue;
                const auto tunnel = parse_tunnel(shown);
                ASSERT_TRUE(tunnel) << file.path() << ": " << shown;
                EXPECT_EQ(tunnel->name, shown.at("name").get<std::string>());
                EXPECT_EQ(tunnel->is_remote, shown.value("remote_config", false));
                ++read;
            }
        }
    }
    EXPECT_GE(read, 3u);
    EXPECT_GE(configs, 1u);
}

}  // namespace
}  // namespace driftless::cloudflare
