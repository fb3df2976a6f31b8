#include "reconcilers/azure/resource_manifest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <regex>

#include "config/base/lower_case.hpp"
#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"
#include "config/reading.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/app_lint.hpp"
#include "reconcilers/azure/body_reader.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/resource_place.hpp"
#include "reconcilers/azure/roles.hpp"
#include "reconcilers/azure/stands_on.hpp"
#include "reconcilers/azure/type_book.hpp"
#include "reconcilers/azure/type_data.hpp"

namespace driftless::azure {
namespace {

constexpr const char* any_kind = "AzureResource";
constexpr const char* resource_kind_name = "azure.resource";
const std::vector<std::string> own_keys{"name",  "resourceGroup", "parent",
                                        "scope", "type",          "apiVersion"};
const std::vector<std::string> record_types{"A", "AAAA", "CNAME", "MX", "PTR", "SRV", "TXT"};
constexpr const char* records_begin = "Microsoft.Network/privateDnsZones/";
constexpr std::size_t longest_name = 260;
constexpr std::string_view never_in_names = "/<>%&\\?#\t\n";

class ResourceReader {
public:
    ResourceReader(const Expansion& with, const AzureEndpoint& endpoint, Findings& findings)
        : with_(with), endpoint_(endpoint), findings_(findings) {}

