#include "reconcilers/cloudflare/import_access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/yaml_writer.hpp"
#include "providers/cloudflare/answers.hpp"
#include "reconcilers/cloudflare/access_application.hpp"
#include "reconcilers/cloudflare/access_application_manifest.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/access_manifest.hpp"
#include "reconcilers/cloudflare/access_object.hpp"
#include "reconcilers/cloudflare/access_rules.hpp"
#include "reconcilers/cloudflare/node_json.hpp"

namespace driftless::cloudflare {
namespace {

/// How a sort is written down.
struct Manner {
    AccessSort sort;
    const char* kind;
    const char* file;  ///< before its name
    Expanded (*expand)(const Expansion&);
};
const Manner manners[] = {
    {AccessSort::group, "AccessGroup", "access-group-", expand_access_group},
    {AccessSort::policy, "AccessPolicy", "access-policy-", expand_access_policy},
    {AccessSort::application, "AccessApplication", "access-application-",
     expand_access_application},
};

/// "AccessGroup/staff" by id.
using Names = std::map<std::string, std::string>;

std::string text_or_id(const std::string& id, const Names& names) {
    const auto found = names.find(id);
    return found == names.end() ? id : found->second;
}

/// `{email_domain: bnx.dev}`, `{group: AccessGroup/staff}`, `{geo: {…}}` where a text is too
/// little.
Node rule_node(const json& rule, const Names& names) {
    Node node = Node::map({});
    for (const auto& [name, fields] : rule.items()) {
        const auto sort = std::ranges::find(rule_sorts(), name, &RuleSort::name);
        const bool is_short = sort != rule_sorts().end() && sort->required.size() == 1 &&
                              fields.size() == 1 && fields.begin().value().is_string();
        if (!is_short) {
            node[name] = node_of(fields);
            continue;
        }
        const std::string text = fields.begin().value();
        node[name] = text_node(sort->manifest.empty() ? text : text_or_id(text, names));
    }
    return node;
}

Node rules_node(const json& rules, const Names& names) {
    Node list = Node::list({});
    for (const json& rule : rules) list.items.push_back(rule_node(rule, names));
    return list;
}

void add_destinations(Node& spec, const json& destinations) {
    const bool is_plain = destinations.size() == 1 && destinations[0].size() == 2 &&
                          text_of(destinations[0], "type") == "public";
    if (is_plain) {
        spec["domain"] = text_node(text_of(destinations[0], "uri"));
    } else {
        spec["destinations"] = node_of(destinations);
    }
}

Node ids_node(const json& ids, const Names& names) {
    Node list = Node::list({});
    for (const json& id : ids) list.items.push_back(text_node(text_or_id(id, names)));
    return list;
}

class AccessImport {
public:
    AccessImport(const ImportView& view, Imported& made) : view_(view), made_(made) {}

    /// Two ways: whatever can be written gets its name first, then all is written with these.
    void add(const Manner& manner, std::vector<AccessObject> objects) {
        std::ranges::sort(objects, {}, [](const AccessObject& one) {
            return std::pair{text_of(one.shown, "created_at"), one.id};
        });
        std::vector<std::pair<AccessObject, std::string>> taken;
        for (AccessObject& object : objects) {
            if (std::string why = trouble(manner, object); !why.empty()) {
                leave_out(manner.sort, object, std::move(why));
                continue;
            }
            std::string given = name_for(manner, object.name);
            names_[object.id] = fmt::format("{}/{}", manner.kind, given);
            taken.emplace_back(std::move(object), std::move(given));
        }
        for (const auto& [object, given] : taken) write(manner, object, given);
    }

    void leave_out(AccessSort sort, const AccessObject& object, std::string why) {
        made_.left_out.push_back({what(sort, object), std::move(why)});
    }

private:
    static std::string what(AccessSort sort, const AccessObject& object) {
        return fmt::format("Access {} {}", name(sort), object.name);
    }

    /// Whose it is already; "" where nobody's.
    [[nodiscard]] std::string keeper(AccessSort sort, const AccessObject& object) const {
        std::string mark = access_name(view_.installation, "");
        std::vector<std::string> marks{object.name};
        if (sort == AccessSort::application) {
            mark = access_tag(view_.installation);
            const auto tags = object.shown.find("tags");
            marks.clear();
            if (tags != object.shown.end() && tags->is_array())
                for (const json& tag : *tags) marks.push_back(tag.is_string() ? tag : json(""));
        }
        for (const std::string& one : marks) {
            const bool is_ours =
                sort == AccessSort::application ? one == mark : one.starts_with(mark);
            if (is_ours) return "driftless looks after it already";
            const bool is_other =
                one.starts_with(sort == AccessSort::application ? "driftless-" : "driftless.");
            if (is_other) return "it has the mark of another driftless: " + in_quotes(one);
        }
        return "";
    }

