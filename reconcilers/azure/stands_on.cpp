#include "reconcilers/azure/stands_on.hpp"

#include <algorithm>
#include <set>

#include "config/base/lower_case.hpp"
#include "config/base/vault.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

constexpr std::string_view identity_kind = "ManagedIdentity";
constexpr std::string_view identity_type = "microsoft.managedidentity/userassignedidentities";

std::string role_word(std::string_view identity) {
    return "role of " + std::string{identity_kind} + "/" + lower_case(identity);
}

class Words {
public:
    explicit Words(const std::string& own) : own_(lower_case(own)) {}

    void add_all_above(const std::string& id) {
        auto at = ResourceId::parse(id);
        while (at) {
            const std::string above = at->above();
            at = ResourceId::parse(above);
            if (at && at->type() != "Microsoft.Resources/subscriptions") add_id(at->folded());
        }
    }

    /// Every text and key of a body.
    void walk(const json& value) {
        if (value.is_string()) return add_text(value.get_ref<const std::string&>());
        if (value.is_object()) {
            for (const auto& [key, item] : value.items()) {
                add_text(key);
                walk(item);
            }
        } else if (value.is_array()) {
            for (const json& item : value) walk(item);
        }
    }

    void add(std::string word) { words_.insert(std::move(word)); }
    std::vector<std::string> take() && { return {words_.begin(), words_.end()}; }

private:
    void add_text(const std::string& text) {
        for (const LateRef& ref : late_refs(text)) {
            if (ref.of.kind == identity_kind) add(role_word(ref.of.name));
        }
        if (!text.starts_with("/subscriptions/") || has_marks(text)) return;
        const auto id = ResourceId::parse(text);
        if (!id) return;
        add_id(id->folded());
        add_all_above(text);
        if (lower_case(id->type()) == identity_type) add(role_word(id->name()));
    }

    /// A parent that names its children doesn't wait for them.
    void add_id(const std::string& folded) {
        if (folded != own_ && !folded.starts_with(own_ + "/")) add("id " + folded);
    }

    std::string own_;
    std::set<std::string> words_;
};

/// The identity that a role is given to, where the manifest takes it from there.
void add_grant(const json& spec, std::vector<std::string>& words) {
    const json::json_pointer at{"/properties/principalId"};
    if (!spec.contains(at) || !spec.at(at).is_string()) return;
    for (const LateRef& ref : late_refs(spec.at(at).get_ref<const std::string&>())) {
        if (ref.of.kind == identity_kind) words.push_back(role_word(ref.of.name));
    }
}

}  // namespace

std::vector<std::string> words_offered(const TypeRow& row, const json& spec) {
    std::vector<std::string> words{"id " + lower_case(spec.at(id_key).get<std::string>()),
                                   "type " + lower_case(row.type)};
    if (row.name == "RoleAssignment") add_grant(spec, words);
    return words;
}

std::vector<std::string> words_needed(const TypeRow& row, const json& spec) {
    const std::string id = spec.at(id_key);
    Words words{id};
    words.add_all_above(id);
    json body = spec;
    for (const char* key : {id_key, type_key, version_key}) body.erase(key);
    // A role's own principal has no other roles to wait for.
    if (row.name != "RoleAssignment") words.walk(body);
    for (const std::string& type : row.after) words.add("type " + lower_case(type));
    return std::move(words).take();
}

}  // namespace driftless::azure
