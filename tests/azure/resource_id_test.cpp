#include "providers/azure/resource_id.hpp"

#include <gtest/gtest.h>

namespace driftless::azure {
namespace {

constexpr const char* group = "/subscriptions/S/resourceGroups/rg-app";

ResourceId read(const std::string& text) {
    auto id = ResourceId::parse(text);
    EXPECT_TRUE(id) << text;
    return *std::move(id);
}

TEST(ResourceId, KnowsWhatItNames) {
    struct Case {
        std::string text, type, name, above, shown;
    };
    const std::string app = std::string{group} + "/providers/Microsoft.App/containerApps/api";
    const std::string pg =
        std::string{group} + "/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg";
    const std::string role = "/providers/Microsoft.Authorization/roleAssignments/1-2";
    const std::vector<Case> cases{
        {app, "Microsoft.App/containerApps", "api", group,
         "rg-app/Microsoft.App/containerApps/api"},
        {pg + "/databases/main", "Microsoft.DBforPostgreSQL/flexibleServers/databases", "main", pg,
         "rg-app/Microsoft.DBforPostgreSQL/flexibleServers/pg/databases/main"},
        {app + role, "Microsoft.Authorization/roleAssignments", "1-2", app,
         "rg-app/Microsoft.App/containerApps/api/Microsoft.Authorization/roleAssignments/1-2"},
        {group + role, "Microsoft.Authorization/roleAssignments", "1-2", group,
         "rg-app/Microsoft.Authorization/roleAssignments/1-2"},
        {group, "Microsoft.Resources/resourceGroups", "rg-app", "/subscriptions/S", "rg-app"},
        {"/subscriptions/S/providers/Microsoft.Consumption/budgets/b",
         "Microsoft.Consumption/budgets", "b", "/subscriptions/S",
         "Microsoft.Consumption/budgets/b"},
        {"/subscriptions/S", "Microsoft.Resources/subscriptions", "S", "", "subscriptions/S"},
    };
    for (const Case& c : cases) {
        const ResourceId id = read(c.text);
        EXPECT_EQ(id.type(), c.type);
        EXPECT_EQ(id.name(), c.name) << c.text;
        EXPECT_EQ(id.above(), c.above) << c.text;
        EXPECT_EQ(id.shown(), c.shown) << c.text;
        EXPECT_EQ(id.text(), c.text);
        EXPECT_EQ(id.list() + "/" + id.name(), c.text);
        EXPECT_EQ(id.subscription(), "S");
    }
    EXPECT_EQ(read(app).group(), "rg-app");
    EXPECT_EQ(read("/subscriptions/S").group(), "");
}

TEST(ResourceId, AnAnswerInOtherLettersNamesTheSame) {
    const auto asked = read("/subscriptions/S/resourceGroups/RG/providers/Microsoft.App/jobs/j");
    const auto answered = read("subscriptions/s/resourcegroups/rg/providers/microsoft.app/Jobs/j");
    EXPECT_EQ(asked.folded(), answered.folded());
    EXPECT_EQ(answered.group(), "rg");
    EXPECT_EQ(answered.text().front(), '/');
}

TEST(ResourceId, WhatIsNoIdIsRefused) {
    for (const char* text : {"", "/", "/subscriptions", "/subscriptions/", "/subscriptions/S/x/y",
                             "/subscriptions/S/providers/Microsoft.App",
                             "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/jobs",
                             "/subscriptions//resourceGroups/G", "rg/app"}) {
        const auto id = ResourceId::parse(text);
        ASSERT_FALSE(id) << text;
        EXPECT_EQ(id.error().code, Errc::invalid);
    }
}

}  // namespace
}  // namespace driftless::azure
