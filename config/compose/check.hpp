#pragma once

#include <string>

#include "config/compose/context.hpp"

namespace driftless::compose {

/// Checks the merged tree against the table of keys: unknown keys with the nearest name, refused
/// ones with the reason, missing ones, values out of range. Keys that are ignored, and `x-` ones,
/// are taken out, each ignored one with a note.
class Checker {
public:
    explicit Checker(Context& context) : context_(context) {}

    /// @param path  the value's row in the table, "" for the root
    void check(Node& node, const std::string& path, const std::string& where);

private:
    void check_map(Node& node, const std::string& path, const std::string& where);
    void check_named(Node& node, const std::string& path, const std::string& where);
    void check_build(const Node& service, const std::string& where);
    void check_words(const Node& node, std::string_view words, const std::string& where);
    /// @return false when the entry is to be dropped
    bool keep(Node::Entry& entry, const std::string& path, const std::string& where);

    Context& context_;
};

}  // namespace driftless::compose
