#include "reconcilers/azure/app_template.hpp"

#include <algorithm>

#include "reconcilers/azure/forms.hpp"
#include "reconcilers/plan.hpp"

namespace driftless::azure {
namespace {

const json::json_pointer suffix_at{"/properties/template/revisionSuffix"};

json template_alone(const json& body) {
    const json::json_pointer at{template_path};
    json alone = json::object();
    if (body.contains(at)) alone[at] = body.at(at);
    return alone;
}

}  // namespace

bool makes_revision(const KnownType& type, const json& want, const json& have) {
    return !changed_fields(template_alone(want), template_alone(have), type.rules).empty();
}

std::string suffix_of(const json& body) {
    const bool has_one = body.contains(suffix_at) && body.at(suffix_at).is_string();
    return has_one ? body.at(suffix_at).get<std::string>() : "";
}

std::string revision_named(const std::string& id, const std::string& suffix) {
    return id.substr(id.rfind('/') + 1) + "--" + suffix;
}

bool is_made_of(const KnownType& type, const json& want, const json& revision_template,
                const Vault& vault) {
    const json body{{"id", want.at(id_key)}, {"properties", {{"template", revision_template}}}};
    const json have = sealed_like(want, live_form(type.row, want, body), vault);
    const auto changes = changed_fields(template_alone(want), template_alone(have), type.rules);
    return std::ranges::all_of(changes, [](const FieldChange& change) {
        const bool is_name = change.path == suffix_at.to_string();
        return is_name || change.path.ends_with("/secretRef") ||
               change.path.ends_with("/ephemeralStorage");
    });
}

void lend_suffix(const std::string& lent, json& live) {
    const bool fits = !lent.empty() && suffix_of(live).empty();
    if (fits && live.contains(json::json_pointer{template_path})) live[suffix_at] = lent;
}

}  // namespace driftless::azure
