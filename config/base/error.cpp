#include "config/base/error.hpp"

namespace driftless {

std::string_view name(Errc code) {
    switch (code) {
        case Errc::canceled: return "canceled";
        case Errc::conflict: return "conflict";
        case Errc::forbidden: return "forbidden";
        case Errc::internal: return "internal";
        case Errc::invalid: return "invalid";
        case Errc::not_found: return "not_found";
        case Errc::rate_limited: return "rate_limited";
        case Errc::timed_out: return "timed_out";
        case Errc::unauthenticated: return "unauthenticated";
        case Errc::unavailable: return "unavailable";
    }
    return "internal";
}

std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            quoted += '\\';
            quoted += letter;
        } else if (byte < 0x20 || byte == 0x7F) {
            quoted += fmt::format("\\x{:02x}", byte);
        } else {
            quoted += letter;
        }
    }
    return quoted + '"';
}

}  // namespace driftless
