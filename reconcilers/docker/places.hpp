#pragma once

#include <map>
#include <string>

#include "reconcilers/facts.hpp"

namespace driftless::docker {

/// Where declared things stand, by the claim of their place: "name web", "volume data". A thing
/// without labels that stands there is ours once a person gave it to us. Refers to the facts.
class Places {
public:
    explicit Places(const Facts& facts) : facts_(facts) {}

    [[nodiscard]] const Facts& facts() const { return facts_; }
    /// Who is declared there, or nullptr.
    const Declared* at(const std::string& place);
    /// The same, if a person gave us what stands there, or if it was taken over already.
    /// @param id  the engine's, of what stands there
    const Declared* given(const std::string& place, const std::string& id);

private:
    const Facts& facts_;
    std::map<std::string, const Declared*> declared_;  ///< made when it is asked for first
};

}  // namespace driftless::docker
