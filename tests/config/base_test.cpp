#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <limits>

#include "config/base/durations.hpp"
#include "config/base/finding.hpp"
#include "config/base/nearest.hpp"
#include "config/base/printable.hpp"
#include "config/base/resource_key.hpp"
#include "config/base/secret.hpp"
#include "config/base/vault.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

// ---- texts of others
struct PrintableCase {
    std::string name;
    std::string text;
    std::string shown;
};
const std::vector<PrintableCase> printables{
    {"plain", "caf\u00e9 \u4e2d \U0001F600 ~", "caf\u00e9 \u4e2d \U0001F600 ~"},
    {"escape", "a\x1b[2J\x7f", "a\\x1b[2J\\x7f"},
    {"lines", "a\nb\r\tc", "a\\nb\\x0d\\tc"},
    {"nul", std::string{"a\0b", 3}, "a\\x00b"},
    {"c1_control", "\u009b2J", "\\u009b2J"},
    {"turned_round", "a\u202egpj.exe", "a\\u202egpj.exe"},
    {"isolate", "\u2066x\u2069", "\\u2066x\\u2069"},
    {"no_width", "pay\u200bpal", "pay\\u200bpal"},
    {"line_separator", "a\u2028b", "a\\u2028b"},
    {"tag_letters", "a\U000E0041", "a\\ue0041"},
    {"bytes_that_are_no_text", "a\xff\xc3", "a\\xff\\xc3"},
    {"overlong", "\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"},
    {"half_a_pair", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"cut_off", "a\xf0\x9f\x98", "a\\xf0\\x9f\\x98"},
};

class Printable : public ::testing::TestWithParam<PrintableCase> {};

