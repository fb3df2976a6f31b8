// Service tokens of Access, by the whole daemon on the simulated Cloudflare: a secret that is shown
// once is kept or was never made.
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "daemon/http/views.hpp"
#include "tests/simulation/access_fixture.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Commit token(const std::string& more = "") {
    return access("AccessServiceToken", "ci", "  secret: {write: ci-secret}\n" + more);
}
const Commit bound =
    joined(token(), access("AccessPolicy", "robots",
                           "  decision: non_identity\n"
                           "  include: [{service_token: AccessServiceToken/ci}]\n"));

class ServiceTokenTest : public AccessTest {
protected:
    ServiceTokenTest() {
        usual.swap(spdlog::default_logger()->sinks());
        spdlog::default_logger()->sinks().push_back(
            std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
        spdlog::set_level(spdlog::level::trace);
    }
    ~ServiceTokenTest() override {
        spdlog::set_level(spdlog::level::off);
        usual.swap(spdlog::default_logger()->sinks());
    }
    json there(const std::string& name = "driftless.sim.ci") {
        return named("service_tokens", name);
    }
    /// What a program that has the kept secret could come in with.
    const MemorySink::Kept& kept() { return stage.world.sink().places[{edge, "ci-secret"}]; }
    bool comes_in() {
        const json& tokens = account.world().state.access_tokens;
        for (const json& one : tokens) {
            if (one.at("client_id") == kept().whose) {
                return one.value("_client_secret", "") == kept().text && !kept().text.empty();
            }
        }
        return false;
    }
    /// All that is told to people or written down.
    std::string told() {
        const Overview& overview = stage.world.daemon().overview();
        std::string all = log.str() + http::view_of(overview).dump() +
                          http::targets_view(overview).dump() +
                          http::resources_view(overview, "").dump();
        for (const char* end : {"", "-wal"}) {
            all += testing::read_file(stage.world.settings().state + "/driftless.db" + end);
        }
        return all;
    }

    std::ostringstream log;
    std::vector<spdlog::sink_ptr> usual;
};

TEST_F(ServiceTokenTest, IsMadeAndKeptAndSeenNowhere) {
    stage.begin(bound);
    EXPECT_THAT(written(), ElementsAre("POST service_tokens", "POST policies"));
    EXPECT_TRUE(comes_in());
    EXPECT_EQ(kept().whose, there()["client_id"].get<std::string>());
    EXPECT_EQ(policy_there("driftless.sim.robots")["include"][0]["service_token"]["token_id"],
              there()["id"]);
    EXPECT_EQ(status("service_token", "ci").status, Status::in_sync);
    EXPECT_THAT(status("service_token", "ci").why, HasSubstr("it ends on"));
    stage.expect_quiet();
    const std::string all = told();
    EXPECT_THAT(all, HasSubstr("access_service_token/ci"));
    EXPECT_THAT(all, Not(HasSubstr(kept().text)));
}

TEST_F(ServiceTokenTest, WithoutAPlaceForItsSecretNoneIsMade) {
    stage.world.sink().refuses = "driftless may not write to /etc/driftless/secrets";
    stage.begin(bound);
    EXPECT_THAT(written(), IsEmpty());
    EXPECT_EQ(status("service_token", "ci").status, Status::failed);
    EXPECT_THAT(status("service_token", "ci").why, HasSubstr("may not write to"));
    stage.world.sink().refuses.clear();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(comes_in());
    EXPECT_EQ(status("service_token", "ci").status, Status::in_sync);
}

TEST_F(ServiceTokenTest, ASecretThatGotLostIsReplacedByAnother) {
    for (const CloudflareFault fault : {CloudflareFault::lost_reply, CloudflareFault::half_body,
                                        CloudflareFault::effect_and_silence}) {
        SCOPED_TRACE(static_cast<int>(fault));
        Stage fresh{{edge}};
        FakeCloudflare& there_now = *fresh.world.cloudflare();
        there_now.fail_next(fault, "POST /accounts/{}/access/service_tokens");
        there_now.fail_next(fault, "POST /accounts/{}/access/service_tokens/{}/rotate");
        fresh.begin(token());
        fresh.world.run_for(30min);
        const auto& state = there_now.world().state.access_tokens;
        ASSERT_EQ(state.size(), 2u);  // ours, and the other's
        const auto& kept = fresh.world.sink().places[{edge, "ci-secret"}];
        EXPECT_TRUE(std::any_of(state.begin(), state.end(), [&kept](const auto& one) {
            return one.second.value("_client_secret", "") == kept.text;
        }));
        fresh.expect_quiet();
    }
}

TEST_F(ServiceTokenTest, ADiskThatIsFullAtTheWrongMomentEndsInARotation) {
    stage.world.sink().fails = 1;
    stage.begin(token());
    stage.world.run_for(30min);
    EXPECT_TRUE(comes_in());
    EXPECT_THAT(written(), ElementsAre("POST service_tokens", "POST service_tokens/{}/rotate"));
    stage.expect_quiet();
}

TEST_F(ServiceTokenTest, OneWhoseSecretWasTakenAwayGetsAnother) {
    stage.begin(token());
    const std::string before = kept().text;
    const std::string id = there()["id"];
    stage.world.sink().places.clear();
    stage.world.run_for(settled_after);
    EXPECT_TRUE(comes_in());
    EXPECT_NE(kept().text, before);
    EXPECT_EQ(there()["id"], id);
    stage.expect_quiet();
}

TEST_F(ServiceTokenTest, OneThatSomebodyDeletedIsMadeAnew) {
    stage.begin(token());
    const std::string id = there()["id"];
    account.ask(net::Method::del, at("/service_tokens/" + id));
    stage.world.run_for(settled_after);
    EXPECT_NE(there()["id"], id);
    EXPECT_TRUE(comes_in());
    stage.expect_quiet();
}

TEST_F(ServiceTokenTest, ItsNameAndDurationMayChangeAndItsSecretStays) {
    stage.begin(token());
    const std::string before = kept().text;
    converge(token("  name: The robot\n  duration: 17520h\n"));
    EXPECT_EQ(there("The robot")["duration"], "17520h");
    EXPECT_EQ(kept().text, before);
    EXPECT_TRUE(comes_in());
    stage.expect_quiet();
}

TEST_F(ServiceTokenTest, GoesAfterWhatNamesIt) {
    stage.begin(joined(bound, anchor));
    converge(anchor);
    EXPECT_THAT(written(), ElementsAre("DELETE policies/{}", "DELETE service_tokens/{}"));
    EXPECT_TRUE(there().is_null());
    stage.expect_quiet();
}

TEST_F(ServiceTokenTest, AnothersWithItsNameIsNeverRotated) {
    stage.begin(token("  name: others\n"));
    EXPECT_EQ(status("service_token", "ci").status, Status::conflict)
        << status("service_token", "ci").why;
    EXPECT_THAT(written(), IsEmpty());
    stage.expect_quiet();
}

}  // namespace
}  // namespace driftless::test
