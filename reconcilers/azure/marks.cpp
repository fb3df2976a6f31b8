#include "reconcilers/azure/marks.hpp"

#include <sstream>

#include "config/base/lower_case.hpp"

namespace driftless::azure {

std::string to_text(const Mark& mark) {
    return mark.installation + " " + mark.manifest + (mark.protect ? " protect" : "");
}

std::optional<Mark> mark_of(const json& body) {
    const auto tags = body.find("tags");
    if (tags == body.end() || !tags->is_object()) return std::nullopt;
    for (const auto& [name, value] : tags->items()) {  // names of tags have no case
        if (lower_case(name) != mark_tag || !value.is_string()) continue;
        std::istringstream words{value.get<std::string>()};
        Mark mark;
        std::string last;
        words >> mark.installation >> mark.manifest >> last;
        mark.protect = last == "protect";
        if (!mark.manifest.empty()) return mark;
    }
    return std::nullopt;
}

}  // namespace driftless::azure
