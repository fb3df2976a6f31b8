#include "reconcilers/azure/import_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

/// What no answer shows, and which stands in a body only where its neighbour does.
struct Unshown {
    std::string_view type;
    std::string_view owner;   ///< pointer to what it stands in; `*` at the end: of each element
    std::string_view beside;  ///< it is there where its owner has this, or "" always
    std::string_view unless;  ///< but not where its owner has this
    std::string_view key;
    std::string_view name;  ///< of the secret; "" the owner's own name
};
constexpr std::array unshown_places{
    Unshown{"Microsoft.App/containerApps", "/properties/configuration/secrets/*", "name",
            "keyVaultUrl", "value", ""},
    Unshown{"Microsoft.App/jobs", "/properties/configuration/secrets/*", "name", "keyVaultUrl",
            "value", ""},
    Unshown{"Microsoft.App/managedEnvironments",
            "/properties/appLogsConfiguration/logAnalyticsConfiguration", "customerId", "",
            "sharedKey", "logs-key"},
    Unshown{"Microsoft.App/managedEnvironments/daprComponents", "/properties/secrets/*", "name",
            "keyVaultUrl", "value", ""},
    Unshown{"Microsoft.App/managedEnvironments/storages", "/properties/azureFile", "accountName",
            "", "accountKey", "account-key"},
    Unshown{"Microsoft.DBforPostgreSQL/flexibleServers", "/properties", "administratorLogin", "",
            "administratorLoginPassword", "password"},
};

const json* value_at(const json& body, const std::string& pointer) {
    const json::json_pointer at{pointer};
    return body.contains(at) ? &body.at(at) : nullptr;
}

std::string text_at(const json& object, std::string_view key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : "";
}

/// Entra ID alone lets people in: then the server has no password.
bool has_no_password(const json& properties) {
    const json* way = value_at(properties, "/authConfig/passwordAuth");
    return way != nullptr && *way == "Disabled";
}

bool says_secret(const std::string& variable) {
    static const std::regex words{
        "password|passwd|secret|token|credential|connection_?str|api_?key|access_?key|"
        "(^|[_.:-])(pwd|dsn|sas|key)$",
        std::regex::icase};
    return std::regex_search(variable, words);
}

bool looks_secret(const std::string& text) {
    static const std::regex looks{
        "(AccountKey|SharedAccessKey|SharedAccessSignature|InstrumentationKey|Password|Pwd)\\s*=|"
        "://[^/@\\s:]+:[^/@\\s]+@|[?&](sig|code|token|key)=|-----BEGIN [A-Z ]*PRIVATE KEY",
        std::regex::icase};
    return std::regex_search(text, looks);
}

class Finder {
public:
    Finder(const json& body, const std::set<std::string>& plain) : body_(body), plain_(plain) {}

    void find_unshown(const Unshown& place) {
        std::string owner{place.owner};
        if (!owner.ends_with("/*")) return add_unshown(place, owner);
        owner.resize(owner.size() - 2);
        const json* list = value_at(body_, owner);
        if (list == nullptr || !list->is_array()) return;
        for (std::size_t at = 0; at < list->size(); ++at)
            add_unshown(place, fmt::format("{}/{}", owner, at));
    }

    /// @param name  for its secret: what it is called where it stands
    void find_shown(const json& value, const std::string& at, const std::string& name) {
        if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            if (looks_secret(text) && !plain_.contains(name)) add_shown(text, at, name);
        } else if (value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i)
                find_shown(value[i], fmt::format("{}/{}", at, i), name);
        } else if (value.is_object()) {
            if (is_variable(value)) return find_variable(value, at);
            const std::string own = text_at(value, "name");
            for (const auto& [key, member] : value.items()) {
                const std::string below = own.empty() ? key : own + "-" + key;
                find_shown(member, at + "/" + escaped(key), below);
            }
        }
    }

    std::vector<SecretPlace> found;

private:
    void add_unshown(const Unshown& place, const std::string& at) {
        const json* owner = value_at(body_, at);
        if (owner == nullptr || !owner->is_object()) return;
        if (!place.beside.empty() && text_at(*owner, place.beside).empty()) return;
        if (!place.unless.empty() && !text_at(*owner, place.unless).empty()) return;
        if (place.key == "administratorLoginPassword" && has_no_password(*owner)) return;
        const std::string own = text_at(*owner, "name");
        found.push_back({at + "/" + std::string{place.key},
                         place.name.empty() ? own : std::string{place.name},
                         place.name.empty() ? "the value of its secret " + own
                                            : "its " + std::string{place.key},
                         std::nullopt});
    }

    void add_shown(const std::string& text, const std::string& at, const std::string& name) {
        found.push_back({at, name, "its " + name, Secret{text}});
    }

    static bool is_variable(const json& value) {
        return value.size() == 2 && !text_at(value, "name").empty() && value.contains("value") &&
               value.at("value").is_string();
    }

    void find_variable(const json& variable, const std::string& at) {
        const std::string name = text_at(variable, "name");
        const std::string text = text_at(variable, "value");
        const bool is_secret = says_secret(name) || looks_secret(text);
        if (is_secret && !text.empty() && !plain_.contains(name))
            add_shown(text, at + "/value", name);
    }

    static std::string escaped(const std::string& key) {
        json::json_pointer at;
        at.push_back(key);
        return at.to_string().substr(1);
    }

    const json& body_;
    const std::set<std::string>& plain_;
};

}  // namespace

std::vector<SecretPlace> secret_places(const TypeRow& row, const json& body,
                                       const std::set<std::string>& plain) {
    Finder finder{body, plain};
    for (const Unshown& place : unshown_places) {
        if (lower_case(place.type) == lower_case(row.type)) finder.find_unshown(place);
    }
    const auto properties = body.find("properties");
    if (properties != body.end()) finder.find_shown(*properties, "/properties", "");
    return std::move(finder.found);
}

}  // namespace driftless::azure
