#pragma once

#include <string>
#include <string_view>

namespace driftless::cloudflare {

/// In the common alphabet, with padding.
std::string base64_of(std::string_view bytes);

/// What stands behind the last dot of a path's file name, as it is written; "" where there is none,
/// or where the name begins with its only dot.
std::string_view extension_of(std::string_view path);

/// What Pages calls a file by: 32 hex letters of its content and its extension.
/// @param content  in base64
std::string asset_hash(std::string_view content, std::string_view extension);

/// What a browser is told that a file is, by its extension: "text/html".
std::string content_type_of(std::string_view path);

}  // namespace driftless::cloudflare
