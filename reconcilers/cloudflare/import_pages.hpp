#pragma once

#include <vector>

#include "providers/cloudflare/pages.hpp"
#include "reconcilers/cloudflare/import_records.hpp"

namespace driftless::cloudflare {

/// Writes down Pages projects and their domains. The files that they serve can't be had back from
/// Cloudflare: a manifest without a folder publishes nothing, and leaves what is served.
void import_pages(const std::vector<PagesProject>& projects, const ImportView& view,
                  Imported& made);

}  // namespace driftless::cloudflare
