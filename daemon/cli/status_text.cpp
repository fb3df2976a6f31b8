#include "daemon/cli/status_text.hpp"

#include <fmt/format.h>

#include <map>

#include "daemon/cli/field_text.hpp"

namespace driftless::cli {
namespace {

/// Whole seconds from `now` until the time at `key`; none when there is no time.
std::optional<long long> seconds_until(const json& object, const char* key, net::WallTime now) {
    const auto time = net::parse_wall_time(clean_at(object, key));
    if (!time) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(*time - now).count();
}

std::string findings_text(const json& findings, const Style& style) {
    std::string text;
    for (const json& finding : findings) {
        const bool error = finding.value("severity", "") == "error";
        const std::string place = place_text(finding);
        text +=
            fmt::format("  {} {}{}\n", style(error ? Tone::bad : Tone::faint, error ? "!" : "·"),
                        place.empty() ? "" : place + ": ", clean_at(finding, "message"));
    }
    return text;
}

std::string source_text(const json& source, net::WallTime now, const Style& style) {
    const std::string word = clean_at(source, "status");
    const std::string tip = short_commit(clean_at(source, "tip"));
    std::string text =
        fmt::format("{} {}  {}  {}{}", style(Tone::faint, "source"),
                    style(Tone::strong, clean_at(source, "name")), style(tone_of(word), word),
                    clean_at(source, "branch"), tip.empty() ? "" : " at " + tip);
    if (const auto until = seconds_until(source, "checked", now)) {
        text += fmt::format(", checked {} ago", about(-*until));
    }
    text += "\n";
    if (const auto detail = clean_at(source, "detail"); !detail.empty()) {
        text += "  " + detail + "\n";
    }
    return text + findings_text(source["findings"], style);
}

std::string next_text(const json& target, net::WallTime now) {
    if (const auto running = clean_at(target, "running"); !running.empty()) {
        const auto progress = clean_at(target, "progress");
        return "running" + (progress.empty() ? "" : ": " + progress);
    }
    const auto until = seconds_until(target, "next_due", now);
    if (!until) return {};
    return fmt::format("next look in {} ({})", about(*until), clean_at(target, "next_why"));
}

std::string target_head(const json& target, net::WallTime now, const Style& style) {
    const std::string word = clean_at(target, "status");
    const std::string commit = clean_at(target, "commit");
    std::string text = fmt::format("{} {}  {}  {}  {}", style(Tone::faint, "target"),
                                   style(Tone::strong, clean_at(target, "name")),
                                   style(tone_of(word), word), clean_at(target, "mode"),
                                   commit.empty() ? "no commit" : "commit " + short_commit(commit));
    if (const auto next = next_text(target, now); !next.empty()) text += "  " + next;
    return text + "\n";
}

std::string held_text(const json& target, const Style& style) {
    std::string text;
    if (const auto why = clean_at(target, "hold_removals"); !why.empty()) {
        text += fmt::format("  {} every removal waits: {}\n", style(Tone::warn, "!"), why);
    }
    if (target["held"].empty()) return text;
    Table table;
    for (const json& held : target["held"]) {
        table.row({{clean_at(held, "verb"), Tone::warn},
                   {fmt::format("{}/{}", clean_at(held, "kind"), clean_at(held, "name"))},
                   {clean_at(held, "why"), Tone::faint}});
    }
    text += fmt::format("  {} held until `driftless confirm {}`:\n", style(Tone::warn, "!"),
                        clean_at(target, "held_hash"));
    return text + table.print(style, "      ");
}

std::string suspended_text(const json& target, net::WallTime now, const Style& style) {
    std::string text;
    for (const json& one : target["suspended"]) {
        const std::string name = clean_at(one, "name");
        const std::string reason = clean_at(one, "reason");
        const auto left = seconds_until(one, "until", now);
        text += fmt::format("  {} {} is suspended{}{}; `driftless resume {}` ends it\n",
                            style(Tone::warn, "!"), name,
                            left ? " for " + about(*left) + " more" : std::string{},
                            reason.empty() ? "" : ": " + reason, name);
    }
    return text;
}

std::string notes_text(const json& target) {
    std::string text;
    for (const json& note : target["notes"]) text += "  " + clean_at(note, "text") + "\n";
    return text;
}

/// The resources of one target, those of a manifest together.
std::string resources_text(const std::string& target, const json& resources, const Style& style) {
    std::map<std::string, Table> groups;
    for (const json& resource : resources) {
        if (resource["target"] != target) continue;
        const std::string status = clean_at(resource, "status");
        groups[clean_at(resource["origin"], "manifest")].row(
            {{status, tone_of(status)},
             {fmt::format("{}/{}", clean_at(resource, "kind"), clean_at(resource, "name"))},
             {clean_at(resource, "why"), Tone::faint}});
    }
    std::string text;
    for (const auto& [manifest, table] : groups) {
        text += "  " + (manifest.empty() ? "not declared" : manifest) + "\n";
        text += table.print(style, "    ");
    }
    return text;
}

std::string target_text(const json& target, const json& resources, net::WallTime now,
                        const Style& style) {
    std::string text = target_head(target, now, style);
    text += suspended_text(target, now, style);
    const bool suspended = clean_at(target, "status") == "suspended";
    if (const auto detail = clean_at(target, "detail"); !detail.empty() && !suspended) {
        text += "  " + style(Tone::bad, detail) + "\n";
    }
    if (target["last"].is_object()) {
        const auto error = clean_at(target["last"], "error");
        if (!error.empty() && error != clean_at(target, "detail")) {
            text += fmt::format("  {} last run: {}\n", style(Tone::bad, "!"), error);
        }
    }
    text += findings_text(target["findings"], style) + held_text(target, style);
    text += notes_text(target);
    return text + resources_text(clean_at(target, "name"), resources, style);
}

}  // namespace

std::string status_text(const json& status, net::WallTime now, const Style& style) {
    std::string text = fmt::format("{} {}\n", style(Tone::faint, "installation"),
                                   style(Tone::strong, clean_at(status, "installation")));
    if (const auto lost = clean_at(status, "lost"); !lost.empty()) {
        text += style(Tone::bad, "! ") + lost + "\n";
    }
    if (!status.value("store_works", true)) {
        text += style(Tone::bad, "! the store cannot be read or written: nothing is changed\n");
    }
    for (const json& source : status["sources"]) text += "\n" + source_text(source, now, style);
    for (const json& target : status["targets"]) {
        text += "\n" + target_text(target, status["resources"], now, style);
    }
    return text;
}

}  // namespace driftless::cli
