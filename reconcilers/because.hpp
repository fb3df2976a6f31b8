#pragma once

#include <string>
#include <utility>

namespace driftless {

/// "waits for A", because of what A itself waits for: of a chain the first and the last, since each
/// between has a line of its own. @param why  may be empty
inline std::string because(std::string waits, const std::string& why) {
    if (why.empty()) return waits;
    const std::size_t last = why.rfind(": waits ");
    return std::move(waits) + ": " + (last == why.npos ? why : why.substr(last + 2));
}

}  // namespace driftless
