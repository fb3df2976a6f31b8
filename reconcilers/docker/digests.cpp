#include "reconcilers/docker/digests.hpp"

#include <openssl/sha.h>

#include <array>

#include "config/base/hex.hpp"

namespace driftless::docker {

std::string sha256_of(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return "sha256:" + to_hex(digest);
}

}  // namespace driftless::docker
