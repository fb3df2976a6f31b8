#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace driftless::git {

/// The bytes that base64 stands for; none when it is no base64.
std::optional<std::string> from_base64(std::string_view text);

/// Takes the next length-prefixed string off `bytes`, as RFC 4251 writes them; none when it is cut.
std::optional<std::string> take_string(std::string_view& bytes);

/// Of a public key's bytes: "ssh-ed25519"; "" when it is none.
std::string key_type(std::string_view key);

/// "SHA256:…", as ssh-keygen -l shows it.
std::string fingerprint(std::string_view key);

}  // namespace driftless::git
