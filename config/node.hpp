#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/finding.hpp"
#include "config/base/place.hpp"

namespace driftless {

/// A YAML value with the place it came from. Maps keep the order of the file.
struct Node {
    enum class Kind { null, scalar, list, map };
    struct Entry;

    Kind kind = Kind::null;
    Place place;
    std::string text;  ///< of a scalar; may hold marks once references are resolved (vault.hpp)
    bool plain =
        false;        ///< a scalar without quotes: `true`, `12` and `~` mean more than their text
    std::string tag;  ///< "!reset" and the like; empty for none and for the core tags
    std::vector<Node> items;     ///< of a list
    std::vector<Entry> entries;  ///< of a map; keys are unique

    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
    [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
    [[nodiscard]] bool is_list() const { return kind == Kind::list; }
    [[nodiscard]] bool is_map() const { return kind == Kind::map; }

    /// The value under `key` of a map, or nullptr.
    [[nodiscard]] const Node* find(std::string_view key) const;
    Node* find(std::string_view key);
    /// The entry under `key`, made null at the end of the map where it is not there.
    Node& operator[](std::string_view key);
    bool erase(std::string_view key);

    static Node scalar(std::string text, Place place, bool plain = false);
    static Node list(Place place);
    static Node map(Place place);
};

struct Node::Entry {
    std::string key;
    Place key_place;
    Node value;
};

/// What one file may hold (catalogue of faults 15 to 17): more than this is refused, never read in
/// part.
struct YamlLimits {
    std::size_t bytes = std::size_t{1024} * 1024;  ///< of one file
    std::size_t depth = 64;                        ///< of nesting, aliases followed
    std::size_t nodes = 100'000;                   ///< of the tree with every alias expanded
};

/// Reads all documents of `text`. Anchors, aliases and merge keys (`<<`) are resolved; duplicate
/// keys, cycles, NUL bytes, other encodings than UTF-8, and the noncharacters that mark values are
/// errors with their places. CRLF and a BOM are accepted.
/// @param file  the name for places
/// @return the documents that could be read, or `invalid` with every finding in one message;
///         `findings` gets them one by one
Result<std::vector<Node>> read_yaml(const std::string& text, const std::string& file,
                                    Findings& findings, const YamlLimits& limits = {});

/// YAML 1.2 core schema, for our own files: what a plain scalar means.
bool is_yaml_null(const Node& node);
Result<bool> as_bool(const Node& node);  ///< true, True, TRUE, false, False, FALSE
Result<std::int64_t> as_integer(const Node& node);
Result<double> as_number(const Node& node);

}  // namespace driftless
