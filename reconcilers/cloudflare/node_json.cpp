#include "reconcilers/cloudflare/node_json.hpp"

namespace driftless::cloudflare {

json json_of(const Node& node) {
    if (node.is_map()) {
        json object = json::object();
        for (const Node::Entry& entry : node.entries) object[entry.key] = json_of(entry.value);
        return object;
    }
    if (node.is_list()) {
        json list = json::array();
        for (const Node& item : node.items) list.push_back(json_of(item));
        return list;
    }
    if (node.is_null() || is_yaml_null(node)) return nullptr;
    if (!node.plain) return node.text;
    if (const auto flag = as_bool(node)) return *flag;
    if (const auto number = as_integer(node)) return *number;
    return node.text;
}

}  // namespace driftless::cloudflare
