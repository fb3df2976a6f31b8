#include "config/base/secret.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <new>
#include <utility>

namespace driftless {
namespace {

constexpr std::size_t locked_bytes = 128U << 10U;  // some hundreds of secrets in all their forms
constexpr std::size_t smallest = 32;

char* take(std::size_t size) {
    void* locked = CRYPTO_secure_malloc_initialized() == 1 ? OPENSSL_secure_malloc(size) : nullptr;
    return static_cast<char*>(locked != nullptr ? locked : ::operator new(size));
}

void give_back(char* bytes, std::size_t size) {
    if (bytes == nullptr) return;
    if (CRYPTO_secure_allocated(bytes) == 1) return OPENSSL_secure_clear_free(bytes, size);
    OPENSSL_cleanse(bytes, size);
    ::operator delete(bytes);
}

/// The whole buffer, what lies behind the end too: a short text that was moved away is still there.
void wipe(std::string& text) {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace

bool lock_secrets() {
    constexpr int locked = 1;
    if (CRYPTO_secure_malloc_initialized() == 1) return true;
    return CRYPTO_secure_malloc_init(locked_bytes, smallest) == locked;
}

Secret::Secret(std::string text) {
    copy(text);
    wipe(text);
}

Secret::Secret(const Secret& other) {
    copy(other.reveal());
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(const Secret& other) {
    if (this == &other) return *this;
    clear();
    copy(other.reveal());
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    clear();
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

Secret::~Secret() {
    clear();
}

bool Secret::same_as(const Secret& other) const {
    return size_ == other.size_ && CRYPTO_memcmp(bytes_, other.bytes_, size_) == 0;
}

void Secret::copy(std::string_view text) {
    if (text.empty()) return;
    bytes_ = take(text.size());
    size_ = text.size();
    std::ranges::copy(text, bytes_);
}

void Secret::clear() {
    give_back(bytes_, size_);
    bytes_ = nullptr;
    size_ = 0;
}

}  // namespace driftless
