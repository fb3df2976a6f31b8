#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "providers/azure/credentials.hpp"

namespace driftless::azure {

/// The token in an answer of any of the endpoints: `access_token` with `expires_in` (a number, or a
/// text of one) or `expires_on` (seconds since 1970).
/// @return `invalid`: there is none in it
Result<AccessToken> read_token(const nlohmann::json& body, net::WallTime now);

/// Why Microsoft Entra gave no token, with what to do: `{error, error_description, …}`.
/// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
Error refused_token(const net::Response& response);

}  // namespace driftless::azure
