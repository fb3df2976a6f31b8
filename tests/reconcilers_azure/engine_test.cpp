// What the engine of azure.resource makes of answered bodies, and what it sends.
#include <gmock/gmock.h>

#include "reconcilers/azure/app_revision.hpp"
#include "reconcilers/azure/app_trouble.hpp"
#include "reconcilers/azure/bodies.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/live_resource.hpp"
#include "reconcilers/azure/marks.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Is = RevisionState::Is;

constexpr const char* app_id =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.App/containerApps/api";
constexpr const char* app_list =
    "/subscriptions/s/resourcegroups/rg/providers/microsoft.app/containerapps";

TEST(AzureMarks, SayWhoseAResourceIs) {
    const std::string text = to_text({"bnx-home", "ContainerApp/api", true});
    EXPECT_EQ(text, "bnx-home ContainerApp/api protect");
    const auto mark = mark_of({{"tags", {{"Driftless.Mark", text}, {"team", "x"}}}});
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->installation, "bnx-home");
    EXPECT_EQ(mark->manifest, "ContainerApp/api");
    EXPECT_TRUE(mark->protect);
    EXPECT_FALSE(mark_of({{"tags", {{"team", "x"}}}}));
    EXPECT_FALSE(mark_of({{"tags", nullptr}}));
    EXPECT_FALSE(mark_of(json::object()));
}

TEST(AzureBodies, AnUpdateByPatchSendsWhatGitNamesAndKeepsOthersTags) {
    const TypeRow row = row_for("Microsoft.App/containerApps", "");
    const json spec{
        {id_key, app_id},
        {type_key, row.type},
        {version_key, "2026-01-01"},
        {"properties", {{"template", {{"containers", json::array({{{"name", "api"}}})}}}}},
        {"tags", {{"team", "bnx"}}}};
    const json live{
        {"id", app_id},
        {"tags", {{"cost", "42"}, {"driftless.mark", "old"}, {"team", "x"}}},
        {"properties", {{"configuration", {{"secrets", json::array({{{"name", "a"}}})}}}}}};
    const json body = body_to_update(row, spec, live, "bnx-home ContainerApp/api");
    EXPECT_EQ(body, json({{"properties", spec.at("properties")},
                          {"tags",
                           {{"cost", "42"},
                            {"team", "bnx"},
                            {"driftless.mark", "bnx-home ContainerApp/api"}}}}));
}

TEST(AzureBodies, AnUpdateByPutKeepsWhatGitDoesNotName) {
    const TypeRow row = row_for("Microsoft.Network/virtualNetworks", "");
    const json spec{{id_key, "/x"},
                    {"properties", {{"dhcpOptions", {{"dnsServers", {"10.0.0.4"}}}}}}};
    const json live{{"id", "/x"},
                    {"location", "uksouth"},
                    {"properties",
                     {{"provisioningState", "Succeeded"},
                      {"addressSpace", {{"addressPrefixes", {"10.0.0.0/16"}}}},
                      {"subnets", json::array({{{"name", "apps"}}})}}}};
    const json body = body_to_update(row, spec, live, "m");
    EXPECT_EQ(body["properties"]["subnets"], live["properties"]["subnets"]);
    EXPECT_EQ(body["properties"]["addressSpace"], live["properties"]["addressSpace"]);
    EXPECT_EQ(body["properties"]["dhcpOptions"]["dnsServers"], json({"10.0.0.4"}));
    EXPECT_FALSE(body["properties"].contains("provisioningState"));
    EXPECT_FALSE(body.contains(id_key));
}

TEST(AppRevision, IsReadyOnlyWhenItRunsAndIsHealthy) {
    struct Case {
        std::string provisioning, running, health, error;
        std::chrono::seconds age;
        Is is;
    };
    const std::vector<Case> cases{
        {"Provisioned", "Running", "Healthy", "", 10s, Is::ready},
        {"Provisioned", "RunningAtMaxScale", "Healthy", "", 10s, Is::ready},
        {"Provisioned", "ScaledToZero", "None", "", 10s, Is::ready},
        {"Provisioned", "Activating", "None", "", 10s, Is::starting},
        {"Provisioned", "Running", "None", "", 10s, Is::starting},
        {"Provisioning", "Processing", "None", "", 10s, Is::starting},
        {"Provisioned", "Activating", "None", "", 16min, Is::failed},
        {"Provisioned", "Degraded", "None", "", 10s, Is::starting},
        {"Provisioned", "Degraded", "None", "", 6min, Is::failed},
        {"Provisioned", "Running", "Unhealthy", "", 10s, Is::starting},
        {"Provisioned", "Running", "Unhealthy", "", 6min, Is::failed},
        {"Provisioning", "Degraded", "Unhealthy", "ImagePullFailure", 10s, Is::starting},
        {"Provisioned", "Running", "Healthy", "ImagePullFailure", 10s, Is::failed},
        {"Failed", "Failed", "None", "ImagePullFailure", 10s, Is::failed},
    };
    for (const Case& c : cases) {
        Revision revision{"api--1", true, c.provisioning, c.running, c.health};
        revision.error = c.error;
        const RevisionState state = judged(revision, c.age);
        EXPECT_EQ(state.is, c.is) << c.provisioning << " " << c.running << " " << c.health;
        EXPECT_THAT(state.told, HasSubstr("api--1"));
        revision.active = false;
        EXPECT_EQ(judged(revision, c.age).is, Is::inactive);
    }
}

