// Zones of other programs, as manifests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcilers/cloudflare/import_file.hpp"
#include "tests/support/golden.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// All that comes of a file: its manifest, and what is told.
std::string imported(const std::string& path, const std::string& text,
                     const std::string& zone = "") {
    const auto made = import_zone_file({path, text, zone}, "edge");
    if (!made) return "error: " + made.error().message + "\n";
    std::string all;
    for (const ImportedManifest& manifest : made->manifests) {
        for (const auto& [file, yaml] : manifest.files) all += "---- " + file + "\n" + yaml;
    }
    for (const LeftOut& one : made->left_out) all += "left out " + one.what + ": " + one.why + "\n";
    return all;
}

/// Every type of the API, and what has no place there.
const std::string bind = R"($TTL 1h
@ SOA ns1 host 1 2 3 4 5
@ NS ns1.elsewhere.example.
@ MX 10 mx1
  MX 20 mx2.example.com.
@ TXT "v=spf1 -all"
@ CAA 0 issue "ca.example; account=1"
www 60 A 203.0.113.7
www 60 A 203.0.113.8
www AAAA 2001:DB8:0:0::7
fast 15 CNAME www
slow 172800 CNAME www
quotes TXT "\"both\"" " ends\""
long TXT "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "b"
b.dev.b.dev CNAME www.example.com.
_sip._tcp SRV 10 5 5060 sip
null MX 0 .
host SSHFP 4 2 C60C9D9D4728668F5F46986FF0C5B416C5E913862C4970CBFE211A6F44A111B4
_443._tcp TLSA 3 1 1 ABCDEF01 23456789 ABCDEF01 23456789 ABCDEF01 23456789 ABCDEF01 23456789
mail._smimecert SMIMEA 3 1 1 abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789
key OPENPGPKEY mDMEXEcE6RYJKwYBBAHaRw8B
cert CERT PGP 0 0 TUlJQw==
here LOC 42 21 54 N 71 6 18.5 W -24m 30m
tel NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp
svc HTTPS 1 . alpn="h3,h2" port=443
svcb SVCB 0 www
uri URI 10 1 "https://example.com/a;b"
sub NS ns1.example.com.
sub DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
sub DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2D
ptr PTR www
old SPF "v=spf1 -all"
tree DNAME example.com.
www CNAME elsewhere.example.
b.org. A 203.0.113.9
www 300 A 203.0.113.7
self CNAME self
addr MX 5 203.0.113.1.
b+c A 203.0.113.1
)";

TEST(ImportFile, OfBindWithEveryType) {
    test::expect_golden("cloudflare/imported_zone.txt", imported("b.dev.zone", bind));
}

TEST(ImportFile, OfOctoDns) {
    test::expect_golden("cloudflare/imported_octodns.txt", imported("b.dev.yaml", R"(---
'':
  - type: MX
    values:
      - {exchange: mx1.b.dev., preference: 10}
      - {value: mx2.b.dev., priority: 20}
  - type: TXT
    ttl: 300
    values: ['v=DKIM1\; k=rsa', 'plain "quotes" inside', '"one" "two"']
  - type: ALIAS
    value: elsewhere.example.
  - {type: NS, values: [ns1.example.com.]}
www:
  octodns: {cloudflare: {proxied: true, auto-ttl: true}}
  type: A
  values: [203.0.113.7, 203.0.113.8]
auto:
  octodns: {cloudflare: {auto-ttl: true}}
  type: A
  value: 203.0.113.9
quick: {type: A, ttl: 30, value: 203.0.113.9}
near:
  type: A
  geo: {NA-US: [203.0.113.1]}
  value: 203.0.113.2
only: {type: A, value: 203.0.113.3, octodns: {included: [route53]}}
not: {type: A, value: 203.0.113.3, octodns: {excluded: [cloudflare]}}
both: {type: A, value: 203.0.113.3, octodns: {included: [cloudflare, route53]}}
cert: {type: TLSA, value: {certificate_usage: 3, selector: 1, matching_type: 1, certificate_association_data: abcd}}
svc: {type: HTTPS, value: {svcpriority: 1, targetname: ., svcparams: {alpn: [h3, h2], no-default-alpn: }}}
)"));
}

TEST(ImportFile, SaysWhichZoneItIs) {
    EXPECT_THAT(imported("db.b.dev", "a A 203.0.113.1"), HasSubstr("name: b.dev"));
    EXPECT_THAT(imported("zones/b.dev.txt", "a A 203.0.113.1"), HasSubstr("name: b.dev"));
    EXPECT_THAT(imported("any", "$ORIGIN c.dev.\na A 203.0.113.1"), HasSubstr("name: c.dev"));
    EXPECT_THAT(imported("any", "a A 203.0.113.1", "d.dev"), HasSubstr("name: d.dev"));
    EXPECT_THAT(imported("any", "a A 203.0.113.1"), HasSubstr("--zone"));
    EXPECT_THAT(imported("any.yaml", "a: {type: A, value: 203.0.113.1}"), HasSubstr("--zone"));
}

TEST(ImportFile, TellsThePlaceOfWhatIsNoRecord) {
    EXPECT_EQ(imported("b.dev.yaml", "a: {type: A}\nb: [1]\nc: {value: x}\nd: 7\n"),
              "error: b.dev.yaml:1:4: a: has neither value nor values\n"
              "b.dev.yaml:2:5: b: expected type, value and so on\n"
              "b.dev.yaml:3:4: c: has no type\n"
              "b.dev.yaml:4:4: d: expected type, value and so on\n");
}

TEST(ImportFile, AnEmptyOneIsNoManifest) {
    for (const char* path : {"b.dev.zone", "b.dev.yaml"}) {
        const auto made = import_zone_file({path, "", ""}, "edge");
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_THAT(made->manifests, IsEmpty());
        EXPECT_THAT(made->left_out, SizeIs(0));
    }
}

}  // namespace
}  // namespace driftless::cloudflare
