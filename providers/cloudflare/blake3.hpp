#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace driftless::cloudflare {

/// The BLAKE3 hash of `bytes`, in its plain mode with 32 bytes of output. Pages names files by it,
/// and no library that Debian 12 and Homebrew both have knows it.
/// https://github.com/BLAKE3-team/BLAKE3-specs/blob/master/blake3.pdf
std::array<std::uint8_t, 32> blake3(std::string_view bytes);

}  // namespace driftless::cloudflare
