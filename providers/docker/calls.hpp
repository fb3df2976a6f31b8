#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/net/http.hpp"

namespace driftless::docker {

/// One call that driftless may make: "/containers/*/start", `*` is one step. What is not here is
/// refused before it is sent; users can mirror the list in a socket proxy.
struct Call {
    net::Method method;
    std::string_view path;
};

const std::vector<Call>& allowed_calls();
/// @param target  with or without "/vX.Y", with or without a query
bool is_allowed(net::Method method, std::string_view target);

}  // namespace driftless::docker
