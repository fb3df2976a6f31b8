#pragma once

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// docker.network. An engine can't change one: a changed one is taken from its containers, which
/// are connected to the new one by their own next look.
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Network
class NetworkReconciler final : public Reconciler {
public:
    explicit NetworkReconciler(EngineAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;
    std::string batch_of(const Action& action) const override;
    std::size_t batch_max() const override { return 64; }

private:
    asio::awaitable<Result<Done>> carry_out(Run& run, const Action& action);
    asio::awaitable<Result<std::string>> create(Run& run, const Action& action);
    asio::awaitable<Result<void>> remove(const Action& action);
    EngineAccess& access_;
};

/// A network of the list in the form of a declared spec. @param want  sealed, or null
json normal_network(const json& shown, const json& want);

}  // namespace driftless::docker
