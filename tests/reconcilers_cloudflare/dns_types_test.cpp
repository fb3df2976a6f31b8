// One form for what git says and what the API answers.
#include "reconcilers/cloudflare/dns_types.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <ostream>
#include <random>

#include "reconcilers/cloudflare/dns_forms.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::HasSubstr;

/// What git says, and what the API answers with for it.
struct Pair {
    std::string type;
    json git;
    json data;  ///< null for types with content
    std::string content;
    json priority = nullptr;
};
void PrintTo(const Pair& pair, std::ostream* out) {
    *out << pair.type << " " << pair.git.dump();
}

class SameRecord : public ::testing::TestWithParam<Pair> {};

TEST_P(SameRecord, HasOneFormOnBothSides) {
    const Pair& pair = GetParam();
    const DnsType& type = *dns_type(pair.type);
    const auto git = canonical_value(type, pair.git);
    ASSERT_TRUE(git) << git.error().message;
    const auto live =
        canonical_value(type, told_value(type, pair.data, pair.content, pair.priority));
    ASSERT_TRUE(live) << live.error().message;
    EXPECT_EQ(*git, *live);
    const auto again = canonical_value(type, *git);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *git) << "not idempotent";
    // What we send is what we would read.
    const json body = value_body(type, *git);
    const auto sent = canonical_value(
        type, told_value(type, body.value("data", json{}), body.value("content", ""),
                         body.value("priority", json{})));
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(*sent, *git);
}

INSTANTIATE_TEST_SUITE_P(
    , SameRecord,
    ::testing::Values(
        Pair{"A", "203.0.113.1", nullptr, "203.0.113.1"},
        Pair{"AAAA", "FE80::0:0:1", nullptr, "fe80::1"},
        Pair{"AAAA", "2001:0db8:0:0:0:0:0:1", nullptr, "2001:db8::1"},
        Pair{"CNAME", "Home.Example.COM.", nullptr, "home.example.com"},
        Pair{"CNAME", "bücher.example", nullptr, "xn--bcher-kva.example"},
        Pair{"MX", "10 Mail.example.com.", nullptr, "mail.example.com", 10},
        Pair{"MX", "0 .", nullptr, ".", 0},
        Pair{"MX",
             {{"priority", "10"}, {"target", "mail.example.com"}},
             nullptr,
             "mail.example.com",
             10},
        Pair{"NS", "ns1.example.com", nullptr, "ns1.example.com"},
        Pair{"TXT", "v=spf1 -all", nullptr, "\"v=spf1 -all\""},
        Pair{"TXT", "v=spf1 -all", nullptr, "v=spf1 -all"},
        Pair{"TXT", "\"one\" \" two\"", nullptr, "one two"},
        Pair{"TXT", "a \"quoted\" \\ word", nullptr, R"("a \"quoted\" \\ word")"},
        Pair{"TXT", R"("\"quoted\"")", nullptr, R"("\"quoted\"")"},
        Pair{"TXT", "k=a\\;b", nullptr, "k=a\\;b"},
        Pair{"TXT", std::string(300, 'x'), nullptr,
             "\"" + std::string(255, 'x') + "\" \"" + std::string(45, 'x') + "\""},
        Pair{"CAA",
             R"(0 ISSUE "ca.example")",
             {{"flags", 0}, {"tag", "issue"}, {"value", "ca.example"}},
             R"(0 issue "ca.example")"},
        Pair{"CAA",
             R"(0 issue "ca.example; validationmethods=dns-01")",
             {{"flags", "0"}, {"tag", "issue"}, {"value", "ca.example; validationmethods=dns-01"}},
             ""},
        Pair{"SRV",
             "10 5 5060 Sip.example.com.",
             {{"priority", 10},
              {"weight", 5},
              {"port", 5060},
              {"target", "sip.example.com"},
              {"service", "_sip"},
              {"proto", "_tcp"},
              {"name", "example.com"}},
             "5 5060 sip.example.com",
             10},
        Pair{"HTTPS",
             "1 . port=443 alpn=h2,h3",
             {{"priority", 1}, {"target", "."}, {"value", "alpn=\"h2,h3\" port=\"443\""}},
             ""},
        Pair{"SVCB",
             R"(1 . key7="a\"b\\c")",
             {{"priority", 1}, {"target", "."}, {"value", R"(key7="a\"b\\c")"}},
             ""},
        Pair{"HTTPS",
             "0 www.example.com",
             {{"priority", 0}, {"target", "www.example.com"}, {"value", ""}},
             ""},
        Pair{"DS",
             "2371 13 2 1F987CC6583E92DF0890718C42A2BA74",
             {{"key_tag", 2371},
              {"algorithm", 13},
              {"digest_type", 2},
              {"digest", "1f987cc6583e92df0890718c42a2ba74"}},
             ""},
        Pair{"SSHFP",
             "4 2 ABCDEF 0123",
             {{"algorithm", "4"}, {"type", "2"}, {"fingerprint", "abcdef0123"}},
             ""},
        Pair{"TLSA",
             "3 1 1 AB12",
             {{"usage", 3}, {"selector", 1}, {"matching_type", 1}, {"certificate", "ab12"}},
             ""},
        Pair{"NAPTR",
             R"(100 10 "S" "SIP+D2U" "!^.*$!sip:info@example.com!" .)",
             {{"order", 100},
              {"preference", 10},
              {"flags", "S"},
              {"service", "SIP+D2U"},
              {"regex", "!^.*$!sip:info@example.com!"},
              {"replacement", "."}},
             ""},
        Pair{"URI",
             R"(10 1 "https://example.com/a")",
             {{"weight", 1}, {"target", "https://example.com/a"}},
             "",
             10},
        Pair{"LOC", "31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m", nullptr,
             "IN LOC 31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m"},
        Pair{"LOC",
             "31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m",
             {{"lat_degrees", 31},
              {"lat_minutes", 58},
              {"lat_seconds", 52.1},
              {"lat_direction", "S"},
              {"long_degrees", 115},
              {"long_minutes", 49},
              {"long_seconds", "11.7"},
              {"long_direction", "E"},
              {"altitude", 20.0},
              {"size", 10},
              {"precision_horz", 10},
              {"precision_vert", 2}},
             ""},
        Pair{"CERT",
             "1 2 3 QUJD REVG",
             {{"type", 1}, {"key_tag", 2}, {"algorithm", 3}, {"certificate", "QUJDREVG"}},
             ""},
        Pair{"OPENPGPKEY", "mQEN BFs", nullptr, "mQENBFs"}));

