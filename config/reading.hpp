#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace driftless {

/// Reads the keys of one map, each at most once, and collects what is wrong with its place:
/// a wrong type, a missing key, and at `finish()` every key that nobody asked for, with the nearest
/// known name. Reading goes on after an error, so that one look shows all of them.
class MapReader {
public:
    /// @param where  path for messages: "targets.mini1.policy"; empty for the root
    MapReader(const Node& node, std::string where, Findings& findings);

    [[nodiscard]] bool is_map() const { return node_.is_map(); }
    [[nodiscard]] std::string where(std::string_view key) const;
    [[nodiscard]] const Place& place() const { return node_.place; }

    const Node* get(const std::string& key);      ///< nullptr where absent or null
    const Node* require(const std::string& key);  ///< and a finding where absent or null
    std::optional<std::string> text(const std::string& key);
    std::optional<bool> boolean(const std::string& key);
    std::optional<std::int64_t> integer(const std::string& key, std::int64_t min, std::int64_t max);
    std::optional<std::chrono::seconds> duration(const std::string& key);
    std::vector<std::string> texts(const std::string& key);  ///< a list of texts
    std::map<std::string, std::string> text_map(const std::string& key);
    /// One of `allowed`, else a finding that lists them.
    std::optional<std::string> one_of(const std::string& key,
                                      const std::vector<std::string>& allowed);
    void error(const Place& place, std::string message);
    /// Every key that was not asked for is an error, save those that begin with "x-" when `x_keys`.
    void finish(bool x_keys = false);

private:
    const Node& node_;
    std::string where_;
    Findings& findings_;
    std::vector<std::string> known_;
};

/// Our own files know no tags: each one is a finding.
void refuse_tags(const Node& node, Findings& findings);

}  // namespace driftless
