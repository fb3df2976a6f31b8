#include "daemon/cli/history_text.hpp"

#include <fmt/format.h>

namespace driftless::cli {
namespace {

/// "apps/web.yaml:3:1 of 4e1b0c9a1b2c", or as much of it as is known.
std::string origin_text(const std::string& place, const std::string& commit) {
    if (commit.empty()) return place;
    return place + (place.empty() ? "" : " of ") + short_commit(commit);
}

/// Why, by which run and what set it off, and what to name at the provider's support.
std::string reason_text(const json& entry) {
    const std::string error = clean_at(entry, "error");
    std::string text = error.empty() ? clean_at(entry, "reason") : error;
    const auto add = [&text](const std::string& before, const std::string& part) {
        if (!part.empty()) text += (text.empty() ? "" : "; ") + before + part;
    };
    add("run ", clean_at(entry, "run"));
    add("set off by: ", clean_at(entry, "trigger"));
    add("written by ", clean_at(entry, "author"));
    add("request ", clean_at(entry, "request_id"));
    return text;
}

}  // namespace

std::string history_text(const json& entries, const Style& style) {
    Table table;
    for (const json& entry : entries) {
        const Tone tone = clean_at(entry, "phase") == "failed" ? Tone::bad : Tone::plain;
        table.row({{clean_at(entry, "at"), Tone::faint},
                   {clean_at(entry, "verb")},
                   {clean_at(entry, "phase"), tone},
                   {clean_at(entry, "key")},
                   {origin_text(clean_at(entry, "place"), clean_at(entry, "commit")), Tone::faint},
                   {reason_text(entry), tone}});
    }
    return table.print(style, "");
}

std::string removed_text(const json& removed, const Style& style) {
    Table table;
    for (const json& one : removed) {
        const std::string kept = clean_at(one, "kept_until");
        std::string how = kept.empty() ? "made anew" : "started again, until " + kept;
        if (kept.empty() && one.value("data", false)) how += ", and empty: its data is gone";
        const json& origin = one["origin"];
        std::string place = clean_at(origin, "file");
        if (!place.empty()) place += fmt::format(":{}", origin.value("line", 0));
        table.row({{clean_at(one, "at"), Tone::faint},
                   {clean_at(one, "key")},
                   {how, kept.empty() ? Tone::plain : Tone::good},
                   {origin_text(place, clean_at(origin, "commit")), Tone::faint}});
    }
    return table.print(style, "");
}

}  // namespace driftless::cli
