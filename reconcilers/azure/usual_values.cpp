// What the service sets where nobody says otherwise: one line a value.
#include "reconcilers/azure/usual_values.hpp"

#include <string_view>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/body_paths.hpp"
#include "reconcilers/azure/type_data.hpp"

namespace driftless::azure {
namespace {

struct Usual {
    std::string_view type;
    std::string_view path;   ///< below the body; `*` is any element or key
    std::string_view value;  ///< JSON; "" whatever it is: the service makes it
};

constexpr std::string_view any = "";

constexpr Usual usual_values[] = {
    {"Microsoft.App/containerApps", "/identity", R"({"type":"None"})"},
    {"Microsoft.App/containerApps", "/properties/workloadProfileName", R"("Consumption")"},
    {"Microsoft.App/containerApps", "/properties/configuration/maxInactiveRevisions", "100"},
    {"Microsoft.App/containerApps", "/properties/configuration/ingress/transport", R"("auto")"},
    {"Microsoft.App/containerApps", "/properties/configuration/ingress/exposedPort", "0"},
    {"Microsoft.App/containerApps", "/properties/configuration/ingress/allowInsecure", "false"},
    {"Microsoft.App/containerApps", "/properties/configuration/ingress/traffic",
     R"([{"latestRevision":true,"weight":100}])"},
    {"Microsoft.App/containerApps", "/properties/template/revisionSuffix", any},
    {"Microsoft.App/containerApps", "/properties/template/scale/cooldownPeriod", "300"},
    {"Microsoft.App/containerApps", "/properties/template/scale/pollingInterval", "30"},
    {"Microsoft.App/containerApps", "/properties/template/containers/*/resources/ephemeralStorage",
     any},
    {"Microsoft.App/containerApps", "/properties/template/containers/*/imageType",
     R"("ContainerImage")"},
    {"Microsoft.App/containerApps",
     "/properties/template/initContainers/*/resources/ephemeralStorage", any},
    {"Microsoft.App/jobs", "/identity", R"({"type":"None"})"},
    {"Microsoft.App/jobs", "/properties/workloadProfileName", R"("Consumption")"},
    {"Microsoft.App/jobs", "/properties/template/containers/*/resources/ephemeralStorage", any},
    {"Microsoft.App/jobs", "/properties/template/containers/*/imageType", R"("ContainerImage")"},
    {"Microsoft.App/managedEnvironments", "/identity", R"({"type":"None"})"},
    {"Microsoft.App/managedEnvironments", "/properties/peerAuthentication/mtls/enabled", "false"},
    {"Microsoft.App/managedEnvironments", "/properties/peerTrafficConfiguration/encryption/enabled",
     "false"},
    {"Microsoft.App/managedEnvironments", "/properties/publicNetworkAccess", R"("Enabled")"},
    {"Microsoft.App/managedEnvironments", "/properties/workloadProfiles/*/enableFips", "false"},

    // The zone is picked, and another one after a failover.
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/availabilityZone", any},
    {"Microsoft.DBforPostgreSQL/flexibleServers",
     "/properties/highAvailability/standbyAvailabilityZone", any},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/highAvailability/mode",
     R"("Disabled")"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/dataEncryption/type",
     R"("SystemManaged")"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/replicationRole", R"("Primary")"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/replica/role", R"("Primary")"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/replica/role", R"("None")"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/maintenanceWindow",
     R"({"customWindow":"Disabled","dayOfWeek":0,"startHour":0,"startMinute":0})"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/authConfig/tenantId", any},

    {"Microsoft.KeyVault/vaults", "/properties/vaultUri", any},
    {"Microsoft.KeyVault/vaults", "/properties/enableSoftDelete", "true"},
    {"Microsoft.KeyVault/vaults", "/properties/softDeleteRetentionInDays", "90"},
    {"Microsoft.KeyVault/vaults", "/properties/publicNetworkAccess", R"("Enabled")"},
    {"Microsoft.KeyVault/vaults", "/properties/enabledForDeployment", "false"},
    {"Microsoft.CognitiveServices/accounts", "/properties/publicNetworkAccess", R"("Enabled")"},
    {"Microsoft.CognitiveServices/accounts/deployments", "/properties/versionUpgradeOption",
     R"("OnceNewDefaultVersionAvailable")"},
    {"Microsoft.CognitiveServices/accounts/deployments", "/properties/raiPolicyName",
     R"("Microsoft.DefaultV2")"},
    {"Microsoft.Insights/components", "/properties/Flow_Type", R"("Bluefield")"},
    {"Microsoft.Insights/components", "/properties/IngestionMode", R"("LogAnalytics")"},
    {"Microsoft.Insights/components", "/properties/RetentionInDays", "90"},
    {"Microsoft.Insights/components", "/properties/publicNetworkAccessForIngestion",
     R"("Enabled")"},
    {"Microsoft.Insights/components", "/properties/publicNetworkAccessForQuery", R"("Enabled")"},
    {"Microsoft.Insights/components", "/properties/DisableIpMasking", "false"},
    {"Microsoft.OperationalInsights/workspaces", "/properties/features/legacy", any},
    {"Microsoft.OperationalInsights/workspaces", "/properties/features/searchVersion", any},
    {"Microsoft.OperationalInsights/workspaces",
     "/properties/features/enableLogAccessUsingOnlyResourcePermissions", "true"},
    {"Microsoft.OperationalInsights/workspaces", "/properties/workspaceCapping/dailyQuotaGb", "-1"},
    {"Microsoft.OperationalInsights/workspaces", "/properties/publicNetworkAccessForIngestion",
     R"("Enabled")"},
    {"Microsoft.OperationalInsights/workspaces", "/properties/publicNetworkAccessForQuery",
     R"("Enabled")"},
    {"Microsoft.ManagedIdentity/userAssignedIdentities", "/properties/isolationScope", R"("None")"},

    {"Microsoft.ContainerRegistry/registries", "/properties/networkRuleSet/defaultAction",
     R"("Allow")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/policies/quarantinePolicy",
     R"({"status":"disabled"})"},
    {"Microsoft.ContainerRegistry/registries", "/properties/policies/trustPolicy",
     R"({"status":"disabled","type":"Notary"})"},
    {"Microsoft.ContainerRegistry/registries", "/properties/policies/retentionPolicy",
     R"({"days":7,"status":"disabled"})"},
    {"Microsoft.ContainerRegistry/registries", "/properties/policies/softDeletePolicy",
     R"({"retentionDays":7,"status":"disabled"})"},
    {"Microsoft.ContainerRegistry/registries", "/properties/policies/exportPolicy",
     R"({"status":"enabled"})"},
    {"Microsoft.ContainerRegistry/registries",
     "/properties/policies/azureADAuthenticationAsArmPolicy", R"({"status":"enabled"})"},
    {"Microsoft.ContainerRegistry/registries", "/properties/encryption/status", R"("disabled")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/dataEndpointEnabled", "false"},
    {"Microsoft.ContainerRegistry/registries", "/properties/publicNetworkAccess", R"("Enabled")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/networkRuleBypassOptions",
     R"("AzureServices")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/networkRuleBypassAllowedForTasks",
     "false"},
    {"Microsoft.ContainerRegistry/registries", "/properties/zoneRedundancy", R"("Disabled")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/anonymousPullEnabled", "false"},
    {"Microsoft.ContainerRegistry/registries", "/properties/metadataSearch", R"("Disabled")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/autoGeneratedDomainNameLabelScope",
     R"("Unsecure")"},
    {"Microsoft.ContainerRegistry/registries", "/properties/roleAssignmentMode",
     R"("LegacyRegistryPermissions")"},

    // Subnets have manifests of their own.
    {"Microsoft.Network/virtualNetworks", "/properties/subnets", any},
    {"Microsoft.Network/virtualNetworks", "/properties/privateEndpointVNetPolicies",
     R"("Disabled")"},
    {"Microsoft.Network/virtualNetworks", "/properties/enableDdosProtection", "false"},
    {"Microsoft.Network/virtualNetworks/subnets", "/properties/privateEndpointNetworkPolicies",
     R"("Disabled")"},
    {"Microsoft.Network/virtualNetworks/subnets", "/properties/privateLinkServiceNetworkPolicies",
     R"("Enabled")"},
    {"Microsoft.Network/virtualNetworks/subnets", "/properties/delegations/*/type", any},
    {"Microsoft.Network/virtualNetworks/subnets", "/properties/delegations/*/properties/actions",
     any},
    {"Microsoft.Network/privateEndpoints",
     "/properties/privateLinkServiceConnections/*/properties/privateLinkServiceConnectionState",
     any},
    {"Microsoft.Network/privateEndpoints",
     "/properties/manualPrivateLinkServiceConnections/*/properties/"
     "privateLinkServiceConnectionState",
     any},
    {"Microsoft.Network/privateEndpoints", "/properties/privateLinkServiceConnections/*/type", any},
    {"Microsoft.Network/privateEndpoints", "/properties/customDnsConfigs", any},
    {"Microsoft.Network/privateDnsZones/virtualNetworkLinks", "/properties/resolutionPolicy",
     R"("Default")"},

    {"Microsoft.Cdn/profiles", "/properties/originResponseTimeoutSeconds", "60"},
    {"Microsoft.Cdn/profiles/originGroups", "/properties/sessionAffinityState", R"("Disabled")"},
    {"Microsoft.Cdn/profiles/originGroups/origins", "/properties/httpPort", "80"},
    {"Microsoft.Cdn/profiles/originGroups/origins", "/properties/httpsPort", "443"},
    {"Microsoft.Cdn/profiles/originGroups/origins", "/properties/priority", "1"},
    {"Microsoft.Cdn/profiles/originGroups/origins", "/properties/weight", "1000"},
    {"Microsoft.Cdn/profiles/originGroups/origins", "/properties/enforceCertificateNameCheck",
     "true"},
    {"Microsoft.Cdn/profiles/afdEndpoints/routes", "/properties/forwardingProtocol",
     R"("MatchRequest")"},
    {"Microsoft.Cdn/profiles/afdEndpoints/routes", "/properties/linkToDefaultDomain",
     R"("Disabled")"},
    {"Microsoft.Cdn/profiles/ruleSets/rules", "/properties/matchProcessingBehavior",
     R"("Continue")"},
    {"Microsoft.Cdn/profiles/customDomains", "/properties/tlsSettings/minimumTlsVersion",
     R"("TLS12")"},
    {"Microsoft.Insights/metricAlerts", "/properties/autoMitigate", "true"},
    {"Microsoft.Insights/scheduledQueryRules", "/properties/autoMitigate", "true"},
};

/// In letters of any case.
bool are_one(const json& left, const json& right) {
    return lower_case(left.dump()) == lower_case(right.dump());
}

/// Where the storage grows by itself, its speed grows with it.
bool follows_size(const std::string& path, const json& body) {
    if (path != "/properties/storage/tier" && path != "/properties/storage/iops") return false;
    const json::json_pointer grows{"/properties/storage/autoGrow"};
    return body.contains(grows) && body.at(grows) == "Enabled";
}

/// The older of two names of one property, where both are told.
bool is_told_twice(const std::string& path, const json& body) {
    const json::json_pointer newer{"/properties/environmentId"};
    return path == "/properties/managedEnvironmentId" && body.contains(newer);
}

class Dropper {
public:
    Dropper(const TypeRow& row, const json& whole) : whole_(whole) {
        const std::string type = lower_case(row.type);
        for (const Usual& usual : usual_values) {
            if (lower_case(usual.type) == type)
                lines_.push_back({PathPattern{std::string{usual.path}}, usual.value});
        }
        is_app_ = type == "microsoft.app/containerapps";
        is_server_ = type == "microsoft.dbforpostgresql/flexibleservers";
    }

