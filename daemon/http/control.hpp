#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/schedule/status.hpp"
#include "daemon/store/store.hpp"

namespace driftless::http {

/// What the endpoint may ask of the daemon.
class Control {
public:
    virtual ~Control() = default;
    [[nodiscard]] virtual Overview overview() const = 0;
    /// Grows whenever what `overview` gives may have changed. Cheap, unlike `overview`.
    [[nodiscard]] virtual std::uint64_t edition() const = 0;
    /// Is there a target of that name? "" is every one. @return `not_found` with the nearest
    [[nodiscard]] virtual Result<void> find_target(const std::string& name) const = 0;
    /// A commit is loaded and the store works. @return `unavailable` with what is missing
    [[nodiscard]] virtual Result<void> ready() const = 0;
    virtual asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string key,
                                                                       std::size_t limit) = 0;
    /// Looks at git and at a target, or some resources, now; what failed before is tried again.
    /// @param targets  names of targets, or keys of resources; empty: all targets
    /// @return `not_found`: no such target
    virtual Result<void> reconcile(const std::vector<std::string>& targets) = 0;
    /// Releases exactly the held actions that this hash stands for, for 24 hours.
    /// @return `not_found`: nothing is held under it; `unavailable`: the store
    virtual asio::awaitable<Result<void>> confirm(std::string hash) = 0;
    /// Lets the resource of a conflict be taken over. @return `not_found`; `unavailable`
    virtual asio::awaitable<Result<void>> adopt(ResourceKey key) = 0;
    /// Leaves something alone: a resource, a manifest, or a whole target. The time that it begins
    /// at is now. @return `not_found`; `unavailable`
    virtual asio::awaitable<Result<void>> suspend(Suspension suspension) = 0;
    /// @return `not_found`: no such target, or not suspended; `unavailable`
    virtual asio::awaitable<Result<void>> resume(ResourceKey what) = 0;
    /// What `restore` brings back. @param target  all when empty @return `unavailable`
    virtual asio::awaitable<Result<std::vector<Restorable>>> removed(std::string target) = 0;
    /// Brings back what was removed, and what it needs. @return `not_found`: it is none of
    /// `removed`, or its commit can't be read; `conflict`: nothing is changed there now
    virtual asio::awaitable<Result<void>> restore(ResourceKey key) = 0;
    /// Forgets a target that is no longer in the settings. @return what we had of it; `not_found`;
    /// `conflict`: it is in the settings
    virtual asio::awaitable<Result<Inventory>> leave(std::string target) = 0;
};

}  // namespace driftless::http