TEST(AppTrouble, IsToldOnceAndEndsInTheNextStep) {
    struct Case {
        std::string error, details, container, container_details;
        int restarts;
        std::string told, next;
    };
    const std::vector<Case> cases{
        {"", "", "", "", 0, "", "read its log: az containerapp logs show --name api"},
        {"ErrImagePull: not found", "ErrImagePull: not found", "Waiting", "ErrImagePull: not found",
         5, "ErrImagePull: not found (container web: Waiting, restarted 5 times)", "AcrPull"},
        {"", "", "Terminated", "exit code 1", 9,
         "container web: Terminated: exit code 1, restarted 9 times", "read its log"},
        {"", "1/1 Container crashing: web", "Waiting", "CrashLoopBackOff", 3,
         "1/1 Container crashing: web (container web: Waiting: CrashLoopBackOff, restarted 3 "
         "times)",
         "read its log"},
        {"", "The startup probe failed", "Running", "", 0,
         "The startup probe failed (container web: Running)", "listens where its ingress"},
        {"Unable to get value using Managed identity system", "", "", "", 0,
         "Unable to get value using Managed identity system", "Key Vault Secrets User"},
    };
    for (const Case& c : cases) {
        Revision revision{"api--1", true, "Failed", "Failed", "None", c.error, "", c.details};
        const ReplicaContainer web{"web", false, c.container, c.container_details, c.restarts};
        const ReplicaContainer well{"side", true, "Running", "", 1};
        const std::string told =
            trouble_told(revision, {{"r1", "", {web, well}}, {"r2", "", {web, well}}});
        EXPECT_EQ(told, c.told);
        EXPECT_THAT(next_step(told, revision), HasSubstr(c.next));
    }
}

TEST(AppRevision, OneThatServesNeedsNoLook) {
    const auto app = [](const char* newest, const char* ready) {
        return json{
            {"properties", {{"latestRevisionName", newest}, {"latestReadyRevisionName", ready}}}};
    };
    EXPECT_EQ(newest_unready(app("api--2", "api--2")), "");
    EXPECT_EQ(newest_unready(app("api--2", "api--1")), "api--2");
    EXPECT_EQ(newest_unready(json::object()), "");
}

class NoTokens final : public Tokens {
public:
    asio::awaitable<Result<Secret>> token() override { co_return Secret{"t"}; }
    void refused(const std::string&) override {}
};

class NoJournal final : public Journal {
public:
    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step&, const Results&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> learn(std::string, std::string, json) override {
        co_return Result<void>{};
    }
};

class SeerTest : public ::testing::Test {
protected:
    SeerTest() { run.facts.target = "prod"; }

    Declared& want(const std::string& id, json body) {
        Declared declared;
        declared.key = {"prod", std::string{resource_kind}, ResourceId::parse(id)->shown()};
        declared.collection = app_list;
        declared.spec = std::move(body);
        declared.spec[id_key] = id;
        declared.spec[type_key] = ResourceId::parse(id)->type();
        declared.spec[version_key] = "2026-01-01";
        desired.resources.push_back(std::move(declared));
        run.facts.desired = Complete<DesiredState>::vouched(desired);
        return desired.resources.back();
    }
    Live see(const json& body) {
        const KnownResources known{access, run};
        const Seer seer{access, run, known};
        auto live = seer.see(body);
        EXPECT_TRUE(live);
        return *std::move(live);
    }

    testing::VirtualClock clock;
    testing::FakeTransport transport;
    NoTokens tokens;
    Arm arm{transport, tokens, "https://management.azure.com"};
    SubscriptionAccess access{.arm = arm, .target = "prod", .installation = "bnx", .clock = clock};
    test::ToyVault vault;
    NoJournal journal;
    DesiredState desired{"prod", "c1", {}, {}, {}};
    driftless::Run run{.id = "r",
                       .trigger = "",
                       .facts = {},
                       .vault = vault,
                       .journal = journal,
                       .clock = clock,
                       .files = nullptr,
                       .stop_asked = nullptr,
                       .progress = nullptr};
};

