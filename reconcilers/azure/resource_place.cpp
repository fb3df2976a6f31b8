#include "reconcilers/azure/resource_place.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

constexpr const char* group_type = "Microsoft.Resources/resourceGroups";

std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = std::min(text.find('/'), text.size());
        parts.emplace_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

/// "/providers/Microsoft.Cdn/profiles/P/afdEndpoints/E" of the type and its names.
std::string provider_path(const std::string& type, const std::vector<std::string>& names) {
    const auto words = parts_of(type);
    std::string path = "/providers/" + words.front();
    for (std::size_t at = 0; at + 1 < words.size(); ++at) {
        path += fmt::format("/{}/{}", words[at + 1], names[at]);
    }
    return path;
}

std::size_t names_needed(const TypeRow& row) {
    return static_cast<std::size_t>(std::ranges::count(row.type, '/'));
}

/// "profiles/afdEndpoints": whose names `parent` gives.
std::string parent_words(const TypeRow& row) {
    const std::size_t first = row.type.find('/') + 1;
    return row.type.substr(first, row.type.rfind('/') - first);
}

}  // namespace

std::string PlaceReader::subscription() const {
    return "/subscriptions/" + lower_case(endpoint_.subscription);
}

bool PlaceReader::may_use(const std::string& group) const {
    const auto is_it = [&](const std::string& other) {
        return lower_case(other) == lower_case(group);
    };
    return is_it(endpoint_.resource_group) || std::ranges::any_of(endpoint_.resource_groups, is_it);
}

void PlaceReader::refuse_group(const Place& place, const std::string& where,
                               const std::string& group) {
    reader_.error(place, fmt::format("{}: the target may not use the group {}; to allow it, add it "
                                     "to azure.resourceGroups of the target in driftless.yaml: "
                                     "resourceGroups: [{}]",
                                     where, in_quotes(group), group));
}

std::optional<std::string> PlaceReader::read_group() {
    const auto written = reader_.text("resourceGroup");
    const std::string group = written.value_or(endpoint_.resource_group);
    if (group.empty()) {
        reader_.error(reader_.place(),
                      reader_.where("resourceGroup") + ": is missing, and the target names none");
        return std::nullopt;
    }
    if (!may_use(group)) {
        refuse_group(reader_.get("resourceGroup")->place, reader_.where("resourceGroup"), group);
        return std::nullopt;
    }
    return subscription() + "/resourceGroups/" + group;
}

std::optional<std::string> PlaceReader::read_scope() {
    const Node* node = reader_.get("scope");
    if (node != nullptr) return scope_of_text(*node);
    if (row_.name != "RoleAssignment") return read_group();
    reader_.error(reader_.place(),
                  reader_.where("scope") +
                      ": is missing: what the role is for: Kind/name, resourceGroup, subscription, "
                      "or an id");
    return std::nullopt;
}

std::optional<std::string> PlaceReader::scope_of_text(const Node& node) {
    if (!node.is_scalar() || has_marks(node.text)) {
        reader_.error(node.place, reader_.where("scope") +
                                      ": expected a plain text: an id, Kind/name, resourceGroup or "
                                      "subscription");
        return std::nullopt;
    }
    if (node.text == "subscription") return subscription();
    if (node.text == "resourceGroup") return read_group();
    if (!node.text.starts_with('/')) return id_of_kind(node);
    return checked_scope(node, node.text);
}

/// "ContainerRegistry/acrbnx": the id of such a thing in the group.
std::optional<std::string> PlaceReader::id_of_kind(const Node& node) {
    auto names = parts_of(node.text);
    const TypeRow* row = row_of_kind(names.front());
    const auto complain = [&](const std::string& what) {
        reader_.error(node.place,
                      fmt::format("{}: {} {}", reader_.where("scope"), in_quotes(node.text), what));
        return std::nullopt;
    };
    if (row == nullptr) {
        std::vector<std::string> kinds;
        for (const TypeRow& each : type_rows()) kinds.push_back(each.name);
        return complain("is no id, and begins with no kind of Azure" +
                        did_you_mean(names.front(), kinds));
    }
    names.erase(names.begin());
    if (names.size() != names_needed(*row)) {
        return complain(fmt::format("needs {} name{} behind the kind", names_needed(*row),
                                    names_needed(*row) == 1 ? "" : "s"));
    }
    if (row->type == group_type) {
        return checked_scope(node, subscription() + "/resourceGroups/" + names.front());
    }
    const auto group = read_group();
    if (!group) return std::nullopt;
    return *group + provider_path(row->type, names);
}

std::optional<std::string> PlaceReader::checked_scope(const Node& node, const std::string& text) {
    const auto id = ResourceId::parse(text);
    if (!id) {
        reader_.error(node.place, reader_.where("scope") + ": " + id.error().message);
        return std::nullopt;
    }
    if (lower_case(id->subscription()) != lower_case(endpoint_.subscription)) {
        reader_.error(node.place,
                      fmt::format("{}: is in another subscription than the target's {}; declare it "
                                  "for a target of that one",
                                  reader_.where("scope"), endpoint_.subscription));
        return std::nullopt;
    }
    if (!id->group().empty() && !may_use(id->group())) {
        refuse_group(node.place, reader_.where("scope"), id->group());
        return std::nullopt;
    }
    return id_form(text);
}

std::optional<std::string> PlaceReader::read_base() {
    if (row_.type == group_type) return subscription();
    const bool extends = row_.listing == Listing::scope || reader_.get("scope") != nullptr;
    return extends ? read_scope() : read_group();
}

std::optional<std::string> PlaceReader::read_id(const std::string& name) {
    const auto base = read_base();
    const auto parent = reader_.text("parent");
    const std::size_t needed = names_needed(row_) - 1;
    std::vector<std::string> names;
    if (parent && !parent->empty()) names = parts_of(*parent);
    if (names.size() != needed) {
        const Node* node = reader_.get("parent");
        reader_.error(node == nullptr ? reader_.place() : node->place,
                      needed == 0 ? reader_.where("parent") + ": it has none; leave it out"
                                  : fmt::format("{}: expected the name{} of its {}, with / between",
                                                reader_.where("parent"), needed == 1 ? "" : "s",
                                                parent_words(row_)));
        return std::nullopt;
    }
    if (!base) return std::nullopt;
    if (row_.type == group_type) {
        if (may_use(name)) return *base + "/resourceGroups/" + name;
        refuse_group(reader_.place(), reader_.where("name"), name);
        return std::nullopt;
    }
    names.push_back(name);
    return id_form(*base + provider_path(row_.type, names));
}

}  // namespace driftless::azure
