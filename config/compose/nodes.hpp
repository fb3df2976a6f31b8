#pragma once

#include <string>

#include "config/node.hpp"

namespace driftless::compose {

/// Sets `key` of a map; a new entry stands where its value stands.
Node& put(Node& map, const std::string& key, Node value);
Node& put_text(Node& map, const std::string& key, std::string text, const Place& place);
/// A boolean or number: a scalar without quotes.
Node& put_plain(Node& map, const std::string& key, std::string text, const Place& place);

/// The text below `key`, or "" where there is none.
std::string text_at(const Node& map, std::string_view key);
/// "true" stands below `key`.
bool is_true(const Node& map, std::string_view key);
/// The node at "deploy/resources/limits", or nullptr.
const Node* find_at(const Node& map, std::string_view path);

}  // namespace driftless::compose
