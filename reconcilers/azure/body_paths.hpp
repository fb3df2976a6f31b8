#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/desired_state.hpp"
#include "reconcilers/azure/type_data.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless::azure {

/// A pattern of a row, step by step; `*` is any element or key.
struct PathPattern {
    explicit PathPattern(const std::string& pointer) : steps(steps_of(pointer)) {}
    [[nodiscard]] bool fits(const Steps& at) const;

    Steps steps;
};

/// A member; null where there is none, or `object` is no object.
const json& field_of(const json& object, const std::string& key);
/// The value of an object's discriminator; "" where it has none, or no plain one.
std::string variant_of(const TypeNode& node, const json& object);
/// What is known of a member of `owner`: nullptr where nothing is, or nothing of `node`.
const TypeNode* child_of(const TypeNode* node, const std::string& key, const json& owner);
const TypeNode* element_of(const TypeNode* node);
/// The element of `list` whose field `by` says what `element`'s does, if need be in letters of
/// another case; else nullptr.
json* twin_of(const json& element, json& list, const std::string& by);

}  // namespace driftless::azure
