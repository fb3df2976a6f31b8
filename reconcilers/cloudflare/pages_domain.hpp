#pragma once

#include "reconcilers/cloudflare/live_pages.hpp"

namespace driftless::cloudflare {

/// cloudflare.pages_domain: a hostname that a project answers to, as "bnx/www.bnx.dev". Cloudflare
/// makes no record for it: until a CNAME sends it to the project it is `degraded`, and says so.
/// https://developers.cloudflare.com/api/resources/pages/subresources/projects/subresources/domains/
class PagesDomainReconciler final : public Reconciler {
public:
    explicit PagesDomainReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    asio::awaitable<void> look_at_statuses(Run& run, PagesProject project, bool renew);
    void add_status(const Run& run, const PagesProject& project, Live& live) const;
    asio::awaitable<Result<Done>> apply_one(Run& run, const Action& action);

    AccountAccess& access_;
};

}  // namespace driftless::cloudflare
