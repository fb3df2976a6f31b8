#include "config/reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/base/durations.hpp"
#include "config/base/nearest.hpp"
#include "config/base/vault.hpp"

namespace driftless {
namespace {

std::string_view kind_of(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null: return "nothing";
        case Node::Kind::scalar: return "a text";
        case Node::Kind::list: return "a list";
        case Node::Kind::map: return "a map";
    }
    return "nothing";
}

}  // namespace

MapReader::MapReader(const Node& node, std::string where, Findings& findings)
    : node_{node}, where_{std::move(where)}, findings_{findings} {
    if (node_.is_map() || node_.is_null()) return;
    const std::string message = fmt::format("expected a map, found {}", kind_of(node_));
    error(node_.place, where_.empty() ? message : where_ + ": " + message);
}

std::string MapReader::where(std::string_view key) const {
    return where_.empty() ? std::string{key} : fmt::format("{}.{}", where_, key);
}

void MapReader::error(const Place& place, std::string message) {
    findings_.push_back({Finding::Severity::error, place, std::move(message)});
}

const Node* MapReader::get(const std::string& key) {
    known_.push_back(key);
    const Node* node = node_.find(key);
    return node == nullptr || is_yaml_null(*node) ? nullptr : node;
}

const Node* MapReader::require(const std::string& key) {
    const Node* node = get(key);
    const bool told = !node_.is_map() && !node_.is_null();
    if (node == nullptr && !told) {
        const Node* empty = node_.find(key);
        error(empty == nullptr ? node_.place : empty->place, where(key) + ": is missing");
    }
    return node;
}

std::optional<std::string> MapReader::text(const std::string& key) {
    const Node* node = get(key);
    if (node == nullptr) return std::nullopt;
    if (node->is_scalar()) return node->text;
    error(node->place, fmt::format("{}: expected a text, found {}", where(key), kind_of(*node)));
    return std::nullopt;
}

std::optional<bool> MapReader::boolean(const std::string& key) {
    const Node* node = get(key);
    if (node == nullptr) return std::nullopt;
    auto value = as_bool(*node);
    if (value) return *value;
    error(node->place, std::move(value).error().in(where(key)).message);
    return std::nullopt;
}

std::optional<std::int64_t> MapReader::integer(const std::string& key, std::int64_t min,
                                               std::int64_t max) {
    const Node* node = get(key);
    if (node == nullptr) return std::nullopt;
    auto value = as_integer(*node);
    if (!value) {
        error(node->place, std::move(value).error().in(where(key)).message);
        return std::nullopt;
    }
    if (*value >= min && *value <= max) return *value;
    error(node->place, fmt::format("{}: {} is not within {} and {}", where(key), *value, min, max));
    return std::nullopt;
}

std::optional<std::chrono::seconds> MapReader::duration(const std::string& key) {
    const auto written = text(key);
    if (!written) return std::nullopt;
    const Place& place = node_.find(key)->place;
    auto value = parse_duration(*written);
    if (!value) {
        error(place, std::move(value).error().in(where(key)).message);
        return std::nullopt;
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*value);
    if (seconds == *value) return seconds;
    error(place,
          fmt::format("{}: expected whole seconds, found {}", where(key), in_quotes(*written)));
    return std::nullopt;
}

std::vector<std::string> MapReader::texts(const std::string& key) {
    std::vector<std::string> values;
    const Node* node = get(key);
    if (node == nullptr) return values;
    if (!node->is_list()) {
        error(node->place,
              fmt::format("{}: expected a list, found {}", where(key), kind_of(*node)));
        return values;
    }
    for (std::size_t at = 0; at < node->items.size(); ++at) {
        const Node& item = node->items[at];
        if (item.is_scalar()) {
            values.push_back(item.text);
        } else {
            error(item.place,
                  fmt::format("{}[{}]: expected a text, found {}", where(key), at, kind_of(item)));
        }
    }
    return values;
}

std::map<std::string, std::string> MapReader::text_map(const std::string& key) {
    std::map<std::string, std::string> values;
    const Node* node = get(key);
    if (node == nullptr) return values;
    if (!node->is_map()) {
        error(node->place, fmt::format("{}: expected a map, found {}", where(key), kind_of(*node)));
        return values;
    }
    for (const Node::Entry& entry : node->entries) {
        if (entry.value.is_scalar()) {
            values.emplace(entry.key, entry.value.text);
        } else {
            error(entry.value.place, fmt::format("{}.{}: expected a text, found {}", where(key),
                                                 entry.key, kind_of(entry.value)));
        }
    }
    return values;
}

std::optional<std::string> MapReader::one_of(const std::string& key,
                                             const std::vector<std::string>& allowed) {
    auto value = text(key);
    if (!value || std::ranges::find(allowed, *value) != allowed.end()) return value;
    error(node_.find(key)->place,
          fmt::format("{}: expected {}, found {}", where(key), fmt::join(allowed, " or "),
                      in_quotes(shown(*value))));
    return std::nullopt;
}

void MapReader::finish(bool x_keys) {
    for (const Node::Entry& entry : node_.entries) {
        if (x_keys && entry.key.starts_with("x-")) continue;
        if (std::ranges::find(known_, entry.key) != known_.end()) continue;
        error(entry.key_place,
              fmt::format("{}: unknown key{}", where(entry.key), did_you_mean(entry.key, known_)));
    }
}

void refuse_tags(const Node& node, Findings& findings) {
    if (!node.tag.empty()) {
        findings.push_back({Finding::Severity::error, node.place,
                            fmt::format("the tag {} means nothing here", in_quotes(node.tag))});
    }
    for (const Node& item : node.items) refuse_tags(item, findings);
    for (const Node::Entry& entry : node.entries) refuse_tags(entry.value, findings);
}

}  // namespace driftless
