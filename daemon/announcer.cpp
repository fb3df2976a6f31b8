#include "daemon/announcer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace driftless {
namespace {

/// Of what went wrong, enough for a line; status has all of it.
constexpr std::size_t longest_text = 500;

std::string brief(const std::string& text) {
    return text.size() <= longest_text ? text : text.substr(0, longest_text) + "…";
}

json run_view(const TargetStatus& target) {
    return {{"target", target.name}, {"run", target.running}};
}

json ended_view(const TargetStatus& target, const LastRun& last) {
    return {{"target", target.name},
            {"run", last.id},
            {"trigger", last.trigger},
            {"began", net::to_string(last.began)},
            {"took_ms", std::chrono::round<std::chrono::milliseconds>(last.took).count()},
            {"changes", last.changes},
            {"converged", last.converged},
            {"error", brief(last.error)}};
}

json change_view(const ResourceKey& key, const json& status, const json& was,
                 const std::string& why) {
    return {{"key", to_string(key)}, {"status", status}, {"was", was}, {"why", brief(why)}};
}

std::string_view result_of(const Outcome& outcome) {
    if (outcome.canceled) return "canceled";
    if (outcome.unreadable) return "unreadable";
    const bool failed = std::ranges::any_of(
        outcome.actions, [](const ActionOutcome& action) { return action.error.has_value(); });
    if (failed) return "failed";
    return outcome.converged() ? "converged" : "waiting";
}

}  // namespace

void Announcer::looked(const SourceStatus& source, const Result<void>& result) {
    SourceMeasures& measures = measures_.sources[source.name];
    ++measures.polls;
    if (!result) ++measures.failures;
    const std::string now = std::string{name(source.word)} + " " + source.tip;
    std::string& told = sources_[source.name];
    if (told == now) return;
    told = now;
    feed_.post("source", {{"source", source.name},
                          {"status", name(source.word)},
                          {"detail", brief(source.detail)},
                          {"tip", source.tip}});
}

void Announcer::wanted(const TargetStatus& target, std::optional<net::SteadyTime> seen) {
    Known& known = targets_[target.name];
    known.commit = seen ? target.commit : std::string{};
    if (seen) known.seen = *seen;
    feed_.post("commit",
               {{"target", target.name}, {"source", target.source}, {"commit", target.commit}});
}

void Announcer::run_began(const TargetStatus& target) {
    feed_.post("run_began", run_view(target));
}

void Announcer::run_progressed(const TargetStatus& target) {
    json view = run_view(target);
    view["text"] = brief(target.progress);
    feed_.post("progress", view);
}

void Announcer::run_ended(const TargetStatus& target, const Outcome& outcome) {
    Known& known = targets_[target.name];
    measure(target, outcome, known);
    tell_resources(target, known);
    tell_target(target, known);
    const bool noted = target.last && target.last->id == outcome.run;
    if (noted) feed_.post("run_ended", ended_view(target, *target.last));
}

void Announcer::measure(const TargetStatus& target, const Outcome& outcome, Known& known) {
    RunMeasures& measures = measures_.runs[target.name];
    const std::string_view result = result_of(outcome);
    ++measures.results[std::string{result}];
    measures.changes += outcome.changes;
    measures.last = clock_.wall();
    if (result == "converged" || result == "waiting") {
        measures.last_good = measures.last;
        measures.failed_in_a_row = 0;
    } else if (result != "canceled") {
        ++measures.failed_in_a_row;
    }
    if (target.last && target.last->id == outcome.run) measures.took.add(target.last->took);
    const bool live = outcome.full && result == "converged" && outcome.plan.commit == known.commit;
    if (!live || known.commit.empty()) return;
    measures.commit_to_live.add(clock_.now() - known.seen);
    known.commit.clear();
}

/// Both maps are sorted: one walk, and in a quiet round nothing is copied.
void Announcer::tell_resources(const TargetStatus& target, Known& known) {
    std::vector<json> changes;
    auto before = known.resources.begin();
    const auto gone = [&] {
        changes.push_back(change_view(before->first, nullptr, name(before->second), ""));
        before = known.resources.erase(before);
    };
    for (const auto& [key, resource] : target.resources) {
        while (before != known.resources.end() && before->first < key) gone();
        const bool is_new = before == known.resources.end() || key < before->first;
        if (is_new) before = known.resources.emplace_hint(before, key, resource.status);
        const Status was = std::exchange(before->second, resource.status);
        ++before;
        if (!is_new && was == resource.status) continue;
        const json before_it = is_new ? json(nullptr) : json(name(was));
        changes.push_back(change_view(key, name(resource.status), before_it, resource.why));
    }
    while (before != known.resources.end()) gone();
    if (changes.size() > most_resources) {
        return feed_.post("resources", {{"target", target.name}, {"changed", changes.size()}});
    }
    for (const json& change : changes) feed_.post("resource", change);
}

void Announcer::tell_target(const TargetStatus& target, Known& known) {
    if (target.word != known.word) {
        feed_.post("target", {{"target", target.name},
                              {"status", name(target.word)},
                              {"detail", brief(target.detail)}});
        known.word = target.word;
    }
    if (target.plan.held_hash != known.held_hash) {
        feed_.post("held", {{"target", target.name},
                            {"held", target.plan.held.size()},
                            {"held_hash", target.plan.held_hash}});
        known.held_hash = target.plan.held_hash;
    }
}

}  // namespace driftless
