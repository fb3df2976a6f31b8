// Pages projects, imported: what is written declares just what was told.
#include "reconcilers/cloudflare/import_pages.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "reconcilers/cloudflare/live_pages.hpp"
#include "reconcilers/cloudflare/pages_manifest.hpp"
#include "tests/reconcilers_cloudflare/import_tables.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Imported imported(const PagesProject& project) {
    Imported made;
    import_pages({project}, {.target = "edge", .installation = "sim"}, made);
    return made;
}

void expect_declared_as_it_is(const PagesProject& project) {
    const Imported made = imported(project);
    EXPECT_THAT(left_out_of(made), IsEmpty());
    ASSERT_THAT(made.manifests, SizeIs(1));
    const Expanded expanded = read_back(made.manifests.front(), expand_pages_project);
    for (const Finding& finding : expanded.findings) ADD_FAILURE() << to_string(finding);
    ASSERT_THAT(expanded.resources, SizeIs(1 + project.domains.size()));
    std::vector<std::string> domains;
    for (const Declared& declared : expanded.resources) {
        if (declared.key.kind == pages_domain_kind) domains.push_back(declared.spec.at("domain"));
        if (declared.key.kind != pages_project_kind) continue;
        EXPECT_EQ(declared.key.name, project.name);
        EXPECT_EQ(declared.spec.at("production_branch"), project.production_branch);
    }
    EXPECT_THAT(domains, ::testing::UnorderedElementsAreArray(project.domains));
}

TEST(RecordedPages, AreDeclaredJustAsTheyAre) {
    if (!std::filesystem::exists(recorded_answers()))
        GTEST_SKIP() << "no recorded answers at " << recorded_answers();
    const auto all = recorded("cf-terraforming/v5-cloudflare_pages_project.json");
    EXPECT_THAT(all, SizeIs(2));
    for (const json& shown : all) {
        const auto project = parse_pages_project(shown);
        ASSERT_TRUE(project) << shown;
        expect_declared_as_it_is(*project);
    }
}

struct Row {
    std::string name;
    PagesProject project;
    std::string why;  ///< a part of it; empty: it is written
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

PagesProject project(const std::string& name, const std::string& branch = "main",
                     const std::vector<std::string>& domains = {}, const std::string& mark = "") {
    PagesProject project;
    project.id = "1";
    project.name = name;
    project.production_branch = branch;
    project.domains = domains;
    project.mark = mark;
    return project;
}

const std::vector<Row> rows{
    {"plain", project("bnx"), ""},
    {"branch_that_looks_like_yaml", project("bnx", "yes"), ""},
    {"domains", project("bnx", "release/2", {"www.bnx.dev", "xn--mnchen-3ya.de", "bnx.dev"}), ""},
    {"name_that_no_label_can_be", project("Bnx_Site"), "Pages takes a to z"},
    {"no_branch", project("bnx", ""), "productionBranch"},
    {"branch_that_no_yaml_holds", project("bnx", std::string{"a\0b", 3}), "NUL"},
    {"ours", project("bnx", "main", {}, "driftless:sim"), "looks after it already"},
    {"of_another", project("bnx", "main", {}, "driftless:other"), "\"driftless:other\""},
    {"variable_of_a_person", project("bnx", "main", {}, "yes please"), "\"yes please\""},
};

class OneOfPages : public ::testing::TestWithParam<Row> {};

TEST_P(OneOfPages, IsDeclaredJustAsItIsOrLeftOutWithTheReason) {
    const Row& row = GetParam();
    if (row.why.empty()) return expect_declared_as_it_is(row.project);
    const Imported made = imported(row.project);
    EXPECT_THAT(made.manifests, IsEmpty());
    ASSERT_THAT(made.left_out, SizeIs(1));
    EXPECT_THAT(made.left_out.front().why, HasSubstr(row.why));
}
INSTANTIATE_TEST_SUITE_P(, OneOfPages, ::testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace driftless::cloudflare
