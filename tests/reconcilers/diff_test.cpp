#include "reconcilers/diff.hpp"

#include <gtest/gtest.h>

namespace driftless::test {
namespace {

// Rows: name, what git says, what the server has, the paths that differ.
struct Case {
    std::string name;
    json want;
    json have;
    std::vector<std::string> changed;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}
std::string case_name(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

std::vector<std::string> paths(const std::vector<FieldChange>& changes) {
    std::vector<std::string> paths;
    for (const FieldChange& change : changes) paths.push_back(change.path);
    return paths;
}

const FieldRules rules{
    {.path = "/etag", .as = Compare::ignored},
    {.path = "/env", .as = Compare::whole, .replaces = true, .secret = true},
    {.path = "/env/IGNORED", .as = Compare::ignored},
    {.path = "/mounts", .as = Compare::keyed, .by = "target", .replaces = true},
    {.path = "/networks/*/aliases", .as = Compare::set},
    {.path = "/networks", .as = Compare::whole},
    {.path = "/size", .as = Compare::number},
    {.path = "/name", .as = Compare::caseless},
};

class ChangedFields : public testing::TestWithParam<Case> {};

TEST_P(ChangedFields, AreThoseGitNamesAndTheServerHasOtherwise) {
    const auto& [name, want, have, changed] = GetParam();
    EXPECT_EQ(paths(changed_fields(want, have, rules)), changed);
}

json mount(const std::string& target, const std::string& source) {
    return {{"target", target}, {"source", source}};
}

const std::vector<Case> cases{
    {"same", {{"ttl", 300}}, {{"ttl", 300}}, {}},
    {"value_differs", {{"ttl", 300}}, {{"ttl", 60}}, {"/ttl"}},
    {"server_added_a_field", {{"ttl", 300}}, {{"ttl", 300}, {"id", "x1"}}, {}},
    {"field_is_ignored", {{"etag", "a"}}, {{"etag", "b"}}, {}},
    {"null_is_absent", {{"a", nullptr}}, json::object(), {}},
    {"empty_text_is_absent", {{"a", ""}}, json::object(), {}},
    {"empty_list_is_absent", {{"a", json::array()}}, {{"a", nullptr}}, {}},
    {"empty_map_is_absent", {{"a", json::object()}}, json::object(), {}},
    {"false_is_not_absent", {{"a", false}}, json::object(), {"/a"}},
    {"zero_is_not_absent", {{"a", 0}}, json::object(), {"/a"}},
    {"git_wants_it_empty", {{"a", ""}}, {{"a", "x"}}, {"/a"}},
    {"missing_map_by_its_fields", {{"a", {{"b", 1}, {"c", 2}}}}, json::object(), {"/a/b", "/a/c"}},
    {"list_in_order", {{"a", {1, 2}}}, {{"a", {2, 1}}}, {"/a"}},
    {"list_of_maps_by_named_keys", {{"a", {{{"x", 1}}}}}, {{"a", {{{"x", 1}, {"id", 7}}}}}, {}},
    {"list_of_maps_at_its_place",
     {{"a", {{{"x", 1}}, {{"x", 2}}}}},
     {{"a", {{{"x", 1}}, {{"x", 3}}}}},
     {"/a/1/x"}},
    {"list_of_another_length", {{"a", {{{"x", 1}}}}}, {{"a", json::array()}}, {"/a"}},
    {"map_against_text", {{"a", {{"b", 1}}}}, {{"a", "text"}}, {"/a"}},
    {"whole_same", {{"env", {{"A", "1"}}}}, {{"env", {{"A", "1"}}}}, {}},
    {"whole_git_dropped_a_key",
     {{"env", {{"A", "1"}}}},
     {{"env", {{"A", "1"}, {"B", "2"}}}},
     {"/env/B"}},
    {"whole_git_dropped_all", {{"env", json::object()}}, {{"env", {{"B", "2"}}}}, {"/env/B"}},
    {"whole_unnamed_is_not_ours", json::object(), {{"env", {{"B", "2"}}}}, {}},
    {"whole_an_empty_value_is_a_key",
     {{"env", {{"A", ""}}}},
     {{"env", json::object()}},
     {"/env/A"}},
    {"whole_a_null_is_none", {{"env", {{"A", nullptr}}}}, {{"env", json::object()}}, {}},
    {"whole_but_an_ignored_key", {{"env", json::object()}}, {{"env", {{"IGNORED", "2"}}}}, {}},
    {"whole_missing_empty_map",
     {{"networks", {{"n", json::object()}}}},
     {{"networks", json::object()}},
     {"/networks/n"}},
    {"keyed_in_any_order",
     {{"mounts", {mount("/a", "x"), mount("/b", "y")}}},
     {{"mounts", {mount("/b", "y"), mount("/a", "x")}}},
     {}},
    {"keyed_value_differs",
     {{"mounts", {mount("/a", "x")}}},
     {{"mounts", {mount("/a", "y")}}},
     {"/mounts/~1a/source"}},
    {"keyed_one_more",
     {{"mounts", {mount("/a", "x")}}},
     {{"mounts", {mount("/a", "x"), mount("/b", "y")}}},
     {"/mounts/~1b"}},
    {"keyed_one_less", {{"mounts", {mount("/a", "x")}}}, json::object(), {"/mounts/~1a"}},
    {"keyed_twice_the_same",
     {{"mounts", {mount("/a", "x"), mount("/a", "y")}}},
     {{"mounts", {mount("/a", "x"), mount("/a", "y")}}},
     {}},
    {"keyed_without_the_key",
     {{"mounts", {{{"source", "x"}}}}},
     {{"mounts", {{{"source", "y"}}}}},
     {"/mounts/#0/source"}},
    {"set_in_any_order",
     {{"networks", {{"n", {{"aliases", {"a", "b"}}}}}}},
     {{"networks", {{"n", {{"aliases", {"b", "a"}}}}}}},
     {}},
    {"set_differs",
     {{"networks", {{"n", {{"aliases", {"a"}}}}}}},
     {{"networks", {{"n", {{"aliases", {"b", "a"}}}}}}},
     {"/networks/n/aliases"}},
    {"number_as_text", {{"size", "1"}}, {{"size", 1}}, {}},
    {"number_with_a_point", {{"size", 1.0}}, {{"size", "1"}}, {}},
    {"number_differs", {{"size", 1}}, {{"size", "2"}}, {"/size"}},
    {"number_against_a_word", {{"size", 1}}, {{"size", "big"}}, {"/size"}},
    {"text_is_no_number_elsewhere", {{"other", "1"}}, {{"other", 1}}, {"/other"}},
    {"caseless", {{"name", "Web.Example"}}, {{"name", "web.example"}}, {}},
    {"caseless_differs", {{"name", "a"}}, {{"name", "b"}}, {"/name"}},
    {"sorted_by_path",
     {{"b", 1}, {"a", 1}, {"env", {{"Z", "1"}, {"A", "1"}}}},
     json::object(),
     {"/a", "/b", "/env/A", "/env/Z"}},
};
INSTANTIATE_TEST_SUITE_P(, ChangedFields, testing::ValuesIn(cases), case_name);

TEST(FieldChanges, CarryBothValuesAndWhatTheirRuleSays) {
    const auto changes = changed_fields({{"env", {{"A", "1"}}}}, {{"env", {{"A", "2"}}}}, rules);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0], (FieldChange{"/env/A", "2", "1", true, true}));
}

TEST(FieldChanges, RulesHoldBelowTheirPathUntilAnotherFits) {
    const FieldRules own{{.path = "/networks/*/aliases", .as = Compare::set},
                         {.path = "/*", .replaces = true}};
    const json want{{"health", {{"interval", 5}}}, {"networks", {{"n", {{"aliases", {"a"}}}}}}};
    const auto changes = changed_fields(want, json::object(), own);
    ASSERT_EQ(paths(changes),
              (std::vector<std::string>{"/health/interval", "/networks/n/aliases"}));
    EXPECT_TRUE(changes[0].replaces);
    EXPECT_FALSE(changes[1].replaces);
}

TEST(Digest, IsEqualForEqualSpecsWhateverTheOrderOfTheirKeys) {
    EXPECT_EQ(digest_of(json::parse(R"({"a":1,"b":[2]})")),
              digest_of(json::parse(R"({"b":[2],"a":1})")));
    EXPECT_NE(digest_of({{"a", 1}}), digest_of({{"a", 2}}));
    EXPECT_EQ(digest_of(json::object()),
              "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST(Digest, TakesBytesThatAreNoText) {
    EXPECT_EQ(digest_of("\xFF").size(), 64U);
}

}  // namespace
}  // namespace driftless::test
