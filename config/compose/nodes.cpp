#include "config/compose/nodes.hpp"

#include <algorithm>

namespace driftless::compose {

Node& put(Node& map, const std::string& key, Node value) {
    if (Node* there = map.find(key)) return *there = std::move(value);
    Place place = value.place;
    map.entries.push_back({key, std::move(place), std::move(value)});
    return map.entries.back().value;
}

Node& put_text(Node& map, const std::string& key, std::string text, const Place& place) {
    return put(map, key, Node::scalar(std::move(text), place));
}

Node& put_plain(Node& map, const std::string& key, std::string text, const Place& place) {
    return put(map, key, Node::scalar(std::move(text), place, true));
}

std::string text_at(const Node& map, std::string_view key) {
    const Node* value = map.find(key);
    return value != nullptr && value->is_scalar() ? value->text : "";
}

bool is_true(const Node& map, std::string_view key) {
    return text_at(map, key) == "true";
}

const Node* find_at(const Node& map, std::string_view path) {
    const Node* node = &map;
    for (std::size_t at = 0; node != nullptr && at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        node = node->find(path.substr(at, end - at));
        at = end + 1;
    }
    return node;
}

}  // namespace driftless::compose
