#pragma once

#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/imported.hpp"

namespace driftless::cloudflare {

/// What lives at one account, as manifests: the records, settings and rules of its zones, its own
/// rules, its tunnels, Access and Pages projects. What the token may not read is left out, with the
/// permission that is missing. Changes nothing; safe to repeat. @return why the account could not
/// be read
asio::awaitable<Result<Imported>> import_account(AccountAccess& access, ImportWish wish);

}  // namespace driftless::cloudflare
