#include "reconcilers/cloudflare/access_manifest.hpp"

#include <fmt/format.h>

#include "config/base/resource_key.hpp"
#include "reconcilers/cloudflare/access_reader.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"
#include "reconcilers/cloudflare/live_access.hpp"

namespace driftless::cloudflare {
namespace {

void read_all_rules(MapReader& reader, const Expansion& with, Findings& findings, json& spec) {
    for (const char* part : {"include", "exclude", "require"}) {
        const Node* list = reader.get(part);
        spec[part] = list == nullptr
                         ? json::array()
                         : read_rules(*list, reader.where(part), with.manifest.target, findings);
        const bool is_hollow = list != nullptr && list->is_list() && list->items.empty();
        if (std::string_view{part} == "include" && (list == nullptr || is_hollow)) {
            reader.error(list == nullptr ? reader.place() : list->place,
                         "spec.include: expected at least one rule: who is meant, such as "
                         "{email_domain: bnx.dev} or {everyone: {}}");
        }
    }
}

Expanded expand(AccessSort sort, const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    MapReader reader{node, "spec", expanded.findings};
    Declared declared = access_resource(sort, with);
    declared.spec = json::object();
    const std::string called =
        read_access_name(reader, access_name(with.installation, with.manifest.name));
    declared.spec["name"] = called;
    declared.claims = {claim_of_name(sort, called)};
    if (sort == AccessSort::policy && reader.require("decision") != nullptr) {
        declared.spec["decision"] =
            reader.one_of("decision", {"allow", "deny", "non_identity", "bypass"}).value_or("");
    }
    read_all_rules(reader, with, expanded.findings, declared.spec);
    read_plain_fields(reader, sort, declared.spec);
    reader.finish();
    expanded.resources.push_back(std::move(declared));
    return expanded;
}

/// `secret: {write: NAME, for: TARGET}`: where its secret is kept, for whose manifests to name.
void read_sink(MapReader& above, const Expansion& with, Findings& findings, json& spec) {
    const Node* node = above.require("secret");
    if (node == nullptr) return;
    MapReader reader{*node, above.where("secret"), findings};
    const Node* name = reader.require("write");
    if (name != nullptr) spec["secret"] = name->text;
    if (name != nullptr && !is_name(name->text)) {
        reader.error(name->place, fmt::format("{}: {} is no secret's name; use a-z, 0-9, \".\", "
                                              "\"_\" and \"-\"",
                                              reader.where("write"), in_quotes(name->text)));
    }
    const std::string target = reader.text("for").value_or(with.manifest.target);
    spec["for"] = target;
    const bool is_other = target != with.manifest.target;
    if (is_other && (!with.may_address || !with.may_address(target))) {
        reader.error(reader.get("for")->place,
                     fmt::format("{}: there is no target {} that this source may address",
                                 reader.where("for"), in_quotes(target)));
    }
    reader.finish();
}

}  // namespace

Expanded expand_access_group(const Expansion& with) {
    return expand(AccessSort::group, with);
}

Expanded expand_access_policy(const Expansion& with) {
    return expand(AccessSort::policy, with);
}

Expanded expand_access_service_token(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    MapReader reader{node, "spec", expanded.findings};
    Declared declared = access_resource(AccessSort::service_token, with);
    declared.spec = json::object();
    const std::string called =
        read_access_name(reader, access_name(with.installation, with.manifest.name));
    declared.spec["name"] = called;
    read_plain_fields(reader, AccessSort::service_token, declared.spec);
    read_sink(reader, with, expanded.findings, declared.spec);
    reader.finish();
    declared.claims = {claim_of_name(AccessSort::service_token, called),
                       fmt::format("secret {} of target {}", declared.spec.value("secret", ""),
                                   declared.spec.value("for", ""))};
    expanded.resources.push_back(std::move(declared));
    return expanded;
}

}  // namespace driftless::cloudflare
