#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// docker.container. Identity is Compose's labels (project, service, number); a container that is
/// replaced or removed is kept for a while, stopped, as "driftless-kept-ID-NAME". All phases are
/// read from what is there.
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container
class ContainerReconciler final : public Reconciler {
public:
    explicit ContainerReconciler(EngineAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<void> resolve(Run& run, Scope scope) override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> prepare(Run& run, Step step) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;
    std::string batch_of(const Action& action) const override;
    std::size_t batch_max() const override { return 128; }

private:
    EngineAccess& access_;
};

}  // namespace driftless::docker
