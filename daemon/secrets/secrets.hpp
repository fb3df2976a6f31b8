#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/base/secret_sink.hpp"
#include "config/base/vault.hpp"
#include "config/settings.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/redactor.hpp"

namespace driftless {

/// In place of a target's name: a secret that the settings use themselves, for no target.
inline constexpr const char* for_every_target = "all";

/// Reads what the settings name: files (regular, ours or root's, not readable by others, at most
/// 64 KiB, no links), variables of the environment and systemd's credentials. One newline at a
/// file's end is dropped.
/// @param environment  of the daemon
/// @param redactor     learns each one that is read; outlives them
std::unique_ptr<Secrets> make_secrets(const SecretSettings& settings,
                                      std::map<std::string, std::string> environment,
                                      net::Redactor* redactor = nullptr);

/// Keeps secrets in the folder that the settings name, beside those that people put there: 0600,
/// each with a note of whose it is. Replaces nothing that it did not put there itself.
/// @param redactor  learns each one that is kept; outlives it
std::unique_ptr<SecretSink> make_secret_sink(const Settings& settings,
                                             net::Redactor* redactor = nullptr);

/// The Vault whose key is `folder`/vault.key (32 random bytes, 0600), made where it is missing.
/// Open it before the store: a key made beside an existing driftless.db was lost, so the Vault
/// `remembers()` nothing, at later starts too, until a person removes `folder`/vault.forgot.
/// @return `forbidden`: others can read the key; `invalid`: it is no key of ours; `unavailable`
Result<std::unique_ptr<Vault>> open_vault(const std::string& folder, net::Random& random);

/// A Vault with a given key that keeps nothing on disk: for `validate`, and for tests.
std::unique_ptr<Vault> make_vault(std::string key);

}  // namespace driftless
