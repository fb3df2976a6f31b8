// The simulated Cloudflare beside recorded answers of the real one: what these show, it shows too,
// and of the same type. The recordings are in ../shared/corpus, where that is at hand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/fake_cloudflare.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/virtual_clock.hpp"

namespace driftless::test {
namespace {

using net::Method;

std::filesystem::path recordings() {
    return source_dir().parent_path() / "shared/corpus/cloudflare/responses";
}

class CloudflareShapes : public ::testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(recordings())) {
            GTEST_SKIP() << "no recorded answers at " << recordings();
        }
    }
    static json recorded(const std::string& file, std::size_t interaction = 0) {
        std::ifstream text{recordings() / file};
        EXPECT_TRUE(text.is_open()) << file;
        return json::parse(text)["interactions"][interaction]["response"]["body"];
    }
    json ours(const std::string& path) { return cloudflare.ask(Method::get, path); }

    testing::VirtualClock clock;
    FakeCloudflare cloudflare{clock};
    std::string zone = cloudflare.add_zone("example.com");
    const std::string account = "/accounts/" + cloudflare.account();
};

std::string type_of(const json& value) {
    return value.is_number() ? "number" : value.type_name();
}

/// Adds each path of `theirs` that `ours` lacks or has as another type. A null stands for any.
void compare(const json& theirs, const json& ours, const std::string& path,
             std::vector<std::string>& differ) {
    if (theirs.is_null() || ours.is_null()) return;
    if (type_of(theirs) != type_of(ours)) {
        differ.push_back(fmt::format("{}: {} instead of {}", path, type_of(ours), type_of(theirs)));
    } else if (theirs.is_object()) {
        for (const auto& [key, value] : theirs.items()) {
            const std::string below = path + "/" + key;
            if (ours.contains(key)) {
                compare(value, ours[key], below, differ);
            } else {
                differ.push_back(below + " is missing");
            }
        }
    } else if (theirs.is_array() && path == "/result" && ours.empty()) {
        differ.push_back("there is nothing in the list");
    } else if (theirs.is_array() && !theirs.empty() && !ours.empty()) {
        compare(theirs[0], ours[0], path + "/0", differ);
    }
}

/// @param known  what older answers have that today's need not
std::vector<std::string> differences(const json& theirs, const json& ours,
                                     const std::vector<std::string>& known = {}) {
    std::vector<std::string> differ;
    compare(theirs, ours, "", differ);
    std::erase_if(differ, [&](const std::string& text) {
        return std::ranges::any_of(
            known, [&](const std::string& path) { return text.starts_with(path + " is missing"); });
    });
    return differ;
}

const std::vector<std::string> none;

TEST_F(CloudflareShapes, Zones) {
    const std::vector<std::string> old{"/result/0/tenant", "/result/0/tenant_unit",
                                       "/result/0/vanity_name_servers",
                                       "/result/0/vanity_name_servers_ips"};
    EXPECT_EQ(differences(recorded("cf-terraforming/v5-cloudflare_zone.json"), ours("/zones"), old),
              none);
    const json one = recorded("cf-terraforming/v4-cloudflare_record_caa.json");
    EXPECT_EQ(differences(one, ours("/zones/" + zone)), none);
}

TEST_F(CloudflareShapes, Settings) {
    for (const std::size_t i : {0u, 1u}) {
        const json theirs = recorded("cf-terraforming/v5-cloudflare_zone_setting.json", i);
        const std::string id = theirs["result"]["id"];
        EXPECT_EQ(differences(theirs, ours("/zones/" + zone + "/settings/" + id)), none);
    }
}

/// What a client would have sent to make a recorded record.
json as_sent(json record) {
    const std::string type = record["type"];
    const bool can = type == "A" || type == "AAAA" || type == "CNAME";
    if (!can || record["proxiable"] == false) record["proxied"] = false;
    record.erase("tags");  // some are of zones with a plan
    return record;
}

/// The recorded members that any record must have.
json essential(json record) {
    for (const char* member : {"meta", "tags"}) record.erase(member);
    if (member_or(record, "data", json::object()).empty()) record.erase("data");
    return record;
}

/// Each recorded record is sent anew, and comes back with the same members and the same content.
TEST_F(CloudflareShapes, Records) {
    const std::vector<std::string> old{"/data/name", "/data/proto", "/data/service"};  // of an SRV
    const std::string wrong = "IN LOC 53 14 10 N 2 18 26 W 20m 10m 1000m 2m";  // its data says 13
    cloudflare.habits().shows_zone_of_record = true;
    std::size_t compared = 0;
    for (const char* file :
         {"cf-terraforming/v5-cloudflare_dns_record.json", "cloudflare-go/dns-list_page_1.json",
          "octodns-cloudflare/cloudflare-dns_records-page-1.json",
          "octodns-cloudflare/cloudflare-dns_records-page-3.json"}) {
        const json recording = recorded(file);
        for (const json& theirs : recording["result"]) {
            SCOPED_TRACE(theirs.dump());
            zone = cloudflare.add_zone("example.com");
            const json ns = {{"type", "NS"}, {"name", theirs["name"]}, {"content", "ns.net"}};
            if (theirs["type"] == "DS") cloudflare.put_record(zone, ns);
            const json answer =
                cloudflare.ask(Method::post, "/zones/" + zone + "/dns_records", as_sent(theirs));
            ASSERT_EQ(answer["success"], true) << answer.dump();
            EXPECT_EQ(differences(essential(theirs), answer["result"], old), none);
            const std::string content = text_or(theirs, "content", wrong);
            if (content != wrong) {
                EXPECT_EQ(answer["result"]["content"], content);
            }
            ++compared;
        }
    }
    EXPECT_GT(compared, 20u);
}

