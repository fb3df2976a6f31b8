#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/base/secret_sink.hpp"
#include "daemon/schedule/measures.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/pacers.hpp"
#include "reconcilers/expand.hpp"
#include "reconcilers/target.hpp"

namespace driftless {

/// The one list of manifest kinds, with what makes resources of each.
Expanders all_expanders();

/// What targets are made with; it outlives them.
struct TargetContext {
    const Settings& settings;
    const Secrets& secrets;
    SecretSink* sink = nullptr;  ///< none: what a provider shows once can't be kept
    std::map<std::string, std::string> environment;
    net::asio::any_io_executor executor;
    net::Clock& clock;
    net::Lane& lane;      ///< for reads of a commit's files
    net::Pacers& pacers;  ///< of the vendors that count our calls
    Measures& measures;   ///< of calls to providers
};

/// The target that the settings describe, with all its kinds. Nothing is connected yet.
/// @return `invalid`: no provider for it; or why a credential of its registries can't be read
Result<std::unique_ptr<Target>> make_target(const TargetSettings& target,
                                            const TargetContext& context);

}  // namespace driftless
