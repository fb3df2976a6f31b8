#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace driftless::azure {

using json = nlohmann::json;

/// The one tag by which we know what is ours.
inline constexpr const char* mark_tag = "driftless.mark";

/// What the tag says: "bnx-home ContainerApp/api protect".
struct Mark {
    std::string installation;
    std::string manifest;  ///< "ContainerApp/api"
    bool protect = false;
};

std::string to_text(const Mark& mark);
/// The mark among the tags of an answered resource; none where there is none, or no such text.
std::optional<Mark> mark_of(const json& body);

}  // namespace driftless::azure
