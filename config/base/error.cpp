#include "config/base/error.hpp"

#include "config/base/printable.hpp"

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
        if (letter == '"' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return printable(quoted) + '"';
}

}  // namespace driftless
