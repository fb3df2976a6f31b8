#include <openssl/evp.h>

#include <array>
#include <span>

#include "config/base/hex.hpp"
#include "reconcilers/diff.hpp"

namespace driftless {

std::string digest_of(const json& spec) {
    // The maps of `json` are sorted, so its text is the same whatever the order of the keys was.
    const std::string text = spec.dump(-1, ' ', false, json::error_handler_t::replace);
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    const int done =
        EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
    assert(done == 1);
    static_cast<void>(done);
    return to_hex(std::span{bytes}.first(size));
}

}  // namespace driftless
