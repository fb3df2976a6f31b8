#pragma once

#include <string>

namespace driftless {

/// Bytes as lower-case hex.
/// @param bytes  a range of char or unsigned char
template <class Bytes>
std::string to_hex(const Bytes& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * bytes.size());
    for (const auto each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

}  // namespace driftless
