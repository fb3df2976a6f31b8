#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/base/resource_key.hpp"
#include "daemon/http/problem.hpp"

namespace driftless::http {

/// The JSON object that a request carries, read field by field. All that is wrong with it is in
/// `faults`, not only the first thing; a field that nobody asked for is wrong too.
class Body {
public:
    /// @param text  what was sent; empty counts as {}
    explicit Body(const std::string& text);

    std::optional<std::string> text(const std::string& field);
    std::optional<ResourceKey> key(const std::string& field);
    /// A key, or the name of a target: then kind and name of the key are empty.
    std::optional<ResourceKey> key_or_target(const std::string& field);
    /// "" when it is left out. @param most  bytes
    std::string words(const std::string& field, std::size_t most);
    /// "30m"; none when it is left out. More than nothing, and a year at most.
    std::optional<std::chrono::milliseconds> duration(const std::string& field);
    /// [{"name": "mini1"}, …]; empty when it is left out
    std::vector<std::string> names(const std::string& field);
    /// After the last field: tells of those that were not asked for. @return is it all right?
    bool finish();

    [[nodiscard]] const Faults& faults() const { return faults_; }

private:
    void fault(const std::string& pointer, const std::string& detail);

    bool is_object_ = false;
    nlohmann::json object_ = nlohmann::json::object();
    std::set<std::string> known_;
    Faults faults_;
};

}  // namespace driftless::http
