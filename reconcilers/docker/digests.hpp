#pragma once

#include <string>
#include <string_view>

namespace driftless::docker {

/// "sha256:" and 64 hex letters.
std::string sha256_of(std::string_view bytes);

}  // namespace driftless::docker
