#pragma once

#include "reconcilers/cloudflare/live_pages.hpp"

namespace driftless::cloudflare {

/// cloudflare.pages_project: a project of direct uploads, by its name. Its outputs are `id` and
/// `subdomain` (what a CNAME points to). It counts as data: its deployments and what people set at
/// the dashboard go with it.
/// https://developers.cloudflare.com/api/resources/pages/subresources/projects/
class PagesProjectReconciler final : public Reconciler {
public:
    explicit PagesProjectReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    /// Lists the projects, for all kinds that look at them side by side.
    asio::awaitable<void> resolve(Run& run, Scope scope) override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    [[nodiscard]] Live live_of(const PagesProject& project, const Facts& facts) const;
    asio::awaitable<Result<Done>> apply_one(Run& run, const Action& action);
    asio::awaitable<Result<Done>> remove(Run& run, const Action& action);

    AccountAccess& access_;
};

}  // namespace driftless::cloudflare
