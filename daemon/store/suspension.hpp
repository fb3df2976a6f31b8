#pragma once

#include <optional>
#include <string>

#include "config/base/resource_key.hpp"
#include "providers/net/clock.hpp"

namespace driftless {

/// "mini1" for a whole target, whose kind and name are empty; else the key.
inline std::string name_of(const ResourceKey& what) {
    return what.kind.empty() ? what.target.text() : to_string(what);
}

/// A person's word that something is left alone until its end, or until somebody resumes it.
struct Suspension {
    ResourceKey what;  ///< a resource, a manifest, or a whole target: then kind and name are empty
    net::WallTime since;
    std::optional<net::WallTime> until;  ///< none: until somebody resumes it
    std::string reason;

    [[nodiscard]] bool is_target() const { return what.kind.empty(); }
    [[nodiscard]] std::string name() const { return name_of(what); }
};

}  // namespace driftless
