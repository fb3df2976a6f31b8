#include "providers/net/allowance.hpp"

#include <gtest/gtest.h>

namespace driftless::net {
namespace {

using namespace std::chrono_literals;

struct Case {
    const char* name;
    int status;
    Headers headers;
    Allowance said;
};

const std::string state = "Ratelimit";
const std::string policy = "ratelimit-policy";

TEST(Allowance, IsReadFromWhatAnAnswerSays) {
    const Case cases[]{
        {"nothing", 200, {}, {}},
        {"cloudflare",
         200,
         {{state, "\"default\";r=50;t=30"}, {policy, "\"default\";q=1200;w=300"}},
         {false, {}, 1200, 300s, 50, 30s}},
        {"no policy", 200, {{state, "\"default\";r=0;t=0"}}, {false, {}, {}, {}, 0, 0s}},
        {"another policy",
         200,
         {{state, "\"a\";r=1;t=2"}, {policy, "\"b\";q=3;w=4"}},
         {false, {}, {}, {}, 1, 2s}},
        {"of several the tightest",
         200,
         {{state, "\"day, \\;\";r=900;t=80000 , \"burst\"; r=3; t=7;pk=:x:"},
          {policy, "\"day, \\;\";q=1000;w=86400, \"burst\";w=10;q=20"}},
         {false, {}, 20, 10s, 3, 7s}},
        {"refused", 429, {{"Retry-After", " 17 "}}, {true, 17s, {}, {}, {}, {}}},
        {"refused without a time", 429, {}, {true, {}, {}, {}, {}, {}}},
        {"refused until a date",
         429,
         {{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}},
         {true, {}, {}, {}, {}, {}}},
        {"a time that is none of a refusal", 503, {{"Retry-After", "17"}}, {}},
        {"nonsense",
         429,
         {{"Retry-After", "-5"}, {state, ";;=;r=x;\"\",r=99999999999"}, {policy, "q=w"}},
         {true, {}, {}, {}, {}, {}}},
    };
    for (const auto& [name, status, headers, want] : cases) {
        const Allowance said = read_allowance(status, headers);
        EXPECT_EQ(said.refused, want.refused) << name;
        EXPECT_EQ(said.silence, want.silence) << name;
        EXPECT_EQ(said.calls, want.calls) << name;
        EXPECT_EQ(said.window, want.window) << name;
        EXPECT_EQ(said.left, want.left) << name;
        EXPECT_EQ(said.renewed_in, want.renewed_in) << name;
    }
}

}  // namespace
}  // namespace driftless::net
