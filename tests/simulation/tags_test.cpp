// Tags that move: followed where the compose file says so, at the pace that it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/simulation/stage.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string web = "shop-web-1";
const char* const key = "mini1/docker.container/shop.web.1";

Commit with_policy(const std::string& policy, const std::string& more = "") {
    return project("shop",
                   "services:\n  web:\n    image: app:new\n    pull_policy: " + policy +
                       "\n    healthcheck: {test: [CMD, \"true\"], interval: 2s, retries: 3}\n" +
                       more);
}

class MovedTag : public ::testing::Test {
protected:
    MovedTag() { stage.publish("app:new", "1"); }

    void begin(const std::string& policy) {
        stage.begin(with_policy(policy));
        ASSERT_EQ(stage.version_of(web), "1");
        stage.world.clear_logs();
    }
    /// The same content in another commit.
    void push_again(const std::string& policy) {
        Commit commit = with_policy(policy);
        commit["README.md"] = fmt::format("commit {}", ++pushed_);
        stage.push(commit);
    }
    std::ptrdiff_t lookups() {
        return std::ranges::count_if(engine().log(), [](const LoggedRequest& one) {
            return one.request.path.starts_with("/distribution/");
        });
    }
    FakeEngine& engine() { return stage.world.engine(); }
    void remove_by_hand() {
        engine().world.ask(net::Method::del, "/containers/" + web + "?force=1");
    }
    void refuse_lookups(int status, const std::string& message) {
        engine().world.lookup_fails["app:new"] = refusal(status, message);
    }
    const ResourceStatus& status() { return stage.world.resource(key); }

    Stage stage;

private:
    int pushed_ = 0;
};

TEST_F(MovedTag, ChangesNothingByItself) {
    begin("missing");
    stage.publish("app:new", "2");
    push_again("missing");
    stage.world.run_for(settled_after);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    EXPECT_EQ(lookups(), 0);
    EXPECT_EQ(stage.version_of(web), "1");
}

TEST_F(MovedTag, IsFollowedAtEachNewCommitByAlways) {
    begin("always");
    stage.publish("app:new", "2");
    stage.world.run_for(30min);  // with many looks for drift
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    EXPECT_EQ(lookups(), 0);
    push_again("always");
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.version_of(web), "2");
    EXPECT_EQ(lookups(), 1);
    EXPECT_THAT(stage.ours(), ElementsAre("mini1 shop-web-1 running"));
    push_again("always");  // it did not move
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_EQ(lookups(), 1);
    stage.expect_quiet();
}

TEST_F(MovedTag, IsFollowedWhenAPersonSaysReconcile) {
    begin("always");
    stage.publish("app:new", "2");
    ASSERT_TRUE(stage.world.daemon().reconcile({key}));
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.version_of(web), "2");
    stage.expect_quiet();
}

TEST_F(MovedTag, IsToldByThePlanWithBothDigestsAndWhy) {
    begin("always");
    stage.world.end();
    const std::string old = engine().world.registry["app:new"].digest;
    stage.publish("app:new", "2");
    push_again("always");
    stage.world.settings().targets.at("mini1").policy.mode = Mode::observe;
    stage.world.start();
    stage.world.run_for(1min);
    EXPECT_EQ(status().status, Status::drifted);
    EXPECT_THAT(status().why, HasSubstr("shop/compose.yaml:3:5 asks for it: pull_policy is always, "
                                        "and app:new moved"));
    ASSERT_EQ(status().fields.size(), 1u);
    const FieldChange& field = status().fields.front();
    EXPECT_EQ(field.path, "/image_digest");
    EXPECT_EQ(field.have, old);
    EXPECT_EQ(field.want, engine().world.registry["app:new"].digest);
    EXPECT_TRUE(field.replaces);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
}

TEST_F(MovedTag, IsNoneOfADriftsBusiness) {
    begin("always");
    stage.publish("app:new", "2");
    remove_by_hand();
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.version_of(web), "1");
    EXPECT_TRUE(stage.runs(web));
    EXPECT_EQ(lookups(), 0);
    stage.expect_quiet();
}