TEST_P(Printable, ShowsWhatIsHarmlessAndEscapesTheRest) {
    EXPECT_EQ(printable(GetParam().text), GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(, Printable, ::testing::ValuesIn(printables),
                         [](const auto& one) { return one.param.name; });

TEST(InQuotes, EscapesItsOwnQuotesAndWhatIsNotPrintable) {
    EXPECT_EQ(in_quotes("say \"a\\b\"\x1b[0m"), R"("say \"a\\b\"\x1b[0m")");
}

// ---- durations
struct DurationCase {
    std::string text;
    std::chrono::nanoseconds value;
    std::string shortest;
};
const std::vector<DurationCase> durations{
    {"0s", 0s, "0s"},
    {"1m30s", 90s, "1m30s"},
    {"90s", 90s, "1m30s"},
    {"500ms", 500ms, "500ms"},
    {"1.5s", 1500ms, "1.5s"},
    {".5s", 500ms, "500ms"},
    {"1.5h", 90min, "1h30m"},
    {"2h45m", 165min, "2h45m"},
    {"1d", 24h, "24h"},
    {"1w1d", 192h, "192h"},
    {"1us", 1us, "1us"},
    {"1\u00B5s", 1us, "1us"},
    {"1\u03BCs", 1us, "1us"},
    {"1.000000001s", 1'000'000'001ns, "1.000000001s"},
    {"1h0m0s", 1h, "1h"},
    {"9223372036854775807ns", std::chrono::nanoseconds::max(), "2562047h47m16.854775807s"},
};

TEST(Durations, AreReadAsGoWritesThem) {
    for (const auto& [text, value, shortest] : durations) {
        SCOPED_TRACE(text);
        const auto parsed = parse_duration(text);
        ASSERT_TRUE(parsed.ok());
        EXPECT_EQ(*parsed, value);
        EXPECT_EQ(to_string(value), shortest);
        EXPECT_EQ(*parse_duration(shortest), value);
    }
}

TEST(Durations, RefuseWhatIsNone) {
    for (const std::string text :
         {"", "5", "s", "1x", "-1s", "1 s", "1s ", "1.s.", ".", "1e3s", "1m-1s",
          "9223372036854775808ns", "300000w", "99999999999999999999s"}) {
        EXPECT_TRUE(parse_duration(text).failed()) << text;
    }
}

TEST(Durations, PrintNegativeOnesToo) {
    EXPECT_EQ(to_string(-1500ms), "-1.5s");
    EXPECT_FALSE(to_string(std::chrono::nanoseconds::min()).empty());
}

// ---- keys and names
TEST(ResourceKeys, ArePrintedAndReadBack) {
    for (const std::string text : {"mini1/docker.container/plausible.web.1", "edge/DnsZone/bnx.dev",
                                   "edge/cloudflare.dns_record/bnx.dev/A/www 1"}) {
        const auto key = parse_resource_key(text);
        ASSERT_TRUE(key.ok()) << text;
        EXPECT_EQ(to_string(*key), text);
    }
    EXPECT_EQ(parse_resource_key("a/b/c/d")->name, "c/d");
}

TEST(ResourceKeys, RefuseWhatIsNone) {
    for (const std::string text : {"", "a", "a/b", "a/b/", "/b/c", "a//c", "A/b/c", "-a/b/c",
                                   "a.b/c/d", "a/b c/d", "a/b/c\n", "a/b/\x1b[0m"}) {
        EXPECT_TRUE(parse_resource_key(text).failed()) << text;
    }
    EXPECT_EQ(parse_resource_key("web").error().message,
              "\"web\" is not a key; one looks like mini1/docker.container/plausible.web.1");
}

TEST(Names, AreShortLowAndBeginWithALetterOrDigit) {
    for (const std::string& text :
         std::vector<std::string>{"a", "0", "plausible.tag", "a_b-c.d", std::string(63, 'a')}) {
        EXPECT_TRUE(is_name(text)) << text;
    }
    for (const std::string& text : std::vector<std::string>{"", "A", "-a", ".a", "_a", "a/b", "a b",
                                                            "\u00E4", std::string(64, 'a')}) {
        EXPECT_FALSE(is_name(text)) << text;
    }
}

TEST(Nearest, FindsTheNameThatWasMeant) {
    const std::vector<std::string> known{"interval", "deadline", "maxRemovals", "env"};
    EXPECT_EQ(nearest("intervall", known), "interval");
    EXPECT_EQ(nearest("max_removals", known), "maxRemovals");
    EXPECT_EQ(nearest("MAXREMOVALS", known), "maxRemovals");
    EXPECT_EQ(nearest("evn", known), "env");
    EXPECT_EQ(nearest("colour", known), "");
    EXPECT_EQ(nearest("", known), "");
    EXPECT_EQ(nearest(std::string(100'000, 'i'), known), "");
    EXPECT_EQ(did_you_mean("intervall", known), "; did you mean \"interval\"?");
    EXPECT_EQ(did_you_mean("colour", known), "");
}

// ---- findings and places
TEST(Findings, SayFileLineAndColumn) {
    const Finding finding{Finding::Severity::error, {"a.yaml", 14, 9}, "wrong"};
    EXPECT_EQ(to_string(finding), "a.yaml:14:9: wrong");
    EXPECT_EQ(to_string(Finding{Finding::Severity::note, {"a.yaml"}, "odd"}), "a.yaml: odd");
    EXPECT_TRUE(has_errors({finding}));
    EXPECT_FALSE(has_errors({{Finding::Severity::note, {}, "odd"}}));
}

// ---- secrets
TEST(Secrets, LieInMemoryThatIsNeverSwappedOut) {
    if (!lock_secrets()) GTEST_SKIP() << "this user may not lock memory; see `ulimit -l`";
    const Secret secret{"hunter2"};
    Secret copy;
    copy = secret;
    EXPECT_TRUE(CRYPTO_secure_allocated(secret.reveal().data()));
    EXPECT_TRUE(CRYPTO_secure_allocated(copy.reveal().data()));
    EXPECT_TRUE(lock_secrets());  // again: nothing
}

TEST(Secrets, ThatAreTooManyToBeLockedAreThereAllTheSame) {
    (void)lock_secrets();
    const std::string text(300U << 10U, 'x');
    const Secret secret{text};
    EXPECT_EQ(secret.reveal(), text);
}

TEST(Secrets, AreEmptyAfterTheyWereMovedAway) {
    Secret first{"hunter2"};
    const Secret second{std::move(first)};
    EXPECT_TRUE(first.empty());  // NOLINT: the point of the test
    EXPECT_EQ(second.reveal(), "hunter2");
    Secret third{"old"};
    third = second;
    EXPECT_TRUE(third.same_as(second));
    EXPECT_FALSE(third.same_as(Secret{"hunter3"}));
    EXPECT_FALSE(third.same_as(Secret{"hunter22"}));
    EXPECT_TRUE(Secret{}.same_as(Secret{}));
}

// ---- marks
std::string marked(const std::string& inside) {
    return std::string{mark_begin} + inside + std::string{mark_end};
}

TEST(Marks, AreToldApart) {
    const LateRef ref{{"edge", "Tunnel", "home"}, "token"};
    const std::string secret = marked("s:1f");
    const std::string late = late_mark(ref);
    const std::string text = "a" + secret + "b" + late + "c";
    EXPECT_TRUE(has_marks(text));
    EXPECT_TRUE(is_tainted(text));
    EXPECT_TRUE(is_late(text));
    EXPECT_FALSE(is_tainted(late));
    EXPECT_FALSE(is_late(secret));
    EXPECT_FALSE(has_marks("plain"));
    EXPECT_TRUE(is_seal(marked("=:9a")));
    EXPECT_FALSE(is_seal("x" + marked("=:9a")));
    EXPECT_FALSE(is_seal(secret));
    EXPECT_EQ(late_refs(text + late), (std::vector<LateRef>{ref, ref}));
    EXPECT_EQ(shown(text), "a(secret)b(output token of edge/Tunnel/home)c");
    EXPECT_EQ(shown(marked("=:9a")), "(sealed)");
    EXPECT_EQ(shown("plain"), "plain");
}

TEST(Marks, ThatHaveNoEndAreText) {
    const std::string broken = std::string{mark_begin} + "s:1f";
    EXPECT_FALSE(has_marks(broken));
    EXPECT_EQ(shown(broken), broken);
    EXPECT_TRUE(late_refs(marked("o:nonsense")).empty());
}

}  // namespace
}  // namespace driftless
