#pragma once

#include <map>
#include <string>

#include "config/base/error.hpp"
#include "providers/net/clock.hpp"

namespace driftless::docker {

/// What each registry last refused, where it said that we ask too often. It is asked again once its
/// time has come; the other registries know nothing of it.
class Registries {
public:
    /// Why the registry of this image is not asked now; nullptr: it may be.
    [[nodiscard]] const Error* refusal_of(const std::string& reference, net::SteadyTime now) const;
    /// What came of asking it. @param wall  the same moment, for people
    /// @return the error, with when it is asked again
    Error refused(const std::string& reference, Error error, net::SteadyTime now,
                  net::WallTime wall);
    /// A person says that it is worth another try.
    void ask_again(const std::string& reference);

private:
    struct Refusal {
        Error error;
        net::SteadyTime until;
    };
    std::map<std::string, Refusal> refusals_;  ///< by registry: "docker.io", "ghcr.io"
};

}  // namespace driftless::docker
