// The simulated Cloudflare itself: what it rewrites, refuses, hides, and how it misbehaves.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulation/cloudflare_fixture.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- who asks

TEST_F(Cloudflare, ATokenIsVerifiedWhereItBelongs) {
    const std::string of_account = "/accounts/" + cloudflare.account() + "/tokens/verify";
    const Given verified = send(Method::get, of_account);
    EXPECT_EQ(verified.status, 200);
    EXPECT_EQ(verified.result().at("status"), "active");
    EXPECT_EQ(send(Method::get, "/user/tokens/verify").code(), 1000);
    token = cloudflare.add_token({.of_account = false});
    EXPECT_EQ(send(Method::get, "/user/tokens/verify").status, 200);
}

TEST_F(Cloudflare, AWrongTokenIsTold) {
    token = "nobody";
    EXPECT_EQ(send(Method::get, "/zones").code(), 9109);
    EXPECT_EQ(send(Method::get, "/user/tokens/verify").code(), 1000);
    token = "with a blank";
    const Given malformed = send(Method::get, "/zones");
    EXPECT_EQ(malformed.body["errors"][0]["code"], 6003);
    EXPECT_EQ(malformed.code(), 6111);
    EXPECT_EQ(cloudflare.writes(), std::vector<std::string>{});
}

TEST_F(Cloudflare, AMissingPermissionStopsOneProduct) {
    cloudflare.deny("dns", {.code = 10000, .writes = true});
    EXPECT_EQ(list().status, 200);
    EXPECT_EQ(post({{"type", "A"}, {"name", "a"}, {"content", "203.0.113.1"}}).code(), 10000);
    cloudflare.deny("zones", {.code = 9109});
    EXPECT_EQ(send(Method::get, "/zones").code(), 9109);
    cloudflare.allow("dns");
    EXPECT_EQ(post({{"type", "A"}, {"name", "a"}, {"content", "203.0.113.1"}}).status, 200);
}

TEST_F(Cloudflare, ATokenForAnotherAccountOrZoneSeesNothing) {
    EXPECT_EQ(send(Method::get, "/accounts/0123456789abcdef0123456789abcdef/tokens/verify").code(),
              10000);
    EXPECT_EQ(send(Method::get, "/zones/0123456789abcdef0123456789abcdef").code(), 9109);
    EXPECT_EQ(send(Method::get, "/zones/bnx.dev").code(), 7003);
    token = cloudflare.add_token({.zones = {pro}});
    EXPECT_THAT(names(send(Method::get, "/zones")), ElementsAre("briefhours.com"));
    EXPECT_EQ(list().code(), 9109);
}

TEST_F(Cloudflare, WhatHasNoRouteIsRefused) {
    EXPECT_EQ(send(Method::get, "/nothing/here").code(), 7000);
    EXPECT_EQ(send(Method::post, "/zones/" + zone).code(), 7000);
}

// ---- zones and settings

TEST_F(Cloudflare, ZonesComeInPagesAndByFilter) {
    for (int i = 0; i < 10; ++i) cloudflare.add_zone(fmt::format("zone{}.example", i));
    const Given first = send(Method::get, "/zones?per_page=5");
    EXPECT_EQ(first.result().size(), 5u);
    EXPECT_EQ(
        first.body["result_info"],
        (json{
            {"page", 1}, {"per_page", 5}, {"count", 5}, {"total_count", 12}, {"total_pages", 3}}));
    EXPECT_EQ(send(Method::get, "/zones?per_page=5&page=3").result().size(), 2u);
    EXPECT_EQ(send(Method::get, "/zones?per_page=5&page=4").result().size(), 0u);
    EXPECT_EQ(send(Method::get, "/zones?per_page=51").code(), 1004);
    EXPECT_THAT(names(send(Method::get, "/zones?name=bnx.dev")), ElementsAre("bnx.dev"));
    EXPECT_THAT(names(send(Method::get, "/zones?name=starts_with:brief")),
                ElementsAre("briefhours.com"));
    EXPECT_THAT(names(send(Method::get, "/zones?account.id=another")), IsEmpty());
    EXPECT_THAT(names(send(Method::get, "/zones?status=pending")), IsEmpty());
    EXPECT_EQ(send(Method::get, "/zones/" + pro).result()["plan"]["legacy_id"], "pro");
}

