#pragma once

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// How an answer that is an error is told.
struct Telling {
    bool wrote = false;   ///< the call was to change something: for the permission's name
    bool secret = false;  ///< the answer may hold a secret: nothing of it is quoted
};

/// Opens the envelope: `success`, `errors`, `result`, `result_info`. Parts that are missing or null
/// count as empty, as recorded answers have them.
Result<Answer> open_answer(const Family& family, const net::Response& response, Telling telling);

/// The text under `key` of an object; "" where there is none.
std::string text_of(const json& object, const char* key);

}  // namespace driftless::cloudflare
