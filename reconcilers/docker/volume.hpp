#pragma once

#include <set>
#include <string>

#include "reconcilers/docker/engine_access.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::docker {

/// docker.volume: data, so a removal and a replacement always wait for a person. Volumes that hold
/// folders of a commit are no resources: they come and go with the containers that mount them.
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Volume
class VolumeReconciler final : public Reconciler {
public:
    explicit VolumeReconciler(EngineAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;
    std::string batch_of(const Action& action) const override;
    std::size_t batch_max() const override { return 64; }

private:
    asio::awaitable<Result<Done>> carry_out(Run& run, const Action& action);
    asio::awaitable<Result<void>> create(Run& run, const Action& action);
    asio::awaitable<void> add_left_behind(Run& run, std::set<std::string> content,
                                          LiveState& state);
    EngineAccess& access_;
};

/// A volume of the list in the form of a declared spec.
json normal_volume(const json& shown);

}  // namespace driftless::docker
