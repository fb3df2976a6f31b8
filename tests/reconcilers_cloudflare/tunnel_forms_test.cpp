// One form of a tunnel's configuration, on both sides.
#include "reconcilers/cloudflare/tunnel_forms.hpp"

#include <gmock/gmock.h>

#include "config/schemas.hpp"

namespace driftless::cloudflare {
namespace {

struct Case {
    std::string name;
    json one;
    json other;
};
void PrintTo(const Case& each, std::ostream* out) {
    *out << each.name;
}

class SameConfig : public ::testing::TestWithParam<Case> {};

TEST_P(SameConfig, IsOneForm) {
    EXPECT_EQ(canonical_config(GetParam().one), canonical_config(GetParam().other));
    const json once = canonical_config(GetParam().one);
    EXPECT_EQ(canonical_config(once), once);
}

const std::vector<Case> same{
    {"empty", json::object(), {{"ingress", nullptr}, {"originRequest", nullptr}}},
    {"filled",
     {{"originRequest", {{"noTLSVerify", true}}}},
     {{"originRequest", {{"noTLSVerify", true}, {"connectTimeout", 30}, {"caPool", ""}}}}},
    {"hostname_of_the_last",
     {{"ingress", {{{"service", "http_status:404"}}}}},
     {{"ingress", {{{"service", "http_status:404"}, {"hostname", ""}, {"path", ""}}}}}},
    {"access_of_nobody",
     {{"originRequest", json::object()}},
     {{"originRequest", {{"access", {{"required", false}, {"audTag", json::array()}}}}}}},
    {"order_of_tags",
     {{"originRequest", {{"access", {{"required", true}, {"audTag", {"b", "a"}}}}}}},
     {{"originRequest", {{"access", {{"required", true}, {"audTag", {"a", "b"}}}}}}}},
    {"what_is_not_ours",
     {{"warp-routing", {{"enabled", true}}}, {"originRequest", {{"newKey", 1}}}},
     json::object()},
};
INSTANTIATE_TEST_SUITE_P(, SameConfig, ::testing::ValuesIn(same),
                         [](const auto& chosen) { return chosen.param.name; });

TEST(ConfigWith, KeepsWhatIsNotOursAndRulesThatAreStillNeeded) {
    const json before{{"warp-routing", {{"enabled", true}}},
                      {"originRequest", {{"newKey", 1}, {"noTLSVerify", true}}},
                      {"ingress",
                       {{{"hostname", "old.bnx.dev"}, {"service", "http://old"}, {"id", "x"}},
                        {{"hostname", "*.bnx.dev"}, {"service", "http://wild"}},
                        {{"hostname", "away.bnx.dev"}, {"service", "http://away"}},
                        {{"service", "http_status:404"}}}}};
    const json spec{
        {"ingress",
         {{{"hostname", "app.bnx.dev"}, {"service", "http://app"}}, {{"service", "hello_world"}}}},
        {"originRequest", json::object()}};
    EXPECT_EQ(config_with(before, spec, {"old.bnx.dev", "*.bnx.dev"}), json::parse(R"({
        "warp-routing": {"enabled": true},
        "originRequest": {"newKey": 1},
        "ingress": [{"hostname": "old.bnx.dev", "service": "http://old", "id": "x"},
                    {"hostname": "app.bnx.dev", "service": "http://app"},
                    {"hostname": "*.bnx.dev", "service": "http://wild"},
                    {"service": "hello_world"}]})"));
}

TEST(OriginKeys, AreThoseOfTheSchema) {
    const json schema = json::parse(manifest_schema());
    std::set<std::string> known{"access"};
    for (const OriginKey& key : origin_keys()) known.emplace(key.name);
    std::set<std::string> told;
    for (const auto& [name, each] : schema["$defs"]["originRequest"]["properties"].items())
        told.insert(name);
    EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace driftless::cloudflare
