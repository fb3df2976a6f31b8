#include "daemon/git/known_hosts.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "daemon/git/ssh_wire.hpp"

namespace driftless::git {
namespace {

/// The next word of a line; the line keeps the rest.
std::string_view take_word(std::string_view& line) {
    constexpr std::string_view spaces = " \t\r";
    const std::size_t begin = std::min(line.find_first_not_of(spaces), line.size());
    const std::size_t end = std::min(line.find_first_of(spaces, begin), line.size());
    const auto word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

/// `*` is any text, `?` any letter; without regard to case.
bool fits(std::string_view pattern, std::string_view name) {
    std::size_t star = pattern.npos;
    std::size_t from = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < name.size();) {
        const char letter =
            at < pattern.size()
                ? static_cast<char>(std::tolower(static_cast<unsigned char>(pattern[at])))
                : '\0';
        if (at < pattern.size() && letter == '*') {
            star = at++;
            from = i;
        } else if (at < pattern.size() && (letter == '?' || letter == name[i])) {
            ++at;
            ++i;
        } else if (star != pattern.npos) {
            at = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == pattern.npos;
}

/// "|1|salt|hash": the name is hidden, and can only be tried.
bool is_hash_of(std::string_view hashed, const std::string& name) {
    const std::size_t bar = hashed.find('|', 3);
    if (bar == hashed.npos) return false;
    const auto salt = from_base64(hashed.substr(3, bar - 3));
    const auto hash = from_base64(hashed.substr(bar + 1));
    if (!salt || !hash) return false;
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    const auto* text = reinterpret_cast<const unsigned char*>(name.data());
    if (HMAC(EVP_sha1(), salt->data(), static_cast<int>(salt->size()), text, name.size(),
             mac.data(), &size) == nullptr) {
        return false;
    }
    return *hash == std::string(reinterpret_cast<const char*>(mac.data()), size);
}

bool holds(const std::vector<std::string>& keys, std::string_view key) {
    return std::ranges::find(keys, key) != keys.end();
}

std::string base64(std::string_view bytes) {
    std::string text(bytes.size() / 3 * 4 + 5, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

/// What ssh-keyscan calls a type of key.
std::string_view short_type(std::string_view type) {
    if (type.starts_with("ecdsa-")) return "ecdsa";
    if (type == "ssh-ed25519") return "ed25519";
    return type == "ssh-rsa" ? "rsa" : type;
}

}  // namespace

KnownHosts::KnownHosts(std::string_view text, std::string file, std::string host, unsigned port)
    : file_(std::move(file)), host_(std::move(host)), port_(port) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        read_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void KnownHosts::read_line(std::string_view line) {
    auto names = take_word(line);
    if (names.empty() || names.starts_with('#')) return;
    const bool is_revoked = names == "@revoked";
    if (names.starts_with('@') && !is_revoked) return;
    if (is_revoked) names = take_word(line);
    if (!names_us(names)) return;
    const auto type = take_word(line);
    const auto key = from_base64(take_word(line));
    if (!key || key_type(*key) != type || type.empty()) return;
    (is_revoked ? revoked_ : pins_).push_back(*key);
}

bool KnownHosts::names_us(std::string_view patterns) const {
    const std::string name = known_as();
    if (patterns.starts_with("|1|")) return is_hash_of(patterns, name);
    bool found = false;
    while (!patterns.empty()) {
        const std::size_t comma = std::min(patterns.find(','), patterns.size());
        auto pattern = patterns.substr(0, comma);
        const bool is_not = pattern.starts_with('!');
        if (is_not) pattern.remove_prefix(1);
        if (fits(pattern, name)) {
            if (is_not) return false;
            found = true;
        }
        patterns.remove_prefix(std::min(comma + 1, patterns.size()));
    }
    return found;
}

std::string KnownHosts::known_as() const {
    return port_ == 22 ? host_ : fmt::format("[{}]:{}", host_, port_);
}

Result<void> KnownHosts::check(std::string_view key) const {
    const std::string type = key_type(key);
    const std::string offered =
        fmt::format("{} {}", type.empty() ? "a key" : type, fingerprint(key));
    const auto refuse = [&](std::string why) {
        return Error{Errc::forbidden,
                     fmt::format("host key of {}: it offered {}, {}", known_as(), offered, why)};
    };
    if (holds(revoked_, key)) return refuse(fmt::format("which {} says is revoked", file_));
    if (holds(pins_, key)) return {};
    const std::string how = fmt::format(
        "compare it with what its owner publishes, then add the "
        "line that `{}` prints",
        scan_command(type));
    if (pins_.empty()) return refuse(fmt::format("and {} has no key for it; {}", file_, how));
    std::string pinned;
    for (const std::string& pin : pins_) {
        if (key_type(pin) == type) pinned += (pinned.empty() ? "" : ", ") + fingerprint(pin);
    }
    if (pinned.empty()) {
        return refuse(
            fmt::format("and {} pins no key of this type for it, but {}; {}", file_, types(), how));
    }
    return refuse(
        fmt::format("where {} pins {}: the key changed, or somebody stands in between; "
                    "if its owner announced it, {}",
                    file_, pinned, how));
}

std::string KnownHosts::lines() const {
    std::string lines;
    for (const std::string& pin : pins_) {
        lines += fmt::format("{} {} {}\n", known_as(), key_type(pin), base64(pin));
    }
    return lines;
}

std::string KnownHosts::types() const {
    std::string types;
    for (const std::string& pin : pins_) {
        const std::string type = key_type(pin);
        if (types.find(type) != types.npos) continue;
        types += (types.empty() ? "" : ", ") + type;
    }
    return types;
}

std::string KnownHosts::scan_command(std::string_view type) const {
    std::string command = "ssh-keyscan";
    if (!type.empty()) command += fmt::format(" -t {}", short_type(type));
    if (port_ != 22) command += fmt::format(" -p {}", port_);
    return command + " " + host_;
}

}  // namespace driftless::git
