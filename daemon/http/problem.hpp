#pragma once

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

/// A problem document (RFC 9457). Its type is one of our ten codes:
/// "urn:driftless:error:not_found".
net::ServerResponse problem(const Error& error, const Faults& faults = {});
/// `invalid`, with every fault.
net::ServerResponse problem(const Faults& faults);

}  // namespace driftless::http
