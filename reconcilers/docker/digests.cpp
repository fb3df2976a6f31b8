#include "reconcilers/docker/digests.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace driftless::docker {

std::string sha256_of(std::string_view bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    std::string text = "sha256:";
    for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
    return text;
}

}  // namespace driftless::docker
