#pragma once

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// Opens the envelope: `success`, `errors`, `result`, `result_info`. Parts that are missing or null
/// count as empty, as recorded answers have them.
/// @param wrote  whether the call was to change something: for the permission's name
Result<Answer> open_answer(const Family& family, const net::Response& response, bool wrote);

/// The text under `key` of an object; "" where there is none.
std::string text_of(const json& object, const char* key);

}  // namespace driftless::cloudflare