TEST_F(Cloudflare, ASettingIsChangedOnlyWhereThePlanLetsIt) {
    const std::string settings = "/zones/" + zone + "/settings";
    EXPECT_EQ(send(Method::get, settings + "/polish").result()["editable"], false);
    EXPECT_EQ(send(Method::patch, settings + "/polish", {{"value", "lossy"}}).code(), 1024);
    EXPECT_EQ(send(Method::patch, "/zones/" + pro + "/settings/polish", {{"value", "lossy"}})
                  .result()["value"],
              "lossy");
    EXPECT_EQ(send(Method::patch, settings + "/advanced_ddos", {{"value", "off"}}).code(), 1024);
    EXPECT_EQ(send(Method::get, settings + "/no_such").code(), 1006);
    EXPECT_EQ(send(Method::patch, settings + "/ssl", {{"value", "tight"}}).code(), 1007);
    const Given before = send(Method::get, settings + "/ssl");
    EXPECT_EQ(before.result()["modified_on"], nullptr);
    send(Method::patch, settings + "/ssl", {{"value", "strict"}});
    const Given after = send(Method::get, settings + "/ssl");
    EXPECT_EQ(after.result()["value"], "strict");
    EXPECT_TRUE(after.result()["modified_on"].is_string());
    EXPECT_GT(send(Method::get, settings).result().size(), 40u);
}

TEST_F(Cloudflare, SettingsDependOnOneAnotherAndOnTime) {
    const std::string settings = "/zones/" + zone + "/settings";
    send(Method::patch, settings + "/0rtt", {{"value", "on"}});
    EXPECT_EQ(send(Method::get, settings + "/tls_1_3").result()["value"], "zrt");
    send(Method::patch, settings + "/development_mode", {{"value", "on"}});
    EXPECT_EQ(send(Method::get, settings + "/development_mode").result()["value"], "on");
    clock.run_for(io, 3h);
    EXPECT_EQ(send(Method::get, settings + "/development_mode").result()["value"], "off");
    EXPECT_EQ(
        send(Method::patch, settings + "/ssl_recommender", {{"enabled", true}}).result()["enabled"],
        true);
}

constexpr auto row_name = [](const auto& row) { return row.param.name; };

// ---- what becomes of a record

struct Rewrite {
    std::string name;
    json sent;
    json expected;  ///< these members of the answer
};

class Rewrites : public Cloudflare, public ::testing::WithParamInterface<Rewrite> {};

TEST_P(Rewrites, AreWhatComesBack) {
    const auto& [name, sent, expected] = GetParam();
    if (sent.at("type") == "DS") {
        made({{"type", "NS"}, {"name", sent.at("name")}, {"content", "ns.example.net"}}, pro);
    }
    const Given given = post(sent, pro);
    ASSERT_EQ(given.status, 200) << given.text;
    json shown = json::object();
    for (const auto& [key, value] : expected.items())
        shown[key] = given.result().value(key, json{});
    EXPECT_EQ(shown, expected);
    const std::string id = given.result().at("id");
    EXPECT_EQ(send(Method::get, "/zones/" + pro + "/dns_records/" + id).result(), given.result());
    EXPECT_EQ(post(sent, pro).code(), 81058) << "the same again";
}

const std::string long_text(300, 'x');

