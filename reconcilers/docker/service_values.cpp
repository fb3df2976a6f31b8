#include <charconv>

#include "config/base/durations.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {

bool is_true(const Node& node) {
    return node.is_scalar() && node.text == "true";
}

json number_of(const Node& node) {
    std::int64_t number = 0;
    const char* end = node.text.data() + node.text.size();
    const auto read = std::from_chars(node.text.data(), end, number);
    if (read.ec == std::errc{} && read.ptr == end) return number;
    return node.text;
}

std::int64_t nanoseconds_of(const Node& node) {
    const auto duration = parse_duration(node.text);
    return duration ? duration->count() : 0;
}

json texts_of(const Node* list) {
    json texts = json::array();
    if (list == nullptr) return texts;
    if (list->is_scalar()) texts.push_back(list->text);
    for (const Node& item : list->items) texts.push_back(item.text);
    return texts;
}

json text_map_of(const Node* map) {
    json texts = json::object();
    if (map == nullptr) return texts;
    for (const Node::Entry& entry : map->entries) {
        texts[entry.key] = entry.value.is_null() ? json(nullptr) : json(entry.value.text);
    }
    return texts;
}

void add_error(Findings& findings, const Place& place, std::string message) {
    findings.push_back({Finding::Severity::error, place, std::move(message)});
}

}  // namespace driftless::docker
