#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

[[noreturn]] void refuse(std::string code, std::string message, int status = 400) {
    throw Refusal{status, std::move(code), std::move(message)};
}

/// What can't be told anew: a path of the body, and the type it is of.
struct Fixed {
    std::string_view type;
    std::string_view path;
    std::string_view code;
};
constexpr Fixed fixed[] = {
    {"", "/location", "InvalidResourceLocation"},
    {"Microsoft.App/containerApps", "/properties/environmentId",
     "ContainerAppEnvironmentIdImmutable"},
    {"Microsoft.App/containerApps", "/properties/managedEnvironmentId",
     "ContainerAppEnvironmentIdImmutable"},
    {"Microsoft.App/jobs", "/properties/environmentId", "JobEnvironmentIdImmutable"},
    {"Microsoft.App/managedEnvironments", "/properties/vnetConfiguration/infrastructureSubnetId",
     "ManagedEnvironmentSubnetImmutable"},
    {"Microsoft.App/managedEnvironments", "/properties/zoneRedundant",
     "ManagedEnvironmentZoneRedundantImmutable"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/administratorLogin",
     "InvalidParameterValue"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/backup/geoRedundantBackup",
     "InvalidParameterValue"},
    {"Microsoft.DBforPostgreSQL/flexibleServers", "/properties/network/delegatedSubnetResourceId",
     "InvalidParameterValue"},
    {"Microsoft.DBforPostgreSQL/flexibleServers/databases", "/properties/charset",
     "InvalidParameterValue"},
    {"Microsoft.DBforPostgreSQL/flexibleServers/databases", "/properties/collation",
     "InvalidParameterValue"},
    {"Microsoft.KeyVault/vaults", "/properties/softDeleteRetentionInDays", "BadRequest"},
    {"Microsoft.CognitiveServices/accounts", "/kind", "AccountKindImmutable"},
    {"Microsoft.CognitiveServices/accounts/deployments", "/properties/model/name",
     "InvalidResourceProperties"},
    {"Microsoft.Cdn/profiles/customDomains", "/properties/hostName", "BadRequest"},
    {"Microsoft.Network/privateDnsZones/virtualNetworkLinks", "/properties/virtualNetwork/id",
     "BadRequest"},
};

void check_fixed(const json& body, const Thing& old) {
    for (const Fixed& one : fixed) {
        if (!one.type.empty() && one.type != old.row->type) continue;
        const json was = at_or_null(old.wanted, std::string{one.path});
        const json is = at_or_null(body, std::string{one.path});
        if (was.is_null() || is.is_null()) continue;
        const bool differs = was.is_string() && is.is_string()
                                 ? low(display_location(was)) != low(display_location(is))
                                 : was != is;
        if (!differs) continue;
        if (one.path == "/location") {
            refuse(
                "InvalidResourceLocation",
                fmt::format("The resource '{}' already exists in location '{}' in resource group "
                            "'{}'. A resource with the same name cannot be created in location "
                            "{}. Please select a new resource name.",
                            old.name, was.get<std::string>(), old.group, is.dump()),
                409);
        }
        refuse(
            std::string{one.code},
            fmt::format("The property '{}' of '{}' cannot be changed: it has been set already and "
                        "it can't be modified.",
                        one.path, old.name));
    }
}

void check_location(const Call& call, const json& body) {
    if (call.row->is(no_location) || call.row->type.starts_with("Microsoft.KeyVault/vaults/"))
        return;
    const std::string location = text_at(body, "/location");
    if (location.empty())
        refuse("LocationRequired", "The location property is required for this definition.");
    const bool is_of_a_directory = call.row->type.starts_with("Microsoft.AzureActiveDirectory/");
    if (is_region(location) || is_of_a_directory) return;
    refuse("LocationNotAvailableForResourceType",
           fmt::format("The provided location '{}' is not available for resource type '{}'. List "
                       "of available regions for the resource type is 'westus2,uksouth,ukwest'.",
                       location, call.row->type));
}

void check_tags(const json& body) {
    const json tags = at_or_null(body, "/tags");
    if (!tags.is_object()) return;
    if (tags.size() > 50) {
        refuse("InvalidTagCount", "The number of tags on a resource must not exceed 50.");
    }
    for (const auto& [name, value] : tags.items()) {
        if (name.size() > 512 || name.find_first_of("<>%&\\?/") != std::string::npos) {
            refuse("InvalidTagNameCharacters",
                   fmt::format("The tag name '{}' has reserved characters '<,>,%,&,\\,?,/' or "
                               "control characters.",
                               name));
        }
        if (!value.is_string() || value.get_ref<const std::string&>().size() > 256) {
            refuse("InvalidTagValueLength",
                   fmt::format("The value of tag '{}' is no text of at most "
                               "256 characters.",
                               name));
        }
    }
}