    /// Which type it is of; false: there is a finding.
    bool read_type(const Node& spec);
    /// Gives a key `value` that is the API's another name, or its own back.
    void rename_values(Node& spec, std::string_view from, std::string_view to) const;
    std::optional<Declared> read(const Node& spec);

private:
    bool read_any_type(MapReader& reader);
    bool read_known_type(MapReader& reader);
    std::optional<std::string> read_name(MapReader& reader);
    void check_name(const Place& place, const std::string& where, const std::string& name);
    json read_body(const Node& spec);
    void add_location(const Node& spec, json& body);
    void add_role(const Node& spec, json& body);
    std::optional<std::string> name_of_assignment(MapReader& reader, const json& body);
    Declared declare(const std::string& id, json body) const;
    void check_was(MapReader& reader);
    void refuse_fields(const Node& spec);
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const Expansion& with_;
    const AzureEndpoint& endpoint_;
    Findings& findings_;
    TypeRow row_;
    const TypeData* data_ = nullptr;
};

bool ResourceReader::read_type(const Node& spec) {
    MapReader reader{spec, "spec", findings_};
    if (!reader.is_map()) {
        if (spec.is_null()) error(spec.place, "spec: is missing");
        return false;
    }
    const bool known =
        with_.manifest.kind == any_kind ? read_any_type(reader) : read_known_type(reader);
    data_ = type_data(row_.type);
    return known;
}

bool ResourceReader::read_any_type(MapReader& reader) {
    const Node* node = reader.require("type");
    const std::string version = reader.text("apiVersion").value_or("");
    if (node == nullptr) return false;
    const bool good = node->is_scalar() && std::ranges::count(node->text, '/') >= 1 &&
                      node->text.find("//") == std::string::npos && !has_marks(node->text) &&
                      node->text.find('.') < node->text.find('/');
    if (!good) {
        error(node->place,
              reader.where("type") + ": expected a type, as Microsoft.App/containerApps");
        return false;
    }
    row_ = row_for(node->text, version);
    if (!row_.api_version.empty()) return true;
    error(node->place, reader.where("apiVersion") +
                           ": is missing: nothing is known of this type here; the page of the type "
                           "at learn.microsoft.com/azure/templates has its versions");
    return false;
}

bool ResourceReader::read_known_type(MapReader& reader) {
    row_ = *row_of_kind(with_.manifest.kind);
    const std::string version = reader.text("apiVersion").value_or("");
    const Node* node = reader.get("type");
    if (row_.name == "PrivateDnsRecord") {
        std::string type = node == nullptr ? "" : node->text;
        if (lower_case(type).starts_with(lower_case(records_begin))) {
            type.erase(0, std::string_view{records_begin}.size());
        }
        if (std::ranges::find(record_types, type) == record_types.end()) {
            error(node == nullptr ? reader.place() : node->place,
                  fmt::format("{}: expected one of {}", reader.where("type"),
                              fmt::join(record_types, ", ")));
            return false;
        }
        row_ = row_for(records_begin + type, version);
        return true;
    }
    if (node != nullptr && lower_case(node->text) != lower_case(row_.type)) {
        error(node->place, fmt::format("{}: {} is {}; for another type write kind: {}",
                                       reader.where("type"), row_.name, row_.type, any_kind));
        return false;
    }
    if (!version.empty()) row_.api_version = version;
    return true;
}

/// The API has maps with the one key `value` of its own: a parameter of a server, a secret of a
/// vault. Elsewhere in a manifest such a map stands for one of `Values`.
void rename_lone_values(Node& node, const TypeNode* type, std::string_view from,
                        std::string_view to) {
    if (type == nullptr) return;
    for (Node& item : node.items) rename_lone_values(item, type->child("[]"), from, to);
    for (Node::Entry& entry : node.entries) {
        rename_lone_values(entry.value, type->child(entry.key), from, to);
    }
    const bool lone = node.entries.size() == 1 && node.entries.front().key == from;
    if (lone && type->child("value") != nullptr) node.entries.front().key = to;
}

void ResourceReader::rename_values(Node& spec, std::string_view from, std::string_view to) const {
    if (data_ != nullptr) rename_lone_values(spec, &data_->root, from, to);
}

std::optional<std::string> ResourceReader::read_name(MapReader& reader) {
    const Node* node = reader.get("name");
    const auto name = reader.text("name");
    if (node != nullptr && !name) return std::nullopt;
    std::string text = name.value_or(with_.manifest.name);
    check_name(node == nullptr ? with_.manifest.place : node->place, reader.where("name"), text);
    return text;
}

void ResourceReader::check_name(const Place& place, const std::string& where,
                                const std::string& name) {
    const auto complain = [&](const std::string& why) {
        error(place, fmt::format("{}: {}: {}", where, in_quotes(shown(name)), why));
    };
    if (has_marks(name)) return complain("expected a plain text");
    const bool plain = !name.empty() && name.size() <= longest_name &&
                       name.find_first_of(never_in_names) == std::string::npos;
    if (!plain) return complain("is no name that Azure takes");
    if (!row_.name_pattern.empty() && !std::regex_match(name, std::regex{row_.name_pattern})) {
        return complain(fmt::format("{} must fit {}", row_.name, row_.name_pattern));
    }
    const TypeNode* known = data_ == nullptr ? nullptr : data_->root.child("name");
    if (known == nullptr) return;
    if (known->shortest && name.size() < *known->shortest) {
        return complain(fmt::format("needs at least {} characters", *known->shortest));
    }
    if (known->longest && name.size() > *known->longest) {
        return complain(
            fmt::format("has {} characters, and may have {}", name.size(), *known->longest));
    }
    if (known->pattern.empty()) return;
    try {
        if (!std::regex_search(name, std::regex{known->pattern})) {
            complain("must fit " + known->pattern);
        }
    } catch (const std::regex_error&) {
        return;  // written for another engine: the service will tell
    }
}

json ResourceReader::read_body(const Node& spec) {
    const bool same_version = data_ != nullptr && data_->api_version == row_.api_version;
    auto keys = own_keys;
    if (data_ != nullptr && row_.location && spec.find("location") == nullptr) {
        keys.emplace_back("location");  // it gets the usual one
    }
    return BodyReader{same_version, findings_}.read(spec, data_ == nullptr ? nullptr : &data_->root,
                                                    keys);
}

void ResourceReader::add_location(const Node& spec, json& body) {
    const bool has_one = (data_ != nullptr || !row_.name.empty()) && row_.location;
    const auto written = body.find("location");
    if (!has_one || (written != body.end() && !written->is_null())) return;
    const std::string usual =
        row_.usual_location.empty() ? endpoint_.location : row_.usual_location;
    if (usual.empty()) {
        error(spec.place, "spec.location: is missing, and the target names none");
        return;
    }
    body["location"] = usual;
}

/// A role may stand there by its name; whose identity has just been made must be told as what it
/// is, since the directory may not know it yet.
void ResourceReader::add_role(const Node& spec, json& body) {
    json& properties = body["properties"];
    const Node* node = spec.find("properties");
    const Node* role = node == nullptr ? nullptr : node->find("roleDefinitionId");
    if (role != nullptr && role->is_scalar() && !has_marks(role->text)) {
        auto id = role_id(role->text, lower_case(endpoint_.subscription));
        if (id) {
            properties["roleDefinitionId"] = *std::move(id);
        } else {
            error(role->place, "spec.properties.roleDefinitionId: " + id.error().message);
        }
    }
    const Node* principal = node == nullptr ? nullptr : node->find("principalId");
    if (principal != nullptr && is_late(principal->text) && !properties.contains("principalType")) {
        properties["principalType"] = "ServicePrincipal";
    }
}

/// Of an identity that is not there yet the reference to it stands for its id, so that the name
/// stays the same before and after.
std::optional<std::string> ResourceReader::name_of_assignment(MapReader& reader, const json& body) {
    const json& properties = body.at("properties");
    if (!properties.contains("roleDefinitionId") || !properties.contains("principalId")) {
        return std::nullopt;
    }
    const json& role = properties.at("roleDefinitionId");
    const json& principal = properties.at("principalId");
    const auto base = PlaceReader{row_, endpoint_, reader}.read_base();
    if (!base || !role.is_string() || !principal.is_string()) return std::nullopt;
    return assignment_name(lower_case(*base), lower_case(role.get<std::string>()),
                           lower_case(principal.get<std::string>()));
}

void ResourceReader::check_was(MapReader& reader) {
    if (with_.manifest.was.empty() || reader.get("name") != nullptr) return;
    error(with_.manifest.place,
          fmt::format("metadata.was: what is in Azure can't be renamed; to keep it under this "
                      "manifest, write its name: spec.name: {}",
                      with_.manifest.was.front()));
}

Declared ResourceReader::declare(const std::string& id, json body) const {
    Declared declared;
    const ResourceId parsed = *ResourceId::parse(id);
    declared.key = {with_.manifest.target, resource_kind_name, parsed.shown()};
    declared.collection = lower_case(parsed.list());
    declared.spec = wanted_form(row_, std::move(body));
    declared.spec[id_key] = id;
    declared.spec[type_key] = row_.type;
    declared.spec[version_key] = row_.api_version;
    declared.origin = {with_.files.commit(), with_.manifest.place, with_.manifest.key()};
    declared.claims = {"id " + parsed.folded()};
    declared.offers = words_offered(row_, declared.spec);
    declared.stands_on = words_needed(row_, declared.spec);
    declared.lock = lock_of(row_, parsed);
    declared.protect = with_.manifest.protect;
    declared.data = row_.data;
    declared.ignore = with_.manifest.ignore;
    for (const Output& output : row_.outputs) declared.gives.push_back(output.field);
    return declared;
}

void ResourceReader::refuse_fields(const Node& spec) {
    for (const RefusedField& field : row_.refused) {
        const Node* node = node_at(spec, field.path);
        if (node != nullptr) error(node->place, fmt::format("spec.{}: {}", field.path, field.why));
    }
}

std::optional<Declared> ResourceReader::read(const Node& spec) {
    MapReader reader{spec, "spec", findings_};
    const std::size_t before = findings_.size();
    check_was(reader);
    json body = read_body(spec);
    add_location(spec, body);
    const bool assigns = row_.name == "RoleAssignment";
    if (assigns) add_role(spec, body);
    const bool derived = assigns && reader.get("name") == nullptr;
    const auto name = derived ? name_of_assignment(reader, body) : read_name(reader);
    if (!name) return std::nullopt;
    refuse_fields(spec);
    if (row_.name == "ContainerApp") lint_app(spec, *name, findings_);
    const auto id = PlaceReader{row_, endpoint_, reader}.read_id(*name);
    if (!id || findings_.size() != before) return std::nullopt;
    return declare(*id, std::move(body));
}

/// In place of a key `value`, as long as references are resolved.
constexpr std::string_view set_aside = "value of the API";

}  // namespace

std::vector<std::string> azure_kinds() {
    std::vector<std::string> kinds{any_kind};
    for (const TypeRow& row : type_rows()) kinds.push_back(row.name);
    return kinds;
}

Expanded expand_azure_resource(const Expansion& with) {
    Expanded expanded;
    const auto* endpoint = std::get_if<AzureEndpoint>(&with.target.endpoint);
    if (endpoint == nullptr) {
        expanded.findings.push_back(
            {Finding::Severity::error, with.manifest.place,
             fmt::format("{} is of Azure, and target {} is no subscription; name one that is",
                         with.manifest.kind, with.target.name)});
        return expanded;
    }
    ResourceReader reader{with, *endpoint, expanded.findings};
    Node spec = with.manifest.spec;
    if (!reader.read_type(spec)) return expanded;
    reader.rename_values(spec, "value", set_aside);
    resolve_references(spec, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    reader.rename_values(spec, set_aside, "value");
    if (auto declared = reader.read(spec)) expanded.resources.push_back(*std::move(declared));
    return expanded;
}

}  // namespace driftless::azure
