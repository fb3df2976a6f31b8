#include "reconcilers/azure/resource_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"
#include "config/yaml_writer.hpp"
#include "providers/azure/body_text.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/import_body.hpp"
#include "reconcilers/azure/resource_manifest.hpp"
#include "reconcilers/azure/roles.hpp"
#include "reconcilers/azure/type_data.hpp"
#include "reconcilers/import_words.hpp"

namespace driftless::azure {
namespace {

constexpr const char* any_kind = "AzureResource";
constexpr std::size_t short_guid = 8;
constexpr int most_tries = 40;
/// How a person writes a body: these first, and what makes it up last.
constexpr std::array<std::string_view, 6> first_keys{"name",     "kind", "location",
                                                     "identity", "sku",  "tags"};

/// From the one that stands highest to its own.
std::vector<std::string> names_of(const ResourceId& id) {
    std::vector<std::string> names;
    Result<ResourceId> at = id;
    for (auto left = std::ranges::count(id.type(), '/'); left > 0 && at; --left) {
        names.insert(names.begin(), at->name());
        at = ResourceId::parse(at->above());
    }
    return names;
}

/// "AcrPull" of its id; "" of a role that isn't known by its name.
std::string role_name(const std::string& id, const std::string& subscription) {
    for (const std::string& name : known_roles()) {
        const auto known = role_id(name, subscription);
        if (known && lower_case(*known) == lower_case(id)) return name;
    }
    return "";
}

/// "postgres-flexible-server" of "PostgresFlexibleServer".
std::string slug(std::string_view words) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    std::string text;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const bool begins =
            at > 0 && is_upper(words[at]) &&
            (!is_upper(words[at - 1]) || (at + 1 < words.size() && !is_upper(words[at + 1])));
        if (begins) text += '-';
        text += words[at];
    }
    return manifest_name(text);
}

std::vector<std::string> keys_in_order(const json& object) {
    std::vector<std::string> keys;
    for (const std::string_view key : first_keys) {
        if (object.contains(key)) keys.emplace_back(key);
    }
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(first_keys, key) == first_keys.end()) keys.push_back(key);
    }
    return keys;
}

std::string step(const std::string& key) {
    json::json_pointer at;
    at.push_back(key);
    return at.to_string();
}

/// `{secret: …}`, as a tag may be: a manifest could not say it.
bool looks_like_reference(const json& value) {
    if (!value.is_structured()) return false;
    const bool is_one = value.is_object() && value.size() == 1 && value.contains("secret");
    return is_one || std::ranges::any_of(value, looks_like_reference);
}

std::string role_of_principal(const LiveThing& thing, const ImportView& view) {
    const std::string principal = text_at(thing.body, "/properties/principalId");
    const auto identity = view.identities.find(lower_case(principal));
    const std::string role = id_form(text_at(thing.body, "/properties/roleDefinitionId"));
    const std::string name = role_name(role, thing.id.subscription());
    return (identity == view.identities.end() ? principal.substr(0, short_guid)
                                              : identity->second) +
           "-" + (name.empty() ? role.substr(role.rfind('/') + 1, short_guid) : name);
}

}  // namespace

std::string telling_name(const LiveThing& thing, const ImportView& view) {
    std::string name = thing.id.name();
    if (thing.row.name == "RoleAssignment") name = role_of_principal(thing, view);
    if (thing.row.name == "PostgresAdministrator") {
        const std::string principal = text_at(thing.body, "/properties/principalName");
        if (!principal.empty()) name = principal;
    }
    if (thing.row.name == "PrivateDnsRecord" && name == "@") name = names_of(thing.id).front();
    return manifest_name(name);
}

ResourceWords::ResourceWords(const LiveThing& thing, const ImportView& view, std::string name,
                             std::set<std::string>& secrets)
    : thing_(thing),
      view_(view),
      endpoint_(std::get<AzureEndpoint>(view.settings.endpoint)),
      name_(std::move(name)),
      secret_names_(secrets),
      kind_(thing.row.name.empty() ? any_kind : thing.row.name),
      body_(written_body(thing.row, thing.id, thing.body)) {}

