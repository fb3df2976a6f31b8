#include "reconcilers/azure/roles.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <span>

#include "config/base/hex.hpp"
#include "config/base/lower_case.hpp"
#include "config/base/nearest.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

struct Role {
    std::string_view name;
    std::string_view id;
};
/// Built-in roles have the same id everywhere.
/// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
constexpr std::array roles{
    Role{"AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d"},
    Role{"Cognitive Services OpenAI User", "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"},
    Role{"Container Apps Contributor", "358470bc-b998-42bd-ab17-a7e34c199c0f"},
    Role{"Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"},
    Role{"Cost Management Contributor", "434105ed-43f6-45c7-a02f-909b2ba83430"},
    Role{"Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"},
    Role{"Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"},
    Role{"Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830"},
    Role{"Monitoring Contributor", "749f88d5-cbae-40b8-bcfc-e573ddc772fa"},
    Role{"Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7"},
    Role{"Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"},
    Role{"Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"},
};
/// RFC 4122's own for names that are URLs.
constexpr std::string_view url_space = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
constexpr std::size_t uuid_bytes = 16;
constexpr std::array<std::size_t, 4> dashes{8, 13, 18, 23};

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string bytes_of(std::string_view uuid) {
    std::string digits{uuid};
    std::erase(digits, '-');
    std::string bytes;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        unsigned value = 0;
        std::from_chars(digits.data() + at, digits.data() + at + 2, value, 16);
        bytes += static_cast<char>(value);
    }
    return bytes;
}

}  // namespace

std::vector<std::string> known_roles() {
    std::vector<std::string> names;
    for (const Role& role : roles) names.emplace_back(role.name);
    return names;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool dash = std::ranges::find(dashes, at) != dashes.end();
        if (dash ? text[at] != '-' : !is_hex(text[at])) return false;
    }
    return true;
}

std::string uuid_of_name(std::string_view space, std::string_view name) {
    assert(is_uuid(space));
    const std::string text = bytes_of(space) + std::string{name};
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    const int done = EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha1(), nullptr);
    assert(done == 1 && size >= uuid_bytes);
    static_cast<void>(done);
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x50U);  // version 5
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // RFC 4122
    std::string uuid = to_hex(std::span{bytes}.first(uuid_bytes));
    for (const std::size_t at : dashes) uuid.insert(at, 1, '-');
    return uuid;
}

std::string assignment_name(std::string_view scope, std::string_view role,
                            std::string_view principal) {
    return uuid_of_name(url_space, fmt::format("{}#{}#{}", scope, role, principal));
}

std::string given_role(std::string_view id, const nlohmann::json& body) {
    const auto parsed = ResourceId::parse(id);
    if (!parsed || lower_case(parsed->type()) != lower_case(assignment_type)) return "";
    const auto properties = body.find("properties");
    if (properties == body.end() || !properties->is_object()) return "";
    const std::string role = properties->value("roleDefinitionId", "");
    return lower_case(fmt::format("{}#{}#{}", parsed->above(), role.substr(role.rfind('/') + 1),
                                  properties->value("principalId", "")));
}

Result<std::string> role_id(std::string_view role, const std::string& subscription) {
    if (role.find('/') != std::string_view::npos) {
        const std::string text = role.starts_with("/providers/")
                                     ? "/subscriptions/" + subscription + std::string{role}
                                     : std::string{role};
        const auto id = ResourceId::parse(text);
        if (id && lower_case(id->type()) == "microsoft.authorization/roledefinitions") {
            return id_form(text);
        }
    }
    const auto known = std::ranges::find_if(
        roles, [&](const Role& each) { return lower_case(each.name) == lower_case(role); });
    if (known == roles.end() && !is_uuid(role)) {
        return Error{Errc::invalid,
                     fmt::format("{} is no role that is known by its name{}; give the role's id",
                                 in_quotes(role), did_you_mean(role, known_roles()))};
    }
    return fmt::format("/subscriptions/{}/providers/Microsoft.Authorization/roleDefinitions/{}",
                       subscription, known == roles.end() ? lower_case(role) : known->id);
}

}  // namespace driftless::azure
