#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/support/fake_azure_world.hpp"

namespace driftless::test::arm {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> locations{{
    {"global", "Global"},
    {"westus", "West US"},
    {"westus2", "West US 2"},
    {"eastus", "East US"},
    {"eastus2", "East US 2"},
    {"centralus", "Central US"},
    {"southcentralus", "South Central US"},
    {"northcentralus", "North Central US"},
    {"northcentralusstage", "North Central US (Stage)"},
    {"uksouth", "UK South"},
    {"ukwest", "UK West"},
    {"westeurope", "West Europe"},
    {"northeurope", "North Europe"},
    {"swedencentral", "Sweden Central"},
    {"germanywestcentral", "Germany West Central"},
    {"francecentral", "France Central"},
    {"australiaeast", "Australia East"},
}};

auto region_of(const std::string& location) {
    std::string folded = low(location);
    std::erase(folded, ' ');
    return std::ranges::find_if(locations,
                                [&folded](const auto& pair) { return pair.first == folded; });
}

/// What the service has to say of a resource by itself.
class Own {
public:
    Own(World& world, const Thing& thing, const json& wanted)
        : world_(world), thing_(thing), wanted_(wanted) {}

    /// `defaults` where `wanted` says nothing, and what is the service's own in any case.
    json over(const json& defaults, const json& wanted, const std::string& at) {
        if (defaults.is_string()) {
            const auto& text = defaults.get_ref<const std::string&>();
            if (text.starts_with('=')) return text.substr(1);
            if (text.find('$') != std::string::npos) return filled_in(text, at);
        }
        if (!defaults.is_object()) return wanted.is_null() ? defaults : wanted;
        json result = wanted.is_object() ? wanted : json::object();
        for (const auto& [key, value] : defaults.items()) {
            const json said = result.contains(key) ? result.at(key) : json{};
            result[key] = over(value, said, at + "/" + key);
        }
        return result;
    }

private:
    json filled_in(const std::string& text, const std::string& at) {
        if (text.front() == '$') {
            const json whole = number(text);
            if (!whole.is_null()) return whole;
        }
        std::string result;
        for (std::size_t pos = 0; pos < text.size();) {
            if (text[pos] != '$') {
                result += text[pos++];
                continue;
            }
            const std::size_t end = std::min(
                text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", pos + 1), text.size());
            result += word(text.substr(pos + 1, end - pos - 1), at);
            pos = end;
        }
        return result;
    }

    json number(const std::string& text) const {
        if (text == "$zero") return 0;
        if (text == "$five") return 5;
        if (text == "$epoch") {
            return std::chrono::duration_cast<seconds>(thing_.created.time_since_epoch()).count();
        }
        if (text == "$one") return 1 + children("CNAME") + children("A");
        if (text == "$links") return children("virtualNetworkLinks");
        if (text == "$capacity") {
            const json capacity = at_or_null(wanted_, "/sku/capacity");
            return capacity.is_null() ? json(1) : capacity;
        }
        if (text == "$limits") {
            const json capacity = number("$capacity");
            json limits = json::array();
            limits.push_back({{"key", "request"}, {"renewalPeriod", 60.0}, {"count", capacity}});
            limits.push_back({{"key", "token"},
                              {"renewalPeriod", 60.0},
                              {"count", capacity.get<double>() * 1000}});
            return limits;
        }
        return nullptr;
    }

    [[nodiscard]] int children(std::string_view word) const {
        const auto is_one = [word](const Thing* child) {
            return same_word(child->row->last_word(), word);
        };
        return static_cast<int>(std::ranges::count_if(world_.below(thing_.id), is_one));
    }

    std::string word(const std::string& name, const std::string& at) {
        const std::string where = thing_.id + "@" + world_.time_text(thing_.created) + at;
        if (name == "name") return thing_.name;
        if (name == "sub") return thing_.subscription;
        if (name == "tenant") return world_.tenant;
        if (name == "uuid" || name == "principal") return world_.uuid_of(where);
        if (name == "hex") return world_.hex_of(where, 32);
        if (name == "short") return world_.hex_of(where, 16);
        if (name == "me") return world_.uuid_of("me");
        if (name == "verification") return verification();
        if (name == "created") return world_.time_text(thing_.created);
        if (name == "modified") return world_.time_text(thing_.modified);
        if (name == "later") return world_.time_text(thing_.created + std::chrono::hours{24 * 7});
        if (name == "parent") return thing_.above.substr(thing_.above.rfind('/') + 1);
        if (name == "scope") return scope();
        return address(name);
    }

    /// One for all of a subscription.
    std::string verification() const {
        std::string id = world_.hex_of("verification " + thing_.subscription, 64);
        for (char& c : id) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
        return id;
    }

    std::string scope() const {
        const std::size_t end = thing_.asked.rfind("/providers/");
        return thing_.asked.substr(0, end);
    }

    std::string address(const std::string& name) {
        const std::string location = low(text_at(wanted_, "/location"));
        if (name == "domain") {
            return fmt::format("calm{}-{}.{}.azurecontainerapps.io", "shore",
                               world_.hex_of(thing_.id, 8), location);
        }
        if (name == "ip")
            return fmt::format("20.90.{}.{}", thing_.id.size() % 200, thing_.name.size());
        if (name == "events") {
            return fmt::format(
                "https://{}.azurecontainerapps.dev/subscriptions/{}/resourceGroups/"
                "{}/{}/{}/eventstream",
                location, thing_.subscription, thing_.group, thing_.row->last_word(), thing_.name);
        }
        if (name == "vault") {
            // Without the last "/" until it is registered.
            const bool is_done = thing_.state != "RegisteringDns";
            return fmt::format("https://{}.vault.azure.net{}", thing_.name, is_done ? "/" : "");
        }
        const std::string vault = thing_.above.substr(thing_.above.rfind('/') + 1);
        if (name == "secret" || name == "key") {
            return fmt::format("https://{}.vault.azure.net/{}s/{}", vault, name, thing_.name);
        }
        if (name == "cognitive") {
            const std::string label = text_at(wanted_, "/properties/customSubDomainName");
            return label.empty() ? fmt::format("https://{}.api.cognitive.microsoft.com/", location)
                                 : fmt::format("https://{}.cognitiveservices.azure.com/", label);
        }
        return left_over(name, location);
    }

    std::string left_over(const std::string& name, const std::string& location) {
        if (name == "tier") return text_at(wanted_, "/sku/name");
        if (name == "state") return thing_.state == "Creating" ? "Creating" : "Active";
        if (name == "etag") return fmt::format("\"{}\"", world_.hex_of(thing_.id, 12));
        if (name == "retention") {
            const json days = at_or_null(wanted_, "/properties/RetentionInDays");
            return fmt::format("P{}D", days.is_number() ? days.get<int>() : 90);
        }
        if (name == "connection") {
            return fmt::format(
                "InstrumentationKey={};IngestionEndpoint=https://{}-0.in."
                "applicationinsights.azure.com/",
                word("uuid", "/properties/InstrumentationKey"), location);
        }
        if (name == "workspace") {
            const std::string said = text_at(wanted_, "/properties/WorkspaceResourceId");
            if (!said.empty()) return said;
            return fmt::format(
                "/subscriptions/{}/resourceGroups/ai_{}_managed/providers/Microsoft."
                "OperationalInsights/workspaces/managed-{}-ws",
                thing_.subscription, thing_.name, thing_.name);
        }
        return name;
    }

    World& world_;
    const Thing& thing_;
    const json& wanted_;
};

}  // namespace

json body_of(const Call& call) {
    if (call.request.body.empty()) return json::object();
    json body = json::parse(call.request.body, nullptr, false);
    if (!body.is_object()) {
        throw Refusal{400, "InvalidRequestContent",
                      "The request content was invalid and could not be deserialized."};
    }
    return body;
}

std::string display_location(const std::string& location) {
    const auto found = region_of(location);
    return found == locations.end() ? location : std::string{found->second};
}

bool is_region(const std::string& location) {
    const auto is_shown = [&location](const auto& pair) { return pair.second == location; };
    return region_of(location) != locations.end() || std::ranges::any_of(locations, is_shown);
}

json merged(json base, const json& patch) {
    for (const auto& [key, value] : patch.items()) {
        const bool deep = value.is_object() && base.is_object() && base.contains(key) &&
                          base.at(key).is_object() && key != "tags";
        if (deep) {
            base[key] = merged(base.at(key), value);
        } else if (value.is_null()) {
            base.erase(key);
        } else {
            base[key] = value;
        }
    }
    return base;
}

json filled(World& world, const Thing& thing, const json& wanted) {
    const json defaults = json::parse(defaults_of(thing.row->type));
    json body = Own{world, thing, wanted}.over(defaults, wanted, "");
    for (const char* fixed : {"id", "name", "type", "etag", "systemData"}) body.erase(fixed);
    if (body.contains("properties") && !thing.state.empty()) {
        body["properties"].erase("provisioningState");
    }
    return body;
}

}  // namespace driftless::test::arm
