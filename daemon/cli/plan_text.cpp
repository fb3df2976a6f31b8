#include "daemon/cli/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/cli/field_text.hpp"
#include "daemon/http/views.hpp"

namespace driftless::cli {
namespace {

struct Sign {
    std::string_view text;
    Tone tone;
};

Sign sign_of(Verb verb) {
    switch (verb) {
        case Verb::create: return {"+", Tone::good};
        case Verb::update: return {"~", Tone::warn};
        case Verb::replace: return {"±", Tone::warn};
        case Verb::finish: return {">", Tone::warn};
        case Verb::adopt: return {"=", Tone::good};
        case Verb::remove: return {"-", Tone::bad};
    }
    return {"?", Tone::plain};
}

std::string short_key(const ResourceKey& key) {
    return clean(key.kind + "/" + key.name);
}

/// Who asks for it: the place in the commit, else the reason alone.
std::string asked_by(const Action& action) {
    if (!action.want || action.want->origin.place.file.empty()) return {};
    return clean(to_string(action.want->origin.place));
}

std::string action_text(const Action& action, const std::string& why, const Style& style) {
    const Sign sign = sign_of(action.verb);
    std::string text = fmt::format("  {} {} {}", style(sign.tone, sign.text), name(action.verb),
                                   style(Tone::strong, short_key(action.key)));
    const std::string place = asked_by(action);
    if (!place.empty()) text += "  " + style(Tone::faint, place);
    if (!action.interruption.empty()) {
        text += "  " + style(Tone::warn, "away for " + clean(action.interruption));
    }
    text += "\n";
    for (const std::string& line : {why, action.reason}) {
        const bool known = !place.empty() && line.starts_with(place);  // it stands above
        if (!line.empty() && !known) text += "      " + style(Tone::faint, clean(line)) + "\n";
    }
    json fields = json::array();
    for (const FieldChange& field : action.fields) {
        fields.push_back({{"path", field.path},
                          {"have", http::shown(field.have)},
                          {"want", http::shown(field.want)},
                          {"replaces", field.replaces}});
    }
    return text + fields_text(fields, style, "      ");
}

std::string held_text(const Plan& plan, const Style& style) {
    if (plan.held.empty()) return {};
    std::string text = fmt::format("  {} waits for `driftless confirm {}`:\n",
                                   style(Tone::warn, "held"), plan.held_hash);
    for (const Held& held : plan.held) text += action_text(held.action, held.why, style);
    return text;
}

std::string resting_text(const Plan& plan, const Style& style) {
    Table table;
    std::size_t in_sync = 0;
    for (const Rest& rest : plan.resting) {
        if (rest.status == Status::in_sync) {
            ++in_sync;
            continue;
        }
        table.row({{std::string{name(rest.status)}, tone_of(name(rest.status))},
                   {short_key(rest.key)},
                   {clean(rest.why), Tone::faint}});
    }
    std::string text = table.print(style, "  ");
    if (in_sync > 0) text += fmt::format("  {} {}\n", style(Tone::good, "in sync"), in_sync);
    return text;
}

std::string head_text(const Plan& plan, const Style& style) {
    const std::size_t changes = plan.actions.size();
    std::string count = changes == 0 ? "no changes" : fmt::format("{} to do", changes);
    const auto blocked = std::ranges::count(plan.resting, Status::blocked, &Rest::status);
    if (blocked > 0)
        count += fmt::format(", {} {} for others", blocked, blocked == 1 ? "waits" : "wait");
    if (!plan.held.empty()) count += fmt::format(", {} held", plan.held.size());
    return fmt::format("{} {}{}: {}\n", style(Tone::faint, "target"),
                       style(Tone::strong, clean(plan.target)),
                       plan.commit.empty() ? "" : " at " + clean(short_commit(plan.commit)), count);
}

}  // namespace

std::string plan_text(const Plan& plan, const Style& style) {
    std::string text = head_text(plan, style);
    for (const Action& action : plan.actions) text += action_text(action, {}, style);
    text += held_text(plan, style) + resting_text(plan, style);
    for (const std::string& note : plan.notes) text += "  " + clean(note) + "\n";
    return text;
}

}  // namespace driftless::cli
