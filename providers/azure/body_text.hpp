#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace driftless::azure {

/// The text that stands at `pointer` of a body; "" where there is none, or something else.
inline std::string text_at(const nlohmann::json& body, const char* pointer) {
    const nlohmann::json::json_pointer at{pointer};
    if (!body.contains(at)) return "";
    const nlohmann::json& value = body.at(at);
    return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace driftless::azure
