#pragma once

#include <string>
#include <string_view>

namespace driftless {

/// A to Z as a to z; all other bytes as they are, whatever the locale.
inline std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return lower;
}

}  // namespace driftless
