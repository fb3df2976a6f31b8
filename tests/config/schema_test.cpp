// The schemas that editors get, held against what the readers ask for, both ways.
#include "config/schemas.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/support/paths.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless {
namespace {

using json = nlohmann::json;

/// The names of all properties, at any depth.
void collect(const json& schema, std::set<std::string>& names) {
    if (schema.is_object() && schema.contains("properties")) {
        for (const auto& [name, property] : schema["properties"].items()) names.insert(name);
    }
    if (!schema.is_structured()) return;
    for (const auto& part : schema) collect(part, names);
}

/// The keys that a reader asks for by name in these sources.
std::set<std::string> asked_for(const std::vector<std::string>& files) {
    const std::regex ask{
        R"re((?:get|require|text|texts|text_map|boolean|integer|one_of|flag|texts_in|read_\w+)\(\s*(?:\w+,\s*)?"(\w+)")re"};
    std::set<std::string> keys;
    for (const std::string& file : files) {
        const std::string text = testing::read_file(test::source_dir() / file);
        EXPECT_NE(text, "") << file;
        for (std::sregex_iterator at{text.begin(), text.end(), ask}, end; at != end; ++at) {
            keys.insert((*at)[1]);
        }
    }
    return keys;
}

void expect_same(std::string_view schema, const std::vector<std::string>& files,
                 const std::set<std::string>& read_otherwise) {
    std::set<std::string> names;
    collect(json::parse(schema), names);
    std::set<std::string> keys = asked_for(files);
    for (const std::string& key : keys)
        EXPECT_TRUE(names.contains(key)) << key << " is not in the schema";
    keys.insert(read_otherwise.begin(), read_otherwise.end());
    for (const std::string& name : names)
        EXPECT_TRUE(keys.contains(name)) << name << " is read nowhere";
}

TEST(Schema, OfTheSettingsIsWhatTheirReadersKnow) {
    expect_same(settings_schema(),
                {"config/settings.cpp", "config/settings_targets.cpp",
                 "config/settings_sources.cpp", "config/settings_azure.cpp"},
                {"secret", "targets", "policy", "sources", "secrets", "registries", "http",
                 "managedIdentity", "workloadIdentity", "clientSecret", "clientCertificate",
                 "azureCli", "certificate"});
}

TEST(Schema, OfAManifestIsWhatItsReadersKnow) {
    // Of originRequest: tests/reconcilers_cloudflare/tunnel_forms_test.cpp; of Access:
    // access_fields_test.cpp beside it.
    std::set<std::string> read_otherwise{"location",
                                         "bastionMode",
                                         "caPool",
                                         "connectTimeout",
                                         "disableChunkedEncoding",
                                         "http2Origin",
                                         "httpHostHeader",
                                         "keepAliveConnections",
                                         "keepAliveTimeout",
                                         "matchSNItoHost",
                                         "noHappyEyeballs",
                                         "noTLSVerify",
                                         "originServerName",
                                         "proxyAddress",
                                         "proxyPort",
                                         "proxyType",
                                         "tcpKeepAlive",
                                         "tlsTimeout",
                                         "apiVersion",
                                         "secret",
                                         "value",
                                         "from",
                                         "field",
                                         "description",
                                         "logging",
                                         "exposed_credential_check",
                                         "flatten_cname",
                                         "ipv4_only",
                                         "ipv6_only",
                                         "include",
                                         "exclude",
                                         "require",
                                         "is_default",
                                         "approval_groups",
                                         "approval_required",
                                         "connection_rules",
                                         "isolation_required",
                                         "mfa_config",
                                         "purpose_justification_prompt",
                                         "purpose_justification_required",
                                         "session_duration",
                                         "duration",
                                         "allow_authenticate_via_warp",
                                         "allow_iframe",
                                         "allowed_idps",
                                         "app_launcher_visible",
                                         "auto_redirect_to_identity",
                                         "cors_headers",
                                         "custom_deny_message",
                                         "custom_deny_url",
                                         "custom_non_identity_deny_url",
                                         "custom_pages",
                                         "eager_redirect_cookie_setting",
                                         "enable_binding_cookie",
                                         "http_only_cookie_attribute",
                                         "logo_url",
                                         "oauth_configuration",
                                         "options_preflight_bypass",
                                         "path_cookie_attribute",
                                         "read_service_tokens_from_header",
                                         "same_site_cookie_attribute",
                                         "service_auth_401_redirect",
                                         "skip_interstitial",
                                         "use_clientless_isolation_app_launcher_url"};
    expect_same(
        manifest_schema(),
        {"config/manifest_document.cpp", "reconcilers/azure/resource_manifest.cpp",
         "reconcilers/azure/resource_place.cpp",
         "reconcilers/cloudflare/access_application_manifest.cpp",
         "reconcilers/cloudflare/access_manifest.cpp", "reconcilers/cloudflare/access_reader.cpp",
         "reconcilers/cloudflare/dns_zone.cpp", "reconcilers/cloudflare/pages_manifest.cpp",
         "reconcilers/cloudflare/ruleset_manifest.cpp",
         "reconcilers/cloudflare/tunnel_manifest.cpp", "reconcilers/cloudflare/zone_settings.cpp",
         "reconcilers/docker/compose_project.cpp"},
        read_otherwise);
}

}  // namespace
}  // namespace driftless
