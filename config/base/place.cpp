#include "config/base/place.hpp"

#include <fmt/format.h>

namespace driftless {

std::string to_string(const Place& place) {
    if (place.line == 0) return place.file;
    return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

}  // namespace driftless
