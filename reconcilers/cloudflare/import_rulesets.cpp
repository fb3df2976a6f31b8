#include "reconcilers/cloudflare/import_rulesets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "config/yaml_writer.hpp"
#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/node_json.hpp"
#include "reconcilers/cloudflare/ruleset_manifest.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t longest_ref = 64;
constexpr std::size_t longest_stem = 50;  // of a manifest's name, with room for "-bottom-2"
constexpr std::string_view any_mark = "driftless.";
/// What a rule has that a manifest can say, or that the service alone says of it.
constexpr std::array<std::string_view, 13> known_keys{"id",
                                                      "ref",
                                                      "version",
                                                      "last_updated",
                                                      "categories",
                                                      "action",
                                                      "expression",
                                                      "description",
                                                      "enabled",
                                                      "action_parameters",
                                                      "ratelimit",
                                                      "logging",
                                                      "exposed_credential_check"};

bool says_nothing(const json& value) {
    return value.is_null() || value == "" || (value.is_structured() && value.empty());
}

/// An empty list or text that a rule's one form doesn't keep, by its name: nobody knows whether it
/// says more than none.
std::string empty_part(const json& shown, const json& kept) {
    for (const auto& [key, member] : shown.items()) {
        const json* below = nullptr;
        if (kept.is_object() && kept.contains(key)) below = &kept.at(key);
        if (shown.is_array() && kept.is_array()) below = &kept.at(std::stoul(key));
        const bool is_empty = member == "" || (member.is_array() && member.empty());
        if (is_empty && below == nullptr) return key;
        if (!member.is_structured()) continue;
        const std::string part = empty_part(member, below == nullptr ? json{} : *below);
        if (!part.empty()) return part;
    }
    return "";
}

/// What a reader has no file for: "spec.rules[0].action: …".
std::string without_place(const std::string& message) {
    const std::string_view begin = "spec.rules[0].";
    return message.starts_with(begin) ? message.substr(begin.size()) : message;
}

std::string whose(const RulesetPlace& place) {
    return place.zone.empty() ? "the account" : "zone " + place.zone;
}

Node rule_node(const std::string& ref, const json& form) {
    Node node = Node::map({});
    node["ref"] = text_node(ref);
    for (const char* key : {"description", "expression", "action"}) {
        const std::string text = form.at(key);
        if (!text.empty()) node[key] = text_node(text);
    }
    if (form.at("enabled") != true) node["enabled"] = node_of(form.at("enabled"));
    for (const char* key :
         {"action_parameters", "ratelimit", "logging", "exposed_credential_check"}) {
        if (!form.at(key).is_null()) node[key] = node_of(form.at(key));
    }
    return node;
}

/// The rules of one phase on their way into one or two manifests.
class RulesImport {
public:
    RulesImport(const LiveRules& live, const ImportView& view, Imported& made)
        : live_(live), view_(view), made_(made) {}

    /// @param names  of manifests, taken already
    void run(std::set<std::string>& names) {
        sort_out();
        const auto fits = [](const Rule& rule) { return rule.why.empty(); };
        const auto first = std::ranges::find_if_not(rules_, fits);
        const auto last = std::find_if_not(rules_.rbegin(), rules_.rend(), fits).base();
        for (auto rule = first; rule < last; ++rule) {
            if (rule->why.empty())
                rule->why =
                    "it stands between others that can't be written, and a manifest's "
                    "rules stand above or below those";
            made_.left_out.push_back({what(*rule->shown), rule->why});
        }
        for (Rule& rule : rules_)
            if (fits(rule)) rule.ref = ref_for(*rule.shown);
        write({rules_.begin(), first}, "top", names);
        if (first != rules_.end()) write({last, rules_.end()}, "bottom", names);
    }

private:
    struct Rule {
        const json* shown;
        json form;
        std::string ref;
        std::string why;  ///< it is left out; empty: it isn't
    };

    void sort_out() {
        const std::string mark = full_ref(view_.installation, "");
        const bool has_ours = std::ranges::any_of(
            live_.rules, [&](const json& rule) { return text_of(rule, "ref").starts_with(mark); });
        for (const json& shown : live_.rules) {
            Rule rule{&shown, form_of_rule(shown), "rule", ""};
            rule.why = keeper(shown, mark);
            if (rule.why.empty()) rule.why = trouble(rule);
            if (rule.why.empty() && has_ours) {
                rule.why =
                    "driftless keeps rules of this phase already; write it into their "
                    "manifest, as it stands among them";
            }
            rules_.push_back(std::move(rule));
        }
    }

