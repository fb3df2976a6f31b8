#include "reconcilers/cloudflare/node_json.hpp"

namespace driftless::cloudflare {

json json_of(const Node& node, Fractions fractions) {
    if (node.is_map()) {
        json object = json::object();
        for (const Node::Entry& entry : node.entries)
            object[entry.key] = json_of(entry.value, fractions);
        return object;
    }
    if (node.is_list()) {
        json list = json::array();
        for (const Node& item : node.items) list.push_back(json_of(item, fractions));
        return list;
    }
    if (node.is_null() || is_yaml_null(node)) return nullptr;
    if (!node.plain) return node.text;
    if (const auto flag = as_bool(node)) return *flag;
    if (const auto number = as_integer(node)) return *number;
    if (fractions == Fractions::numbers) {
        json number = json::parse(node.text, nullptr, false);
        if (number.is_number_float()) return number;
    }
    return node.text;
}

Node node_of(const json& value) {
    if (value.is_string()) return Node::scalar(value.get<std::string>(), {});
    if (value.is_array()) {
        Node list = Node::list({});
        for (const json& item : value) list.items.push_back(node_of(item));
        return list;
    }
    if (!value.is_object()) return Node::scalar(value.dump(), {}, true);
    Node map = Node::map({});
    for (const auto& [key, member] : value.items()) map[key] = node_of(member);
    return map;
}

}  // namespace driftless::cloudflare