TEST_F(CloudflareShapes, Tunnels) {
    cloudflare.habits().shows_config_src = false;
    const json made = cloudflare.ask(Method::post, account + "/cfd_tunnel",
                                     {{"name", "home"}, {"config_src", "cloudflare"}});
    const std::string tunnel = account + "/cfd_tunnel/" + made["result"]["id"].get<std::string>();
    const json rules = {{{"hostname", "a.dev"},
                         {"service", "https://a"},
                         {"originRequest", {{"noTLSVerify", true}}}},
                        {{"service", "http_status:404"}}};
    cloudflare.ask(Method::put, tunnel + "/configurations", {{"config", {{"ingress", rules}}}});
    EXPECT_EQ(differences(recorded("cloudflare-go/tunnel-configuration.json"),
                          ours(tunnel + "/configurations")),
              none);
    const json token = ours(tunnel + "/token");
    EXPECT_EQ(differences(recorded("cloudflare-go/tunnel-token.json"), token), none);
    cloudflare.connect(token["result"]);
    for (const char* file : {"cf-terraforming/v5-cloudflare_zero_trust_tunnel_cloudflared.json",
                             "cloudflare-go/tunnel-multiple_full.json"}) {
        EXPECT_EQ(differences(recorded(file), ours(account + "/cfd_tunnel")), none) << file;
    }
}

TEST_F(CloudflareShapes, Access) {
    const std::string access = account + "/access";
    const json include = json::array({{{"email", {{"email", "ann@bnx.dev"}}}}});
    const std::string policy = cloudflare.ask(
        Method::post, access + "/policies",
        {{"name", "p"}, {"decision", "allow"}, {"include", include}})["result"]["id"];
    cloudflare.ask(Method::post, access + "/groups", {{"name", "g"}, {"include", include}});
    cloudflare.ask(Method::post, access + "/tags", {{"name", "t"}});
    cloudflare.ask(Method::post, access + "/service_tokens", {{"name", "s"}});
    cloudflare.ask(
        Method::post, access + "/apps",
        {{"name", "a"}, {"type", "self_hosted"}, {"domain", "a.dev"}, {"policies", {policy}}});
    const std::string begin = "cf-terraforming/";
    const std::vector<std::string> other_rule{"/result/0/include/0/ip",
                                              "/result/0/include/0/email_list"};
    for (const auto& [file, path] : std::vector<std::pair<std::string, std::string>>{
             {"v5-cloudflare_zero_trust_access_policy.json", "/policies"},
             {"v5-cloudflare_zero_trust_access_group.json", "/groups"},
             {"v5-cloudflare_zero_trust_access_tag.json", "/tags"},
             {"v4-cloudflare_access_service_token_account.json", "/service_tokens"},
             {"v4-cloudflare_access_application_simple_account.json", "/apps"},
             {"v4-cloudflare_access_identity_provider_otp_account.json", "/identity_providers"}}) {
        EXPECT_EQ(differences(recorded(begin + file), ours(access + path), other_rule), none)
            << file;
    }
}

TEST_F(CloudflareShapes, Rulesets) {
    const json rule = {{"action", "set_cache_settings"},
                       {"expression", "true"},
                       {"description", "all"},
                       {"action_parameters", {{"cache", true}}}};
    const std::string rulesets = "/zones/" + zone + "/rulesets";
    const json made =
        cloudflare.ask(Method::put, rulesets + "/phases/http_request_cache_settings/entrypoint",
                       {{"rules", {rule}}});
    const std::string file =
        "cf-terraforming/v4-cloudflare_ruleset_http_request_cache_settings.json";
    EXPECT_EQ(differences(recorded(file), ours(rulesets)), none);
    json theirs = recorded(file, 1);
    for (json& one : theirs["result"]["rules"]) one.erase("action_parameters");  // theirs to choose
    EXPECT_EQ(differences(theirs, ours(rulesets + "/" + made["result"]["id"].get<std::string>())),
              none);
}

TEST_F(CloudflareShapes, Pages) {
    const std::string projects = account + "/pages/projects";
    cloudflare.ask(Method::post, projects, {{"name", "site"}, {"production_branch", "main"}});
    EXPECT_EQ(
        differences(recorded("cf-terraforming/v5-cloudflare_pages_project.json"), ours(projects)),
        none);
    const std::string domains = projects + "/site/domains";
    cloudflare.ask(Method::post, domains, {{"name", "www.example.com"}});
    EXPECT_EQ(differences(recorded("cloudflare-go/pages_domain_tests.json"), ours(domains)), none);
}

}  // namespace
}  // namespace driftless::test
