// Recorded answers, and manifests read back from what an import wrote.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "reconcilers/imported.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"
#include "tests/support/paths.hpp"

namespace driftless::cloudflare {

inline std::filesystem::path recorded_answers() {
    return test::source_dir().parent_path() / "shared/corpus/cloudflare/responses";
}

/// What each GET of a recording answered; items of lists one by one.
inline std::vector<json> recorded(const std::string& file) {
    std::ifstream stream{recorded_answers() / file};
    const json recording = json::parse(stream);
    std::vector<json> all;
    for (const json& one : recording.at("interactions")) {
        if (one.at("request").at("method") != "GET") continue;
        const json result = one.at("response").at("body").value("result", json());
        if (result.is_object()) all.push_back(result);
        if (!result.is_array()) continue;
        for (const json& item : result) all.push_back(item);
    }
    return all;
}

/// What a written manifest declares.
inline Expanded read_back(const ImportedManifest& manifest, Expander expander) {
    Findings yaml;
    const auto& [file, text] = *manifest.files.begin();
    const auto documents = read_yaml(text, file, yaml);
    EXPECT_TRUE(documents) << text;
    if (!documents) return {};
    const Node& document = documents->front();
    ManifestScene scene{.expander = expander, .file = file, .manifest = {}};
    scene.manifest.kind = document.find("kind")->text;
    scene.manifest.name = document.find("metadata")->find("name")->text;
    scene.manifest.target = "edge";
    scene.manifest.spec = *document.find("spec");
    const test::MemoryFiles files{{}, "c0ffee"};
    const References references{nullptr, &scene.secrets, &scene.vault, "edge"};
    return expander({scene.manifest, files, references, scene.target, "sim"});
}

/// "WHAT: WHY" of each that is left out.
inline std::vector<std::string> left_out_of(const Imported& made) {
    std::vector<std::string> all;
    for (const LeftOut& one : made.left_out) all.push_back(one.what + ": " + one.why);
    return all;
}

}  // namespace driftless::cloudflare