INSTANTIATE_TEST_SUITE_P(
    , Rewrites,
    ::testing::Values(
        Rewrite{"short_name",
                {{"type", "A"}, {"name", "www"}, {"content", "203.0.113.1"}},
                {{"name", "www.briefhours.com"},
                 {"ttl", 1},
                 {"proxied", false},
                 {"comment", nullptr},
                 {"tags", json::array()},
                 {"settings", json::object()},
                 {"proxiable", true}}},
        Rewrite{"apex",
                {{"type", "A"}, {"name", "@"}, {"content", "203.0.113.1"}},
                {{"name", "briefhours.com"}}},
        Rewrite{"case_and_dot",
                {{"type", "A"}, {"name", "WWW.BriefHours.com."}, {"content", "203.0.113.1"}},
                {{"name", "www.briefhours.com"}}},
        Rewrite{"unicode",
                {{"type", "A"}, {"name", "Bücher"}, {"content", "203.0.113.1"}},
                {{"name", "xn--bcher-kva.briefhours.com"}}},
        Rewrite{"emoji",
                {{"type", "A"}, {"name", "😺"}, {"content", "203.0.113.1"}},
                {{"name", "xn--138h.briefhours.com"}}},
        Rewrite{"compressed",
                {{"type", "AAAA"}, {"name", "six"}, {"content", "FE80:0:0:0:0:0:0:0001"}},
                {{"content", "fe80::1"}, {"proxiable", false}}},
        Rewrite{"proxied_ttl",
                {{"type", "A"},
                 {"name", "p"},
                 {"content", "203.0.113.1"},
                 {"ttl", 300},
                 {"proxied", true}},
                {{"ttl", 1}, {"proxied", true}}},
        Rewrite{"cname",
                {{"type", "CNAME"}, {"name", "c"}, {"content", "Target.Example.NET."}},
                {{"content", "target.example.net"}, {"settings", {{"flatten_cname", false}}}}},
        Rewrite{"cname_apex",
                {{"type", "CNAME"}, {"name", "c"}, {"content", "@"}},
                {{"content", "briefhours.com"}}},
        Rewrite{"mx",
                {{"type", "MX"}, {"name", "@"}, {"content", "mx.example.net."}, {"priority", 10}},
                {{"content", "mx.example.net"}, {"priority", 10}, {"proxiable", false}}},
        Rewrite{"null_mx",
                {{"type", "MX"}, {"name", "@"}, {"content", "."}, {"priority", 0}},
                {{"content", "."}, {"priority", 0}}},
        Rewrite{"txt_bare",
                {{"type", "TXT"}, {"name", "t"}, {"content", "v=spf1 -all"}},
                {{"content", "\"v=spf1 -all\""}}},
        Rewrite{"txt_quoted",
                {{"type", "TXT"}, {"name", "t"}, {"content", "\"a\" \"b\""}},
                {{"content", "\"a\" \"b\""}}},
        Rewrite{"txt_long",
                {{"type", "TXT"}, {"name", "t"}, {"content", long_text}},
                {{"content",
                  "\"" + long_text.substr(0, 255) + "\" \"" + long_text.substr(255) + "\""}}},
        Rewrite{"txt_with_quote",
                {{"type", "TXT"}, {"name", "t"}, {"content", "say \"hi\" now"}},
                {{"content", R"("say \"hi\" now")"}}},
        Rewrite{"tags",
                {{"type", "A"},
                 {"name", "t"},
                 {"content", "203.0.113.1"},
                 {"tags", {"team:bnx", "Core", "core"}},
                 {"comment", "by hand"}},
                {{"tags", {"core", "team:bnx"}}, {"comment", "by hand"}}},
        Rewrite{"settings_of_proxied_cname",
                {{"type", "CNAME"},
                 {"name", "c"},
                 {"content", "x.example.net"},
                 {"proxied", true},
                 {"settings", {{"flatten_cname", true}}}},
                {{"settings", {{"flatten_cname", false}}}}},
        Rewrite{"caa",
                {{"type", "CAA"},
                 {"name", "@"},
                 {"data", {{"flags", 0}, {"tag", "issue"}, {"value", "ca.example"}}}},
                {{"content", "0 issue \"ca.example\""}}},
        Rewrite{
            "cert",
            {{"type", "CERT"},
             {"name", "k"},
             {"data", {{"type", 9}, {"key_tag", 1}, {"algorithm", 2}, {"certificate", "AAAA"}}}},
            {{"content", "9 1 2 AAAA"}}},
        Rewrite{"dnskey",
                {{"type", "DNSKEY"},
                 {"name", "k"},
                 {"data",
                  {{"flags", 257}, {"protocol", 3}, {"algorithm", 13}, {"public_key", "AAAA"}}}},
                {{"content", "257 3 13 AAAA"}}},
        Rewrite{"ds",
                {{"type", "DS"},
                 {"name", "sub"},
                 {"data",
                  {{"key_tag", 1}, {"algorithm", 13}, {"digest_type", 2}, {"digest", "B5BB9D"}}}},
                {{"content", "1 13 2 B5BB9D"}}},
        Rewrite{"https",
                {{"type", "HTTPS"},
                 {"name", "h"},
                 {"data", {{"priority", 1}, {"target", "."}, {"value", "alpn=h2"}}}},
                {{"content", "1 . alpn=\"h2\""},
                 {"data", {{"priority", 1}, {"target", "."}, {"value", "alpn=\"h2\""}}}}},
        Rewrite{"svcb_alias",
                {{"type", "SVCB"},
                 {"name", "s"},
                 {"data", {{"priority", 0}, {"target", "x.example.net"}}}},
                {{"content", "0 x.example.net"}}},
        Rewrite{"loc",
                {{"type", "LOC"},
                 {"name", "l"},
                 {"data",
                  {{"lat_degrees", 31},
                   {"lat_minutes", 58},
                   {"lat_seconds", 52.1},
                   {"lat_direction", "S"},
                   {"long_degrees", 115},
                   {"long_minutes", 49},
                   {"long_seconds", 11.7},
                   {"long_direction", "E"},
                   {"altitude", 20},
                   {"size", 10},
                   {"precision_horz", 10},
                   {"precision_vert", 2}}}},
                {{"content", "IN LOC 31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m"}}},
        Rewrite{"naptr",
                {{"type", "NAPTR"},
                 {"name", "n"},
                 {"data",
                  {{"order", 30},
                   {"preference", 100},
                   {"flags", "S"},
                   {"service", "SIP+D2T"},
                   {"regex", ""},
                   {"replacement", "_sip._tls.unit.tests."}}}},
                {{"content", "30 100 \"S\" \"SIP+D2T\" \"\" _sip._tls.unit.tests."}}},
        Rewrite{"smimea",
                {{"type", "SMIMEA"},
                 {"name", "m"},
                 {"data",
                  {{"usage", 3}, {"selector", 0}, {"matching_type", 0}, {"certificate", "D2AB"}}}},
                {{"content", "3 0 0 D2AB"}}},
        Rewrite{
            "srv",
            {{"type", "SRV"},
             {"name", "_sip._tcp"},
             {"data",
              {{"priority", 10}, {"weight", 20}, {"port", 5060}, {"target", "sip.example.net."}}}},
            {{"content", "10 20 5060 sip.example.net"}, {"priority", 10}}},
        Rewrite{"sshfp",
                {{"type", "SSHFP"},
                 {"name", "h"},
                 {"data", {{"algorithm", 1}, {"type", 1}, {"fingerprint", "859be6"}}}},
                {{"content", "1 1 859be6"}}},
        Rewrite{"tlsa",
                {{"type", "TLSA"},
                 {"name", "_443._tcp"},
                 {"data",
                  {{"usage", 3}, {"selector", 1}, {"matching_type", 1}, {"certificate", "D2AB"}}}},
                {{"content", "3 1 1 D2AB"}}},
        Rewrite{"uri",
                {{"type", "URI"},
                 {"name", "_http._tcp"},
                 {"priority", 10},
                 {"data", {{"weight", 1}, {"target", "https://example.net"}}}},
                {{"content", "10 1 \"https://example.net\""}, {"priority", 10}}},
        Rewrite{"ptr",
                {{"type", "PTR"}, {"name", "1"}, {"content", "host.example.net."}},
                {{"content", "host.example.net"}}},
        Rewrite{"ns",
                {{"type", "NS"}, {"name", "sub"}, {"content", "ns1.example.net."}},
                {{"content", "ns1.example.net"}}},
        Rewrite{"openpgpkey",
                {{"type", "OPENPGPKEY"}, {"name", "o"}, {"content", "AAAA"}},
                {{"content", "AAAA"}}}),
    row_name);

struct Refused {
    std::string name;
    json sent;
    int code;
};

class Refusals : public Cloudflare, public ::testing::WithParamInterface<Refused> {};

TEST_P(Refusals, HaveTheirCodes) {
    const auto& [name, sent, code] = GetParam();
    made({{"type", "CNAME"}, {"name", "c"}, {"content", "x.example.net"}});
    made({{"type", "A"}, {"name", "a"}, {"content", "203.0.113.1"}});
    made({{"type", "NS"}, {"name", "sub"}, {"content", "ns.example.net"}});
    const Given given = post(sent);
    EXPECT_EQ(given.status, 400);
    EXPECT_EQ(given.code(), code) << given.text;
    EXPECT_EQ(given.body["success"], false);
    EXPECT_EQ(cloudflare.records(zone).size(), 3u);
}

json a_record(const json& with = json::object()) {
    json record = {{"type", "A"}, {"name", "new"}, {"content", "203.0.113.9"}};
    record.update(with);
    return record;
}

INSTANTIATE_TEST_SUITE_P(
    , Refusals,
    ::testing::Values(
        Refused{"no_ipv4", a_record({{"content", "1.2.3"}}), 9005},
        Refused{"leading_zero", a_record({{"content", "010.0.0.1"}}), 9005},
        Refused{"no_ipv6", a_record({{"type", "AAAA"}}), 9006},
        Refused{"bad_name", a_record({{"name", "a..b"}}), 9000},
        Refused{"no_name", a_record({{"name", ""}}), 9000},
        Refused{"soa", a_record({{"type", "SOA"}}), 9002},
        Refused{"short_ttl", a_record({{"ttl", 30}}), 9021},
        Refused{"long_ttl", a_record({{"ttl", 90000}}), 9021},
        Refused{"proxied_private", a_record({{"content", "10.0.0.1"}, {"proxied", true}}), 9003},
        Refused{"proxied_cloudflare", a_record({{"content", "1.1.1.1"}, {"proxied", true}}), 9003},
        Refused{"proxied_txt", a_record({{"type", "TXT"}, {"proxied", true}}), 9004},
        Refused{"tags_on_free", a_record({{"tags", {"a", "b"}}}), 9300},
        Refused{"long_comment", a_record({{"comment", std::string(101, 'x')}}), 1004},
        Refused{"two_lines_of_comment", a_record({{"comment", "a\nb"}}), 1004},
        Refused{"empty_txt", a_record({{"type", "TXT"}, {"content", "\"\""}}), 9101},
        Refused{"long_txt", a_record({{"type", "TXT"}, {"content", std::string(4097, 'x')}}), 9015},
        Refused{"no_priority", a_record({{"type", "MX"}, {"content", "mx.example.net"}}), 9101},
        Refused{"mx_at_an_address", a_record({{"type", "MX"}, {"priority", 1}}), 9009},
        Refused{"no_data", a_record({{"type", "CAA"}, {"content", "0 issue \"a\""}}), 9101},
        Refused{"data_out_of_range",
                a_record({{"type", "CAA"},
                          {"data", {{"flags", 256}, {"tag", "issue"}, {"value", "a"}}}}),
                9102},
        Refused{"flatten_on_free",
                a_record({{"type", "CNAME"},
                          {"content", "y.example.net"},
                          {"settings", {{"flatten_cname", true}}}}),
                1004},
        Refused{"cname_beside_a",
                {{"type", "CNAME"}, {"name", "a"}, {"content", "y.example.net"}},
                81053},
        Refused{"second_cname",
                {{"type", "CNAME"}, {"name", "c"}, {"content", "y.example.net"}},
                81053},
        Refused{"a_beside_cname", a_record({{"name", "c"}}), 81054},
        Refused{"a_beside_ns", a_record({{"name", "sub"}}), 81057},
        Refused{"identical",
                {{"type", "CNAME"}, {"name", "C.bnx.dev."}, {"content", "X.example.net."}},
                81058},
        Refused{"cname_to_itself",
                {{"type", "CNAME"}, {"name", "self"}, {"content", "self.bnx.dev"}},
                9039},
        Refused{
            "ds_without_ns",
            {{"type", "DS"},
             {"name", "d"},
             {"data", {{"key_tag", 1}, {"algorithm", 13}, {"digest_type", 2}, {"digest", "B5"}}}},
            1004}),
    row_name);

TEST_F(Cloudflare, AValidationErrorComesInThreeShapes) {
    using Shape = CloudflareHabits::DnsErrors;
    const json bad = a_record({{"content", "x"}});
    const json chained = post(bad).body["errors"][0];
    EXPECT_EQ(chained["code"], 1004);
    EXPECT_EQ(chained["error_chain"][0]["code"], 9005);
    cloudflare.habits().dns_errors = Shape::bare;
    EXPECT_EQ(post(bad).body["errors"][0]["code"], 9005);
    cloudflare.habits().dns_errors = Shape::unchained;
    const json words = post(bad).body["errors"][0];
    EXPECT_EQ(words["code"], 1004);
    EXPECT_FALSE(words.contains("error_chain"));
    EXPECT_THAT(words["message"].get<std::string>(), HasSubstr("IPv4"));
}

TEST_F(Cloudflare, AtTheApexACnameStandsBesideMail) {
    made({{"type", "CNAME"}, {"name", "@"}, {"content", "x.example.net"}});
    made({{"type", "MX"}, {"name", "@"}, {"content", "mx.example.net"}, {"priority", 1}});
    made({{"type", "NS"}, {"name", "@"}, {"content", "ns.other.net"}});
    EXPECT_EQ(post(a_record({{"name", "@"}})).code(), 81054);
}

TEST_F(Cloudflare, ATextsOfOneNameMayNotBeTooMuch) {
    made({{"type", "TXT"}, {"name", "t"}, {"content", std::string(4000, 'a')}});
    made({{"type", "TXT"}, {"name", "t"}, {"content", std::string(4000, 'b')}});
    EXPECT_EQ(post({{"type", "TXT"}, {"name", "t"}, {"content", std::string(300, 'c')}}).code(),
              83011);
}

TEST_F(Cloudflare, TheQuotaOfRecordsCounts) {
    cloudflare.habits().free_records = 2;
    made(a_record({{"name", "a"}}));
    made(a_record({{"name", "b"}}));
    EXPECT_EQ(post(a_record({{"name", "c"}})).code(), 81045);
    EXPECT_EQ(send(Method::get, "/zones/" + zone + "/dns_records/usage").result(),
              (json{{"record_quota", 2}, {"record_usage", 2}}));
    cloudflare.habits().account_has_record_quota = true;
    EXPECT_EQ(send(Method::get, "/zones/" + zone + "/dns_records/usage").result(),
              (json{{"record_quota", nullptr}, {"record_usage", 2}}));
}

// ---- changes

TEST_F(Cloudflare, PatchKeepsWhatPutResets) {
    const std::string id = made(a_record({{"comment", "ours"}, {"ttl", 300}, {"proxied", false}}));
    const std::string path = "/zones/" + zone + "/dns_records/" + id;
    clock.run_for(io, 1min);
    const Given patched = send(Method::patch, path, {{"content", "203.0.113.2"}});
    EXPECT_EQ(patched.result()["comment"], "ours");
    EXPECT_EQ(patched.result()["ttl"], 300);
    EXPECT_NE(patched.result()["modified_on"], patched.result()["created_on"]);
    EXPECT_EQ(patched.result()["comment_modified_on"], patched.result()["created_on"]);
    const Given put = send(Method::put, path, a_record());
    EXPECT_EQ(put.result()["id"], id);
    EXPECT_EQ(put.result()["comment"], nullptr);
    EXPECT_EQ(put.result()["ttl"], 1);
    const Given turned =
        send(Method::patch, path, {{"type", "CNAME"}, {"content", "x.example.net"}});
    EXPECT_EQ(turned.result()["type"], "CNAME");
    EXPECT_EQ(send(Method::del, path).result(), (json{{"id", id}}));
    EXPECT_EQ(send(Method::del, path).code(), 81044);
    EXPECT_EQ(send(Method::get, path).status, 404);
}

TEST_F(Cloudflare, WhatEmailRoutingMadeIsNobodysToChange) {
    const json record = cloudflare.put_record(
        zone,
        {{"type", "MX"}, {"name", "@"}, {"content", "route1.mx.cloudflare.net"}, {"priority", 3}},
        {{"read_only", true}, {"email_routing", true}});
    const std::string path = "/zones/" + zone + "/dns_records/" + record["id"].get<std::string>();
    EXPECT_EQ(send(Method::del, path).code(), 1046);
    EXPECT_EQ(send(Method::patch, path, {{"ttl", 300}}).code(), 1046);
    EXPECT_EQ(list().result()[0]["meta"]["read_only"], true);
}

TEST_F(Cloudflare, TheLastNsStaysAsLongAsADs) {
    const std::string ns = made({{"type", "NS"}, {"name", "sub"}, {"content", "ns.example.net"}});
    const json data = {{"key_tag", 1}, {"algorithm", 13}, {"digest_type", 2}, {"digest", "B5"}};
    const std::string ds = made({{"type", "DS"}, {"name", "sub"}, {"data", data}});
    const std::string records = "/zones/" + zone + "/dns_records/";
    EXPECT_EQ(send(Method::del, records + ns).code(), 1004);
    EXPECT_EQ(send(Method::del, records + ds).status, 200);
    EXPECT_EQ(send(Method::del, records + ns).status, 200);
}

TEST_F(Cloudflare, ABatchIsAllOrNothingInItsOwnOrder) {
    const std::string a = made(a_record({{"name", "a"}}));
    const std::string b = made(a_record({{"name", "b"}}));
    const std::string path = "/zones/" + zone + "/dns_records/batch";
    json batch = {{"posts", {{{"type", "CNAME"}, {"name", "a"}, {"content", "x.example.net"}}}},
                  {"patches", {{{"id", b}, {"comment", "kept"}}}},
                  {"deletes", {{{"id", a}}}}};
    const Given done = send(Method::post, path, batch);  // its order: the deletion comes first
    ASSERT_EQ(done.status, 200) << done.text;
    EXPECT_EQ(done.result()["posts"][0]["type"], "CNAME");
    EXPECT_EQ(done.result()["deletes"][0]["id"], a);
    EXPECT_FALSE(done.result().contains("puts"));
    const json before = cloudflare.records(zone);
    batch = {{"deletes", {{{"id", b}}}},
             {"posts", {a_record(), a_record({{"content", "bad"}}), a_record({{"ttl", 7}})}}};
    const Given failed = send(Method::post, path, batch);
    EXPECT_EQ(failed.code(), 9005);
    EXPECT_EQ(failed.body["errors"].size(), 1u);
    EXPECT_EQ(cloudflare.records(zone), before);
}

TEST_F(Cloudflare, ABatchHasALimitByPlan) {
    json batch = {{"posts", json::array()}};
    for (int i = 0; i < 201; ++i) {
        batch["posts"].push_back(a_record({{"name", fmt::format("h{}", i)}}));
    }
    EXPECT_EQ(send(Method::post, "/zones/" + zone + "/dns_records/batch", batch).code(), 1004);
    EXPECT_EQ(send(Method::post, "/zones/" + pro + "/dns_records/batch", batch).status, 200);
    EXPECT_EQ(cloudflare.records(zone).size(), 0u);
    EXPECT_EQ(cloudflare.records(pro).size(), 201u);
}

TEST_F(Cloudflare, JsonIsTakenUnderTextPlain) {
    type = "text/plain;charset=UTF-8";
    EXPECT_EQ(post(a_record()).status, 200);
}

// ---- lists

TEST_F(Cloudflare, RecordsComeInPagesOfAnySize) {
    for (int i = 0; i < 7; ++i) made(a_record({{"name", fmt::format("h{}", i)}}));
    EXPECT_EQ(list("?per_page=3&page=3").result().size(), 1u);
    EXPECT_EQ(list("?per_page=3&page=4").result().size(), 0u);
    EXPECT_EQ(list("?per_page=5000000").result().size(), 7u);
    EXPECT_EQ(list("?per_page=5000001").code(), 1004);
    EXPECT_EQ(list("?page=0").code(), 1004);
    EXPECT_EQ(list().body["result_info"]["per_page"], 100);
}

TEST_F(Cloudflare, RecordsAreFoundByWhatTheyHold) {
    zone = pro;
    made(a_record({{"name", "a"}, {"comment", "driftless:home web"}, {"tags", {"team:bnx"}}}), pro);
    made({{"type", "TXT"}, {"name", "b"}, {"content", "hello"}, {"ttl", 300}}, pro);
    made({{"type", "CNAME"}, {"name", "c"}, {"content", "x.net"}, {"proxied", true}}, pro);
    const auto found = [this](const std::string& query) {
        std::string letters;
        for (const std::string& name : names(list(query))) letters += name.substr(0, 1);
        return letters;
    };
    EXPECT_EQ(found(""), "acb");  // by type
    EXPECT_EQ(found("?order=name&direction=desc"), "cba");
    EXPECT_EQ(found("?order=ttl"), "acb");
    EXPECT_EQ(found("?type=TXT"), "b");
    EXPECT_EQ(found("?name=B.briefhours.com"), "b");
    EXPECT_EQ(found("?name.exact=b.briefhours.com"), "b");
    EXPECT_EQ(found("?name.startswith=a"), "a");
    EXPECT_EQ(found("?content.contains=ELL"), "b");
    EXPECT_EQ(found("?comment.startswith=driftless%3Ahome"), "a");
    EXPECT_EQ(found("?comment.present="), "a");
    EXPECT_EQ(found("?comment.absent=true"), "cb");
    EXPECT_EQ(found("?tag=team:BNX"), "a");
    EXPECT_EQ(found("?tag.present=team"), "a");
    EXPECT_EQ(found("?tag.absent=team"), "cb");
    EXPECT_EQ(found("?proxied=true"), "c");
    EXPECT_EQ(found("?search=home"), "a");
    EXPECT_EQ(found("?type=TXT&proxied=true"), "");
    EXPECT_EQ(found("?type=TXT&proxied=true&match=any"), "cb");
}

TEST_F(Cloudflare, AZoneIsExportedAsAZoneFile) {
    made(a_record({{"name", "www"}, {"proxied", true}}));
    made({{"type", "MX"}, {"name", "@"}, {"content", "mx.example.net"}, {"priority", 5}});
    const std::string text = send(Method::get, "/zones/" + zone + "/dns_records/export").text;
    EXPECT_THAT(text, HasSubstr("www.bnx.dev.\t1\tIN\tA\t203.0.113.9 ; cf_tags=cf-proxied:true\n"));
    EXPECT_THAT(text, HasSubstr("bnx.dev.\t1\tIN\tMX\t5 mx.example.net.\n"));
}

// ---- how it misbehaves

TEST_F(Cloudflare, EachAnswerSaysHowManyCallsAreLeft) {
    const Given given = list();
    EXPECT_EQ(net::header_of(given.headers, "ratelimit"), "\"default\";r=1199;t=300");
    EXPECT_EQ(net::header_of(given.headers, "ratelimit-policy"), "\"default\";q=1200;w=300");
    EXPECT_EQ(net::header_of(given.headers, "retry-after"), "");
}

TEST_F(Cloudflare, OverTheQuotaATokenIsBlockedForFiveMinutes) {
    cloudflare.faults().quota = 2;
    list();
    list();
    const Given blocked = list();
    EXPECT_EQ(blocked.status, 429);
    EXPECT_EQ(blocked.code(), 10429);
    EXPECT_EQ(net::header_of(blocked.headers, "Retry-After"), "300");
    clock.run_for(io, 4min);
    EXPECT_EQ(list().status, 429);
    token = cloudflare.add_token({});
    EXPECT_EQ(list().status, 200) << "each token has a quota of its own";
    token = cloudflare.token();
    clock.run_for(io, 1min);
    EXPECT_EQ(list().status, 200);
}

TEST_F(Cloudflare, AFaultMeetsTheRequestsItIsMeantFor) {
    using enum CloudflareFault;
    cloudflare.fail_next(rate_limited, "GET /zones/{}/dns_records", 2);
    EXPECT_EQ(send(Method::get, "/zones").status, 200);
    EXPECT_EQ(net::header_of(list().headers, "Retry-After"), "30");
    EXPECT_EQ(list().status, 429);
    EXPECT_EQ(list().status, 200);
    cloudflare.fail_next(rate_limited_bare);
    EXPECT_EQ(net::header_of(list().headers, "Retry-After"), "");
    cloudflare.fail_next(forbidden);
    EXPECT_EQ(list().status, 403);
    cloudflare.fail_next(server_error);
    EXPECT_EQ(list().status, 500);
    cloudflare.fail_next(bad_gateway);
    EXPECT_EQ(list().status, 502);
    cloudflare.fail_next(html);
    const Given page = list();
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.text, HasSubstr("<html>"));
    EXPECT_EQ(list().status, 200);
}

TEST_F(Cloudflare, AnAnswerMayBeLostAfterItsEffect) {
    using enum CloudflareFault;
    cloudflare.fail_next(lost_reply);
    EXPECT_THAT(post(a_record({{"name", "lost"}})).text, HasSubstr("connection reset"));
    cloudflare.fail_next(half_body);
    const Given half = post(a_record({{"name", "half"}}));
    EXPECT_EQ(half.status, 200);
    EXPECT_TRUE(half.body.is_discarded());
    cloudflare.fail_next(effect_and_silence);
    EXPECT_THAT(post(a_record({{"name", "silent"}})).text, HasSubstr("no answer"));
    cloudflare.fail_next(refused);
    EXPECT_THAT(post(a_record({{"name", "none"}})).text, HasSubstr("connection refused"));
    EXPECT_EQ(cloudflare.records(zone).size(), 3u);
    EXPECT_EQ(cloudflare.writes().size(), 4u);
}

TEST_F(Cloudflare, ReadsMayBeStale) {
    cloudflare.faults().stale_for = 5s;
    const std::string id = made(a_record());
    EXPECT_EQ(list().result().size(), 0u);
    EXPECT_EQ(send(Method::get, "/zones/" + zone + "/dns_records/" + id).code(), 81044);
    EXPECT_EQ(post(a_record()).code(), 81058) << "the database knows";
    clock.run_for(io, 5s);
    EXPECT_EQ(list().result().size(), 1u);
}

TEST_F(Cloudflare, CallsAndWritesAreCounted) {
    list();
    list("?page=2");
    const std::string id = made(a_record());
    EXPECT_THAT(cloudflare.calls(),
                ElementsAre(std::pair{std::string{"GET /zones/{}/dns_records"}, 2u},
                            std::pair{std::string{"POST /zones/{}/dns_records"}, 1u}));
    EXPECT_THAT(cloudflare.writes(), ElementsAre("POST /zones/" + zone + "/dns_records"));
    EXPECT_EQ(cloudflare.log().back().request.body, a_record().dump());
    EXPECT_EQ(cloudflare.records(zone)[0]["id"], id);
    EXPECT_EQ(cloudflare.call_count(), 3u) << "looking at it counts nothing";
}

TEST_F(Cloudflare, TheSameSeedMakesTheSameIds) {
    FakeCloudflare other{clock};
    EXPECT_EQ(other.account(), cloudflare.account());
    EXPECT_EQ(other.add_zone("bnx.dev"), zone);
    FakeCloudflare another{clock, 2};
    EXPECT_NE(another.account(), cloudflare.account());
}

}  // namespace
}  // namespace driftless::test
