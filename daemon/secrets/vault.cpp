#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cassert>
#include <filesystem>
#include <map>
#include <span>

#include "config/base/guarded.hpp"
#include "config/base/hex.hpp"
#include "daemon/secrets/private_file.hpp"
#include "daemon/secrets/secrets.hpp"

namespace driftless {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t hash_bytes = 16;  // 128 of the 256 bits: enough to tell texts apart

/// The keyed hash of `text`, in hex. `purpose` keeps marks and seals of one text apart.
std::string keyed_hash(const std::string& key, char purpose, std::string_view text) {
    std::string message(1, purpose);
    message += text;
    const Secret wiped{std::move(message)};
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int size = 0;
    const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(wiped.reveal().data()),
                            wiped.reveal().size(), hash.data(), &size);
    assert(done != nullptr && size >= hash_bytes);
    return to_hex(std::span{hash}.first<hash_bytes>());
}

class KeyedVault final : public Vault {
public:
    KeyedVault(std::string key, bool remembers) : key_(std::move(key)), remembers_(remembers) {}

    std::string mark(const Secret& secret) override {
        std::string hash = keyed_hash(key_, 's', secret.reveal());
        std::string mark = fmt::format("{}s:{}{}", mark_begin, hash, mark_end);
        secrets_.with([&](SecretMap& known) { known.insert_or_assign(std::move(hash), secret); });
        return mark;
    }

    Result<Secret> open(std::string_view text, const LateValues& late) const override {
        std::string plain;
        while (true) {
            const std::size_t begin = text.find(mark_begin);
            plain += text.substr(0, begin);
            if (begin == text.npos) return Secret{std::move(plain)};
            const std::size_t end = text.find(mark_end, begin);
            if (end == text.npos) return Error{Errc::internal, "open a text: a mark has no end"};
            const std::size_t past = end + mark_end.size();
            auto value = value_of(text.substr(begin, past - begin), late);
            if (!value) return std::move(value).error();
            plain += value->reveal();
            text.remove_prefix(past);
        }
    }

    std::string seal(std::string_view plain) const override {
        return fmt::format("{}=:{}{}", mark_begin, keyed_hash(key_, '=', plain), mark_end);
    }

    bool remembers() const override { return remembers_; }

private:
    /// @param mark  one, as a whole
    Result<Secret> value_of(std::string_view mark, const LateValues& late) const {
        const std::string_view inner =
            mark.substr(mark_begin.size(), mark.size() - mark_begin.size() - mark_end.size());
        if (inner.starts_with("s:")) {
            return known_secret(std::string(inner.substr(2)));
        }
        const auto refs = late_refs(mark);
        if (refs.size() != 1) return Error{Errc::internal, "open a text: its mark can't be opened"};
        auto value = late.find(refs.front());
        if (!value) return std::move(value).error();
        return Secret{std::move(*value)};
    }

    Result<Secret> known_secret(const std::string& hash) const {
        return secrets_.with([&](const SecretMap& known) -> Result<Secret> {
            if (const auto secret = known.find(hash); secret != known.end()) return secret->second;
            return Error{Errc::internal,
                         "open a text: it has the mark of a secret that was not read"};
        });
    }

    using SecretMap = std::map<std::string, Secret>;  // by keyed hash

    std::string key_;
    bool remembers_;
    Guarded<SecretMap> secrets_;  // marked on a lane, opened on the loop
};

std::string new_key(net::Random& random) {
    std::string key;
    while (key.size() < key_bytes) {
        const std::uint64_t bits = random.next();
        for (unsigned shift = 0; shift < 64; shift += 8)
            key += static_cast<char>(bits >> shift & 0xFF);
    }
    return key;
}

/// Makes the key. That an older one was lost is written down first, so that no crash forgets it.
Result<void> make_key(const std::string& folder, net::Random& random) {
    if (std::filesystem::exists(folder + "/driftless.db")) {
        auto noted = write_new_private_file(
            folder + "/vault.forgot",
            "vault.key was lost: what was sealed with it can't be compared any more, and nothing "
            "is\n"
            "replaced because of it. Remove this file to have all such values written anew.\n");
        if (!noted && noted.error().code != Errc::conflict) return noted;
    }
    return write_new_private_file(folder + "/vault.key", new_key(random));
}

}  // namespace

Result<std::unique_ptr<Vault>> open_vault(const std::string& folder, net::Random& random) {
    const std::string path = folder + "/vault.key";
    if (auto made = make_private_folder(folder); !made) return std::move(made).error();
    auto key = read_private_file(path, key_bytes);
    if (!key && key.error().code == Errc::not_found) {
        auto made = make_key(folder, random);
        if (!made && made.error().code != Errc::conflict) return std::move(made).error();
        key = read_private_file(path, key_bytes);
    }
    if (!key) return std::move(key).error().in("open the vault");
    if (key->size() != key_bytes) {
        return Error{
            Errc::invalid,
            fmt::format("open the vault: {} holds {} bytes instead of {}; put it back from a "
                        "backup, or remove it to begin with a new one",
                        in_quotes(path), key->size(), key_bytes)};
    }
    const bool remembers = !std::filesystem::exists(folder + "/vault.forgot");
    return std::unique_ptr<Vault>{std::make_unique<KeyedVault>(std::move(*key), remembers)};
}

std::unique_ptr<Vault> make_vault(std::string key) {
    return std::make_unique<KeyedVault>(std::move(key), true);
}

}  // namespace driftless
