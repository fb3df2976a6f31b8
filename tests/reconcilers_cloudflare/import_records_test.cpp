// Recorded answers, imported: what is written declares just what was told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/cloudflare/import_records.hpp"
#include "reconcilers/cloudflare/live_sets.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/paths.hpp"

namespace driftless::cloudflare {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The records of a recorded list that lie in `zone`.
LiveZone recorded(const std::string& file, const std::string& zone) {
    const auto folder = test::source_dir().parent_path() / "shared/corpus/cloudflare/responses";
    std::ifstream stream{folder / file};
    const json recording = json::parse(stream);
    LiveZone live{zone, {}};
    for (const json& shown :
         recording.at("interactions").at(0).at("response").at("body").at("result")) {
        auto record = parse_record(shown);
        EXPECT_TRUE(record) << shown.dump();
        if (record && (record->name == zone || record->name.ends_with("." + zone)))
            live.records.push_back(*std::move(record));
    }
    return live;
}

struct Row {
    std::string file;
    std::string zone;
    std::size_t records;
    std::size_t sets;
    std::size_t left_out;
};

class RecordedZone : public ::testing::TestWithParam<Row> {
protected:
    void SetUp() override {
        const auto folder = test::source_dir().parent_path() / "shared/corpus/cloudflare/responses";
        if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no recorded answers at " << folder;
    }
    /// What the written manifest declares.
    static std::vector<Declared> declared(const ImportedManifest& manifest) {
        Findings yaml;
        const std::string& text = manifest.files.begin()->second;
        const auto documents = read_yaml(text, manifest.files.begin()->first, yaml);
        EXPECT_TRUE(documents) << text;
        if (!documents) return {};
        ManifestScene scene{.expander = expand_dns_zone, .file = "zone.yaml", .manifest = {}};
        scene.manifest.kind = "DnsZone";
        scene.manifest.name = manifest.name;
        scene.manifest.target = "edge";
        scene.manifest.spec = *documents->front().find("spec");
        const test::MemoryFiles files{{}, "c0ffee"};
        const References references{nullptr, &scene.secrets, &scene.vault, "edge"};
        const Expanded expanded =
            expand_dns_zone({scene.manifest, files, references, scene.target, "sim"});
        EXPECT_THAT(expanded.findings, IsEmpty());
        return expanded.resources;
    }
};

TEST_P(RecordedZone, IsDeclaredJustAsItIs) {
    const Row& row = GetParam();
    const LiveZone zone = recorded(row.file, row.zone);
    ASSERT_THAT(zone.records, SizeIs(row.records));
    Imported made;
    import_records(zone, {.target = "edge", .installation = "sim"}, made);
    EXPECT_THAT(made.left_out, SizeIs(row.left_out));
    ASSERT_THAT(made.manifests, SizeIs(1));
    DesiredState wanted{.target = "edge", .commit = "c0ffee", .resources = {}};
    wanted.resources = declared(made.manifests.front());
    EXPECT_THAT(wanted.resources, SizeIs(row.sets));
    Facts facts;
    facts.desired = Complete<DesiredState>::vouched(wanted);
    const FieldRules rules{{.path = "/values", .as = Compare::set},
                           {.path = "/tags", .as = Compare::set}};
    const LiveState live = live_sets({"edge", "sim", row.zone, facts, rules}, zone.records);
    for (const Declared& want : wanted.resources) {
        const auto have = std::ranges::find(live, want.key, &Live::key);
        ASSERT_NE(have, live.end()) << want.key.name;
        EXPECT_EQ(have->owner, Owner::kin) << want.key.name;
        for (const FieldChange& change : changed_fields(want.spec, have->spec, rules))
            ADD_FAILURE() << want.key.name << change.path << ": " << change.have.dump()
                          << " is not " << change.want.dump();
    }
}
INSTANTIATE_TEST_SUITE_P(
    , RecordedZone,
    ::testing::Values(
        Row{"octodns-cloudflare/cloudflare-dns_records-page-1.json", "unit.tests", 10, 6, 0},
        Row{"octodns-cloudflare/cloudflare-dns_records-page-3.json", "unit.tests", 9, 7, 0},
        Row{"cf-terraforming/v5-cloudflare_dns_record.json", "example.com", 3, 2, 1},
        Row{"cloudflare-go/dns-list_page_1.json", "example.com", 3, 3, 0}),
    [](const auto& row) { return std::to_string(row.index); });

}  // namespace
}  // namespace driftless::cloudflare
