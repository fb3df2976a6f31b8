#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

[[noreturn]] void refuse(std::string code, std::string message) {
    throw Refusal{400, std::move(code), std::move(message)};
}

std::string invalid_field(const std::string& field, const std::string& details) {
    return fmt::format(
        "The following field(s) are either invalid or missing. Field '{}' is invalid "
        "with details: 'Invalid value: {}';.",
        field, details);
}

void check_environment(Call& call, const json& body) {
    std::string id = text_at(body, "/properties/environmentId");
    if (id.empty()) id = text_at(body, "/properties/managedEnvironmentId");
    if (id.empty()) {
        refuse("EnvironmentNotSpecified", "The environment of the container app is required.");
    }
    const Thing* environment = call.world.find(id);
    if (environment == nullptr || environment->is_going) {
        refuse("ManagedEnvironmentNotFound",
               fmt::format("The environment '{}' of container app '{}' was not found.", id,
                           call.place.name));
    }
    if (environment->state != "Succeeded" && environment->state != "Updating") {
        refuse("ManagedEnvironmentNotReadyForAppCreation",
               fmt::format("The environment '{}' is in state {}: apps need Succeeded.", id,
                           environment->state));
    }
}

bool has_secret(const json& secrets, const std::string& name) {
    return secrets.is_array() && std::ranges::any_of(secrets, [&name](const json& secret) {
               return same_word(text_at(secret, "/name"), name);
           });
}

/// Read when it is declared, and not only when a replica starts.
/// https://github.com/microsoft/azure-container-apps/issues/1174
void check_vault_secret(const Call& call, const json& secret) {
    if (!call.world.locked_secrets.contains(text_at(secret, "/keyVaultUrl"))) return;
    const std::string name = text_at(secret, "/name");
    const std::string identity = text_at(secret, "/identity");
    refuse("InvalidParameterValueInContainerTemplate",
           invalid_field("configuration.secrets",
                         fmt::format("\"{}\": Unable to get value using Managed identity {} for "
                                     "secret {}. Error: unable to fetch secret '{}' using Managed "
                                     "identity '{}'",
                                     name, identity, name, name, identity)));
}

void check_secrets(const Call& call, const json& secrets) {
    if (!secrets.is_array()) return;
    for (const json& secret : secrets) {
        const std::string name = text_at(secret, "/name");
        const bool by_vault =
            !text_at(secret, "/keyVaultUrl").empty() && !text_at(secret, "/identity").empty();
        if (by_vault) check_vault_secret(call, secret);
        if (by_vault || !text_at(secret, "/value").empty()) continue;
        if (secret.contains("value") && secret["value"].is_null()) {
            refuse("ContainerAppSecretNull",
                   fmt::format("The value of secret '{}' of container app '{}' must not be null.",
                               name, call.place.name));
        }
        refuse(
            "ContainerAppSecretInvalid",
            fmt::format("Invalid Request: Container app secret(s) with name(s) '{}' are invalid: "
                        "value or keyVaultUrl and identity should be provided.",
                        name));
    }
}

/// The secrets that a template's environment variables and rules name.
void collect_secrets(const json& part, std::vector<std::string>& names) {
    if (!part.is_structured()) return;
    if (part.is_object()) {
        for (const auto& [key, value] : part.items()) {
            if (key == "secretRef" && value.is_string()) names.push_back(value);
        }
    }
    for (const json& inner : part) collect_secrets(inner, names);
}

