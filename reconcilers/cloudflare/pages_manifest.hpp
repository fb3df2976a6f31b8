#pragma once

#include "reconcilers/expand.hpp"

namespace driftless::cloudflare {

/// PagesProject: a project of its name, its domains, and what it serves: resources
/// cloudflare.pages_project, cloudflare.pages_domain, cloudflare.pages_deployment.
Expanded expand_pages_project(const Expansion& with);

}  // namespace driftless::cloudflare
