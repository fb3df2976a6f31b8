#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "reconcilers/imported.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless {

/// What may have changed, by a provider's word.
struct Hint {
    bool all = false;
    std::vector<ResourceKey> keys;
    bool missed = false;  ///< events before this were not heard: look at all of it afresh, at once
    std::string what;     ///< "die plausible-web-1": for people
};

/// One permission that kinds of the target need.
struct Right {
    std::string what;      ///< "DNS (DnsZone, Tunnel)"
    Result<void> granted;  ///< or what came back, and what to do
};

/// What a target says of itself to `driftless doctor`.
struct TargetAbout {
    std::string what;                    ///< "Docker Engine 20.10.24, API 1.41"
    std::optional<net::WallTime> clock;  ///< its time when it answered, where it tells
    std::vector<std::string> warnings;   ///< its own
    std::vector<Right> rights = {};      ///< of our credential there, as far as reading tells
};

/// One target of the settings: its kinds, and how it tells that something changed.
class Target {
public:
    virtual ~Target() = default;
    virtual const Kinds& kinds() const = 0;
    /// Asks who it is, with our credential. Changes nothing.
    virtual asio::awaitable<Result<TargetAbout>> about() = 0;
    /// Passes hints on until canceled, the first one with `missed` once it hears; comes back by
    /// itself when the provider went away, with why. A target that cannot tell returns only when
    /// canceled.
    virtual asio::awaitable<Result<void>> watch(std::function<void(Hint)> on_hint) = 0;
    /// What is live, as manifests that declare it so. Changes nothing; safe to repeat. Whether a
    /// plan of them is empty is the caller's to see.
    /// @return `invalid` where this sort of target can't tell
    virtual asio::awaitable<Result<Imported>> import_live(ImportWish) {
        co_return Error{Errc::invalid, "import: this sort of target can't be imported from yet"};
    }
};

}  // namespace driftless
