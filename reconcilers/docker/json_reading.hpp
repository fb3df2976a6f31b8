#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace driftless::docker {

using json = nlohmann::json;

// An engine leaves fields out, or makes them null, as it likes: these never throw.

/// What stands at a JSON pointer ("/HostConfig/Binds"), or null.
inline const json& at(const json& object, const std::string& pointer) {
    static const json nothing = nullptr;
    const json::json_pointer where{pointer};
    return object.contains(where) ? object.at(where) : nothing;
}

inline std::string shown_text(const json& object, const std::string& pointer) {
    const json& value = at(object, pointer);
    return value.is_string() ? value.get<std::string>() : "";
}

inline std::int64_t shown_integer(const json& object, const std::string& pointer) {
    const json& value = at(object, pointer);
    return value.is_number() ? value.get<std::int64_t>() : 0;
}

inline bool shown_true(const json& object, const std::string& pointer) {
    const json& value = at(object, pointer);
    return value.is_boolean() && value.get<bool>();
}

/// The value of a key that may itself hold "/"; null where there is none.
inline const json& in(const json& object, std::string_view key) {
    static const json nothing = nullptr;
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

}  // namespace driftless::docker
