#include "config/compose/short_forms.hpp"

#include <gtest/gtest.h>

#include "config/compose/scalars.hpp"
#include "tests/compose/reading.hpp"

namespace driftless::compose::test {
namespace {

struct Case {
    std::string text;
    std::string means;  ///< ports in one line, or a message's begin after "!"
};

void PrintTo(const Case& test, std::ostream* out) {
    *out << test.text;
}

class Port : public testing::TestWithParam<Case> {};

TEST_P(Port, Means) {
    const auto ports = read_port(GetParam().text, {});
    std::string means;
    if (ports) {
        for (const Node& port : *ports) means += (means.empty() ? "" : " ") + port_identity(port);
    } else {
        means = "!" + ports.error().message;
    }
    EXPECT_EQ(means, GetParam().means);
}

const std::string port_form =
    ": expected a port as in \"80\", \"8080:80\" or \"127.0.0.1:8080:80/udp\"";

INSTANTIATE_TEST_SUITE_P(
    , Port,
    testing::ValuesIn(std::vector<Case>{
        {"80", "::80/tcp"},
        {"8080:80", ":8080:80/tcp"},
        {"8080:80/udp", ":8080:80/udp"},
        {"8080:80/UDP", ":8080:80/udp"},
        {"127.0.0.1:8080:80", "127.0.0.1:8080:80/tcp"},
        {"127.0.0.1::80", "127.0.0.1::80/tcp"},
        {"[::1]:8080:80", "::1:8080:80/tcp"},
        {":80", "::80/tcp"},
        {"::80", "::80/tcp"},
        {":443:443", ":443:443/tcp"},
        {"22:22", ":22:22/tcp"},
        {"3000-3002", "::3000/tcp ::3001/tcp ::3002/tcp"},
        {"8000-8001:80-81/udp", ":8000:80/udp :8001:81/udp"},
        {"8000-8010:80", ":8000-8010:80/tcp"},
        {"8000-8001:80-82", "!\"8000-8001:80-82\": the two ranges differ in length"},
        {"8000:80-81", "!\"8000:80-81\": the two ranges differ in length"},
        {"", "!\"\"" + port_form},
        {"a:80", "!\"a:80\": \"a\" is not a port or a range of ports"},
        {"localhost:8080:80", "!\"localhost:8080:80\": \"localhost\" is not an IP address"},
        {"80.5", "!\"80.5\"" + port_form},
        {"8080: 80", "!\"8080: 80\"" + port_form},
        {"0", "!\"0\"" + port_form},
        {"70000", "!\"70000\"" + port_form},
        {"81-80", "!\"81-80\"" + port_form},
        {"80/http", "!\"80/http\": the protocol is tcp, udp or sctp"},
    }));

class Mount : public testing::TestWithParam<Case> {};

TEST_P(Mount, Means) {
    const auto mount = read_mount(GetParam().text, {});
    if (mount) {
        EXPECT_EQ(to_json(*mount), Json::parse(GetParam().means));
    } else {
        EXPECT_EQ("!" + mount.error().message, GetParam().means);
    }
}

INSTANTIATE_TEST_SUITE_P(
    , Mount,
    testing::ValuesIn(std::vector<Case>{
        {"/data", R"({"type": "volume", "target": "/data"})"},
        {"v:/data",
         R"(!"v:/data": Compose takes a one-letter name for a Windows drive; use a longer name)"},
        {"vol:/data", R"({"type": "volume", "source": "vol", "target": "/data"})"},
        {"vol:/data:ro",
         R"({"type": "volume", "source": "vol", "target": "/data", "read_only": true})"},
        {"vol:/data:nocopy",
         R"({"type": "volume", "source": "vol", "target": "/data", "volume": {"nocopy": true}})"},
        {"./a:/b",
         R"({"type": "bind", "source": "./a", "target": "/b", "bind": {"create_host_path": true}})"},
        {"/a:/b:rw,Z,rshared", R"({"type": "bind", "source": "/a", "target": "/b",
        "bind": {"create_host_path": true, "selinux": "Z", "propagation": "rshared"}})"},
        {"~/a:/b:cached",
         R"({"type": "bind", "source": "~/a", "target": "/b", "bind": {"create_host_path": true}})"},
        {":/x", R"(!":/x": empty section between colons)"},
        {"", R"(!"": expected a path)"},
        {"/a:/b:ro:rw", R"(!"/a:/b:ro:rw": too many colons)"},
        {"/a:/b:nope",
         R"(!"/a:/b:nope": unknown option "nope"; there are ro, rw, z, Z, nocopy and a bind's propagation)"},
    }));

struct Size {
    const char* text;
    std::int64_t bytes;  ///< -2: not a size
};

void PrintTo(const Size& size, std::ostream* out) {
    *out << size.text;
}

class Sizes : public testing::TestWithParam<Size> {};

TEST_P(Sizes, AreBinary) {
    EXPECT_EQ(read_size(Node::scalar(GetParam().text, {})).value_or(-2), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(, Sizes,
                         testing::ValuesIn(std::vector<Size>{
                             {"0", 0},           {"1", 1},
                             {"10b", 10},        {"1k", 1024},
                             {"1K", 1024},       {"1kb", 1024},
                             {"1KiB", 1024},     {"64m", 64 << 20},
                             {"64MB", 64 << 20}, {"1.5g", 3LL << 29},
                             {"1t", 1LL << 40},  {"1p", 1LL << 50},
                             {"10 KiB", 10240},  {"-1", -1},
                             {"", -2},           {"m", -2},
                             {"1x", -2},         {"1mm", -2},
                             {"-5m", -2},        {"1.", -2},
                             {"9999p", -2},      {"1  m", -2},
                         }));

struct Words {
    const char* text;
    std::vector<std::string> words;  ///< "!" alone: an error
};

void PrintTo(const Words& words, std::ostream* out) {
    *out << words.text;
}

class Splitting : public testing::TestWithParam<Words> {};

TEST_P(Splitting, FollowsTheShell) {
    const auto words = split_words(GetParam().text);
    EXPECT_EQ(words ? *words : std::vector<std::string>{"!"}, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(, Splitting,
                         testing::ValuesIn(std::vector<Words>{
                             {"", {}},
                             {"  ", {}},
                             {"a", {"a"}},
                             {"a  b\tc\n", {"a", "b", "c"}},
                             {"a 'b c' \"d e\"", {"a", "b c", "d e"}},
                             {"a'b'\"c\"", {"abc"}},
                             {"''", {""}},
                             {"a \"\" b", {"a", "", "b"}},
                             {"a\\ b", {"a b"}},
                             {"'a\\b'", {"a\\b"}},
                             {"\"a\\\"b\"", {"a\"b"}},
                             {"--x=$HOME", {"--x=$HOME"}},
                             {"sh -c 'a; b && c'", {"sh", "-c", "a; b && c"}},
                             {"a \xEF\xB7\x90s:1 '2\xEF\xB7\x91 b",
                              {"a", "\xEF\xB7\x90s:1 '2\xEF\xB7\x91", "b"}},
                             {"a; b", {"!"}},
                             {"a && b", {"!"}},
                             {"a | b", {"!"}},
                             {"a > b", {"!"}},
                             {"$(a)", {"!"}},
                             {"`a`", {"!"}},
                             {"'a", {"!"}},
                             {"\"a", {"!"}},
                         }));

struct Scalar {
    const char* plain;
    const char* text;
};

void PrintTo(const Scalar& scalar, std::ostream* out) {
    *out << scalar.plain;
}

class PlainScalar : public testing::TestWithParam<Scalar> {};

TEST_P(PlainScalar, IsReadAsComposeReadsIt) {
    EXPECT_EQ(text_of(Node::scalar(GetParam().plain, {}, true)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    , PlainScalar,
    testing::ValuesIn(std::vector<Scalar>{
        {"a", "a"},     {"true", "true"},   {"TRUE", "true"},   {"False", "false"}, {"yes", "yes"},
        {"no", "no"},   {"1", "1"},         {"010", "8"},       {"0x10", "16"},     {"0b11", "3"},
        {"0o17", "15"}, {"1_000", "1000"},  {"-5", "-5"},       {"1e3", "1000"},    {"2.50", "2.5"},
        {".5", "0.5"},  {"22:22", "22:22"}, {"1.2.3", "1.2.3"}, {"~", ""},          {"null", ""},
        {"09", "9"},    {"inf", "inf"},
    }));

TEST(Hosts, TakeListsMapsAndSeveralAddresses) {
    const Outcome outcome = read_service(
        "    extra_hosts: ['a:1.2.3.4', 'b=1.2.3.4,::1', 'c:::1', 'd:[::1]', 'gw:host-gateway']\n");
    EXPECT_EQ(outcome.service("web")["extra_hosts"],
              (Json{"a=1.2.3.4", "b=1.2.3.4", "b=::1", "c=::1", "d=::1", "gw=host-gateway"}));
}

}  // namespace
}  // namespace driftless::compose::test
