#include "daemon/cli/waiting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/machine.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

using State = Standing::State;

const json* source_of(const json& target, const json& sources) {
    for (const json& source : sources) {
        if (source["name"] == target["source"]) return &source;
    }
    return nullptr;
}

bool has_errors(const json& findings) {
    return std::ranges::any_of(findings,
                               [](const json& one) { return one["severity"] == "error"; });
}

std::string first_error(const json& findings) {
    for (const json& one : findings) {
        if (one["severity"] != "error") continue;
        return fmt::format("{}:{}:{}: {}", text_at(one, "file"), one.value("line", 0),
                           one.value("column", 0), text_at(one, "message"));
    }
    return {};
}

/// "1 progressing, 2 blocked"
std::string counts_text(const json& counts) {
    std::string text;
    for (const auto& [word, count] : counts.items()) {
        if (word == "in_sync") continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count.get<int>(), word);
    }
    return text;
}

/// The first resource of a target with that status, and why.
std::string first_with(const std::string& status, const json& target, const json& resources) {
    for (const json& one : resources) {
        if (one["target"] != target["name"] || one["status"] != status) continue;
        return text_at(one, "key") + ": " + text_at(one, "why");
    }
    return status;
}

bool can_be_read(const json& target) {
    return target["status"] == "ok" || target["status"] == "suspended";
}

/// Of a target that has the commit in force.
Standing settled(const json& target, const json& resources) {
    Standing standing{.target = text_at(target, "name"), .state = State::pending, .why = {}};
    if (target["counts"].contains("failed")) {
        standing.state = State::failed;
        standing.why = first_with("failed", target, resources);
    } else if (!can_be_read(target)) {
        standing.state = State::away;
        standing.why = text_at(target, "status") + ": " + text_at(target, "detail");
    } else if (target["status"] == "suspended") {
        standing.why = text_at(target, "detail");
    } else if (exit_code_of_target(target) == exit_done) {
        standing.state = State::done;
    } else if (!target["held"].empty()) {
        standing.why = fmt::format("{} held for `driftless confirm {}`", target["held"].size(),
                                   text_at(target, "held_hash"));
    } else {
        standing.why = counts_text(target["counts"]);
        if (standing.why.empty()) standing.why = "not looked at yet";
    }
    return standing;
}

}  // namespace

std::string_view name(State state) {
    switch (state) {
        case State::done: return "done";
        case State::pending: return "pending";
        case State::away: return "away";
        case State::failed: return "failed";
    }
    return "pending";
}

bool Waiting::is_it(const json& commit) const {
    return commit.is_string() && !commit.get_ref<const std::string&>().empty() &&
           commit.get_ref<const std::string&>().starts_with(revision_);
}

/// Named, or one that takes commits from a source that has this one.
bool Waiting::concerns(const json& target, const json& sources) const {
    if (!target_.empty()) return target["name"] == target_;
    if (is_it(target["commit"]) || in_force_.contains(text_at(target, "name"))) return true;
    const bool any_has_it =
        std::ranges::any_of(sources, [this](const json& source) { return is_it(source["tip"]); });
    if (!any_has_it) return !text_at(target, "source").empty();
    const json* source = source_of(target, sources);
    return source != nullptr ? is_it((*source)["tip"]) : has_errors(target["findings"]);
}

std::vector<Standing> Waiting::look(const json& status, const json& resources) {
    std::vector<Standing> all;
    for (const json& target : status["targets"]) {
        if (!concerns(target, status["sources"])) continue;
        all.push_back(look_at(target, status["sources"], resources["resources"]));
    }
    return all;
}

Standing Waiting::look_at(const json& target, const json& sources, const json& resources) {
    const std::string target_name = text_at(target, "name");
    if (is_it(target["commit"])) {
        in_force_.insert(target_name);
        if (is_it(target["planned_commit"])) return settled(target, resources);
        return {target_name, can_be_read(target) ? State::pending : State::away,
                can_be_read(target) ? "begins" : text_at(target, "detail")};
    }
    const std::string now = short_commit(text_at(target, "commit"));
    if (in_force_.contains(target_name)) {
        return {target_name, State::failed, now + " came in its place"};
    }
    const json* source = source_of(target, sources);
    const bool is_tip = source == nullptr || is_it((*source)["tip"]);
    if (is_tip && has_errors(target["findings"])) {
        return {target_name, State::failed, first_error(target["findings"])};
    }
    std::string why = now.empty() ? "no commit is in force" : now + " is in force";
    if (source != nullptr && (*source)["status"] != "ok") {
        why += fmt::format("; source {} is {}: {}", text_at(*source, "name"),
                           text_at(*source, "status"), text_at(*source, "detail"));
    }
    return {target_name, State::pending, why};
}

int exit_code_of(const std::vector<Standing>& all) {
    const auto any = [&all](State state) {
        return std::ranges::find(all, state, &Standing::state) != all.end();
    };
    if (any(State::failed) || any(State::away)) return exit_error;
    return any(State::pending) || all.empty() ? exit_pending : exit_done;
}

bool is_over(const std::vector<Standing>& all) {
    const bool failed = std::ranges::find(all, State::failed, &Standing::state) != all.end();
    return failed || exit_code_of(all) == exit_done;
}

}  // namespace driftless::cli
