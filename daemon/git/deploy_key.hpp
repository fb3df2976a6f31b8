#pragma once

#include "config/base/error.hpp"
#include "config/base/secret.hpp"

namespace driftless::git {

/// Can this private key be used? Told before a server is asked, who could only say no.
/// @return `invalid`: no private key, or of a type that libssh2 cannot use, with what to do
Result<void> check_deploy_key(const Secret& key, const Secret& passphrase, const std::string& file);

}  // namespace driftless::git
