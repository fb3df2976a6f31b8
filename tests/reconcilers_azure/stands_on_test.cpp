// Who stands on whom, by words.
#include "reconcilers/azure/stands_on.hpp"

#include <gmock/gmock.h>

#include "config/base/vault.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

const std::string group = "/subscriptions/s/resourceGroups/g";
const std::string network = group + "/providers/Microsoft.Network/virtualNetworks/n";

json spec_of(const std::string& id, json body) {
    body[id_key] = id;
    return body;
}

TEST(StandsOn, WhatItsIdAndItsBodyNameAndWhatThoseStandBelow) {
    const json spec = spec_of(group + "/providers/Microsoft.Network/privateEndpoints/e",
                              {{"properties", {{"subnet", {{"id", network + "/subnets/Links"}}}}}});
    EXPECT_THAT(
        words_needed(row_for("Microsoft.Network/privateEndpoints", ""), spec),
        ElementsAre(
            "id /subscriptions/s/resourcegroups/g",
            "id /subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/n",
            "id /subscriptions/s/resourcegroups/g/providers/microsoft.network/virtualnetworks/n/"
            "subnets/links",
            "type microsoft.network/privatednszones/virtualnetworklinks"));
}

TEST(StandsOn, NothingThatIsItsOwnPart) {
    const json spec =
        spec_of(network, {{"properties", {{"subnets", {{{"id", network + "/subnets/a"}}}}}}});
    EXPECT_THAT(words_needed(row_for("Microsoft.Network/virtualNetworks", ""), spec),
                ElementsAre("id /subscriptions/s/resourcegroups/g"));
}

TEST(StandsOn, TheRolesOfItsIdentities) {
    const std::string identity =
        group + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/App";
    const std::string late = late_mark({{"prod", "ManagedIdentity", "other"}, "id"});
    const json spec =
        spec_of(group + "/providers/Microsoft.App/containerApps/a",
                {{"identity", {{"userAssignedIdentities", {{identity, json::object()}}}}},
                 {"properties", {{"registry", late}}}});
    const auto words = words_needed(row_for("Microsoft.App/containerApps", ""), spec);
    EXPECT_THAT(words, Contains("role of ManagedIdentity/app"));
    EXPECT_THAT(words, Contains("role of ManagedIdentity/other"));
}

TEST(StandsOn, ARoleOffersItselfToWhomItIsGiven) {
    const TypeRow row = row_for("Microsoft.Authorization/roleAssignments", "");
    const std::string late = late_mark({{"prod", "ManagedIdentity", "app"}, "principalId"});
    const json spec = spec_of(group + "/providers/Microsoft.Authorization/roleAssignments/r",
                              {{"properties", {{"principalId", late}}}});
    EXPECT_THAT(words_offered(row, spec), Contains("role of ManagedIdentity/app"));
    EXPECT_THAT(words_needed(row, spec), ElementsAre("id /subscriptions/s/resourcegroups/g"));
}

}  // namespace
}  // namespace driftless::azure
