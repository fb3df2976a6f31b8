// A change at Azure in which the daemon dies at every moment, and one in which every call meets
// every fault: the end is the same as without, nothing foreign is touched, and then it is quiet.
// Operations go on at the service meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "config/base/lower_case.hpp"
#include "tests/simulation/azure_scene.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;

constexpr auto settled_in =
    45min;                        // all of the change's operations, and the look an interval later
constexpr auto long_enough = 3h;  // with a back-off, or an operation that nobody answers for

/// The app `api`, with the value of one of our secrets.
std::string app_with_value(const std::string& secret) {
    std::string text = azure_app("api", "web:1");
    text.insert(text.find("      ingress:"),
                "      secrets: [{name: db, value: {secret: " + secret + "}}]\n");
    return text + "      scale: {minReplicas: 1}\n";
}

/// From one commit to the next.
struct Change {
    std::string before;
    std::string after;
};
const Change many_things{azure_group + azure_environment + azure_app("api", "web:1") +
                             azure_app("old", "web:1") + azure_server,
                         azure_group + azure_environment + azure_app("api", "web:2") +
                             azure_server + azure_of_server + azure_identity};
/// The traffic is handed over to a revision that is ready.
const Change shared_traffic{azure_group + azure_environment + shared_app("web:1"),
                            azure_group + azure_environment + shared_app("web:2")};

/// The replicas that run are to have the new value: they are restarted.
const Change secret_changed{azure_group + azure_environment + app_with_value("first"),
                            azure_group + azure_environment + app_with_value("second")};

/// All that stands, as a person would call it the same.
std::vector<std::string> picture_of(FakeAzure& azure) {
    std::vector<std::string> lines;
    for (const std::string& id : azure.ids()) {
        json body = azure.body(id);
        for (const char* key : {"systemData", "etag"}) body.erase(key);
        if (body.contains("properties")) {
            for (const char* key :
                 {"latestRevisionName", "latestReadyRevisionName", "latestRevisionFqdn",
                  "maxInactiveRevisions", "clientId", "principalId"}) {
                body["properties"].erase(key);
            }
            if (body["properties"].contains("configuration")) {
                body["properties"]["configuration"].erase("maxInactiveRevisions");
            }
        }
        lines.push_back(body.dump());
    }
    return lines;
}

/// What stands in one only.
std::vector<std::string> differences(const std::vector<std::string>& have,
                                     const std::vector<std::string>& want) {
    std::vector<std::string> all;
    for (const std::string& line : have) {
        if (std::ranges::find(want, line) == want.end()) all.push_back("+ " + line);
    }
    for (const std::string& line : want) {
        if (std::ranges::find(have, line) == have.end()) all.push_back("- " + line);
    }
    return all;
}

class Story : public AzureScene {
public:
    explicit Story(const Change& change) : change_(change) {
        for (const std::string name : {"first", "second"}) add_secret(name, "value of " + name);
    }

    void begin() {
        push(change_.before);
        world.start();
        world.run_for(settled_in);
        theirs_ = add_others();
        world.end();
        azure.clear_log();
    }
    void change(std::size_t moment) {
        push(change_.after);
        world.fuse.set(moment);
        world.start();
        world.run_for(settled_in);
    }
    void come_back(bool loses_database) {
        world.end();
        world.fuse.set(0);
        if (loses_database) world.lose_database();
        world.start();
        world.run_for(settled_in);
        if (!loses_database) return;
        world.confirm_all();
        world.run_for(settled_in);
    }
    /// Whoever runs has the secrets of now.
    void expect_all_run_with_the_secrets_of_now() {
        azure.settle();
        for (const std::string& app : azure.ids("Microsoft.App/containerApps")) {
            const json& sent = azure.world().find(app)->wanted.at("properties");
            const json now = sent.value("configuration", json::object()).value("secrets", json());
            for (const auto& revision : azure.world().apps[lower_case(app)].revisions) {
                if (!revision.active || now.is_null()) continue;
                EXPECT_EQ(revision.secrets, now) << app;
            }
        }
    }
    void expect_quiet() {
        expect_all_run_with_the_secrets_of_now();
        azure.clear_log();
        world.run_for(30min);
        EXPECT_TRUE(writes().empty()) << ::testing::PrintToString(writes());
        EXPECT_TRUE(unsettled().empty()) << ::testing::PrintToString(unsettled());
        EXPECT_EQ(azure.body(others_id()), theirs_);
    }

private:
    const Change& change_;
    json theirs_;
};

bool is_read(const std::string& moment) {
    return moment.find(" LIST ") != std::string::npos || moment.find(" GET ") != std::string::npos;
}

struct GoodRun {
    std::vector<std::string> trail;
    std::vector<std::size_t> moments;
    std::vector<std::string> picture;
};

GoodRun good_run(const Change& change) {
    Story story{change};
    story.begin();
    story.change(0);
    GoodRun run{story.world.fuse.trail(), {}, picture_of(story.azure)};
    story.expect_quiet();
    std::size_t end = 0;
    for (std::size_t at = 0; at < run.trail.size(); ++at) {
        const bool is_write = run.trail[at].starts_with("after ") ||
                              run.trail[at].find("settle") != std::string::npos;
        if (is_write) end = std::min(at + 12, run.trail.size());
    }
    for (std::size_t at = 0; at < end; ++at) {
        const bool same = at > 0 && is_read(run.trail[at]) && is_read(run.trail[at - 1]);
        if (!same) run.moments.push_back(at + 1);
    }
    return run;
}