void check_assignment(Call& call, const json& body, const Thing* old) {
    World& world = call.world;
    const std::string principal = text_at(body, "/properties/principalId");
    const std::string role = text_at(body, "/properties/roleDefinitionId");
    if (old != nullptr) {
        if (low(text_at(old->wanted, "/properties/principalId")) == low(principal)) return;
        refuse("RoleAssignmentUpdateNotPermitted",
               "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.");
    }
    const auto known = world.principals.find(principal);
    if (known != world.principals.end() && known->second > world.clock.now()) {
        std::string plain = principal;
        std::erase(plain, '-');
        refuse(
            "PrincipalNotFound",
            fmt::format("Principal {} does not exist in the directory {}. Check that you have the "
                        "correct principal ID. If you are creating this principal and then "
                        "immediately assigning a role, this error might be related to a "
                        "replication delay. In this case, set the role assignment principalType "
                        "property to a value, such as ServicePrincipal, User, or Group.",
                        plain, world.tenant));
    }
    const auto role_guid = [](const std::string& id) { return low(id.substr(id.rfind('/') + 1)); };
    for (const auto& [id, thing] : world.things) {
        const bool is_same =
            thing.row == call.row && thing.above == low(call.place.above) &&
            text_at(thing.wanted, "/properties/principalId") == principal &&
            role_guid(text_at(thing.wanted, "/properties/roleDefinitionId")) == role_guid(role);
        if (is_same) {
            std::string guid = thing.name;
            std::erase(guid, '-');
            refuse("RoleAssignmentExists",
                   fmt::format("The role assignment already exists. The ID of the existing role "
                               "assignment is {}.",
                               guid),
                   409);
        }
    }
}

/// A route stands on an origin group with an enabled origin.
void check_route(Call& call, const json& body) {
    World& world = call.world;
    const std::string group = text_at(body, "/properties/originGroup/id");
    const Thing* found = world.find(group);
    if (found == nullptr) {
        refuse("BadRequest", "The origin group of the route does not exist: " + group);
    }
    const auto children = world.below(found->id);
    const bool has_origin = std::ranges::any_of(children, [](const Thing* origin) {
        return text_at(origin->body, "/properties/enabledState") != "Disabled";
    });
    if (!has_origin) {
        refuse("BadRequest",
               "Please make sure that there is at least one enabled origin in the origin group of "
               "the route.");
    }
    const json domains = at_or_null(body, "/properties/customDomains");
    const bool has_domain = domains.is_array() && !domains.empty();
    if (!has_domain && !same_word(text_at(body, "/properties/linkToDefaultDomain"), "Enabled")) {
        refuse("BadRequest",
               "A route has to have at least one custom domain or a link to the default domain.");
    }
}

void check_policy(Call& call, const json& body) {
    for (const json& association : at_or_null(body, "/properties/parameters/associations")) {
        for (const json& domain : association.value("domains", json::array())) {
            const Thing* thing = call.world.find(text_at(domain, "/id"));
            if (thing != nullptr && thing->state == "Succeeded") continue;
            refuse("BadRequest", fmt::format("The endpoint {} is in an invalid provisioning state.",
                                             text_at(domain, "/id")));
        }
    }
}

/// Ids in a body that must stand for something.
void check_reference(Call& call, const json& body, const std::string& path,
                     const std::string& code) {
    const std::string id = text_at(body, path);
    if (id.empty()) return;
    const Thing* thing = call.world.find(id);
    if (thing != nullptr && thing->state != "Failed") return;
    refuse(code,
           fmt::format("The referenced resource '{}' of '{}' was not found.", id, call.place.name));
}

void check_server(Call& call, const json& body, const Thing* old) {
    if (old != nullptr) {
        const json was = at_or_null(old->wanted, "/properties/storage/storageSizeGB");
        const json is = at_or_null(body, "/properties/storage/storageSizeGB");
        if (was.is_number() && is.is_number() && is < was) {
            refuse("InvalidParameterValue",
                   "Invalid value given for parameter storageSizeGB: it cannot be less than now.");
        }
        return;
    }
    const std::string mode = text_at(body, "/properties/createMode");
    const bool plain_new = mode.empty() || same_word(mode, "Default") || same_word(mode, "Create");
    if (plain_new && text_at(body, "/properties/administratorLogin").empty() &&
        !same_word(text_at(body, "/properties/authConfig/passwordAuth"), "Disabled")) {
        refuse("MissingRequiredParameter",
               "The parameter administratorLogin is required for a server with passwords.");
    }
    if (text_at(body, "/sku/name").empty()) {
        refuse("MissingRequiredParameter", "The parameter sku is required.");
    }
    (void)call;
}

}  // namespace