    /// Why no first plan would leave it as it is; "" where one does.
    std::string trouble(const Manner& manner, const AccessObject& object) {
        if (std::string why = keeper(manner.sort, object); !why.empty()) return why;
        const bool is_application = manner.sort == AccessSort::application;
        if (is_application && text_of(object.shown, "type") != "self_hosted") {
            return fmt::format("it is of type {}; driftless declares self_hosted ones only",
                               in_quotes(text_of(object.shown, "type")));
        }
        const json have = spec(manner.sort, object);
        if (has_own_policy(have)) {
            return "it has a policy of its own; make that a reusable one at the dashboard, then "
                   "import again";
        }
        if (std::string why = trouble_with_text(have); !why.empty()) return why;
        const Node document = written(manner, object, "import", Names{});
        const Expanded made = expand_alone(document, manner.expand, view_.installation);
        for (const Finding& finding : made.findings)
            if (finding.severity == Finding::Severity::error) return finding.message;
        const Declared& want = made.resources.front();
        const auto changes =
            changed_fields(without_mark(want.spec), have, access_field_rules(manner.sort));
        if (!changes.empty()) return changes.front().path + " is nothing that a manifest can say";
        for (const std::string& claim : want.claims) {
            if (claims_.contains(claim)) return "an earlier one has " + in_quotes(claim) + " too";
        }
        claims_.insert(want.claims.begin(), want.claims.end());
        return "";
    }

    static json without_mark(json spec) {
        spec.erase("mark");
        return spec;
    }
    static bool has_own_policy(const json& spec) {
        const json ids = spec.value("policies", json::array());
        return std::ranges::any_of(ids, [](const json& id) {
            return id.get_ref<const std::string&>().starts_with("its own ");
        });
    }

    [[nodiscard]] json spec(AccessSort sort, const AccessObject& object) const {
        if (sort != AccessSort::application) return spec_of(sort, object);
        return spec_of(object, access_tag(view_.installation));
    }

    [[nodiscard]] Node written(const Manner& manner, const AccessObject& object,
                               const std::string& given, const Names& names) const {
        const json have = spec(manner.sort, object);
        Node document = manifest_head(manner.kind, given, view_.target);
        Node& node = document["spec"];
        node["name"] = text_node(object.name);
        if (have.contains("destinations")) add_destinations(node, have.at("destinations"));
        if (have.contains("decision")) node["decision"] = node_of(have.at("decision"));
        for (const char* part : {"include", "exclude", "require"}) {
            const bool is_said = have.contains(part) && !have.at(part).empty();
            if (is_said) node[part] = rules_node(have.at(part), names);
        }
        if (have.contains("policies")) node["policies"] = ids_node(have.at("policies"), names);
        const json tags = have.value("tags", json::array());
        if (!tags.empty()) node["tags"] = node_of(tags);
        for (const AccessKey& key : access_keys(manner.sort)) {
            const json& value = have.at(std::string{key.name});
            if (value != canonical_field(key, nullptr))
                node[std::string{key.name}] = node_of(value);
        }
        return document;
    }

    std::string name_for(const Manner& manner, const std::string& called) {
        const std::string wanted = manifest_name(called);
        std::string given = wanted;
        for (int number = 2; !given_.insert(manner.file + given).second; ++number)
            given = fmt::format("{}-{}", wanted, number);
        return given;
    }

    void write(const Manner& manner, const AccessObject& object, const std::string& given) {
        ImportedManifest manifest{.name = given, .what = what(manner.sort, object)};
        manifest.files[manner.file + given + ".yaml"] = write_yaml(
            written(manner, object, given, names_),
            fmt::format("Written by `driftless import {}`. What it doesn't name stays as it is.",
                        view_.target));
        manifest.has_folder = false;
        made_.manifests.push_back(std::move(manifest));
    }

    const ImportView& view_;
    Imported& made_;
    Names names_;
    std::set<std::string> given_;   ///< "access-group-staff"
    std::set<std::string> claims_;  ///< of all that is written
};

}  // namespace

void import_access(const LiveAccess& live, const ImportView& view, Imported& made) {
    AccessImport import{view, made};
    for (const Manner& manner : manners) {
        const auto found = live.find(manner.sort);
        if (found != live.end()) import.add(manner, found->second);
    }
    const auto tokens = live.find(AccessSort::service_token);
    if (tokens == live.end()) return;
    for (const AccessObject& token : tokens->second) {
        import.leave_out(AccessSort::service_token, token,
                         "its secret was shown once, and a manifest would give it another; what "
                         "names it does so by its id");
    }
}

}  // namespace driftless::cloudflare
