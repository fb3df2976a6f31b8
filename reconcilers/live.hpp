#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/resource_key.hpp"
#include "config/desired_state.hpp"
#include "providers/net/clock.hpp"

namespace driftless {

/// A read that got everything of its scope. Only such reads may lead to a removal; whoever makes
/// one vouches for it.
template <class T>
class Complete {
public:
    static Complete vouched(T value) { return Complete{std::move(value)}; }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    /// A part of the value, which keeps the whole.
    template <class Part>
    [[nodiscard]] std::shared_ptr<const Part> share(const Part& part) const {
        return {value_, &part};
    }

private:
    explicit Complete(T value) : value_(std::make_shared<const T>(std::move(value))) {}
    std::shared_ptr<const T> value_;  // never changes, so that copies may share it
};

/// Whose a live thing is.
enum class Owner {
    ours,     ///< it carries this installation's mark
    kin,      ///< the declared thing by the vendor's own identity, made by somebody else
    foreign,  ///< another's: it only stands where ours should
};

enum class Health { none, starting, healthy, unhealthy };

/// A resource as it is.
struct Live {
    ResourceKey key;      ///< the key that it answers to; for others' things: by its own name
    SharedText id;        ///< the provider's
    std::string version;  ///< changes when it changes: etag, index, or a digest of it
    /// In the form of Declared::spec. Null when `agrees_with` says enough; while a replacement is
    /// under way: the new one's, where it is there.
    json spec;
    /// Digest of the declared spec that it was found equal to, unchanged since.
    SharedText agrees_with;
    std::string unread;  ///< why neither of both is known
    Owner owner = Owner::foreign;
    std::string unfinished;  ///< what is under way, for people: "replacing: waits until healthy";
                             ///< empty when settled
    /// Unfinished, but nothing can be done about it until then, unless git wants something else.
    std::optional<net::WallTime> idle_until;
    /// Out of service: its successor is not there yet, or git dropped it and it is kept for its
    /// grace.
    bool kept = false;
    std::vector<std::string> claims;  ///< what it holds: "port 80/tcp", "name web"
    /// What the one that is kept held, and holds again if it comes back.
    std::vector<std::string> gave_up;
    std::string lock = {};  ///< see Declared::lock
    Health health = Health::none;
    bool ready = true;       ///< exists and works as far as can be seen
    bool completed = false;  ///< has done its work, with success
    std::string left_alone;  ///< why it is not to be touched now: "paused"
    std::string detail;      ///< for people: "exited with 137", "unhealthy: connection refused"
    bool protect = false;    ///< the mark on the object
    SharedText commit;       ///< the mark: the commit that last declared it
    std::string manifest;    ///< the mark: "ComposeProject/plausible"
    bool self = false;       ///< what we ourselves run on
    json outputs = nullptr;  ///< an object, or null
};

using LiveState = std::vector<Live>;

/// Each collection's read, or why there is none: unknown, never empty.
using Reads = std::map<std::string, Result<Complete<LiveState>>>;

/// How much of a target a run looks at.
struct Scope {
    bool all = true;
    std::vector<ResourceKey> keys;  ///< when not all
    bool fresh = false;             ///< look at each object itself, believe nothing remembered
    bool renew = false;  ///< a person's reconcile: what git leaves to the world is asked for again

    [[nodiscard]] bool covers(const ResourceKey& key) const;
};

}  // namespace driftless