std::string ResourceWords::read() {
    if (std::string why = trouble_with_text(body_); !why.empty()) return why;
    if (looks_like_reference(body_)) return "a part of it looks like {secret: NAME} of a manifest";
    take_out_location();
    call_role_by_name();
    find_secrets();
    if (type_data(thing_.row.type) == nullptr) {
        notes_.emplace_back(
            "nothing is known of its type here, so what Azure sets by itself may stand in it: take "
            "out what you don't mean to declare");
    }
    for (int tries = 0; tries < most_tries; ++tries) {
        std::string why = tried();
        if (!dropped_) return why;
        dropped_ = false;
    }
    return "too much of it is nothing that a manifest can say";
}

/// What a manifest doesn't name is where the target's settings, or the type, say.
void ResourceWords::take_out_location() {
    const TypeRow& row = thing_.row;
    const bool has_usual = row.location && (!row.name.empty() || type_data(row.type) != nullptr);
    const std::string usual = row.usual_location.empty() ? endpoint_.location : row.usual_location;
    const bool is_usual = location_form(text_at(body_, "/location")) == location_form(usual);
    if (has_usual && is_usual) body_.erase("location");
}

void ResourceWords::call_role_by_name() {
    if (kind_ != "RoleAssignment") return;
    const std::string name = role_name(text_at(body_, "/properties/roleDefinitionId"),
                                       lower_case(endpoint_.subscription));
    if (!name.empty()) body_["properties"]["roleDefinitionId"] = name;
}

void ResourceWords::find_secrets() {
    secrets_ = secret_places(thing_.row, body_, view_.plain);
    for (SecretPlace& secret : secrets_) {
        const std::string wanted = manifest_name(name_ + "-" + secret.name);
        secret.name = wanted;
        for (int number = 2; !secret_names_.insert(secret.name).second; ++number)
            secret.name = fmt::format("{}-{}", wanted, number);
        body_[json::json_pointer{secret.at}] = "";
    }
}

bool ResourceWords::is_in_usual_group() const {
    return lower_case(thing_.id.group()) == lower_case(endpoint_.resource_group);
}

/// An assignment that is called as driftless would call it needs none.
bool ResourceWords::needs_name() const {
    if (kind_ != "RoleAssignment") return name_ != thing_.id.name();
    const std::string role = id_form(text_at(thing_.body, "/properties/roleDefinitionId"));
    return lower_case(thing_.id.name()) !=
           assignment_name(lower_case(thing_.id.above()), lower_case(role),
                           lower_case(text_at(thing_.body, "/properties/principalId")));
}

/// "resourceGroup", "ContainerRegistry/acrbnx", or an id; "" where it goes without saying.
std::string ResourceWords::scope() const {
    if (thing_.row.listing != Listing::scope) return "";
    const auto above = ResourceId::parse(thing_.id.above());
    if (!above) return thing_.id.above();
    if (above->type() == "Microsoft.Resources/resourceGroups")
        return kind_ == "RoleAssignment" ? "resourceGroup" : "";
    const TypeRow* row = row_of_type(above->type());
    const auto names = names_of(*above);
    const bool is_of_kind = row != nullptr && row->listing != Listing::scope;
    if (!is_of_kind) return above->text();
    return fmt::format("{}/{}", row->name, fmt::join(names, "/"));
}

Node ResourceWords::head() const {
    Node spec = Node::map({});
    const auto put = [&spec](const char* key, const std::string& text) {
        if (!text.empty()) spec[key] = text_node(text);
    };
    if (needs_name()) put("name", thing_.id.name());
    const bool is_group = kind_ == "ResourceGroup";
    if (!is_group && !is_in_usual_group()) put("resourceGroup", thing_.id.group());
    auto names = names_of(thing_.id);
    if (!names.empty()) names.pop_back();
    put("parent", fmt::format("{}", fmt::join(names, "/")));
    put("scope", scope());
    if (kind_ == any_kind) put("type", thing_.row.type);
    if (kind_ == any_kind) put("apiVersion", thing_.row.api_version);
    if (kind_ == "PrivateDnsRecord")
        put("type", thing_.row.type.substr(thing_.row.type.rfind('/') + 1));
    return spec;
}

Node ResourceWords::secret_node(const SecretPlace& secret, bool opened) const {
    if (opened) {
        const std::string text{secret.value ? secret.value->reveal() : "not shown"};
        return Node::scalar(text, {"", static_cast<int>(places_.size()), 1});
    }
    Node node = Node::map({});
    node["secret"] = text_node(secret.name);
    return node;
}

