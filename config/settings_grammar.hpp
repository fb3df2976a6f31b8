#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "config/reading.hpp"

namespace driftless {

/// What single fields of driftless.yaml may look like. No text of it ever reaches a shell, and
/// nothing that begins like an option or leaves its folder is taken either (catalogue of faults
/// 18).
bool is_installation(std::string_view text);    ///< [a-z0-9-]{1,12}
bool is_target_name(std::string_view text);     ///< [a-z0-9][a-z0-9-]{0,62}
bool is_absolute_path(std::string_view text);   ///< clean: no "..", ".", "//" or control characters
bool is_branch(std::string_view text);          ///< as git takes one
bool is_file_url(std::string_view text);        ///< file:///srv/git/infra.git
bool is_variable(std::string_view text);        ///< [A-Za-z_][A-Za-z0-9_]*
bool is_host(std::string_view text);            ///< a host name or address, with or without a port
bool is_loopback(std::string_view text);        ///< 127.0.0.1:7766, [::1]:7766, localhost:7766
bool is_listen(std::string_view text);          ///< a numeric address with its port
bool is_capability(std::string_view text);      ///< NET_ADMIN, ALL
bool is_device(std::string_view text);          ///< an absolute path, or "*"
bool is_object_name(std::string_view text);     ///< of the engine: [A-Za-z0-9][A-Za-z0-9_.-]*
bool is_printable_text(std::string_view text);  ///< not empty, no control characters

using Fits = bool (*)(std::string_view);

/// The text under `key` when it fits, else `fallback`, with a finding that says what was expected.
std::string read_text(MapReader& map, const std::string& key, std::string fallback, Fits fits,
                      std::string_view expected);
/// The same for every text of a list; those that don't fit are left out.
std::vector<std::string> read_texts(MapReader& map, const std::string& key, Fits fits,
                                    std::string_view expected);
std::chrono::seconds read_duration(MapReader& map, const std::string& key,
                                   std::chrono::seconds fallback, std::chrono::seconds min,
                                   std::chrono::seconds max);
/// A finding at each of `keys` that is there: known, and nothing that may be left unheeded.
void refuse_for_now(MapReader& map, const std::vector<std::string>& keys);

}  // namespace driftless
