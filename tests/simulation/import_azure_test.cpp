// What lives in a resource group is written down, and a plan of that only adopts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "daemon/cli/import_output.hpp"
#include "reconcilers/azure/types.hpp"
#include "tests/simulation/azure_scene.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Commit = std::map<std::string, std::string>;

std::string file_text(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class ImportAzure : public ::testing::Test, public AzureScene {
protected:
    /// All that git wants is there; then nobody knows any more that driftless made it.
    void make(const std::string& manifests, std::chrono::nanoseconds time = 3h) {
        push(manifests);
        world.start();
        world.run_for(time);
        EXPECT_THAT(unsettled(), IsEmpty());
        world.end();
        world.lose_database();
        forget_marks();
    }
    void forget_marks() {
        for (const std::string& id : azure.ids()) {
            json tags = azure.body(id).value("tags", json::object());
            if (!tags.is_object() || tags.erase("driftless.mark") == 0) continue;
            azure.change(id, {{"tags", tags}});
        }
        world.run_for(30min);
    }
    /// The files are pushed, with the secrets that they name at hand, to a driftless that knows
    /// nothing else.
    void begin_with(const cli::ImportReport& report) {
        for (const ImportedManifest& manifest : report.imported.manifests) {
            for (const auto& [name, secret] : manifest.secrets) put_secret(name, secret.reveal());
            for (const auto& [name, what] : manifest.unshown) put_secret(name, "correct horse");
        }
        world.repository.push(commit_of(report));
        azure.clear_log();
        world.start();
        world.run_for(30min);
        EXPECT_THAT(writes(), IsEmpty());
    }
    void put_secret(const std::string& name, std::string_view text) {
        auto& named = world.settings().secrets.named[name];
        named.file = folder.at(name);
        std::ofstream{named.file} << text;
        std::filesystem::permissions(named.file, std::filesystem::perms::owner_read);
    }
    void expect_quiet() {
        azure.clear_log();
        world.run_for(2h);
        EXPECT_THAT(writes(), IsEmpty());
        EXPECT_THAT(unsettled(), IsEmpty());
    }
    cli::ImportReport import(ImportWish wish = {}) {
        azure.clear_log();
        auto report = world.import(prod, std::move(wish));
        EXPECT_TRUE(report) << report.error().message;
        EXPECT_THAT(writes(), IsEmpty());
        return report ? *std::move(report) : cli::ImportReport{};
    }
    static Commit commit_of(const cli::ImportReport& report) {
        Commit commit;
        for (const ImportedManifest& manifest : report.imported.manifests) {
            for (const auto& [file, text] : manifest.files) commit[manifest.path_of(file)] = text;
        }
        return commit;
    }
    static std::string text_of(const cli::ImportReport& report) {
        const cli::ImportPlaces places{
            .target = prod, .folder = prod, .secrets = "", .secrets_folder = ""};
        return cli::import_text(report, places, cli::Style{false});
    }
    static std::string whole(const cli::ImportReport& report) {
        std::string all = text_of(report);
        for (const auto& [path, text] : commit_of(report)) all += "---- " + path + "\n" + text;
        return all;
    }
    static std::map<std::string, std::string> left_out(const cli::ImportReport& report) {
        std::map<std::string, std::string> all;
        for (const LeftOut& one : report.imported.left_out) all.emplace(one.what, one.why);
        return all;
    }
};

TEST_F(ImportAzure, EveryKindIsWrittenDownAndAdoptedWithoutAWriteAndStaysQuiet) {
    make(file_text(source_dir() / "tests/data/azure/every_kind.yaml"), 4h);
    const auto report = import();
    EXPECT_THAT(left_out(report), IsEmpty());
    for (const azure::TypeRow& row : azure::type_rows()) {
        EXPECT_THAT(whole(report), HasSubstr("\nkind: " + row.name + "\n")) << row.name;
    }
    begin_with(report);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_EQ(world.status(prod).resources.size(), report.imported.manifests.size());
    EXPECT_EQ(report.imported.manifests.size(), 45U);
    expect_quiet();
}

}  // namespace
}  // namespace driftless::test
