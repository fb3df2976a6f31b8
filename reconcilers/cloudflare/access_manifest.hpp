#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// AccessGroup: who is meant by a name, cloudflare.access_group. Policies name it.
Expanded expand_access_group(const Expansion& with);
/// AccessPolicy: what whom is allowed, for applications to share, cloudflare.access_policy.
Expanded expand_access_policy(const Expansion& with);

/// AccessServiceToken: what a program comes in with, and where its secret is kept,
/// cloudflare.access_service_token.
Expanded expand_access_service_token(const Expansion& with);

}  // namespace driftless::cloudflare
