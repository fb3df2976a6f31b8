#include "daemon/http/views.hpp"

#include <algorithm>

#include "config/base/vault.hpp"

namespace driftless::http {
namespace {

json place_view(const Place& place) {
    return {{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

json key_view(const ResourceKey& key) {
    return {{"key", name_of(key)}, {"target", key.target}, {"kind", key.kind}, {"name", key.name}};
}

json origin_view(const Origin& origin) {
    json view = place_view(origin.place);
    view["commit"] = origin.commit;
    view["manifest"] =
        origin.manifest.kind.empty() ? "" : origin.manifest.kind + "/" + origin.manifest.name;
    return view;
}

json fields_view(const std::vector<FieldChange>& fields) {
    json view = json::array();
    for (const FieldChange& field : fields) {
        view.push_back({{"path", field.path},
                        {"have", shown(field.have)},
                        {"want", shown(field.want)},
                        {"replaces", field.replaces}});
    }
    return view;
}

json action_view(const Action& action) {
    json view = key_view(action.key);
    view["verb"] = name(action.verb);
    view["reason"] = action.reason;
    view["fields"] = fields_view(action.fields);
    view["interruption"] = action.interruption;
    view["repair"] = action.repair;
    view["back"] = action.back;
    view["id"] = action.have ? action.have->id : "";
    if (action.want) view["origin"] = origin_view(action.want->origin);
    return view;
}

json held_view(const std::vector<Held>& held) {
    json view = json::array();
    for (const Held& one : held) {
        json action = action_view(one.action);
        action["why"] = one.why;
        view.push_back(std::move(action));
    }
    return view;
}

json rest_view(const Rest& rest) {
    json view = key_view(rest.key);
    view["status"] = name(rest.status);
    view["why"] = rest.why;
    view["fields"] = fields_view(rest.fields);
    const bool in_the_way = rest.status == Status::conflict && rest.have;
    if (in_the_way) view["in_the_way"] = to_string(rest.have->key);
    return view;
}

json live_view(const Live& live) {
    json view = key_view(live.key);
    view["id"] = live.id;
    view["detail"] = live.detail;
    return view;
}

json time_view(const std::optional<net::WallTime>& time) {
    return time ? json(net::to_string(*time)) : json(nullptr);
}

json resource_view(const ResourceKey& key, const ResourceStatus& status) {
    json view = key_view(key);
    view["status"] = name(status.status);
    view["why"] = status.why;
    view["id"] = status.id;
    view["fields"] = fields_view(status.fields);
    view["origin"] = origin_view(status.origin);
    view["held_hash"] = status.held_hash;
    view["kept_until"] = time_view(status.kept_until);
    return view;
}

json last_view(const LastRun& last) {
    return {{"run", last.id},
            {"trigger", last.trigger},
            {"began", net::to_string(last.began)},
            {"took_ms", std::chrono::round<std::chrono::milliseconds>(last.took).count()},
            {"changes", last.changes},
            {"converged", last.converged},
            {"error", last.error}};
}

json suspended_view(const std::vector<Suspension>& suspended) {
    json view = json::array();
    for (const Suspension& one : suspended) {
        view.push_back({{"name", one.name()},
                        {"since", net::to_string(one.since)},
                        {"until", time_view(one.until)},
                        {"reason", one.reason}});
    }
    return view;
}

json notes_view(const std::vector<std::string>& notes) {
    json view = json::array();
    for (const std::string& note : notes) view.push_back({{"text", note}});
    return view;
}

json counts_of(const TargetStatus& target) {
    json counts = json::object();
    for (const auto& [key, status] : target.resources) {
        const std::string word{name(status.status)};
        counts[word] = counts.value(word, 0) + 1;
    }
    return counts;
}

/// Removed ones that only wait for the end of their grace.
std::size_t kept_of(const TargetStatus& target) {
    return static_cast<std::size_t>(std::ranges::count_if(
        target.resources, [](const auto& one) { return one.second.kept_until.has_value(); }));
}

json target_view(const TargetStatus& target) {
    return {{"name", target.name},
            {"status", name(target.word)},
            {"detail", target.detail},
            {"mode", target.mode == Mode::converge ? "converge" : "observe"},
            {"suspended", suspended_view(target.suspended)},
            {"source", target.source},
            {"commit", target.commit},
            {"planned_commit", target.plan.commit},
            {"findings", view_of(target.findings)["findings"]},
            {"hold_removals", target.hold_removals},
            {"counts", counts_of(target)},
            {"kept", kept_of(target)},
            {"held", held_view(target.plan.held)},
            {"held_hash", target.plan.held_hash},
            {"notes", notes_view(target.plan.notes)},
            {"pending", target.plan.actions.size()},
            {"unmanaged", target.plan.unmanaged.size()},
            {"running", target.running},
            {"progress", target.progress},
            {"last", target.last ? last_view(*target.last) : json(nullptr)},
            {"next_due", time_view(target.next_due)},
            {"next_why", target.next_why}};
}

json source_view(const SourceStatus& source) {
    return {{"name", source.name},
            {"url", source.url},
            {"branch", source.branch},
            {"status", name(source.word)},
            {"detail", source.detail},
            {"tip", source.tip},
            {"checked", time_view(source.checked)},
            {"findings", view_of(source.findings)["findings"]}};
}

}  // namespace

json shown(const json& value) {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        return has_marks(text) ? json(driftless::shown(text)) : value;
    }
    if (!value.is_structured()) return value;
    json result = value.is_array() ? json::array() : json::object();
    for (const auto& [key, item] : value.items()) {
        if (value.is_array()) {
            result.push_back(shown(item));
        } else {
            result[has_marks(key) ? driftless::shown(key) : key] = shown(item);
        }
    }
    return result;
}

json view_of(const Findings& findings) {
    json list = json::array();
    for (const Finding& finding : findings) {
        json view = place_view(finding.place);
        view["severity"] = finding.severity == Finding::Severity::error ? "error" : "note";
        view["message"] = finding.message;
        list.push_back(std::move(view));
    }
    return {{"findings", std::move(list)}};
}

json targets_view(const Overview& overview) {
    json targets = json::array();
    for (const auto& [name, target] : overview.targets) targets.push_back(target_view(target));
    return {{"targets", std::move(targets)}};
}

json view_of(const Overview& overview) {
    json view = targets_view(overview);
    json sources = json::array();
    for (const auto& [name, source] : overview.sources) sources.push_back(source_view(source));
    view["sources"] = std::move(sources);
    view["installation"] = overview.installation;
    view["lost"] = overview.lost;
    view["store_works"] = overview.store_works;
    return view;
}

json resources_view(const Overview& overview, const std::string& key) {
    json resources = json::array();
    for (const auto& [name, target] : overview.targets) {
        for (const auto& [at, status] : target.resources) {
            if (key.empty() || to_string(at) == key) resources.push_back(resource_view(at, status));
        }
    }
    return {{"resources", std::move(resources)}};
}

json runs_view(const Overview& overview, const std::string& target) {
    json runs = json::array();
    for (const auto& [name, status] : overview.targets) {
        if (!target.empty() && name != target) continue;
        for (const LastRun& run : status.runs) {
            json view = last_view(run);
            view["target"] = name;
            view["ended"] =
                net::to_string(run.began + std::chrono::round<std::chrono::milliseconds>(run.took));
            runs.push_back(std::move(view));
        }
    }
    return {{"runs", std::move(runs)}};
}

json view_of(const Plan& plan) {
    json actions = json::array();
    for (const Action& action : plan.actions) actions.push_back(action_view(action));
    json resting = json::array();
    for (const Rest& rest : plan.resting) resting.push_back(rest_view(rest));
    json unmanaged = json::array();
    for (const Live& live : plan.unmanaged) unmanaged.push_back(live_view(live));
    return {{"target", plan.target},
            {"commit", plan.commit},
            {"actions", std::move(actions)},
            {"held", held_view(plan.held)},
            {"held_hash", plan.held_hash},
            {"resting", std::move(resting)},
            {"unmanaged", std::move(unmanaged)},
            {"notes", notes_view(plan.notes)}};
}

json view_of(const std::vector<HistoryEntry>& history) {
    json entries = json::array();
    for (const HistoryEntry& entry : history) {
        json view = key_view(entry.key);
        view["at"] = net::to_string(entry.at);
        view["run"] = entry.run;
        view["trigger"] = entry.trigger;
        view["verb"] = entry.verb;
        view["phase"] = entry.phase;
        view["commit"] = entry.commit;
        view["author"] = entry.author;
        view["place"] = entry.place;
        view["reason"] = entry.reason;
        view["request_id"] = entry.request_id;
        view["error"] = entry.error;
        entries.push_back(std::move(view));
    }
    return {{"history", std::move(entries)}};
}

json view_of(const std::vector<Restorable>& removed) {
    json list = json::array();
    for (const Restorable& one : removed) {
        json view = key_view(one.entry.key);
        view["at"] = net::to_string(one.at);
        view["kept_until"] = time_view(one.kept_until);
        view["data"] = one.entry.data;
        view["origin"] = origin_view({one.entry.commit, one.entry.place, one.entry.manifest});
        list.push_back(std::move(view));
    }
    return {{"removed", std::move(list)}};
}

json view_of(const Inventory& left) {
    json list = json::array();
    for (const auto& [key, entry] : left) {
        json view = key_view(key);
        view["id"] = entry.id;
        list.push_back(std::move(view));
    }
    return {{"left", std::move(list)}};
}

}  // namespace driftless::http
