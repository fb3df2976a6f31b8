// What the service does with each type, as far as its specification does not tell: one row a type.
#include "reconcilers/azure/types.hpp"

namespace driftless::azure {
namespace {

using Rows = std::vector<TypeRow>;

constexpr const char* role_assignments = "Microsoft.Authorization/roleAssignments";
constexpr const char* zone_links = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
constexpr const char* profiles = "Microsoft.Cdn/profiles";
constexpr const char* servers = "Microsoft.DBforPostgreSQL/flexibleServers";
constexpr const char* networks = "Microsoft.Network/virtualNetworks";
constexpr const char* accounts = "Microsoft.CognitiveServices/accounts";
constexpr const char* app_names = "[a-z](-?[a-z0-9]){1,31}";
constexpr const char* identities = "Microsoft.ManagedIdentity/userAssignedIdentities";

/// Lists of the containers that apps and jobs have in common.
std::vector<KeyedList> template_lists() {
    std::vector<KeyedList> lists{
        {"/properties/configuration/secrets", "name"},
        {"/properties/configuration/registries", "server"},
        {"/properties/configuration/identitySettings", "identity"},
        {"/properties/template/volumes", "name"},
        {"/properties/template/volumes/*/secrets", "secretRef"},
    };
    for (const std::string containers : {"containers", "initContainers"}) {
        const std::string path = "/properties/template/" + containers;
        lists.push_back({path, "name"});
        lists.push_back({path + "/*/env", "name"});
        lists.push_back({path + "/*/volumeMounts", "mountPath"});
    }
    lists.push_back({"/properties/template/containers/*/probes", "type"});
    return lists;
}

std::vector<std::string> template_quantities() {
    return {"/properties/template/containers/*/resources/memory",
            "/properties/template/containers/*/resources/ephemeralStorage",
            "/properties/template/initContainers/*/resources/memory",
            "/properties/template/initContainers/*/resources/ephemeralStorage"};
}

TypeRow container_app() {
    TypeRow row{
        .name = "ContainerApp",
        .type = "Microsoft.App/containerApps",
        .api_version = "2026-01-01",
        .name_pattern = app_names,
        .lock = "Microsoft.App/containerApps",
        .outputs = {{"fqdn", "/properties/configuration/ingress/fqdn"},
                    {"principalId", "/identity/principalId"},
                    {"verificationId", "/properties/customDomainVerificationId"}},
        .write = Write::patch,
        .keyed = template_lists(),
        .quantities = template_quantities(),
        .caseless = {"/properties/configuration/secrets/*/identity"},
        .dropped = {{"/properties/configuration/ingress/traffic/*/latestRevision", "false"}}};
    for (const char* list : {"customDomains", "ipSecurityRestrictions"}) {
        row.keyed.push_back({std::string{"/properties/configuration/ingress/"} + list, "name"});
    }
    row.keyed.push_back({"/properties/template/scale/rules", "name"});
    row.keyed.push_back({"/properties/template/serviceBinds", "name"});
    return row;
}

TypeRow container_app_job() {
    TypeRow row{.name = "ContainerAppJob",
                .type = "Microsoft.App/jobs",
                .api_version = "2026-01-01",
                .name_pattern = app_names,
                .lock = "Microsoft.App/jobs",
                .outputs = {{"principalId", "/identity/principalId"}},
                .write = Write::patch,
                .keyed = template_lists(),
                .quantities = template_quantities(),
                .caseless = {"/properties/configuration/secrets/*/identity"}};
    row.keyed.push_back({"/properties/configuration/eventTriggerConfig/scale/rules", "name"});
    return row;
}

Rows apps() {
    return {
        {.name = "ResourceGroup",
         .type = "Microsoft.Resources/resourceGroups",
         .api_version = "2025-04-01",
         .listing = Listing::subscription,
         .data = true},
        {.name = "ManagedEnvironment",
         .type = "Microsoft.App/managedEnvironments",
         .api_version = "2026-01-01",
         .lock = "Microsoft.App/managedEnvironments",
         .outputs = {{"defaultDomain", "/properties/defaultDomain"},
                     {"staticIp", "/properties/staticIp"},
                     {"principalId", "/identity/principalId"},
                     {"verificationId",
                      "/properties/customDomainConfiguration/customDomainVerificationId"}},
         .write = Write::patch,
         .keyed = {{"/properties/workloadProfiles", "name"}},
         .added = {{"/properties/workloadProfiles", R"("Consumption")"}}},
        container_app(),
        container_app_job(),
    };
}

Rows postgres() {
    return {
        {.name = "PostgresFlexibleServer",
         .type = servers,
         .api_version = "2025-08-01",
         .data = true,
         .lock = servers,
         .after = {zone_links},
         .outputs = {{"fqdn", "/properties/fullyQualifiedDomainName"},
                     {"principalId", "/identity/principalId"}},
         .write = Write::patch,
         .caseless = {"/properties/maintenanceWindow/customWindow"}},
        {.name = "PostgresDatabase",
         .type = "Microsoft.DBforPostgreSQL/flexibleServers/databases",
         .api_version = "2025-08-01",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .data = true,
         .lock = servers,
         .after = {"Microsoft.DBforPostgreSQL/flexibleServers/configurations"},
         .caseless = {"/properties/charset", "/properties/collation"}},
        {.name = "PostgresConfiguration",
         .type = "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
         .api_version = "2025-08-01",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .lock = servers,
         .implied = R"({"properties":{"source":"user-override"}})",
         .removal = Removal::reset,
         .reset_body = R"({"properties":{"source":"system-default"}})"},
        {.name = "PostgresFirewallRule",
         .type = "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules",
         .api_version = "2025-08-01",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .lock = servers},
        {.name = "PostgresAdministrator",
         .type = "Microsoft.DBforPostgreSQL/flexibleServers/administrators",
         .api_version = "2025-08-01",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .lock = servers},
    };
}

Rows services() {
    return {
        {.name = "KeyVault",
         .type = "Microsoft.KeyVault/vaults",
         .api_version = "2026-02-01",
         .name_pattern = "[a-zA-Z](-?[a-zA-Z0-9]){2,23}",
         .data = true,
         .lock = "Microsoft.KeyVault/vaults",
         .outputs = {{"vaultUri", "/properties/vaultUri"}},
         .soft = Soft::vault,
         .keyed = {{"/properties/accessPolicies", "objectId"},
                   {"/properties/networkAcls/ipRules", "value"},
                   {"/properties/networkAcls/virtualNetworkRules", "id"}},
         .sets = {"/properties/accessPolicies/*/permissions/keys",
                  "/properties/accessPolicies/*/permissions/secrets",
                  "/properties/accessPolicies/*/permissions/certificates",
                  "/properties/accessPolicies/*/permissions/storage"}},
        {.name = "AzureOpenAI",
         .type = accounts,
         .api_version = "2026-07-01",
         .lock = accounts,
         .outputs = {{"endpoint", "/properties/endpoint"},
                     {"principalId", "/identity/principalId"}},
         .soft = Soft::account,
         .keyed = {{"/properties/networkAcls/ipRules", "value"},
                   {"/properties/networkAcls/virtualNetworkRules", "id"}},
         .create_only = {"/properties/customSubDomainName"}},
        {.name = "OpenAIDeployment",
         .type = "Microsoft.CognitiveServices/accounts/deployments",
         .api_version = "2026-07-01",
         .listing = Listing::parent,
         .location = false,
         .lock = accounts},
        {.name = "ApplicationInsights",
         .type = "Microsoft.Insights/components",
         .api_version = "2020-02-02",
         .outputs = {{"connectionString", "/properties/ConnectionString", true},
                     {"instrumentationKey", "/properties/InstrumentationKey", true},
                     {"appId", "/properties/AppId"}}},
        {.name = "LogAnalyticsWorkspace",
         .type = "Microsoft.OperationalInsights/workspaces",
         .api_version = "2026-03-01",
         .data = true,
         .outputs = {{"customerId", "/properties/customerId"}},
         .same = {{"/properties/sku/name", "Standalone", "PerGB2018"}}},
        {.name = "ContainerRegistry",
         .type = "Microsoft.ContainerRegistry/registries",
         .api_version = "2025-11-01",
         .data = true,
         .outputs = {{"loginServer", "/properties/loginServer"},
                     {"principalId", "/identity/principalId"}},
         .keyed = {{"/properties/networkRuleSet/ipRules", "value"}}},
        {.name = "ManagedIdentity",
         .type = identities,
         .api_version = "2024-11-30",
         .lock = identities,
         .outputs = {{"principalId", "/properties/principalId"},
                     {"clientId", "/properties/clientId"},
                     {"tenantId", "/properties/tenantId"}}},
        {.name = "FederatedCredential",
         .type = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
         .api_version = "2024-11-30",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .lock = identities,
         .sets = {"/properties/audiences"}},
        {.name = "RoleAssignment",
         .type = role_assignments,
         .api_version = "2022-04-01",
         .listing = Listing::scope,
         .tags = false,
         .location = false},
        {.name = "B2cDirectory",
         .type = "Microsoft.AzureActiveDirectory/b2cDirectories",
         .api_version = "2021-04-01",
         .data = true,
         .outputs = {{"tenantId", "/properties/tenantId"}},
         .removal = Removal::never,
         .refused = {{"properties.createTenantProperties",
                      "driftless links a tenant that is there, and makes none; leave it out"}}},
    };
}

/// Parts of a Front Door profile have no tags, save the profile and its endpoints.
TypeRow front_door(std::string name, std::string type) {
    return {.name = std::move(name),
            .type = std::string{profiles} + "/" + std::move(type),
            .api_version = "2025-12-01",
            .listing = Listing::parent,
            .tags = false,
            .location = false,
            .lock = profiles};
}

TypeRow front_door_route() {
    TypeRow route = front_door("FrontDoorRoute", "afdEndpoints/routes");
    route.after = {"Microsoft.Cdn/profiles/originGroups/origins",
                   "Microsoft.Cdn/profiles/ruleSets/rules",
                   "Microsoft.Cdn/profiles/securityPolicies"};
    route.keyed = {{"/properties/customDomains", "id"}};
    route.sets = {"/properties/supportedProtocols", "/properties/patternsToMatch",
                  "/properties/cacheConfiguration/compressionSettings/contentTypesToCompress"};
    return route;
}

TypeRow front_door_security_policy() {
    TypeRow policy = front_door("FrontDoorSecurityPolicy", "securityPolicies");
    policy.keyed = {{"/properties/parameters/associations/*/domains", "id"}};
    policy.sets = {"/properties/parameters/associations/*/patternsToMatch"};
    return policy;
}

Rows front_doors() {
    TypeRow profile{.name = "FrontDoorProfile",
                    .type = profiles,
                    .api_version = "2025-12-01",
                    .usual_location = "global",
                    .lock = profiles,
                    .outputs = {{"frontDoorId", "/properties/frontDoorId"},
                                {"principalId", "/identity/principalId"}}};
    TypeRow endpoint = front_door("FrontDoorEndpoint", "afdEndpoints");
    endpoint.tags = true;
    endpoint.location = true;
    endpoint.usual_location = "global";
    endpoint.untold = {"/properties/autoGeneratedDomainNameLabelScope"};
    endpoint.outputs = {{"hostName", "/properties/hostName"}};
    TypeRow domain = front_door("FrontDoorCustomDomain", "customDomains");
    domain.outputs = {{"validationToken", "/properties/validationProperties/validationToken"},
                      {"validationState", "/properties/domainValidationState"}};
    TypeRow waf{
        .name = "FrontDoorWafPolicy",
        .type = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
        .api_version = "2025-11-01",
        .usual_location = "global",
        .keyed = {
            {"/properties/customRules/rules", "name"},
            {"/properties/managedRules/managedRuleSets", "ruleSetType"},
            {"/properties/managedRules/managedRuleSets/*/ruleGroupOverrides", "ruleGroupName"},
            {"/properties/managedRules/managedRuleSets/*/ruleGroupOverrides/*/rules", "ruleId"}}};
    return {profile,
            endpoint,
            front_door("FrontDoorOriginGroup", "originGroups"),
            front_door("FrontDoorOrigin", "originGroups/origins"),
            front_door_route(),
            domain,
            front_door("FrontDoorRuleSet", "ruleSets"),
            front_door("FrontDoorRule", "ruleSets/rules"),
            front_door_security_policy(),
            waf};
}

std::vector<KeyedList> subnet_lists(const std::string& below) {
    return {{below + "/properties/delegations", "name"},
            {below + "/properties/serviceEndpoints", "service"}};
}

TypeRow virtual_network() {
    TypeRow network{
        .name = "VirtualNetwork",
        .type = networks,
        .api_version = "2025-09-01",
        .lock = networks,
        .keyed = subnet_lists("/properties/subnets/*"),
        .sets = {"/properties/addressSpace/addressPrefixes"},
        .caseless = {"/properties/subnets/*/name", "/properties/virtualNetworkPeerings/*/name"},
        .added = {{"/properties/subnets", R"("*")"},
                  {"/properties/virtualNetworkPeerings", R"("*")"}}};
    network.keyed.push_back({"/properties/subnets", "name"});
    network.keyed.push_back({"/properties/virtualNetworkPeerings", "name"});
    return network;
}

Rows private_dns() {
    TypeRow record{.name = "PrivateDnsRecord",
                   .type = "Microsoft.Network/privateDnsZones/A",
                   .api_version = "2024-06-01",
                   .listing = Listing::parent,
                   .tags = false,
                   .location = false,
                   .outputs = {{"fqdn", "/properties/fqdn"}}};
    for (const char* records :
         {"aRecords", "aaaaRecords", "mxRecords", "ptrRecords", "srvRecords", "txtRecords"}) {
        record.sets.push_back(std::string{"/properties/"} + records);
    }
    return {
        {.name = "PrivateDnsZone",
         .type = "Microsoft.Network/privateDnsZones",
         .api_version = "2024-06-01",
         .usual_location = "global",
         .data = true},
        {.name = "PrivateDnsZoneLink",
         .type = zone_links,
         .api_version = "2024-06-01",
         .listing = Listing::parent,
         .usual_location = "global"},
        record,
    };
}

Rows network() {
    return {
        virtual_network(),
        {.name = "Subnet",
         .type = "Microsoft.Network/virtualNetworks/subnets",
         .api_version = "2025-09-01",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .lock = networks,
         .keyed = subnet_lists(""),
         .sets = {"/properties/addressPrefixes"}},
        {.name = "PrivateEndpoint",
         .type = "Microsoft.Network/privateEndpoints",
         .api_version = "2025-09-01",
         .lock = "Microsoft.Network/privateEndpoints",
         .after = {zone_links},
         .keyed = {{"/properties/privateLinkServiceConnections", "name"},
                   {"/properties/manualPrivateLinkServiceConnections", "name"},
                   {"/properties/ipConfigurations", "name"}}},
        {.name = "PrivateDnsZoneGroup",
         .type = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
         .api_version = "2025-09-01",
         .listing = Listing::parent,
         .tags = false,
         .location = false,
         .lock = "Microsoft.Network/privateEndpoints",
         .keyed = {{"/properties/privateDnsZoneConfigs", "name"}}},
    };
}

TypeRow action_group() {
    TypeRow group{.name = "ActionGroup",
                  .type = "Microsoft.Insights/actionGroups",
                  .api_version = "2023-01-01",
                  .usual_location = "global"};
    for (const char* receivers :
         {"emailReceivers", "smsReceivers", "webhookReceivers", "itsmReceivers",
          "azureAppPushReceivers", "automationRunbookReceivers", "voiceReceivers",
          "logicAppReceivers", "azureFunctionReceivers", "armRoleReceivers", "eventHubReceivers"}) {
        group.keyed.push_back({std::string{"/properties/"} + receivers, "name"});
    }
    return group;
}

Rows watching() {
    return {
        {.name = "MetricAlert",
         .type = "Microsoft.Insights/metricAlerts",
         .api_version = "2026-01-01",
         .usual_location = "global",
         .keyed = {{"/properties/criteria/allOf", "name"},
                   {"/properties/criteria/allOf/*/dimensions", "name"},
                   {"/properties/actions", "actionGroupId"}},
         .sets = {"/properties/scopes", "/properties/criteria/allOf/*/dimensions/*/values"}},
        action_group(),
        {.name = "Budget",
         .type = "Microsoft.Consumption/budgets",
         .api_version = "2026-06-01",
         .listing = Listing::scope,
         .tags = false,
         .location = false,
         .sets = {"/properties/notifications/*/contactEmails",
                  "/properties/notifications/*/contactRoles",
                  "/properties/notifications/*/contactGroups"},
         .wholes = {"/properties/notifications"},
         .left_alone = {"/eTag"}},
    };
}

Rows all_rows() {
    Rows all;
    for (Rows rows :
         {apps(), postgres(), services(), front_doors(), network(), private_dns(), watching()}) {
        for (TypeRow& row : rows) {
            row.outputs.insert(row.outputs.begin(), {{"id", "/id"}, {"name", "/name"}});
            all.push_back(std::move(row));
        }
    }
    return all;
}

}  // namespace

const std::vector<TypeRow>& type_rows() {
    static const Rows rows = all_rows();
    return rows;
}

}  // namespace driftless::azure