Node ResourceWords::node_of(const json& value, const std::string& at, bool opened) {
    places_.push_back(at);
    const Place place{"", static_cast<int>(places_.size()), 1};
    const auto secret = std::ranges::find(secrets_, at, &SecretPlace::at);
    if (secret != secrets_.end()) return secret_node(*secret, opened);
    if (value.is_string()) return Node::scalar(value.get<std::string>(), place);
    if (value.is_array()) {
        Node list = Node::list(place);
        for (std::size_t i = 0; i < value.size(); ++i)
            list.items.push_back(node_of(value[i], fmt::format("{}/{}", at, i), opened));
        return list;
    }
    if (!value.is_object()) return Node::scalar(value.dump(), place, true);
    Node map = Node::map(place);
    for (const std::string& key : keys_in_order(value)) {
        Node member = node_of(value.at(key), at + step(key), opened);
        const Place key_place = member.place;
        map[key] = std::move(member);
        map.entries.back().key_place = key_place;
    }
    return map;
}

/// @param opened  with secrets as plain texts, for a check that has no vault
Node ResourceWords::document(bool opened) {
    Node document = manifest_head(kind_, name_, view_.settings.name);
    Node spec = head();
    places_.clear();
    Node body = node_of(body_, "", opened);
    for (Node::Entry& entry : body.entries) spec.entries.push_back(std::move(entry));
    document["spec"] = std::move(spec);
    return document;
}

/// Elements of lists stay: what else would the others be.
bool ResourceWords::drop(const std::string& at, const std::string& why) {
    const json::json_pointer pointer{at};
    if (at.empty() || !body_.contains(pointer)) return false;
    json& owner = body_.at(pointer.parent_pointer());
    if (!owner.is_object()) return false;
    owner.erase(pointer.back());
    std::erase_if(secrets_, [&](const SecretPlace& secret) {
        return secret.at == at || secret.at.starts_with(at + "/");
    });
    notes_.push_back(fmt::format("{} is not in it: {}", at, why));
    dropped_ = true;
    return true;
}

/// What a plan would make of it. What it can't have is dropped, and then the answer says nothing.
std::string ResourceWords::tried() {
    const Expanded made =
        expand_alone(document(true), expand_azure_resource, view_.installation, view_.settings);
    for (const Finding& finding : made.findings) {
        if (finding.severity != Finding::Severity::error) continue;
        const auto line = static_cast<std::size_t>(finding.place.line);
        const bool is_lacking = finding.message.ends_with("is missing");
        const bool has_place = line > 0 && line <= places_.size() && !is_lacking;
        if (!has_place || !drop(places_[line - 1], finding.message)) return finding.message;
        return "";
    }
    const Declared& want = made.resources.front();
    const std::string id = want.spec.at(id_key);
    if (lower_case(id) != thing_.id.folded()) return "a manifest would make it " + id;
    json live = live_form(thing_.row, want.spec, thing_.body);
    live = with_unseen(thing_.row, want.spec, std::move(live));
    const auto changes = changed_fields(want.spec, live, rules_of(thing_.row));
    if (changes.empty()) return "";
    const std::string& at = changes.front().path;
    const std::string why = "no manifest says it as Azure does";
    return drop(at, why) ? "" : at + ": " + why;
}

ImportedManifest ResourceWords::manifest() const {
    ImportedManifest made{.name = name_, .what = thing_.id.shown()};
    std::string comment =
        fmt::format("Written by `driftless import {}`. What it doesn't name stays as it is.",
                    view_.settings.name);
    made.notes = notes_;
    for (const std::string& note : notes_) comment += "\n" + note;
    for (const SecretPlace& secret : secrets_) {
        const std::string what = fmt::format("{} {}: {}", kind_, thing_.id.name(), secret.what);
        if (secret.value) made.secrets.emplace(secret.name, *secret.value);
        if (!secret.value) made.unshown.emplace(secret.name, what);
    }
    const std::string words =
        kind_ == any_kind ? thing_.row.type.substr(thing_.row.type.rfind('/') + 1) : kind_;
    ResourceWords copy = *this;
    made.files[fmt::format("{}/{}-{}.yaml", manifest_name(thing_.id.group()), slug(words), name_)] =
        write_yaml(copy.document(false), comment);
    made.has_folder = false;
    return made;
}

}  // namespace driftless::azure
