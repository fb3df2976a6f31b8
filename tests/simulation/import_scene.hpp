// What lives at an account is written down: what all tests of that share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/import_output.hpp"
#include "tests/simulation/stage.hpp"

namespace driftless::test {

/// The files as a commit.
inline Commit commit_of(const cli::ImportReport& report) {
    Commit commit;
    for (const ImportedManifest& manifest : report.imported.manifests) {
        for (const auto& [file, text] : manifest.files) commit[manifest.path_of(file)] = text;
    }
    return commit;
}

inline std::string why_left_out(const cli::ImportReport& report, const std::string& what) {
    for (const LeftOut& one : report.imported.left_out) {
        if (one.what == what) return one.why;
    }
    return "(nothing is left out by that name)";
}

/// "zone bnx.dev" of each manifest, in order.
inline std::vector<std::string> names(const cli::ImportReport& report) {
    std::vector<std::string> all;
    for (const ImportedManifest& manifest : report.imported.manifests) all.push_back(manifest.what);
    return all;
}

/// As the command prints it.
inline std::string text_of(const cli::ImportReport& report) {
    const cli::ImportPlaces places{
        .target = edge, .folder = edge, .secrets = "", .secrets_folder = ""};
    return cli::import_text(report, places, cli::Style{false});
}

/// The same, and every file behind it.
inline std::string text_and_files(const cli::ImportReport& report) {
    std::string all = text_of(report);
    for (const auto& [path, text] : commit_of(report)) all += "---- " + path + "\n" + text;
    return all;
}

/// Imports the account of a stage, and has what came of it adopted.
class ImportScene {
public:
    explicit ImportScene(Stage& stage) : stage_(stage) {}

protected:
    cli::ImportReport import(ImportWish wish = {}) {
        stage_.world.clear_logs();
        auto report = stage_.world.import(edge, std::move(wish));
        EXPECT_TRUE(report) << report.error().message;
        EXPECT_THAT(stage_.world.writes(), ::testing::IsEmpty());
        return report ? *std::move(report) : cli::ImportReport{};
    }
    /// The first plan of it writes nothing, nor does any after it, and all is in sync.
    void expect_all_adopted(const Commit& commit) {
        const auto before = stage_.picture();
        stage_.world.clear_logs();
        stage_.begin(commit);
        EXPECT_THAT(stage_.world.writes(), ::testing::IsEmpty());
        expect_in_sync();
        EXPECT_EQ(stage_.picture(), before);
        expect_quiet();
    }
    void expect_quiet() {
        stage_.world.clear_logs();
        stage_.world.run_for(quiet_for);
        EXPECT_THAT(stage_.world.writes(), ::testing::IsEmpty());
    }
    /// All of it is known again by what is live.
    void lose_database() {
        stage_.world.end();
        stage_.world.lose_database();
        stage_.world.clear_logs();
        stage_.world.start();
        stage_.world.run_for(settled_after);
        EXPECT_THAT(stage_.world.writes(), ::testing::IsEmpty());
        expect_in_sync();
    }
    /// What a stage's account has of others, that is no zone.
    void clear_what_others_have() {
        auto& state = stage_.world.cloudflare()->world().state;
        for (auto* all : {&state.access_apps, &state.access_policies, &state.access_groups,
                          &state.access_tokens})
            all->clear();
        state.projects.clear();
        for (auto& [id, zone] : state.zones) zone.rulesets.clear();
    }
    /// A read that fails ends the import, with its reason.
    void expect_fails_without(const std::string& route) {
        stage_.world.cloudflare()->fail_next(CloudflareFault::server_error, route);
        const auto report = stage_.world.import(edge);
        ASSERT_FALSE(report) << route;
        EXPECT_THAT(report.error().message, ::testing::HasSubstr("import: "));
    }

private:
    void expect_in_sync() {
        const auto& resources = stage_.world.status(edge).resources;
        EXPECT_FALSE(resources.empty());
        for (const auto& [key, status] : resources)
            EXPECT_EQ(status.status, Status::in_sync) << to_string(key) << ": " << status.why;
    }

    Stage& stage_;
};

}  // namespace driftless::test