    static std::string keeper(const json& shown, const std::string& mark) {
        const std::string ref = text_of(shown, "ref");
        if (ref.starts_with(mark)) return "driftless looks after it already";
        if (!ref.starts_with(any_mark)) return "";
        return "another driftless looks after it: its ref is " + in_quotes(ref);
    }

    /// Why no first plan would leave it as it is; "" where one does.
    [[nodiscard]] std::string trouble(const Rule& rule) const {
        for (const auto& [key, value] : rule.shown->items()) {
            const bool is_known = std::ranges::find(known_keys, key) != known_keys.end();
            if (!is_known && !says_nothing(value))
                return "it has " + in_quotes(key) + ", which no manifest can say";
        }
        const json shown = rule.shown->value("action_parameters", json::object());
        const std::string part =
            shown.is_object() ? empty_part(shown, rule.form.at("action_parameters")) : "";
        if (!part.empty())
            return "its action_parameters have an empty " + in_quotes(part) +
                   ", and a manifest would have none";
        if (std::string why = trouble_with_text(rule.form); !why.empty()) return why;
        const Expanded made = expand_alone(document_of("import", "top", std::span{&rule, 1}),
                                           expand_ruleset, view_.installation);
        for (const Finding& finding : made.findings)
            if (finding.severity == Finding::Severity::error) return without_place(finding.message);
        const json& want = made.resources.front().spec;
        for (const auto& [key, value] : rule.form.items())
            if (want.at(key) != value) return key + " is nothing that a manifest can say";
        return "";
    }

    /// Its own where somebody gave it one, else after what it is called.
    std::string ref_for(const json& shown) {
        std::string wanted = text_of(shown, "ref");
        const bool is_given = !wanted.empty() && wanted != text_of(shown, "id");
        if (!is_given) wanted = text_of(shown, "description");
        if (wanted.empty()) wanted = text_of(shown, "action");
        std::ranges::replace(wanted, '.', '-');
        wanted = manifest_name(wanted.substr(0, longest_ref - 4));
        std::string ref = wanted;
        for (int number = 2; !refs_.insert(ref).second; ++number)
            ref = fmt::format("{}-{}", wanted, number);
        return ref;
    }

    [[nodiscard]] std::string what(const json& shown) const {
        std::string called = text_of(shown, "description");
        if (called.empty()) called = text_of(shown, "id");
        return fmt::format("rule {} of {}", in_quotes(called), to_text(live_.place));
    }

    [[nodiscard]] Node document_of(const std::string& name, const std::string& at,
                                   std::span<const Rule> rules) const {
        Node document = manifest_head("Ruleset", name, view_.target);
        Node& spec = document["spec"];
        if (live_.place.zone.empty()) {
            spec["account"] = Node::scalar("true", {}, true);
        } else {
            spec["zone"] = text_node(live_.place.zone);
        }
        spec["phase"] = text_node(live_.place.phase);
        if (at != "top") spec["at"] = text_node(at);
        Node list = Node::list({});
        for (const Rule& rule : rules) list.items.push_back(rule_node(rule.ref, rule.form));
        spec["rules"] = std::move(list);
        return document;
    }

    void write(std::span<const Rule> rules, const std::string& at, std::set<std::string>& names) {
        if (rules.empty()) return;
        std::string wanted = manifest_name(to_text(live_.place).substr(0, longest_stem));
        if (at != "top") wanted += "-" + at;
        std::string name = wanted;
        for (int number = 2; !names.insert(name).second; ++number)
            name = fmt::format("{}-{}", wanted, number);
        ImportedManifest manifest{.name = name};
        manifest.what = fmt::format("{} of {}{}", live_.place.phase, whose(live_.place),
                                    at == "top" ? "" : ", at the bottom");
        const std::string comment = fmt::format(
            "Written by `driftless import {}`: the rules of {} of {}, in their order. A rule gets "
            "our ref with its first change.",
            view_.target, live_.place.phase, whose(live_.place));
        manifest.files["ruleset-" + name + ".yaml"] =
            write_yaml(document_of(name, at, rules), comment);
        manifest.has_folder = false;
        made_.manifests.push_back(std::move(manifest));
    }

    const LiveRules& live_;
    const ImportView& view_;
    Imported& made_;
    std::vector<Rule> rules_;
    std::set<std::string> refs_;
};

}  // namespace

void import_rulesets(const std::vector<LiveRules>& lists, const ImportView& view, Imported& made) {
    std::set<std::string> names;
    for (const LiveRules& live : lists) RulesImport{live, view, made}.run(names);
}

}  // namespace driftless::cloudflare
