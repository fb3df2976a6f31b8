// What Azure answered to what it was sent: after a write that worked, the same manifest finds no
// difference. The recordings are in ../shared/corpus, where that is at hand.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"
#include "tests/support/paths.hpp"

namespace driftless::azure {
namespace {

namespace fs = std::filesystem;

fs::path recordings() {
    return test::source_dir().parent_path() / "shared/corpus/arm-recordings";
}

struct Asked {
    std::string method;
    std::string path;
    std::string query;  ///< the api-version
    int status = 0;
    json sent;
    json answer;
};

std::vector<Asked> asked_in(const fs::path& file) {
    std::ifstream stream{file};
    std::vector<Asked> all;
    const json recording = json::parse(stream);
    for (const json& each : recording.at("interactions")) {
        const std::string url = each.at("url");
        const std::size_t path = url.find('/', std::string{"https://"}.size());
        const std::size_t query = std::min(url.find('?'), url.size());
        all.push_back({each.at("method"), url.substr(path, query - path), url.substr(query),
                       each.at("response").at("status"), each.at("request").at("body"),
                       each.at("response").at("body")});
    }
    return all;
}

bool is_told(const Asked& call, const Asked& write) {
    return call.method == "GET" && call.path == write.path && call.query == write.query &&
           call.status == 200 && call.answer.is_object() && call.answer.contains("id");
}

/// The last answer that tells of the resource before it is written again.
const json* told_after(const std::vector<Asked>& calls, std::size_t write) {
    const json* told = nullptr;
    for (std::size_t at = write + 1; at < calls.size(); ++at) {
        if (calls[at].path == calls[write].path && calls[at].method != "GET") break;
        if (is_told(calls[at], calls[write])) told = &calls[at].answer;
    }
    return told;
}

/// A PUT that answers with the whole resource at once is an answer, too.
const json* answer_to(const std::vector<Asked>& calls, std::size_t write) {
    if (const json* told = told_after(calls, write)) return told;
    const json& answer = calls[write].answer;
    return calls[write].status == 200 && answer.is_object() && answer.contains("id") ? &answer
                                                                                     : nullptr;
}

std::string changes_of(const Asked& write, const json& told) {
    const auto id = ResourceId::parse(write.path);
    if (!id) return "";
    const TypeRow row = row_for(id->type(), "");
    const json want = wanted_form(row, write.sent);
    const json live = with_unseen(row, want, live_form(row, want, told));
    std::string text;
    for (const FieldChange& change : changed_fields(want, live, rules_of(row))) {
        text += change.path + ": " + change.have.dump() + " -> " + change.want.dump() + "\n";
    }
    return text;
}

TEST(Recordings, WhatWasSentIsWhatIsLiveAfterwards) {
    if (!fs::exists(recordings())) GTEST_SKIP() << "no recordings at " << recordings();
    std::size_t pairs = 0;
    for (const auto& file : fs::directory_iterator{recordings()}) {
        if (file.path().extension() != ".json") continue;
        const auto calls = asked_in(file.path());
        for (std::size_t at = 0; at < calls.size(); ++at) {
            const Asked& call = calls[at];
            const bool writes = call.method == "PUT" || call.method == "PATCH";
            if (!writes || call.status >= 300 || !call.sent.is_object()) continue;
            const json* told = answer_to(calls, at);
            if (told == nullptr) continue;
            ++pairs;
            EXPECT_EQ(changes_of(call, *told), "")
                << file.path().filename() << " call " << at << " " << call.path;
        }
    }
    EXPECT_GT(pairs, 60U);
}

}  // namespace
}  // namespace driftless::azure