TEST(DnsTypes, AreThoseOfTheApi) {
    EXPECT_EQ(dns_types().size(), 21u);
    EXPECT_EQ(dns_type("ALIAS"), nullptr);
    EXPECT_EQ(dns_type("a"), nullptr);
}

TEST(DnsValue, ThatIsNoneSaysWhatWasExpected) {
    const auto why = [](const char* type, const json& value) {
        const auto canonical = canonical_value(*dns_type(type), value);
        return canonical ? "fine" : canonical.error().message;
    };
    EXPECT_EQ(why("A", "203.0.113.256"),
              "address: expected an IPv4 address, found \"203.0.113.256\"");
    EXPECT_EQ(why("A", "0x7f.1"), "address: expected an IPv4 address, found \"0x7f.1\"");
    EXPECT_EQ(why("MX", "mail.example.com"),
              "expected priority, target, found \"mail.example.com\"");
    EXPECT_EQ(why("MX", "70000 mail.example.com"),
              "priority: expected a whole number from 0 to 65535, found \"70000\"");
    EXPECT_EQ(why("SRV", {{"priority", 1}}),
              "weight is missing; SRV has priority, weight, port, target");
    EXPECT_EQ(why("LOC", "1e400 0 0 N 0 0 0 E 0 0 0 0"),
              "lat_degrees: expected a number, found \"1e400\"");
    EXPECT_EQ(why("LOC", "nan 0 0 N 0 0 0 E 0 0 0 0"),
              "lat_degrees: expected a number, found \"nan\"");
    EXPECT_THAT(why("CNAME", std::string("b\xc3\xbc\0.example", 12)), HasSubstr("is no host name"));
    EXPECT_THAT(why("CNAME", "two words"), HasSubstr("is no host name"));
    EXPECT_EQ(why("TXT", R"("\255\254")"),
              "text: holds bytes that are no UTF-8, which no manifest can");
    EXPECT_EQ(why("TXT", R"("\195\188")"), "fine");
    EXPECT_EQ(why("CAA", R"(0 issue "\255")"),
              "value: holds bytes that are no UTF-8, which no manifest can");
}

TEST(DnsValue, ALongTextIsCutBetweenItsLetters) {
    std::string text(254, 'a');
    for (int letter = 0; letter < 200; ++letter) text += "\xC3\xBC";
    const json sent = value_body(*dns_type("TXT"), text);
    EXPECT_NO_THROW(EXPECT_THAT(sent.dump(), HasSubstr("aa\\\" \\\"\xC3\xBC")));
    EXPECT_EQ(*canonical_value(*dns_type("TXT"), sent.at("content")), text);
}

/// Any bytes as TXT: what is sent reads back as what was meant.
TEST(TxtProperty, SurvivesQuotingAndChunking) {
    std::mt19937 random{7};
    const DnsType& txt = *dns_type("TXT");
    for (int round = 0; round < 2'000; ++round) {
        std::string text(random() % 700 + 1, ' ');
        for (char& letter : text) letter = "ab\"\\; 0123\t="[random() % 12];
        const auto form = canonical_value(txt, quoted_strings(text));
        ASSERT_TRUE(form);
        const std::string sent = value_body(txt, *form).at("content");
        ASSERT_EQ(joined_strings(sent), text) << "round " << round;
    }
}

TEST(RecordName, LiesInItsZone) {
    const auto name = [](const char* text) {
        const auto whole = record_name(text, "bnx.dev");
        return whole ? *whole : whole.error().message;
    };
    EXPECT_EQ(name("@"), "bnx.dev");
    EXPECT_EQ(name("www"), "www.bnx.dev");
    EXPECT_EQ(name("WWW.bnx.dev"), "www.bnx.dev");
    EXPECT_EQ(name("www.bnx.dev."), "www.bnx.dev");
    EXPECT_EQ(name("*.apps"), "*.apps.bnx.dev");
    EXPECT_EQ(name("_dmarc"), "_dmarc.bnx.dev");
    EXPECT_EQ(name("münchen"), "xn--mnchen-3ya.bnx.dev");
    EXPECT_EQ(name("www.other.dev."), "\"www.other.dev.\" does not lie in zone bnx.dev");
    EXPECT_THAT(name("a..b"), HasSubstr("is no host name"));
    EXPECT_THAT(name(std::string(64, 'x').c_str()), HasSubstr("is no host name"));
}

}  // namespace
}  // namespace driftless::cloudflare
