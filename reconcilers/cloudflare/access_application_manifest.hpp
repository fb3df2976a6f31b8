#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// AccessApplication: a self-hosted application, cloudflare.access_application. What it protects is
/// published only once it stands: it guards the hosts of its destinations.
Expanded expand_access_application(const Expansion& with);

}  // namespace driftless::cloudflare