struct Crash {
    std::string name;
    const Change& change;
    bool loses_database;
};
void PrintTo(const Crash& one, std::ostream* out) {
    *out << one.name;
}

class AzureCrashSweep : public ::testing::TestWithParam<Crash> {};

TEST_P(AzureCrashSweep, EndsTheSameWhereverTheDaemonDied) {
    const GoodRun good = good_run(GetParam().change);
    ASSERT_FALSE(HasFailure()) << "even when nobody dies";
    ASSERT_GT(good.moments.size(), 20U);
    for (const std::size_t moment : good.moments) {
        SCOPED_TRACE(
            fmt::format("died {} ({} of {})", good.trail[moment - 1], moment, good.trail.size()));
        Story story{GetParam().change};
        story.begin();
        story.change(moment);
        ASSERT_TRUE(story.world.fuse.blown());
        story.come_back(GetParam().loses_database);
        EXPECT_THAT(differences(picture_of(story.azure), good.picture), ::testing::IsEmpty());
        story.expect_quiet();
        if (HasFailure()) return;  // the others are likely to tell the same
    }
    RecordProperty("moments", static_cast<int>(good.moments.size()));
}

std::vector<Crash> crashes() {
    return {{"database_kept", many_things, false},
            {"database_lost", many_things, true},
            {"traffic_handed_over", shared_traffic, false},
            {"traffic_handed_over_database_lost", shared_traffic, true},
            {"secret_changed", secret_changed, false}};
}

INSTANTIATE_TEST_SUITE_P(, AzureCrashSweep, ::testing::ValuesIn(crashes()),
                         [](const auto& chosen) { return chosen.param.name; });

struct Case {
    std::string name;
    AzureFault fault;
    const Change& change;
};
void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

class AzureFaultSweep : public ::testing::TestWithParam<Case> {};

/// @param bad  the call that meets it, from 1; 0: none. @return the routes of the change's calls
std::vector<std::string> change_with_fault(Story& story, std::size_t bad, AzureFault fault) {
    story.begin();
    std::vector<std::string> routes;
    story.azure.faults().choose = [&routes, bad, fault](const arm::Request& request) {
        routes.push_back(request.route);
        return routes.size() == bad ? fault : AzureFault::none;
    };
    story.change(0);
    if (bad > 0) story.world.run_for(long_enough);
    story.azure.faults().choose = nullptr;
    return routes;
}

/// Every write and every question for an operation, and one look of each sort.
std::vector<std::size_t> calls_to_try(const std::vector<std::string>& routes) {
    std::vector<std::size_t> calls;
    std::set<std::string> looks;
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const bool is_look = routes[i].starts_with("LIST") || routes[i].starts_with("GET");
        if (!is_look || looks.insert(routes[i]).second) calls.push_back(i + 1);
    }
    return calls;
}

TEST_P(AzureFaultSweep, EndsTheSameWhicheverCallMeetsIt) {
    Story good{GetParam().change};
    const auto routes = change_with_fault(good, 0, AzureFault::none);
    const auto picture = picture_of(good.azure);
    const auto calls = calls_to_try(routes);
    ASSERT_GT(calls.size(), 5U);
    for (const std::size_t bad : calls) {
        SCOPED_TRACE(fmt::format("call {} ({}) meets {}", bad, routes[bad - 1], GetParam().name));
        Story story{GetParam().change};
        change_with_fault(story, bad, GetParam().fault);
        EXPECT_THAT(differences(picture_of(story.azure), picture), ::testing::IsEmpty());
        story.expect_quiet();
        if (HasFailure()) return;
    }
}

std::vector<Case> cases() {
    const std::vector<std::pair<std::string, AzureFault>> faults{
        {"refused", AzureFault::refused},
        {"throttled", AzureFault::throttled},
        {"retryable", AzureFault::retryable},
        {"too_many", AzureFault::too_many},
        {"forbidden", AzureFault::forbidden},
        {"server_error", AzureFault::server_error},
        {"server_error_after", AzureFault::server_error_after},
        {"unavailable", AzureFault::unavailable},
        {"gateway_timeout", AzureFault::gateway_timeout},
        {"empty", AzureFault::empty},
        {"half_body", AzureFault::half_body},
        {"lost_reply", AzureFault::lost_reply},
        {"silence", AzureFault::silence},
        {"effect_and_silence", AzureFault::effect_and_silence},
        {"operation_lost", AzureFault::operation_lost},
        {"poll_bare", AzureFault::poll_bare},
        {"page", AzureFault::page},
        {"page_after", AzureFault::page_after}};
    std::vector<Case> all;
    for (const auto& [name, fault] : faults) {
        all.push_back({name, fault, many_things});
        all.push_back({"traffic_handed_over_" + name, fault, shared_traffic});
        all.push_back({"secret_changed_" + name, fault, secret_changed});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(, AzureFaultSweep, ::testing::ValuesIn(cases()),
                         [](const auto& chosen) { return chosen.param.name; });

}  // namespace
}  // namespace driftless::test
