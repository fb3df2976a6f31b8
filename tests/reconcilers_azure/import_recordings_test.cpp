// What Azure answered, written down as a manifest: that is taken, and finds no difference to it.
// The recordings are in ../shared/corpus, where that is at hand.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/not_ours.hpp"
#include "reconcilers/azure/resource_words.hpp"
#include "tests/support/paths.hpp"

namespace driftless::azure {
namespace {

namespace fs = std::filesystem;

fs::path recordings() {
    return test::source_dir().parent_path() / "shared/corpus/arm-recordings";
}

/// Every resource that any answer shows, alone or in a list.
std::vector<json> bodies_in(const fs::path& file) {
    std::ifstream stream{file};
    std::vector<json> bodies;
    const json recording = json::parse(stream);
    for (const json& each : recording.at("interactions")) {
        const json& body = each.at("response").at("body");
        if (each.at("response").at("status") != 200 || !body.is_object()) continue;
        if (body.contains("id")) bodies.push_back(body);
        if (!body.contains("value") || !body.at("value").is_array()) continue;
        for (const json& item : body.at("value")) {
            if (item.is_object() && item.contains("id")) bodies.push_back(item);
        }
    }
    return bodies;
}

/// A subscription that may use the resource's group.
ImportView view_of(const ResourceId& id) {
    AzureEndpoint endpoint;
    endpoint.subscription = lower_case(id.subscription());
    endpoint.resource_group = id.group();
    endpoint.location = "uksouth";
    return {"sim", TargetSettings{"prod", endpoint, {}, {}, {}}, {}, {}};
}

TEST(ImportRecordings, WhatAzureAnsweredIsWrittenDownAsItIs) {
    if (!fs::exists(recordings())) GTEST_SKIP() << "no recordings at " << recordings();
    std::map<std::string, std::size_t> types;
    for (const auto& file : fs::directory_iterator{recordings()}) {
        if (file.path().extension() != ".json") continue;
        for (const json& body : bodies_in(file.path())) {
            const auto id = ResourceId::parse(id_form(body.value("id", "")));
            const bool has_place = id && !id->group().empty() && body.contains("type");
            if (!has_place || row_of_type(id->type()) == nullptr) continue;
            const LiveThing thing{*id, row_for(id->type(), ""), body};
            if (!not_ours(thing, "sim").why.empty()) continue;
            const ImportView view = view_of(*id);
            std::set<std::string> secrets;
            ResourceWords words{thing, view, "one", secrets};
            EXPECT_EQ(words.read(), "") << file.path().filename() << ": " << body.dump(1);
            const ImportedManifest manifest = words.manifest();
            EXPECT_THAT(manifest.notes, ::testing::IsEmpty())
                << file.path().filename() << ": " << id->text();
            ++types[thing.row.type];
        }
    }
    EXPECT_GE(types.size(), 20U);
}

}  // namespace
}  // namespace driftless::azure