TEST_F(MovedTag, IsFollowedDailyByTheClockAlsoAcrossRestarts) {
    begin("daily");
    stage.publish("app:new", "2");
    push_again("daily");
    stage.world.run_for(12h);
    stage.world.end();
    stage.world.start();
    stage.world.run_for(11h);
    EXPECT_EQ(lookups(), 0);
    EXPECT_EQ(stage.version_of(web), "1");
    stage.world.run_for(1h);
    EXPECT_EQ(lookups(), 1);
    EXPECT_EQ(stage.version_of(web), "2");
    stage.world.run_for(23h);
    EXPECT_EQ(lookups(), 1);
}

TEST_F(MovedTag, IsFollowedAtAnyPaceThatIsAskedFor) {
    begin("every_2h");
    stage.publish("app:new", "2");
    stage.world.run_for(1h);
    EXPECT_EQ(stage.version_of(web), "1");
    stage.world.run_for(70min);
    EXPECT_EQ(stage.version_of(web), "2");
}

TEST_F(MovedTag, ThatDoesNotWorkBringsTheOldImageBackAndIsNotTriedAgain) {
    begin("always");
    stage.publish("app:new", "sick");
    push_again("always");
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.version_of(web), "1");
    EXPECT_EQ(status().status, Status::failed) << status().why;
    EXPECT_THAT(stage.ours(), ElementsAre("mini1 shop-web-1 running"));
    push_again("always");  // the tag still stands for the sick one
    stage.world.clear_logs();
    stage.world.run_for(settled_after);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    remove_by_hand();  // by now the tag means the sick one on the engine too
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.version_of(web), "1");
    EXPECT_TRUE(stage.runs(web));
    stage.expect_quiet();
    stage.publish("app:new", "3");
    push_again("always");
    stage.world.run_for(settled_after);
    EXPECT_EQ(stage.version_of(web), "3");
    EXPECT_EQ(status().status, Status::in_sync) << status().why;
    stage.expect_quiet();
}

TEST_F(MovedTag, ToANewDigestOfTheSameImageReplacesNothing) {
    begin("always");
    const std::string id = engine().world.find_container(web)->id;
    engine().world.registry["app:new"].digest.clear();
    push_again("always");
    stage.world.run_for(settled_after);
    EXPECT_EQ(engine().world.find_container(web)->id, id);
    EXPECT_EQ(status().status, Status::in_sync) << status().why;
    for (const std::string& write : stage.world.writes()) {
        EXPECT_THAT(write, HasSubstr("POST /images/create"));
    }
    stage.expect_quiet();
}

TEST_F(MovedTag, IsFollowedOnceTheRegistryAnswers) {
    begin("always");
    stage.publish("app:new", "2");
    for (const auto& [code, message] : std::map<int, std::string>{
             {401, "unauthorized: authentication required"},
             {429, "toomanyrequests: You have reached your pull rate limit"},
             {500, "Get \"https://r/v2/\": dial tcp: connect: connection refused"}}) {
        SCOPED_TRACE(code);
        refuse_lookups(code, message);
        push_again("always");
        stage.world.run_for(settled_after);
        EXPECT_THAT(stage.world.writes(), IsEmpty());
        EXPECT_TRUE(stage.runs(web));
        EXPECT_EQ(status().status, Status::in_sync);
        EXPECT_THAT(status().why, HasSubstr(message));
        EXPECT_EQ(stage.world.status().word, TargetWord::ok);
    }
    EXPECT_LT(lookups(), 12) << "a registry that does not answer is not pressed";
    engine().world.lookup_fails.clear();
    stage.world.run_for(20min);
    EXPECT_EQ(stage.version_of(web), "2");
    EXPECT_EQ(status().why, "");
    stage.expect_quiet();
}

TEST_F(MovedTag, ThatCannotBeLookedUpKeepsNewContentWaitingAndStopsNothing) {
    begin("always");
    refuse_lookups(401, "unauthorized: authentication required");
    stage.push(with_policy("always", "    environment: {COLOUR: red}\n"));
    stage.world.run_for(settled_after);
    EXPECT_THAT(stage.world.writes(), IsEmpty());
    EXPECT_THAT(status().why, HasSubstr("authentication required"));
    remove_by_hand();  // what worked comes back with what is here, the new content goes on waiting
    engine().world.lookup_fails.clear();
    stage.world.run_for(20min);
    EXPECT_TRUE(stage.runs(web));
    EXPECT_THAT(engine().world.find_container(web)->config["Env"].dump(), HasSubstr("COLOUR=red"));
    stage.expect_quiet();
}

}  // namespace
}  // namespace driftless::test
