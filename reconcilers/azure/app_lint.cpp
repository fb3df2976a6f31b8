#include "reconcilers/azure/app_lint.hpp"

#include <fmt/format.h>

#include <optional>
#include <regex>

#include "config/base/lower_case.hpp"
#include "config/base/vault.hpp"
#include "reconcilers/azure/body_reader.hpp"

namespace driftless::azure {
namespace {

constexpr std::size_t longest_revision = 54;
constexpr const char* traffic_words = "spec.properties.configuration.ingress.traffic";

void refuse(Findings& findings, const Place& place, std::string message) {
    findings.push_back({Finding::Severity::error, place, std::move(message)});
}

bool is_known(const Node* node) {
    return node != nullptr && node->is_scalar() && !is_yaml_null(*node) && !has_marks(node->text);
}

void lint_suffix(const Node& node, const std::string& app, Findings& findings) {
    static const std::regex good{"[a-z0-9](-?[a-z0-9])*"};
    if (!is_known(&node) || node.text.empty()) return;
    const bool fits =
        std::regex_match(node.text, good) && app.size() + 2 + node.text.size() <= longest_revision;
    if (fits) return;
    refuse(findings, node.place,
           fmt::format("spec.properties.template.revisionSuffix: {}: expected lower-case letters, "
                       "digits and single \"-\", {} characters at most with the app's name",
                       in_quotes(node.text), longest_revision - 2));
}

/// @return its weight; none where it is not known yet, or left out
std::optional<double> lint_share(const Node& share, const std::string& app, Findings& findings) {
    const Node* name = share.find("revisionName");
    const Node* newest = share.find("latestRevision");
    const bool is_newest = is_known(newest) && as_bool(*newest) && *as_bool(*newest);
    if (is_known(name) && is_newest) {
        refuse(findings, name->place,
               fmt::format("{}: a share is the newest revision's or that of one by its name, not "
                           "both",
                           traffic_words));
    } else if (is_known(name) && !lower_case(name->text).starts_with(lower_case(app) + "--")) {
        refuse(findings, name->place,
               fmt::format("{}: {} is no revision of {}: those begin with {}--", traffic_words,
                           in_quotes(name->text), app, app));
    }
    const Node* weight = share.find("weight");
    if (!is_known(weight)) return std::nullopt;
    const auto number = as_number(*weight);
    return number ? std::optional{*number} : std::nullopt;
}

void lint_traffic(const Node& traffic, const std::string& app, Findings& findings) {
    double sum = 0;
    bool all = !traffic.items.empty();
    for (const Node& share : traffic.items) {
        if (!share.is_map()) return;
        const auto weight = lint_share(share, app, findings);
        all = all && weight;
        sum += weight.value_or(0);
    }
    if (!all || sum == 100) return;
    refuse(findings, traffic.place,
           fmt::format("{}: the weights are {} together; make them 100", traffic_words, sum));
}

/// Which revision gets the traffic is then said by labels, and nothing known tells how to hold it
/// back until the new one is ready.
void lint_mode(const Node& mode, Findings& findings) {
    if (!is_known(&mode) || lower_case(mode.text) != "labels") return;
    refuse(
        findings, mode.place,
        "spec.properties.configuration.activeRevisionsMode: driftless can't hold traffic back in "
        "the mode Labels; write Multiple: its shares may have labels, too");
}

}  // namespace

void lint_app(const Node& spec, const std::string& app, Findings& findings) {
    const Node* suffix = node_at(spec, "properties.template.revisionSuffix");
    if (suffix != nullptr) lint_suffix(*suffix, app, findings);
    const Node* mode = node_at(spec, "properties.configuration.activeRevisionsMode");
    if (mode != nullptr) lint_mode(*mode, findings);
    const Node* traffic = node_at(spec, "properties.configuration.ingress.traffic");
    if (traffic != nullptr && traffic->is_list()) lint_traffic(*traffic, app, findings);
}

}  // namespace driftless::azure
