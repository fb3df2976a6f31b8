#include "reconcilers/azure/body_paths.hpp"

#include <algorithm>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

bool says_same(const json& left, const json& right) {
    if (!left.is_string() || !right.is_string()) return left == right;
    return lower_case(left.get_ref<const std::string&>()) ==
           lower_case(right.get_ref<const std::string&>());
}

}  // namespace

const json& field_of(const json& object, const std::string& key) {
    static const json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

bool PathPattern::fits(const Steps& at) const {
    return std::ranges::equal(steps, at, [](const std::string& pattern, const std::string& step) {
        return pattern == "*" || pattern == step;
    });
}

std::string variant_of(const TypeNode& node, const json& object) {
    if (node.discriminator.empty()) return "";
    const json& value = field_of(object, node.discriminator);
    return value.is_string() ? value.get<std::string>() : "";
}

const TypeNode* child_of(const TypeNode* node, const std::string& key, const json& owner) {
    return node == nullptr ? nullptr : node->child(key, variant_of(*node, owner));
}

const TypeNode* element_of(const TypeNode* node) {
    return node == nullptr || node->type != ValueType::list ? nullptr : node->child("[]");
}

json* twin_of(const json& element, json& list, const std::string& by) {
    const json& key = field_of(element, by);
    if (key.is_null() || !list.is_array()) return nullptr;
    for (json& other : list) {
        if (field_of(other, by) == key) return &other;
    }
    for (json& other : list) {
        if (says_same(field_of(other, by), key)) return &other;
    }
    return nullptr;
}

}  // namespace driftless::azure
