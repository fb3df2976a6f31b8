// scripts/demos/briefhours, the sample of `scripts/demo azure`: a whole product in one repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "config/base/lower_case.hpp"
#include "tests/simulation/azure_scene.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Sample = std::map<std::string, std::string>;

Sample sample() {
    Sample files;
    const auto folder = source_dir() / "scripts/demos/briefhours";
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream file{entry.path()};
        std::ostringstream text;
        text << file.rdbuf();
        files.emplace(entry.path().filename().string(), text.str());
    }
    return files;
}

/// The sample with another version of one image.
Sample with_api(const std::string& version) {
    Sample files = sample();
    std::string& text = files.at("versions.yaml");
    const std::string before = "/api:1.0.0";
    text.replace(text.find(before), before.size(), "/api:" + version);
    return files;
}

void drop_lines(std::string& text, const std::string& with) {
    std::istringstream lines{std::exchange(text, {})};
    for (std::string line; std::getline(lines, line);) {
        if (line.find(with) == line.npos) text += line + "\n";
    }
}

constexpr const char* group_path =
    "/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/rg-briefhours";
const std::string api_id = std::string{group_path} + "/providers/Microsoft.App/containerApps/api";
const std::string server_id =
    std::string{group_path} + "/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg-briefhours";
const std::string registry = "acrbriefhours.azurecr.io";

class BriefHoursTest : public ::testing::Test, public AzureScene {
protected:
    BriefHoursTest() {
        AzureEndpoint endpoint;
        endpoint.subscription = "00000000-0000-0000-0000-00000000000a";
        endpoint.resource_group = "rg-briefhours";
        endpoint.location = "uksouth";
        world.settings().targets.at(prod).endpoint = endpoint;
        auto& named = world.settings().secrets.named;
        named["database-password"] = named.at("pg-password");
    }
    /// Until all is in sync, at most an hour.
    void begin() {
        world.repository.push(sample());
        world.start();
        const auto begun = world.wall();
        do world.run_for(10s);
        while (!(is_taken() && unsettled().empty()) && world.wall() - begun < 1h);
        took = world.wall() - begun;
    }
    bool is_taken() { return world.status(prod).resources.size() == 42; }
    void expect_quiet() {
        azure.clear_log();
        world.run_for(30min);
        EXPECT_THAT(writes(), IsEmpty());
        EXPECT_THAT(unsettled(), IsEmpty());
    }
    std::chrono::milliseconds took{};
    std::string image_of_api() {
        return azure.body(api_id)["properties"]["template"]["containers"][0]["image"];
    }
    /// What keeps the newest commit from being taken.
    std::vector<std::string> told_of_commit() {
        std::vector<std::string> lines;
        for (const Finding& finding : world.status(prod).findings) lines.push_back(finding.message);
        return lines;
    }
    /// Where in the log each resource was first asked for, by its folded id.
    std::map<std::string, std::size_t> first_writes() {
        std::map<std::string, std::size_t> first;
        for (std::size_t at = 0; at < azure.log().size(); ++at) {
            const arm::Request& request = azure.log()[at].request;
            if (request.method == net::Method::put)
                first.try_emplace(lower_case(request.path()), at);
        }
        return first;
    }
};

void add_texts(const json& value, std::set<std::string>& into) {
    if (value.is_string()) into.insert(lower_case(value.get_ref<const std::string&>()));
    if (value.is_object()) {
        for (const auto& [key, item] : value.items()) {
            into.insert(lower_case(key));
            add_texts(item, into);
        }
    } else if (value.is_array()) {
        for (const json& item : value) add_texts(item, into);
    }
}

TEST_F(BriefHoursTest, ComesAboutFromNothingInOnePushAndIsQuiet) {
    begin();
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_TRUE(is_taken());
    EXPECT_LT(took, 15min);  // 10 min, of which PostgreSQL takes 5
    EXPECT_EQ(image_of_api(), registry + "/api:1.0.0");
    expect_quiet();
}

TEST_F(BriefHoursTest, EachThingComesAfterWhatItStandsOn) {
    begin();
    const auto first = first_writes();
    std::size_t judged = 0;
    for (const auto& [id, at] : first) {
        std::set<std::string> names;
        add_texts(json::parse(azure.log()[at].request.body), names);
        for (const auto& [other, other_at] : first) {
            const bool stands_on = id.starts_with(other + "/") || names.contains(other);
            if (!stands_on) continue;
            ++judged;
            EXPECT_LT(other_at, at) << id << " came before " << other;
        }
    }
    EXPECT_GT(judged, 60u);
}

TEST_F(BriefHoursTest, ANewImageIsOneWrite) {
    begin();
    azure.clear_log();
    world.repository.push(with_api("1.1.0"));
    world.run_for(15min);
    EXPECT_THAT(writes(), ElementsAre("PATCH Microsoft.App/containerApps"));
    EXPECT_EQ(image_of_api(), registry + "/api:1.1.0");
    expect_quiet();
}

TEST_F(BriefHoursTest, OnABadImageTheRevisionBeforeServesAndStatusTellsWhy) {
    begin();
    azure.break_image(registry + "/api:1.2.0", "ErrImagePull: manifest unknown");
    world.repository.push(with_api("1.2.0"));
    world.run_for(1h);
    const auto told = unsettled();
    ASSERT_EQ(told.size(), 1u) << ::testing::PrintToString(told);
    EXPECT_THAT(told.front(), AllOf(HasSubstr("containerApps/api: failed"), HasSubstr("api--"),
                                    HasSubstr("manifest unknown")));
    EXPECT_EQ(image_of_api(), registry + "/api:1.0.0");
    azure.clear_log();
    world.run_for(1h);
    EXPECT_THAT(writes(), IsEmpty());  // it is not tried again
    world.repository.push(with_api("1.3.0"));
    world.run_for(30min);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_EQ(image_of_api(), registry + "/api:1.3.0");
}

TEST_F(BriefHoursTest, ADatabaseThatTheAppNeedsCanNotBeDropped) {
    begin();
    Sample files = sample();
    files.erase("database.yaml");
    azure.clear_log();
    world.repository.push(files);
    world.run_for(30min);
    EXPECT_THAT(writes(), IsEmpty());
    EXPECT_THAT(unsettled(), IsEmpty());  // the commit before stays in force
    EXPECT_THAT(told_of_commit(),
                ElementsAre(HasSubstr("no PostgresDatabase/briefhours"),
                            HasSubstr("no PostgresFlexibleServer/pg-briefhours")));
}

TEST_F(BriefHoursTest, ADatabaseThatGitDropsWaitsForAPerson) {
    begin();
    Sample files = sample();
    files.erase("database.yaml");
    drop_lines(files.at("apps.yaml"), "PostgresDatabase/briefhours");
    drop_lines(files.at("apps.yaml"), "DATABASE_HOST");
    world.repository.push(files);
    world.run_for(30min);
    EXPECT_TRUE(azure.has(server_id));
    EXPECT_THAT(unsettled(), ElementsAre(HasSubstr("pg-briefhours: held: it is protected"),
                                         HasSubstr("azure.extensions: blocked"),
                                         HasSubstr("databases/briefhours: held: it holds data")));
    world.repository.push(sample());
    world.run_for(10min);
    EXPECT_THAT(unsettled(), IsEmpty());
}

}  // namespace
}  // namespace driftless::test
