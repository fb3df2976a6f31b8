#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/desired_state.hpp"
#include "config/node.hpp"
#include "reconcilers/azure/type_data.hpp"

namespace driftless::azure {

/// Reads the body of a resource as a person wrote it, by what is known of its type: a plain `16`
/// where a text belongs is "16", a `0.50` where a number belongs is 0.5. What the API would refuse
/// is a finding at its place: an unknown or read-only property, a wrong type, a missing one, a
/// value that is none of a closed list.
class BodyReader {
public:
    /// @param strict  false: the data is of another api-version, so properties that it doesn't know
    ///                may be right, and those that it asks for may be left out
    BodyReader(bool strict, Findings& findings) : strict_(strict), findings_(findings) {}

    /// @param root  nullptr: nothing is known, all is taken as YAML says it
    /// @param own   keys of `spec` that are not of the body
    json read(const Node& spec, const TypeNode* root, const std::vector<std::string>& own);

private:
    json read_value(const Node& node, const TypeNode* type, const std::string& where);
    json read_map(const Node& node, const TypeNode& type, const std::string& where);
    json read_list(const Node& node, const TypeNode& type, const std::string& where);
    json read_text(const Node& node, const TypeNode& type, const std::string& where);
    json read_number(const Node& node, const TypeNode& type, const std::string& where);
    json read_boolean(const Node& node, const std::string& where);
    json read_loosely(const Node& node);
    void read_member(const Node::Entry& entry, const TypeNode& type, const std::string& variant,
                     const std::string& where, json& object);
    bool knows_variant(const Node& node, const TypeNode& type, const std::string& where);
    void check_required(const Node& node, const TypeNode& type, const std::string& variant,
                        const std::string& where);
    void error(const Place& place, const std::string& where, const std::string& what);

    bool strict_;
    Findings& findings_;
    std::vector<std::string> own_;
};

/// What a person wrote at a dotted path of maps, "properties.template", or nullptr.
const Node* node_at(const Node& spec, std::string_view path);

}  // namespace driftless::azure
