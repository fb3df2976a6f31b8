// The table of types against what the specifications say of them.
#include "reconcilers/azure/types.hpp"

#include <gmock/gmock.h>

#include <set>

#include "config/base/lower_case.hpp"
#include "config/desired_state.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/type_data.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless::azure {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

/// Is there such a place in a body of the type? `*` is any element or key. What lies below
/// something read-only or unchecked is not told.
bool leads_somewhere(const TypeNode& node, const Steps& steps, std::size_t at = 0) {
    if (at == steps.size() || node.unchecked || node.read_only) return true;
    for (const TypeNode& child : node.below) {
        if (child.name.starts_with('<')) {
            if (leads_somewhere(child, steps, at)) return true;
            continue;
        }
        const bool any = child.name == "[]" || child.name == "{}";
        const bool fits = any || child.name == steps[at];
        if (fits && leads_somewhere(child, steps, at + 1)) return true;
    }
    return false;
}

std::vector<std::string> paths_of(const TypeRow& row) {
    std::vector<std::string> paths;
    for (const KeyedList& list : row.keyed) {
        paths.push_back(list.path);
        paths.push_back(list.path + "/*/" + list.by);
    }
    for (const auto* list : {&row.sets, &row.wholes, &row.quantities, &row.caseless,
                             &row.left_alone, &row.create_only, &row.untold}) {
        paths.insert(paths.end(), list->begin(), list->end());
    }
    for (const SameValue& same : row.same) paths.push_back(same.path);
    for (const UsualValue& usual : row.dropped) paths.push_back(usual.path);
    for (const UsualValue& usual : row.added) paths.push_back(usual.path);
    for (const Output& output : row.outputs) paths.push_back(output.at);
    return paths;
}

TEST(TypeRows, AreEachKnownToTheSpecificationsInTheSameVersion) {
    for (const TypeRow& row : type_rows()) {
        const TypeData* data = type_data(row.type);
        ASSERT_NE(data, nullptr) << row.name;
        EXPECT_EQ(data->type, row.type);
        EXPECT_EQ(data->api_version, row.api_version) << row.name;
        EXPECT_EQ(data->root.child("tags") != nullptr, row.tags) << row.name;
        EXPECT_EQ(data->root.child("location") != nullptr, row.location) << row.name;
    }
}

TEST(TypeRows, NameOnlyPathsThatTheirTypeHas) {
    for (const TypeRow& row : type_rows()) {
        const TypeData* data = type_data(row.type);
        ASSERT_NE(data, nullptr) << row.name;
        for (const std::string& path : paths_of(row)) {
            EXPECT_TRUE(leads_somewhere(data->root, steps_of(path))) << row.name << " " << path;
        }
    }
}

TEST(TypeRows, KeepTheirOrderTypesAndLocksAmongKnownTypes) {
    std::set<std::string> names;
    for (const TypeRow& row : type_rows()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        for (const std::string& type : row.after) EXPECT_NE(row_of_type(type), nullptr) << type;
        if (row.lock.empty()) continue;
        EXPECT_TRUE((row.type + "/").starts_with(row.lock + "/")) << row.name;
    }
}

TEST(TypeRows, AreFoundByKindAndByTypeInAnyCase) {
    EXPECT_EQ(row_of_kind("ContainerApp")->type, "Microsoft.App/containerApps");
    EXPECT_EQ(row_of_kind("Containerapp"), nullptr);
    EXPECT_EQ(row_of_kind(""), nullptr);
    EXPECT_EQ(row_of_type("microsoft.app/CONTAINERAPPS")->name, "ContainerApp");
    EXPECT_EQ(row_of_type("Microsoft.Web/sites"), nullptr);
}

TEST(TypeRows, OfTypesWithoutOneTellWhatIsKnown) {
    const TypeRow known = row_for("microsoft.app/managedEnvironments/CERTIFICATES", "");
    EXPECT_EQ(known.type, "Microsoft.App/managedEnvironments/certificates");
    EXPECT_EQ(known.api_version, "2026-01-01");
    EXPECT_EQ(known.listing, Listing::parent);
    EXPECT_TRUE(known.tags);
    EXPECT_EQ(known.lock, "Microsoft.App/managedEnvironments");
    const TypeRow unknown = row_for("Microsoft.Web/sites", "2024-04-01");
    EXPECT_EQ(unknown.type, "Microsoft.Web/sites");
    EXPECT_EQ(unknown.api_version, "2024-04-01");
    EXPECT_EQ(unknown.name, "");
    EXPECT_TRUE(unknown.location);
}

TEST(TypeRows, OfAllRecordTypesAreAlike) {
    const TypeRow text = row_for("microsoft.network/privatednszones/TXT", "");
    EXPECT_EQ(text.type, "Microsoft.Network/privateDnsZones/TXT");
    EXPECT_EQ(text.name, "PrivateDnsRecord");
    EXPECT_THAT(text.sets, Contains("/properties/txtRecords"));
    EXPECT_EQ(row_for("Microsoft.Network/privateDnsZones", "").name, "PrivateDnsZone");
}

TEST(TypeData, KnowsVariantsByTheirDiscriminator) {
    const TypeNode& rule = type_data("Microsoft.Cdn/profiles/ruleSets/rules")->root;
    const TypeNode* condition = rule.child("properties")->child("conditions")->child("[]");
    ASSERT_NE(condition, nullptr);
    EXPECT_EQ(condition->discriminator, "name");
    EXPECT_EQ(condition->child("parameters"), nullptr);
    ASSERT_NE(condition->child("parameters", "clientport"), nullptr);
    EXPECT_THAT(condition->names("ClientPort"), ElementsAre("parameters", "name"));
}

TEST(TypeData, KnowsFlagsValuesAndLimits) {
    const TypeNode& app = type_data("Microsoft.App/containerApps")->root;
    const TypeNode* configuration = app.child("properties")->child("configuration");
    EXPECT_TRUE(configuration->child("secrets")->child("[]")->child("value")->unseen());
    EXPECT_TRUE(app.child("properties")->child("environmentId")->create_only);
    EXPECT_TRUE(app.child("properties")->child("provisioningState")->read_only);
    const TypeNode* mode = configuration->child("activeRevisionsMode");
    EXPECT_THAT(*mode->values, ElementsAre("Multiple", "Single"));
    EXPECT_FALSE(mode->closed);
    const TypeNode* name = type_data("Microsoft.ContainerRegistry/registries")->root.child("name");
    EXPECT_EQ(name->shortest, 5U);
    EXPECT_EQ(name->longest, 50U);
    EXPECT_EQ(name->pattern, "^[a-zA-Z0-9]*$");
}

}  // namespace
}  // namespace driftless::azure
