#include "providers/net/redactor.hpp"

#include <gtest/gtest.h>

#include "tests/support/shell.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::net {
namespace {

const std::string secret = "p@ss/\"w\u00f6rd\"+\\42";

struct Case {
    const char* name;
    std::string text;
};

class RedactorForms : public ::testing::TestWithParam<Case> {};

TEST_P(RedactorForms, AreTakenOut) {
    Redactor redactor;
    ASSERT_TRUE(redactor.learn(Secret{secret}));
    const std::string& form = GetParam().text;
    EXPECT_EQ(redactor.redacted("before " + form + " after"), "before (secret) after");
}
INSTANTIATE_TEST_SUITE_P(, RedactorForms,
                         ::testing::Values(Case{"plain", secret},
                                           Case{"json", R"(p@ss/\"w)"
                                                        "\u00f6"
                                                        R"(rd\"+\\42)"},
                                           Case{"url", "p%40ss%2F%22w%C3%B6rd%22%2B%5C42"},
                                           Case{"url_small", "p%40ss%2f%22w%c3%b6rd%22%2b%5c42"},
                                           Case{"hex", "704073732f2277c3b67264222b5c3432"},
                                           Case{"hex_capitals",
                                                "704073732F2277C3B67264222B5C3432"}),
                         [](const auto& row) { return row.param.name; });

TEST(Redactor, TakesItOutOfBase64WhateverStandsAroundIt) {
    // 41 letters that base64 writes with + and /, so that both alphabets differ.
    const std::string bytes = "\xfb\xef\xbe\xfb\xef\xbe\xff\xff\xff-token-\xfb\xef\xbe";
    Redactor redactor;
    ASSERT_TRUE(redactor.learn(Secret{bytes}));
    for (const std::string before : {"", "u", "us", "use", "user:"}) {
        for (const std::string after : {"", "x", "xy", "xyz"}) {
            testing::TempFolder folder;
            testing::write_file(folder.at("it"), before + bytes + after);
            for (const char* command : {"base64 -w0 ", "basenc --base64url -w0 "}) {
                const std::string encoded = testing::shell(command + folder.at("it"));
                const std::string left = redactor.redacted(encoded);
                EXPECT_NE(left.find("(secret)"), left.npos) << encoded;
                EXPECT_LE(left.size(), 8 + before.size() * 2 + after.size() * 2 + 6)
                    << encoded << " " << left;
            }
        }
    }
}

TEST(Redactor, LeavesWhatCouldBeAName) {
    Redactor redactor;
    for (const char* name :
         {"postgres", "abc", "12345678901234567890", "plausible-db", "ADMIN_PASS"}) {
        EXPECT_TRUE(could_be_a_name(name)) << name;
        EXPECT_FALSE(redactor.learn(Secret{name}));
    }
    EXPECT_EQ(redactor.redacted("mini1/docker.container/postgres.db.1"),
              "mini1/docker.container/postgres.db.1");
    EXPECT_FALSE(could_be_a_name("correcthorsebatterystaple"));
    EXPECT_FALSE(could_be_a_name("Tr0ub4dor"));
}

TEST(Redactor, TakesTheLongestAndEveryOne) {
    Redactor redactor;
    redactor.learn(Secret{"first-Secret"});
    redactor.learn(Secret{"first-Secret-and-more"});
    EXPECT_EQ(redactor.redacted("first-Secret-and-more,first-Secret,first-Secre"),
              "(secret),(secret),first-Secre");
    EXPECT_EQ(redactor.redacted(""), "");
    EXPECT_EQ(redactor.redacted("f"), "f");
}

TEST(Redactor, TakesEachLineOfAKey) {
    Redactor redactor;
    redactor.learn(
        Secret{"-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\nkiG9w0BAQEFAASCBKcw\n-----END KEY-----"});
    EXPECT_EQ(redactor.redacted("-----BEGIN KEY-----"), "-----BEGIN KEY-----");
    EXPECT_EQ(redactor.redacted("x MIIEvQIBADANBgkqhki y"), "x (secret) y");
}

}  // namespace
}  // namespace driftless::net
