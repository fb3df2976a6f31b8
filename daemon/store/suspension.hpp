#pragma once

#include <optional>
#include <string>

#include "config/base/resource_key.hpp"
#include "providers/net/clock.hpp"

namespace driftless {

/// A person's word that something is left alone until its end, or until somebody resumes it.
struct Suspension {
    ResourceKey what;  ///< a resource, a manifest, or a whole target: then kind and name are empty
    net::WallTime since;
    std::optional<net::WallTime> until;  ///< none: until somebody resumes it
    std::string reason;

    [[nodiscard]] bool is_target() const { return what.kind.empty(); }
    /// "mini1", "mini1/docker.container/web.web.1"
    [[nodiscard]] std::string name() const { return is_target() ? what.target : to_string(what); }
};

}  // namespace driftless
