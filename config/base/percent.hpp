#pragma once

#include <string>
#include <string_view>

namespace driftless {

/// For one step of a path or one value of a query: "a b" -> "a%20b". RFC 3986, section 2.3.
inline std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view unreserved =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    std::string encoded;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (unreserved.find(letter) != unreserved.npos) {
            encoded += letter;
        } else {
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return encoded;
}

}  // namespace driftless
