#pragma once

#include <map>
#include <string>

namespace driftless::test {

/// The regular files of a tar: path without "./" and leading "/" -> bytes. Knows ustar, GNU long
/// names and pax paths.
std::map<std::string, std::string> untar(const std::string& tar);
/// A ustar archive of regular files.
std::string tar_of(const std::map<std::string, std::string>& files);
std::string base64(const std::string& bytes);

}  // namespace driftless::test
