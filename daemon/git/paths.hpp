#pragma once

#include <string>
#include <vector>

#include "config/base/files.hpp"

namespace driftless::git {

/// What one commit may hold for us. Big files may be in it; they may not be read.
struct Limits {
    static constexpr std::size_t file_bytes = 1u << 20;
    static constexpr std::size_t large_bytes = 25u << 20;  ///< of one that no manifest is made of
    static constexpr std::size_t total_bytes = 16u << 20;  ///< of all different files that are read
    static constexpr std::size_t files = 20'000;           ///< in one listing
    static constexpr std::size_t path_bytes = 1'024;
};

/// The steps of a path inside a commit; none for "". @return `invalid` for "..", "//" and their
/// like
Result<std::vector<std::string>> steps_of(const std::string& path);

/// Why an entry's name can't be used; "" for a good one. Names come from anybody who can push.
std::string fault_of_name(const std::string& name);

/// Why the file at `path` can't be read; nothing for a file that can.
Result<void> check_readable(const FileEntry& entry, const std::string& path,
                            std::size_t most = Limits::file_bytes);

/// @return `invalid` for the pointer that Git LFS leaves in place of a file
Result<void> check_content(const std::string& bytes, const std::string& path);

/// The error for a listing with too many files, or a path that is too long.
Error too_many_files();
Error too_long(const std::string& path);

}  // namespace driftless::git