json app_body(const std::string& state = "Succeeded") {
    return {
        {"id", "/subscriptions/S/resourcegroups/rg/providers/Microsoft.App/containerapps/api"},
        {"type", "Microsoft.App/containerApps"},
        {"name", "api"},
        {"location", "UK South"},
        {"properties", {{"provisioningState", state}, {"configuration", {{"ingress", nullptr}}}}}};
}

TEST_F(SeerTest, KnowsTheDeclaredByItsIdInAnyLetters) {
    want(app_id, {{"location", "uksouth"}});
    const Live live = see(app_body());
    EXPECT_EQ(live.key, desired.resources.front().key);
    EXPECT_EQ(live.id, app_id);
    EXPECT_EQ(live.owner, Owner::kin);
    EXPECT_TRUE(live.unfinished.empty());
    EXPECT_TRUE(live.ready);
    EXPECT_EQ(live.outputs.at("id"), app_id);
    const auto& rules = access.types.of("Microsoft.App/containerApps").rules;
    EXPECT_TRUE(changed_fields(desired.resources.front().spec, live.spec, rules).empty());
}

TEST_F(SeerTest, TellsWhoseItIsByItsTag) {
    json body = app_body();
    body["tags"] = {{mark_tag, "bnx ContainerApp/api"}};
    EXPECT_EQ(see(body).owner, Owner::ours);
    EXPECT_EQ(see(body).manifest, "ContainerApp/api");
    want(app_id, json::object());
    body["tags"] = {{mark_tag, "other ContainerApp/api"}};
    EXPECT_EQ(see(body).owner, Owner::foreign);
}

TEST_F(SeerTest, WhatNobodyDeclaresIsAnothers) {
    const Live live = see(app_body());
    EXPECT_EQ(live.owner, Owner::foreign);
    EXPECT_THAT(live.key.name, HasSubstr("rg/Microsoft.App/container"));
}

TEST_F(SeerTest, AnOperationUnderWayIsUnfinishedAndIdleUntilItsTime) {
    const Declared& app = want(app_id, json::object());
    const net::WallTime now = clock.wall();
    const Operation operation{Operation::By::status, "https://h/op", now, now + 1h, now + 15s};
    InventoryEntry entry;
    entry.key = app.key;
    entry.id = app_id;
    entry.note = OperationNote{operation, false, std::nullopt}.to_json();
    run.facts.inventory.emplace(entry.key, entry);
    const Live live = see(app_body("InProgress"));
    EXPECT_THAT(live.unfinished, HasSubstr("under way since"));
    EXPECT_EQ(live.idle_until, operation.next);

    const KnownResources known{access, run};
    const Seer seer{access, run, known};
    const auto begun = seer.see_begun(*known.find(app_id));
    ASSERT_TRUE(begun);  // a list need not show it yet
    EXPECT_EQ(begun->id, app_id);
    EXPECT_EQ(begun->owner, Owner::ours);
    EXPECT_TRUE(begun->spec.is_null());
}

TEST_F(SeerTest, SomebodyElsesChangeIsWaitedFor) {
    want(app_id, json::object());
    const Live live = see(app_body("InProgress"));
    EXPECT_THAT(live.unfinished, HasSubstr("InProgress"));
    EXPECT_GT(live.idle_until, clock.wall());
}

TEST_F(SeerTest, WhatNoAnswerShowsIsAsItWasLastWritten) {
    const std::string server =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg";
    const auto spec = [this](const char* password) {
        return json{{"properties", {{"administratorLoginPassword", vault.mark(Secret{password})}}}};
    };
    Declared& declared = want(server, spec("one"));
    const json body{{"id", server}, {"name", "pg"}, {"properties", {{"state", "Ready"}}}};
    const auto& rules = access.types.of("Microsoft.DBforPostgreSQL/flexibleServers").rules;
    const auto changes = [&] {
        run.facts.desired = Complete<DesiredState>::vouched(desired);
        const auto wanted = sealed(declared.spec, vault, run.facts.board);
        return changed_fields(*wanted, see(body).spec, rules);
    };
    EXPECT_TRUE(changes().empty());  // nothing is known: it counts as declared
    run.facts.learned[unread_subject(declared.key)] =
        *sealed(declared.spec, vault, run.facts.board);
    EXPECT_TRUE(changes().empty());
    declared.spec["properties"] = spec("two")["properties"];
    const auto changed = changes();
    ASSERT_EQ(changed.size(), 1u);
    EXPECT_EQ(changed.front().path, "/properties/administratorLoginPassword");
}

}  // namespace
}  // namespace driftless::azure
