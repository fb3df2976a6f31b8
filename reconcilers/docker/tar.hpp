#pragma once

#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::docker {

/// A file inside a tar.
struct TarFile {
    std::string path;  ///< without a leading "/"
    std::string bytes;
    int mode = 0444;
    int uid = 0;
    int gid = 0;
};

/// A tar with these files; the same input gives the same bytes. Folders are left to whoever
/// unpacks.
std::string write_tar(const std::vector<TarFile>& files);

/// The regular files of a tar; folders are left out.
/// @return `invalid`: not a tar, or it holds links or devices
Result<std::vector<TarFile>> read_tar(const std::string& tar);

}  // namespace driftless::docker
