#include "daemon/schedule/status.hpp"

namespace driftless {

std::string_view name(TargetWord word) {
    switch (word) {
        case TargetWord::ok: return "ok";
        case TargetWord::unreachable: return "unreachable";
        case TargetWord::unauthorized: return "unauthorized";
        case TargetWord::throttled: return "throttled";
        case TargetWord::suspended: return "suspended";
    }
    return "ok";
}

std::string_view name(SourceWord word) {
    switch (word) {
        case SourceWord::ok: return "ok";
        case SourceWord::stale: return "stale";
        case SourceWord::auth_failed: return "auth_failed";
        case SourceWord::invalid: return "invalid";
        case SourceWord::unverified: return "unverified";
        case SourceWord::rewound: return "rewound";
        case SourceWord::empty: return "empty";
    }
    return "ok";
}

std::string why_of(const Suspension& suspension) {
    std::string why = suspension.until ? "suspended until " + net::to_string(*suspension.until)
                                       : "suspended until somebody resumes it";
    if (!suspension.reason.empty()) why += ": " + suspension.reason;
    return why;
}

TargetWord word_for(const Error& error) {
    switch (error.code) {
        case Errc::unauthenticated:
        case Errc::forbidden: return TargetWord::unauthorized;
        case Errc::rate_limited: return TargetWord::throttled;
        default: return TargetWord::unreachable;
    }
}

}  // namespace driftless
