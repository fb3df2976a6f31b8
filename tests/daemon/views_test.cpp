#include "daemon/http/views.hpp"

#include <gtest/gtest.h>

#include "daemon/cli/history_text.hpp"
#include "daemon/cli/plan_text.hpp"
#include "daemon/cli/status_text.hpp"
#include "daemon/http/metrics.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless {
namespace {

using test::expect_golden;

const std::string commit = "4e1b0c9a1b2c3d4e5f60718293a4b5c6d7e8f901";

net::WallTime at(int second) {
    return net::WallTime{std::chrono::seconds{1'767'225'600 + second}};
}

ResourceKey key(const std::string& kind, const std::string& name) {
    return {"mini1", "docker." + kind, name};
}

Origin origin(int line) {
    return {commit, {"apps/web.yaml", line, 3}, {"mini1", "ComposeProject", "web"}};
}

Declared declared(const ResourceKey& key, int line) {
    Declared declared;
    declared.key = key;
    declared.origin = origin(line);
    return declared;
}

Action action(Verb verb, ResourceKey of) {
    Action action;
    action.verb = verb;
    action.key = std::move(of);
    return action;
}

/// One action of each sort, with a secret among its fields.
Plan plan() {
    test::ToyVault vault;
    Plan plan;
    plan.target = "mini1";
    plan.commit = commit;
    Action create = action(Verb::create, key("container", "web.api.1"));
    create.want = declared(create.key, 4);
    create.reason = "apps/web.yaml:4:3 asks for it";
    Action replace = action(Verb::replace, key("container", "web.db.1"));
    replace.want = declared(replace.key, 9);
    replace.have = Live{};
    replace.have->id = "f00d";
    replace.interruption = "about 12 s";
    replace.reason = "apps/web.yaml changed";
    replace.fields = {
        {"/env/PASSWORD", vault.seal("old"), "x" + vault.mark(Secret{"hunter2"}), true},
        {"/image", "postgres:15", "postgres:16", true},
        {"/labels/evil", "\x1b[2Jgone", nullptr, true}};
    plan.actions = {create, replace};
    Action remove = action(Verb::remove, key("volume", "web.data"));
    remove.have = Live{};
    remove.have->id = "web_data";
    remove.reason = "git dropped it";
    plan.held = {{remove, "it holds data", "beef", false}};
    plan.held_hash = "9f3a5c";
    plan.resting = {{key("network", "web.default"), Status::in_sync, "", {}, {}, "", false},
                    {key("container", "web.worker.1"),
                     Status::blocked,
                     "waits for docker.container/web.db.1",
                     {},
                     {},
                     "",
                     false}};
    Live other;
    other.key = {"mini1", "docker.container", "portainer"};
    other.id = "cafe";
    plan.unmanaged = {other};
    plan.notes = {"prune is off: 2 removals left out"};
    return plan;
}

Overview overview() {
    Overview overview;
    overview.installation = "bnx-home";
    SourceStatus source;
    source.name = "infra";
    source.url = "file:///srv/infra.git";
    source.branch = "main";
    source.word = SourceWord::invalid;
    source.detail = "the newest commit has errors; see the targets";
    source.tip = commit;
    source.checked = at(-12);
    source.findings = {{Finding::Severity::note, {"x.yaml", 3, 9}, "target nas is not ours"}};
    overview.sources.emplace("infra", source);
    TargetStatus target;
    target.name = "mini1";
    target.mode = Mode::converge;
    target.source = "infra";
    target.commit = commit;
    target.findings = {{Finding::Severity::error, {"apps/web.yaml", 14, 9}, "expected a number"}};
    target.hold_removals = "rewound: branch main of infra went from aaaa to bbbb";
    target.plan = plan();
    target.resources[key("container", "web.api.1")] = {Status::in_sync, "",        {},
                                                       "abc123",        origin(4), ""};
    target.resources[key("container", "web.db.1")] = {
        Status::degraded, "unhealthy: connection refused", {}, "f00d", origin(9), ""};
    target.resources[key("volume", "web.data")] = {Status::held, "it holds data", {},
                                                   "web_data",   Origin{},        "9f3a5c"};
    target.resources[key("container", "web.old.1")] = {
        .status = Status::progressing,
        .why = "removed, and kept until 2026-01-01T00:10:00.000Z; declared again, it comes back",
        .fields = {},
        .id = "dead",
        .origin = {},
        .held_hash = "",
        .kept_until = at(600)};
    target.last = LastRun{"7f3c0001",
                          "commit",
                          at(-30),
                          std::chrono::milliseconds{1840},
                          2,
                          false,
                          "mini1/docker.container/web.db.1: unhealthy"};
    target.runs = {*target.last, LastRun{"7f3c0000", "start", at(-330),
                                         std::chrono::milliseconds{12}, 0, true, ""}};
    target.next_due = at(240);
    target.next_why = "interval";
    overview.targets.emplace("mini1", target);
    TargetStatus away;
    away.name = "nas";
    away.word = TargetWord::unreachable;
    away.detail = "list containers: connection refused";
    away.next_due = at(8);
    away.next_why = "back-off after 3 failures";
    overview.targets.emplace("nas", away);
    TargetStatus suspended;
    suspended.name = "old";
    suspended.mode = Mode::converge;
    suspended.word = TargetWord::suspended;
    suspended.suspended = {{{"old", "", ""}, at(-600), at(1200), "a new disk"},
                           {{"old", "docker.container", "web.api.1"}, at(-60), {}, ""}};
    suspended.detail = why_of(suspended.suspended.front());
    overview.targets.emplace("old", suspended);
    return overview;
}

TEST(Views, Plan) {
    expect_golden("daemon/plan.json", http::view_of(plan()).dump(2) + "\n");
}

TEST(Views, OnlyWhatIsInConflictHasAThingInItsWay) {
    Plan one;
    one.resting.resize(2);
    one.resting.front().status = Status::conflict;
    one.resting.back().status = Status::degraded;
    Live stranger;
    stranger.key = key("container", "stranger");
    for (Rest& rest : one.resting) rest.have = std::make_shared<const Live>(stranger);
    const json resting = http::view_of(one).at("resting");
    EXPECT_EQ(resting[0].value("in_the_way", ""), "mini1/docker.container/stranger");
    EXPECT_FALSE(resting[1].contains("in_the_way"));
}

TEST(Views, Status) {
    expect_golden("daemon/status.json", http::view_of(overview()).dump(2) + "\n");
}

TEST(Views, Resources) {
    expect_golden("daemon/resources.json", http::resources_view(overview(), "").dump(2) + "\n");
}

TEST(Views, Runs) {
    expect_golden("daemon/runs.json", http::runs_view(overview(), "").dump(2) + "\n");
    EXPECT_EQ(http::runs_view(overview(), "mini1")["runs"].size(), 2U);
    EXPECT_EQ(http::runs_view(overview(), "nas")["runs"].size(), 0U);
}

TEST(Views, Metrics) {
    Measures measures;
    measures.started = at(-3600);
    measures.sources["infra"] = {.polls = 120, .failures = 2};
    RunMeasures& runs = measures.runs["mini1"];
    runs.results = {{"converged", 11}, {"failed", 1}};
    runs.took.add(std::chrono::milliseconds{15});
    runs.took.add(std::chrono::minutes{20});
    runs.commit_to_live.add(std::chrono::seconds{42});
    runs.changes = 7;
    runs.failed_in_a_row = 1;
    runs.last = at(-28);
    runs.last_good = at(-328);
    measures.called("docker", "GET", "ok", std::chrono::milliseconds{2});
    measures.called("docker", "GET", "ok", std::chrono::milliseconds{3});
    measures.called("docker", "POST", "timed_out", std::chrono::seconds{30});
    measures.store_failures["settle"] = 1;
    measures.answers = {{200, 9}, {403, 1}};
    measures.refusals = {{"host", 1}};
    const Overview shown = overview();
    const std::string text = http::metrics_text({.overview = shown,
                                                 .measures = measures,
                                                 .ready = true,
                                                 .readers = 2,
                                                 .usage = {1.5, 12'000'000}});
    expect_golden("daemon/metrics.txt", text);
    EXPECT_EQ(text.find("web.api"), std::string::npos);  // no resource's name, and no commit
    EXPECT_EQ(text.find(commit), std::string::npos);
}

/// What failed, what worked, and what has no commit of its own.
std::vector<HistoryEntry> history() {
    HistoryEntry failed{.at = at(0),
                        .run = "7f3c0001",
                        .trigger = "commit",
                        .target = "mini1",
                        .key = key("container", "web.api.1"),
                        .verb = "create",
                        .phase = "failed",
                        .commit = commit,
                        .place = "apps/web.yaml:4:3",
                        .reason = "apps/web.yaml:4:3 asks for it",
                        .request_id = "",
                        .error = "no such image"};
    HistoryEntry done = failed;
    done.phase = "done";
    done.error.clear();
    done.trigger = "person";
    done.request_id = "5f1c\x1b[2J";
    HistoryEntry removed = done;
    removed.verb = "remove";
    removed.commit.clear();
    removed.place.clear();
    removed.trigger.clear();
    removed.request_id.clear();
    removed.reason = "git dropped it";
    return {failed, done, removed};
}

TEST(Views, History) {
    expect_golden("daemon/history.json", http::view_of(history()).dump(2) + "\n");
}

TEST(Views, HistoryForPeople) {
    const auto entries = http::view_of(history())["history"];
    expect_golden("daemon/history.txt", cli::history_text(entries, cli::Style{false}));
}

/// One that is kept, one that is made anew, and data.
std::vector<Restorable> removed() {
    const auto entry = [](const ResourceKey& of, int line) {
        InventoryEntry made;
        made.key = of;
        made.manifest = {"mini1", "ComposeProject", "web"};
        made.commit = commit;
        made.place = {"apps/web.yaml", line, 3};
        return made;
    };
    InventoryEntry data = entry(key("volume", "web.data"), 0);
    data.place = {};
    data.data = true;
    return {{entry(key("container", "web.api.1"), 4), at(-60), at(540)},
            {entry(key("container", "web.db.1"), 9), at(-3600), std::nullopt},
            {data, at(-7200), std::nullopt}};
}

TEST(Views, Removed) {
    expect_golden("daemon/removed.json", http::view_of(removed()).dump(2) + "\n");
}

TEST(Views, RemovedForPeople) {
    const auto list = http::view_of(removed())["removed"];
    expect_golden("daemon/removed.txt", cli::removed_text(list, cli::Style{false}));
}

TEST(Views, PlanForPeople) {
    expect_golden("daemon/plan.txt", cli::plan_text(plan(), cli::Style{false}));
}

TEST(Views, StatusForPeople) {
    auto status = http::view_of(overview());
    status["resources"] = http::resources_view(overview(), "")["resources"];
    expect_golden("daemon/status.txt", cli::status_text(status, at(0), cli::Style{false}));
}

TEST(Views, NeitherShowSecretsNorControlCharacters) {
    const std::string text = cli::plan_text(plan(), cli::Style{false});
    const std::string program = http::view_of(plan()).dump();
    for (const std::string& printed : {text, program}) {
        EXPECT_EQ(printed.find("hunter2"), std::string::npos);
        EXPECT_EQ(printed.find(std::string{mark_begin}), std::string::npos);
        EXPECT_EQ(printed.find('\x1b'), std::string::npos);
    }
}

TEST(Views, ListsHoldObjectsAndRootsAreObjects) {
    const std::vector<json> roots{http::view_of(plan()),
                                  http::view_of(overview()),
                                  http::resources_view(overview(), ""),
                                  http::targets_view(overview()),
                                  http::runs_view(overview(), ""),
                                  http::view_of(history()),
                                  http::view_of(removed())};
    const std::function<void(const json&)> check = [&](const json& value) {
        if (!value.is_structured()) return;
        for (const json& item : value) {
            EXPECT_TRUE(!value.is_array() || item.is_object()) << value;
            check(item);
        }
    };
    for (const json& root : roots) {
        EXPECT_TRUE(root.is_object());
        check(root);
    }
}

}  // namespace
}  // namespace driftless
