#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "providers/net/server.hpp"

namespace driftless::http {

/// One thing that is wrong with a request.
struct Fault {
    std::string detail;
    std::string pointer = {};    ///< into the body: "#/targets/0/name"
    std::string parameter = {};  ///< of the query: "limit"
};
using Faults = std::vector<Fault>;

/// What an error is over HTTP.
struct ProblemKind {
    Errc code;
    int status;
    std::string_view title;
};
std::span<const ProblemKind> problem_kinds();  ///< one for each code

/// A problem document (RFC 9457). Its type is one of our ten codes:
/// "urn:driftless:error:not_found".
net::ServerResponse problem(const Error& error, const Faults& faults = {});
/// `invalid`, with every fault.
net::ServerResponse problem(const Faults& faults);

}  // namespace driftless::http