    void walk(json& value, const TypeNode* node) {
        if (value.is_array()) {
            for (json& item : value) {
                steps_.emplace_back("*");
                walk(item, element_of(node));
                steps_.pop_back();
            }
        }
        if (!value.is_object()) return;
        json left = json::object();
        for (auto& [key, member] : value.items()) {
            steps_.push_back(key);
            const TypeNode* known = child_of(node, key, value);
            const bool required = known != nullptr && known->required;
            if (required || !is_usual(member)) {
                walk(member, known);
                left[key] = member;  // not moved: a later key may ask which variant this is
            }
            steps_.pop_back();
        }
        value = std::move(left);
    }

private:
    struct Line {
        PathPattern pattern;
        std::string_view value;
    };

    [[nodiscard]] bool is_usual(const json& value) const {
        const std::string path = to_pointer(steps_);
        if (is_server_ && follows_size(path, whole_)) return true;
        if (is_app_ && is_told_twice(path, whole_)) return true;
        for (const Line& line : lines_) {
            if (!line.pattern.fits(steps_)) continue;
            if (line.value.empty() || are_one(json::parse(line.value), value)) return true;
        }
        return false;
    }

    const json& whole_;
    std::vector<Line> lines_;
    Steps steps_;
    bool is_server_ = false;
    bool is_app_ = false;
};

}  // namespace

void drop_usual_values(const TypeRow& row, json& body) {
    const json whole = body;
    const TypeData* data = type_data(row.type);
    Dropper{row, whole}.walk(body, data == nullptr ? nullptr : &data->root);
}

}  // namespace driftless::azure
