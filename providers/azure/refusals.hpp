#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "providers/net/http.hpp"

namespace driftless::azure {

using json = nlohmann::json;

/// What a refusal means for whoever sent the call.
enum class Way {
    soon,    ///< it passes by itself within minutes: another operation, an identity not known yet
    later,   ///< tried again with a growing pause: the service is ill, or a person has to act
    never,   ///< what was sent is wrong: only other content helps
    absent,  ///< it is not there
};

/// An answer that is no success, in ARM's words.
struct Refusal {
    int status = 0;
    std::string code;     ///< "PrincipalNotFound"; "" where none is told
    std::string message;  ///< for people: it holds ids and times, and is never compared
    std::string request_id;
};

/// Reads all the shapes in which errors come: `{error: {code, message, details}}`, bare
/// `{code, message}`, `{Code, Message}`, `{Message}`, problem documents, HTML, nothing.
Refusal read_refusal(int status, const net::Headers& headers, const std::string& body);
/// The error within a body: of an answer, or of an operation that failed.
Refusal refusal_in(const json& body);

Way way_of(const Refusal& refusal);
/// For the scheduler and for people, with what to do; `not_found` for Way::absent alone, `conflict`
/// for Way::soon.
Error error_of(const Refusal& refusal);

/// Seconds of Retry-After; of a throttled tenant also from "Retry after 2 seconds" in its text.
std::optional<std::chrono::seconds> retry_after(const net::Headers& headers,
                                                std::string_view text = "");

}  // namespace driftless::azure
