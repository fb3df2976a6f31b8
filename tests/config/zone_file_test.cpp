// Zone files as BIND and its like write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "config/zone_file.hpp"

namespace driftless {
namespace {

using ::testing::HasSubstr;

std::string line_of(const WrittenRecord& record) {
    return fmt::format("{}:{} {} {} {} {}", record.place.line, record.place.column, record.name,
                       record.ttl ? std::to_string(*record.ttl) : "-", record.type, record.value);
}

std::vector<std::string> lines(const std::string& text, const std::string& origin = "t.dev") {
    const auto zone = read_zone_file(text, "z", origin);
    if (!zone) return {zone.error().message};
    std::vector<std::string> all;
    for (const WrittenRecord& record : zone->records) all.push_back(line_of(record));
    return all;
}

struct Row {
    std::string name;
    std::string text;
    std::vector<std::string> records;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

const std::vector<Row> rows{
    {"relative_names_lie_below_the_origin",
     "www CNAME web\n@ MX 10 mx",
     {"1:1 www.t.dev. - CNAME web.t.dev.", "2:1 t.dev. - MX 10 mx.t.dev."}},
    {"a_blank_is_the_owner_before",
     "a A 1.2.3.4\n\tAAAA ::1\n",
     {"1:1 a.t.dev. - A 1.2.3.4", "2:2 a.t.dev. - AAAA ::1"}},
    {"ttl_and_class_in_any_order",
     "a 60 IN A 1.2.3.4\nb IN 1h A 1.2.3.4\nc A 1.2.3.4",
     {"1:1 a.t.dev. 60 A 1.2.3.4", "2:1 b.t.dev. 3600 A 1.2.3.4", "3:1 c.t.dev. - A 1.2.3.4"}},
    {"ttl_directive",
     "$TTL 1h30m\na A 1.2.3.4\n$TTL 60\nb A 1.2.3.4",
     {"2:1 a.t.dev. 5400 A 1.2.3.4", "4:1 b.t.dev. 60 A 1.2.3.4"}},
    {"origins_whole_and_relative",
     "$ORIGIN x.dev.\na A 1.2.3.4\n$ORIGIN sub\n@ A 1.2.3.4\n$ORIGIN t.dev.\nb A 1.2.3.4",
     {"2:1 a.x.dev. - A 1.2.3.4", "4:1 sub.x.dev. - A 1.2.3.4", "6:1 b.t.dev. - A 1.2.3.4"}},
    {"parentheses_and_comments_within",
     "a TXT ( \"one\" ; a (comment\n  \"two; not one\" )\nb A 1.2.3.4 ; \"end",
     {"1:1 a.t.dev. - TXT \"one\" \"two; not one\"", "3:1 b.t.dev. - A 1.2.3.4"}},
    {"escapes", "a TXT \"a\\\"b\\\\c\\; d\"\n", {"1:1 a.t.dev. - TXT \"a\\\"b\\\\c; d\""}},
    {"names_beyond_ascii",
     "b\xC3\xBC"
     "cher CNAME stra\xC3\x9F"
     "e\n",
     {"1:1 b\xC3\xBC"
      "cher.t.dev. - CNAME stra\xC3\x9F"
      "e.t.dev."}},
    {"windows_line_ends",
     "a A 1.2.3.4\r\nb A 1.2.3.5\r\n",
     {"1:1 a.t.dev. - A 1.2.3.4", "2:1 b.t.dev. - A 1.2.3.5"}},
    {"types_by_number",
     "a TYPE1 \\# 4 01020304\nb TYPE731 \\# 2 abcd",
     {"1:1 a.t.dev. - A 1.2.3.4", "2:1 b.t.dev. - TYPE731 \\# 2 abcd"}},
    {"certificates_by_number",
     "a CERT PKIX 12 RSASHA256 TUlJQw==",
     {"1:1 a.t.dev. - CERT 1 12 8 TUlJQw=="}},
    {"a_short_location",
     "a LOC 42 21 N 71 6 W 24m",
     {"1:1 a.t.dev. - LOC 42 21 0.000 N 71 06 0.000 W 24m 1m 10000m 10m"}},
    {"services_with_params",
     "a HTTPS 1 . alpn=\"h3,h2\" port=443\n",
     {"1:1 a.t.dev. - HTTPS 1 . alpn=h3,h2 port=443"}},
    // What is wrong, with its place.
    {"no_such_type",
     "a A 1.2.3.4\nb FOO bar",
     {"z:2:1: this is no record that can be read: Syntax error, could not parse the RR's rdata"}},
    {"each_wrong_entry",
     "a A 1.2.3\n  A x",
     {"z:1:1: this is no record that can be read: Syntax error, could not parse the RR's rdata\n"
      "z:2:3: this is no record that can be read: Syntax error, could not parse the RR's rdata"}},
    {"open_quote", "a TXT \"one\nb A 1.2.3.4", {"z:1:7: this quote is not closed on its line"}},
    {"open_parenthesis",
     "a TXT ( \"one\"\nb A 1.2.3.4",
     {"z:1:7: this parenthesis is never closed"}},
    {"closed_parenthesis", "a TXT \"one\" )", {"z:1:13: this parenthesis closes none"}},
    {"include",
     "$INCLUDE other.zone",
     {"z:1:1: $INCLUDE: only $ORIGIN and $TTL are read; write out what it stands for, as "
      "`named-compilezone -o - ZONE FILE` does"}},
    {"strange_ttl",
     "$TTL soon",
     {"z:1:1: $TTL: expected seconds, or such as 1h30m, found \"soon\""}},
};

class ZoneFile : public ::testing::TestWithParam<Row> {};

TEST_P(ZoneFile, IsReadAsBindReadsIt) {
    EXPECT_EQ(lines(GetParam().text), GetParam().records);
}
INSTANTIATE_TEST_SUITE_P(, ZoneFile, ::testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(ZoneFileName, IsThatOfItsSoaOrOfItsFirstOrigin) {
    const std::string soa = "SOA ns.x.dev. host.x.dev. 1 2 3 4 5\n";
    EXPECT_EQ(read_zone_file("$ORIGIN x.dev.\n@ " + soa, "z", "")->name, "x.dev.");
    EXPECT_EQ(read_zone_file("x.dev. IN " + soa + "a A 1.2.3.4", "z", "")->name, "x.dev.");
    EXPECT_EQ(read_zone_file("$TTL 60\n$ORIGIN x.dev.\na A 1.2.3.4", "z", "")->name, "x.dev.");
    EXPECT_EQ(read_zone_file("a A 1.2.3.4", "z", "x.dev")->name, "x.dev.");
    EXPECT_THAT(read_zone_file("a A 1.2.3.4", "z", "").error().message,
                HasSubstr("nothing says which zone this is"));
}

}  // namespace
}  // namespace driftless
