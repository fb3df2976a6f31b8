#pragma once

#include "reconcilers/cloudflare/live_pages.hpp"

namespace driftless::cloudflare {

/// cloudflare.pages_deployment: what a project serves, as the files of a folder of the commit. Its
/// output is `url`, the deployment's own address. Only files that Cloudflare does not have are
/// sent. One that fails leaves the one before in service; none is ever removed by itself.
/// https://developers.cloudflare.com/api/resources/pages/subresources/projects/subresources/deployments/
class PagesDeploymentReconciler final : public Reconciler {
public:
    explicit PagesDeploymentReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    asio::awaitable<Result<std::optional<Live>>> seen(Run& run, PagesProject project,
                                                      const Declared& want);
    asio::awaitable<Result<Done>> apply_one(Run& run, const Action& action);
    asio::awaitable<Result<Done>> deploy(Run& run, const Action& action);
    asio::awaitable<Result<Done>> finish(Run& run, const Action& action);

    AccountAccess& access_;
};

}  // namespace driftless::cloudflare
