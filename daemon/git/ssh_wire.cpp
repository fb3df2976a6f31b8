#include "daemon/git/ssh_wire.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>

namespace driftless::git {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0 || text.size() > (1u << 20)) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

std::optional<std::string> take_string(std::string_view& bytes) {
    if (bytes.size() < 4) return std::nullopt;
    std::uint32_t size = 0;
    for (const char byte : bytes.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(byte);
    bytes.remove_prefix(4);
    if (bytes.size() < size) return std::nullopt;
    std::string taken{bytes.substr(0, size)};
    bytes.remove_prefix(size);
    return taken;
}

std::string key_type(std::string_view key) {
    return take_string(key).value_or("");
}

std::string fingerprint(std::string_view key) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(bytes_of(key), key.size(), hash.data());
    std::array<unsigned char, 48> text{};
    const int size = EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
    std::string shown{reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
    while (shown.ends_with('=')) shown.pop_back();
    return "SHA256:" + shown;
}

}  // namespace driftless::git