void check_body(Call& call, const json& body, const Thing* old) {
    const std::string_view type = call.row->type;
    const std::string state = text_at(body, "/properties/provisioningState");
    if (!state.empty() && (old == nullptr || !same_word(state, old->state))) {
        refuse("InvalidRequestContent",
               "The property 'provisioningState' is read-only and cannot be set.");
    }
    check_location(call, body);
    check_tags(body);
    if (old != nullptr) check_fixed(body, *old);
    const std::string etag = net::header_of(call.request.headers, "If-Match");
    if (!etag.empty() && etag != "*" && call.row->is(etags)) {
        const json now = old == nullptr ? json::object() : shown(call.world, *old);
        if (text_at(now, "/etag") != etag) {
            refuse("PreconditionFailed", "Precondition failed: the etag does not match.", 412);
        }
    }
    if (type == "Microsoft.Authorization/roleAssignments") check_assignment(call, body, old);
    if (type == "Microsoft.Cdn/profiles/afdEndpoints/routes") check_route(call, body);
    if (type == "Microsoft.Cdn/profiles/securityPolicies") check_policy(call, body);
    if (type == "Microsoft.DBforPostgreSQL/flexibleServers") check_server(call, body, old);
    if (type == "Microsoft.App/containerApps") check_app(call, body, old);
    if (type == "Microsoft.App/jobs") {
        check_reference(call, body, "/properties/environmentId", "ManagedEnvironmentNotFound");
    }
    if (type == "Microsoft.Network/privateDnsZones/virtualNetworkLinks") {
        check_reference(call, body, "/properties/virtualNetwork/id", "BadRequest");
    }
    if (type == "Microsoft.Network/privateEndpoints") {
        check_reference(call, body, "/properties/subnet/id", "InvalidResourceReference");
    }
}

namespace {

/// Who mentions it, and so keeps it: by a path of the body of another type.
struct Keeps {
    std::string_view type;
    std::string_view by;
    std::string_view path;
    std::string_view code;
    int status;
};
constexpr Keeps keeps[] = {
    {"Microsoft.App/managedEnvironments", "Microsoft.App/containerApps",
     "/properties/environmentId", "ManagedEnvironmentHasContainerApps", 409},
    {"Microsoft.App/managedEnvironments", "Microsoft.App/containerApps",
     "/properties/managedEnvironmentId", "ManagedEnvironmentHasContainerApps", 409},
    {"Microsoft.App/managedEnvironments", "Microsoft.App/jobs", "/properties/environmentId",
     "ManagedEnvironmentHasContainerApps", 409},
    {"Microsoft.Network/virtualNetworks/subnets", "Microsoft.Network/privateEndpoints",
     "/properties/subnet/id", "InUseSubnetCannotBeDeleted", 400},
    {"Microsoft.Network/virtualNetworks/subnets", "Microsoft.App/managedEnvironments",
     "/properties/vnetConfiguration/infrastructureSubnetId", "InUseSubnetCannotBeDeleted", 400},
    {"Microsoft.Network/virtualNetworks/subnets", "Microsoft.DBforPostgreSQL/flexibleServers",
     "/properties/network/delegatedSubnetResourceId", "InUseSubnetCannotBeDeleted", 400},
    {"Microsoft.Cdn/profiles/originGroups", "Microsoft.Cdn/profiles/afdEndpoints/routes",
     "/properties/originGroup/id", "BadRequest", 400},
    {"Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
     "Microsoft.Cdn/profiles/securityPolicies", "/properties/parameters/wafPolicy/id",
     "CannotDeleteResource", 409},
};

/// Types whose children go before them; elsewhere they go with them.
constexpr std::string_view has_to_be_empty[] = {
    "Microsoft.Network/privateDnsZones",
};

bool mentions(const json& body, const std::string& folded) {
    if (body.is_string()) return low(body.get_ref<const std::string&>()) == folded;
    if (!body.is_structured()) return false;
    return std::ranges::any_of(body,
                               [&folded](const json& part) { return mentions(part, folded); });
}

}  // namespace

void check_removal(Call& call, const Thing& thing) {
    World& world = call.world;
    for (const Keeps& one : keeps) {
        if (one.type != thing.row->type) continue;
        for (const auto& [id, other] : world.things) {
            if (other.row->type != one.by) continue;
            if (low(text_at(other.wanted, std::string{one.path})) != low(thing.id)) continue;
            refuse(std::string{one.code},
                   fmt::format("Cannot delete '{}': '{}' still uses it.", thing.name, other.id),
                   one.status);
        }
    }
    if (thing.row->type == "Microsoft.Cdn/profiles/customDomains") {
        for (const auto& [id, other] : world.things) {
            if (other.row->last_word() == "routes" && mentions(other.wanted, low(thing.id))) {
                refuse("BadRequest", fmt::format("The domain '{}' is linked to route '{}'.",
                                                 thing.name, other.id));
            }
        }
    }
    const bool wants_empty =
        std::ranges::find(has_to_be_empty, thing.row->type) != std::end(has_to_be_empty);
    for (const Thing* child : world.below(thing.id)) {
        if (!wants_empty || child->row->last_word() != "virtualNetworkLinks") continue;
        refuse("CannotDeleteResource",
               fmt::format("Cannot delete resource while nested resources exist. Some existing "
                           "nested resource IDs include: '{}'. Please delete all nested resources "
                           "before deleting this resource.",
                           child->id),
               409);
    }
}

}  // namespace driftless::test::arm
