#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace driftless {

/// Reads a file that only we may know: a regular file, ours or root's, closed to others, in a
/// folder that not everybody can write to. A link at its place is refused.
/// @return `not_found`; `forbidden`: others may read or change it, or it is somebody else's;
///         `invalid`: a link, no regular file, over `most` bytes; `unavailable`
Result<std::string> read_private_file(const std::string& path, std::size_t most);

/// The same for a file that others may read, but not change: pins, authorities, signers.
/// @return as above
Result<std::string> read_trusted_file(const std::string& path, std::size_t most);

/// Writes a new file with mode 0600, durably and as a whole; an existing one is left as it is.
/// @return `conflict`: there is one; `unavailable`
Result<void> write_new_private_file(const std::string& path, std::string_view bytes);

/// Writes a file with mode 0600 in place of what is there, durably and as a whole.
/// @return `unavailable`
Result<void> replace_private_file(const std::string& path, std::string_view bytes);

/// Makes a folder with mode 0700, and those above it; an existing one is left as it is.
/// @return `unavailable`
Result<void> make_private_folder(const std::string& path);

}  // namespace driftless