void check_references(Call& call, const json& body, const Thing* old) {
    const json secrets = at_or_null(body, "/properties/configuration/secrets");
    std::vector<std::string> wanted;
    collect_secrets(at_or_null(body, "/properties/template"), wanted);
    for (const std::string& name : wanted) {
        if (has_secret(secrets, name)) continue;
        refuse("ContainerAppSecretRefNotFound",
               fmt::format("SecretRef '{}' defined for container app '{}' not found.", name,
                           call.place.name));
    }
    for (const json& registry : at_or_null(body, "/properties/configuration/registries")) {
        const std::string name = text_at(registry, "/passwordSecretRef");
        if (name.empty() || has_secret(secrets, name)) continue;
        refuse("ContainerAppRegistriesPasswordSecretRefNotFound",
               fmt::format("Registry passwordSecretRef '{}' not found.", name));
    }
    if (old == nullptr) return;
    // Also what no longer runs holds on to its secrets.
    for (const Revision& revision : call.world.apps[low(old->id)].revisions) {
        std::vector<std::string> used;
        collect_secrets(revision.body_template, used);
        for (const std::string& name : used) {
            if (has_secret(secrets, name)) continue;
            refuse("ContainerAppSecretInUse",
                   fmt::format("Secret '{}' can't be removed: revision '{}' references it.", name,
                               revision.name));
        }
    }
}

void check_suffix(Call& call, const json& body, const Thing* old) {
    const json wanted = at_or_null(body, "/properties/template");
    const std::string suffix = text_at(wanted, "/revisionSuffix");
    if (suffix.empty()) return;
    const std::string name = call.place.name + "--" + suffix;
    const bool is_plain =
        suffix.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos &&
        suffix.find("--") == std::string::npos && suffix.front() != '-' && suffix.back() != '-';
    if (!is_plain || name.size() > 54) {
        refuse("InvalidParameterValueInContainerTemplate",
               invalid_field("template.revisionsuffix",
                             fmt::format("\"{}\": a revision's name has at most 54 lower-case "
                                         "letters, digits and single '-'",
                                         suffix)));
    }
    if (old == nullptr) return;
    for (const Revision& revision : call.world.apps[low(old->id)].revisions) {
        if (revision.name != name || !revision.active) continue;  // of an inactive one: silent
        if (revision.body_template == wanted) continue;
        refuse("InvalidParameterValueInContainerTemplate",
               invalid_field(
                   "template.revisionsuffix",
                   fmt::format("\"{}\": revision with suffix {} already exists.", suffix, suffix)));
    }
}

void check_traffic(Call& call, const json& body, const Thing* old) {
    const json traffic = at_or_null(body, "/properties/configuration/ingress/traffic");
    if (!traffic.is_array() || traffic.empty()) return;
    int sum = 0;
    for (const json& part : traffic) {
        const json weight = part.value("weight", json(0));
        sum += weight.is_string()   ? std::stoi(weight.get<std::string>())
               : weight.is_number() ? weight.get<int>()
                                    : 0;
        const std::string name = text_at(part, "/revisionName");
        if (name.empty()) continue;
        const bool is_known =
            old != nullptr && std::ranges::any_of(call.world.apps[low(old->id)].revisions,
                                                  [&name](const Revision& revision) {
                                                      return revision.name == name;
                                                  });
        if (!is_known) {
            refuse("ContainerAppInvalidTraffic",
                   invalid_field("ingress.traffic.revisionName",
                                 fmt::format("\"{}\": there is no such revision", name)));
        }
    }
    if (sum != 100) {
        refuse("TrafficWeightInvalid",
               fmt::format("The traffic weights of container app '{}' sum to {}, not 100.",
                           call.place.name, sum));
    }
}

}  // namespace

void check_app(Call& call, const json& body, const Thing* old) {
    const std::string& name = call.place.name;
    if (name.size() < 2 || name.size() > 32 ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
        refuse(
            "ContainerAppInvalidName",
            fmt::format("Invalid ContainerApp name '{}'. A name must consist of 2 to 32 lower case "
                        "alphanumeric characters or '-'.",
                        name));
    }
    check_environment(call, body);
    const json containers = at_or_null(body, "/properties/template/containers");
    if (!containers.is_array() || containers.empty()) {
        refuse("ContainerAppContainersRequired",
               "At least one container is required in the template.");
    }
    check_secrets(call, at_or_null(body, "/properties/configuration/secrets"));
    check_references(call, body, old);
    check_suffix(call, body, old);
    check_traffic(call, body, old);
}

}  // namespace driftless::test::arm
