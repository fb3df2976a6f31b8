#include "reconcilers/cloudflare/ruleset_manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"
#include "config/reading.hpp"
#include "providers/cloudflare/ruleset_phases.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/node_json.hpp"
#include "reconcilers/cloudflare/rule_forms.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_ref = 64;
constexpr std::string_view limits_phase = "http_ratelimit";
/// These do something without parameters; all others need some.
constexpr std::array<std::string_view, 5> bare{"block", "challenge", "js_challenge",
                                               "managed_challenge", "log"};

bool is_plain_ref(std::string_view ref) {
    return !ref.empty() && ref.size() <= longest_ref && std::ranges::all_of(ref, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

class RulesetReader {
public:
    RulesetReader(const Expansion& with, Findings& findings) : with_(with), findings_(findings) {}

    std::vector<Declared> read(const Node& spec);

private:
    bool read_place(MapReader& reader);
    bool read_phase(MapReader& reader);
    void read_rule(const Node& node, const std::string& where);
    bool read_ref(MapReader& reader, std::string& ref);
    json read_form(MapReader& reader);
    void read_action(MapReader& reader);
    void check_parameters(MapReader& reader, const std::string& action);
    void check_limit(MapReader& reader);
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const Expansion& with_;
    Findings& findings_;
    RulesetPlace place_;
    const Phase* phase_ = nullptr;
    std::string at_ = "top";
    std::map<std::string, Place> refs_;
    std::vector<Declared> rules_;
};

std::vector<Declared> RulesetReader::read(const Node& spec) {
    MapReader reader{spec, "spec", findings_};
    const bool has_place = read_place(reader);
    const bool has_phase = read_phase(reader);
    at_ = reader.one_of("at", {"top", "bottom"}).value_or("top");
    const Node* rules = reader.require("rules");
    if (rules != nullptr && !rules->is_list()) error(rules->place, "spec.rules: expected a list");
    reader.finish();
    if (!has_place || !has_phase || rules == nullptr) return {};
    for (std::size_t at = 0; at < rules->items.size(); ++at) {
        read_rule(rules->items[at], fmt::format("spec.rules[{}]", at));
    }
    return std::move(rules_);
}

bool RulesetReader::read_place(MapReader& reader) {
    const auto zone = reader.text("zone");
    const bool account = reader.boolean("account").value_or(false);
    if (zone.has_value() == account) {
        error(reader.place(), "spec: whose rules are they? Name the zone, or say account: true");
        return false;
    }
    if (account) return true;
    auto name = canonical_host(*zone);
    if (!name) error(reader.get("zone")->place, "spec.zone: " + name.error().message);
    if (name) place_.zone = *std::move(name);
    return !place_.zone.empty();
}

bool RulesetReader::read_phase(MapReader& reader) {
    const Node* node = reader.require("phase");
    if (node == nullptr) return false;
    phase_ = phase_named(node->text);
    if (phase_ == nullptr) {
        std::vector<std::string> known;
        for (const Phase& phase : phases()) known.emplace_back(phase.name);
        error(node->place, fmt::format("spec.phase: there is no phase {} whose rules driftless "
                                       "keeps{}",
                                       in_quotes(node->text), did_you_mean(node->text, known)));
        return false;
    }
    place_.phase = phase_->name;
    const bool account = place_.zone.empty();
    const bool fits = account ? !phase_->account_permission.empty() : phase_->in_zones;
    if (!fits) {
        error(node->place, fmt::format("spec.phase: only {} has rules of {}; {}",
                                       account ? "a zone" : "the account", phase_->name,
                                       account ? "name it in spec.zone"
                                               : "say account: true in place of the zone"));
    }
    return fits;
}

bool RulesetReader::read_ref(MapReader& reader, std::string& ref) {
    const Node* node = reader.require("ref");
    if (node == nullptr) return false;
    ref = node->text;
    if (!is_plain_ref(ref)) {
        error(node->place, fmt::format("{}: {} is no name for a rule: 1 to {} of a-z, 0-9, - and _",
                                       reader.where("ref"), in_quotes(ref), longest_ref));
        return false;
    }
    const auto [first, is_new] = refs_.emplace(ref, node->place);
    if (!is_new) {
        error(node->place, fmt::format("{}: {} stands at {} already", reader.where("ref"),
                                       in_quotes(ref), to_string(first->second)));
    }
    return is_new;
}

void RulesetReader::read_action(MapReader& reader) {
    const Node* node = reader.require("action");
    if (node == nullptr || has_marks(node->text)) return;
    std::vector<std::string> known{phase_->actions.begin(), phase_->actions.end()};
    const bool nests = place_.zone.empty() && node->text == "execute";
    if (!nests && std::ranges::find(known, node->text) == known.end()) {
        error(node->place, fmt::format("{}: {} is no action of {}, which has {}{}",
                                       reader.where("action"), in_quotes(node->text), phase_->name,
                                       fmt::join(known, ", "), did_you_mean(node->text, known)));
        return;
    }
    check_parameters(reader, node->text);
}

void RulesetReader::check_parameters(MapReader& reader, const std::string& action) {
    const Node* node = reader.get("action_parameters");
    if (node != nullptr && !node->is_map()) {
        error(node->place, reader.where("action_parameters") + ": expected a map");
    }
    const bool needs = std::ranges::find(bare, action) == bare.end();
    if (node == nullptr && needs) {
        error(reader.place(), fmt::format("{}: is missing: {} says nothing without",
                                          reader.where("action_parameters"), action));
    }
}

void RulesetReader::check_limit(MapReader& reader) {
    const Node* node = reader.get("ratelimit");
    const bool limits = phase_->name == limits_phase;
    if (node == nullptr) {
        if (limits) {
            error(reader.place(), fmt::format("{}: is missing: every rule of {} has one",
                                              reader.where("ratelimit"), limits_phase));
        }
        return;
    }
    if (!limits) {
        error(node->place, fmt::format("{}: only rules of {} have one", reader.where("ratelimit"),
                                       limits_phase));
        return;
    }
    for (const char* key : {"characteristics", "period"}) {
        if (node->find(key) != nullptr) continue;
        error(node->place, fmt::format("{}.{}: is missing", reader.where("ratelimit"), key));
    }
}

json RulesetReader::read_form(MapReader& reader) {
    json rule = json::object();
    read_action(reader);
    check_limit(reader);
    const Node* expression = reader.require("expression");
    if (expression != nullptr && expression->text.find_first_not_of(" \t\n") == std::string::npos) {
        error(expression->place, reader.where("expression") + ": is empty; \"true\" fits all");
    }
    reader.boolean("enabled");
    for (const char* key : {"action", "expression", "description"}) {
        if (const auto text = reader.text(key)) rule[key] = *text;
    }
    for (const char* key :
         {"enabled", "action_parameters", "ratelimit", "logging", "exposed_credential_check"}) {
        if (const Node* node = reader.get(key)) rule[key] = json_of(*node, Fractions::numbers);
    }
    return form_of_rule(rule);
}

void RulesetReader::read_rule(const Node& node, const std::string& where) {
    MapReader reader{node, where, findings_};
    std::string ref;
    const bool has_ref = read_ref(reader, ref);
    json spec = read_form(reader);
    reader.finish();
    if (!has_ref) return;
    spec["at"] = at_;
    spec["position"] = rules_.size() + 1;
    Declared declared;
    declared.key = {with_.manifest.target, std::string{rule_kind}, to_text(place_) + "/" + ref};
    declared.collection = rules_collection(place_);
    declared.spec = std::move(spec);
    declared.origin = {with_.files.commit(), node.place, with_.manifest.key()};
    declared.protect = with_.manifest.protect;
    rules_.push_back(std::move(declared));
}

/// In place of a key `value`, as long as references are resolved.
constexpr std::string_view set_aside = "value of the API";

void rename_lone_key(Node& node, std::string_view from, std::string_view to) {
    for (Node& item : node.items) rename_lone_key(item, from, to);
    for (Node::Entry& entry : node.entries) rename_lone_key(entry.value, from, to);
    if (node.entries.size() == 1 && node.entries.front().key == from) node.entries.front().key = to;
}

/// The API has maps with the one key `value` of its own: where a redirect leads to, a path that is
/// rewritten. Elsewhere in a manifest such a map stands for one of `Values`.
void rename_in_parameters(Node& spec, std::string_view from, std::string_view to) {
    Node* rules = spec.find("rules");
    if (rules == nullptr) return;
    for (Node& rule : rules->items) {
        Node* parameters = rule.find("action_parameters");
        if (parameters != nullptr) rename_lone_key(*parameters, from, to);
    }
}

}  // namespace

Expanded expand_ruleset(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    rename_in_parameters(node, "value", set_aside);
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    rename_in_parameters(node, set_aside, "value");
    expanded.resources = RulesetReader{with, expanded.findings}.read(node);
    return expanded;
}

}  // namespace driftless::cloudflare
