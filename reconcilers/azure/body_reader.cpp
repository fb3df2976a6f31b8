#include "reconcilers/azure/body_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"

namespace driftless::azure {
namespace {

constexpr const char* root_where = "spec";

std::string found(const Node& node) {
    if (node.is_map()) return "a map";
    if (node.is_list()) return "a list";
    return in_quotes(shown(node.text));
}

bool is_nothing(const Node& node) {
    return node.is_null() || is_yaml_null(node);
}

/// The value of the discriminator, as it was written; "" where it isn't.
std::string variant_in(const Node& node, const TypeNode& type) {
    if (type.discriminator.empty()) return "";
    const Node* value = node.find(type.discriminator);
    return value != nullptr && value->is_scalar() ? value->text : "";
}

/// "ClientPort" of every "<name=ClientPort>".
std::vector<std::string> variants_of(const TypeNode& type) {
    std::vector<std::string> variants;
    const std::size_t before = type.discriminator.size() + 2;
    for (const TypeNode& child : type.below) {
        if (!child.name.starts_with('<')) continue;
        variants.push_back(child.name.substr(before, child.name.size() - before - 1));
    }
    return variants;
}

}  // namespace

void BodyReader::error(const Place& place, const std::string& where, const std::string& what) {
    findings_.push_back({Finding::Severity::error, place, where + ": " + what});
}

json BodyReader::read(const Node& spec, const TypeNode* root, const std::vector<std::string>& own) {
    own_ = own;
    if (!spec.is_map()) {
        error(spec.place, root_where, "expected a map, found " + found(spec));
        return json::object();
    }
    Node body = spec;
    for (const std::string& key : own) body.erase(key);
    return root == nullptr ? read_loosely(body) : read_map(body, *root, root_where);
}

json BodyReader::read_value(const Node& node, const TypeNode* type, const std::string& where) {
    if (is_nothing(node)) return nullptr;
    if (type == nullptr || type->unchecked || type->type == ValueType::any) {
        return read_loosely(node);
    }
    switch (type->type) {
        case ValueType::object:
        case ValueType::map: return read_map(node, *type, where);
        case ValueType::list: return read_list(node, *type, where);
        case ValueType::number: return read_number(node, *type, where);
        case ValueType::boolean: return read_boolean(node, where);
        default: return read_text(node, *type, where);
    }
}

json BodyReader::read_map(const Node& node, const TypeNode& type, const std::string& where) {
    json object = json::object();
    if (!node.is_map()) {
        error(node.place, where, "expected a map, found " + found(node));
        return object;
    }
    if (!knows_variant(node, type, where)) return object;
    const std::string variant = variant_in(node, type);
    for (const Node::Entry& entry : node.entries) {
        read_member(entry, type, variant, where, object);
    }
    check_required(node, type, variant, where);
    return object;
}

bool BodyReader::knows_variant(const Node& node, const TypeNode& type, const std::string& where) {
    if (type.discriminator.empty()) return true;
    const Node* value = node.find(type.discriminator);
    const std::string at = where + "." + type.discriminator;
    const auto known = variants_of(type);
    if (value == nullptr) {
        error(node.place, at, fmt::format("is missing: one of {}", fmt::join(known, ", ")));
        return false;
    }
    const std::string variant = variant_in(node, type);
    const bool is_known = std::ranges::any_of(
        known, [&](const std::string& name) { return lower_case(name) == lower_case(variant); });
    if (is_known || !strict_) return true;
    error(value->place, at,
          fmt::format("{} is none of {}{}", found(*value), fmt::join(known, ", "),
                      did_you_mean(variant, known)));
    return false;
}

void BodyReader::read_member(const Node::Entry& entry, const TypeNode& type,
                             const std::string& variant, const std::string& where, json& object) {
    const std::string at = where + "." + entry.key;
    const TypeNode* child = type.child(entry.key, variant);
    if (child == nullptr && strict_ && type.type != ValueType::map) {
        auto known = type.names(variant);
        if (where == root_where) {
            std::erase_if(known,
                          [&](const std::string& name) { return type.child(name)->fixed_by_id; });
            known.insert(known.end(), own_.begin(), own_.end());
        }
        error(entry.key_place, at, "unknown key" + did_you_mean(entry.key, known));
        return;
    }
    if (child != nullptr && child->read_only) {
        error(entry.key_place, at, "is read-only: the service sets it; leave it out");
        return;
    }
    object[entry.key] = read_value(entry.value, child, at);
}

void BodyReader::check_required(const Node& node, const TypeNode& type, const std::string& variant,
                                const std::string& where) {
    if (!strict_ || type.type == ValueType::map) return;
    for (const std::string& name : type.names(variant)) {
        const TypeNode* child = type.child(name, variant);
        if (!child->required || child->fixed_by_id || node.find(name) != nullptr) continue;
        const bool is_own = where == root_where && std::ranges::find(own_, name) != own_.end();
        if (!is_own && name != type.discriminator) {
            error(node.place, where + "." + name, "is missing");
        }
    }
}

json BodyReader::read_list(const Node& node, const TypeNode& type, const std::string& where) {
    json list = json::array();
    if (!node.is_list()) {
        error(node.place, where, "expected a list, found " + found(node));
        return list;
    }
    for (std::size_t at = 0; at < node.items.size(); ++at) {
        list.push_back(
            read_value(node.items[at], type.child("[]"), fmt::format("{}[{}]", where, at)));
    }
    return list;
}

json BodyReader::read_text(const Node& node, const TypeNode& type, const std::string& where) {
    if (!node.is_scalar()) {
        error(node.place, where, "expected a text, found " + found(node));
        return nullptr;
    }
    if (type.values == nullptr || !type.closed || !strict_ || has_marks(node.text)) {
        return node.text;
    }
    const bool is_known = std::ranges::any_of(*type.values, [&](const std::string& value) {
        return lower_case(value) == lower_case(node.text);
    });
    if (!is_known) {
        error(node.place, where,
              fmt::format("{} is none of {}{}", found(node), fmt::join(*type.values, ", "),
                          did_you_mean(node.text, *type.values)));
    }
    return node.text;
}

json BodyReader::read_number(const Node& node, const TypeNode& type, const std::string& where) {
    const Node plain = Node::scalar(node.text, node.place, true);
    const bool may_be = node.is_scalar() && !has_marks(node.text);
    const auto number = may_be ? as_number(plain) : Error{Errc::invalid, ""};
    if (!number) {
        error(node.place, where, "expected a number, found " + found(node));
        return nullptr;
    }
    const bool low = type.least && *number < *type.least;
    if (strict_ && (low || (type.most && *number > *type.most))) {
        error(node.place, where,
              low ? fmt::format("{} is less than {}", node.text, *type.least)
                  : fmt::format("{} is more than {}", node.text, *type.most));
    }
    if (const auto whole = as_integer(plain)) return *whole;
    return *number;
}

json BodyReader::read_boolean(const Node& node, const std::string& where) {
    const bool may_be = node.is_scalar() && !has_marks(node.text);
    const auto flag = may_be ? as_bool(node) : Error{Errc::invalid, ""};
    if (flag) return *flag;
    error(node.place, where, "expected true or false, found " + found(node));
    return nullptr;
}

/// As YAML says it: a plain `true` or `1.5` is no text, a quoted one is.
json BodyReader::read_loosely(const Node& node) {
    if (is_nothing(node)) return nullptr;
    if (node.is_map()) {
        json object = json::object();
        for (const Node::Entry& entry : node.entries) object[entry.key] = read_loosely(entry.value);
        return object;
    }
    if (node.is_list()) {
        json list = json::array();
        for (const Node& item : node.items) list.push_back(read_loosely(item));
        return list;
    }
    if (!node.plain) return node.text;
    if (const auto flag = as_bool(node)) return *flag;
    if (const auto whole = as_integer(node)) return *whole;
    if (const auto number = as_number(node)) return *number;
    return node.text;
}

const Node* node_at(const Node& spec, std::string_view path) {
    const Node* node = &spec;
    while (node != nullptr && !path.empty()) {
        const std::size_t end = std::min(path.find('.'), path.size());
        node = node->is_map() ? node->find(path.substr(0, end)) : nullptr;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return node;
}

}  // namespace driftless::azure
