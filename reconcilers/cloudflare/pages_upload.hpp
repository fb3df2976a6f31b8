#pragma once

#include "reconcilers/cloudflare/live_pages.hpp"

namespace driftless::cloudflare {

/// Sends the files of what is declared that Cloudflare does not have yet, a few megabytes at a
/// time: never more than that of a site lies in memory. Safe to repeat: what arrived is not sent
/// again.
/// @return the deployment that can be made of them, less its branch
asio::awaitable<Result<NewDeployment>> upload_site(AccountAccess& access, Run& run,
                                                   const Declared& want);

}  // namespace driftless::cloudflare
