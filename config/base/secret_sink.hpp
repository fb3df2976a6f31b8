#pragma once

#include <string>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"

namespace driftless {

/// Where a secret is put.
struct SecretSlot {
    std::string target;  ///< whose manifests may name it from then on
    std::string name;
    std::string owner;  ///< the target that puts it there
};

/// Keeps what a provider shows only once, so that manifests can name it by `{secret: NAME}`.
class SecretSink {
public:
    virtual ~SecretSink() = default;
    /// Could it be put there now? Changes nothing.
    /// @return `conflict`: another secret has that name; `forbidden`: driftless may not write
    /// there,
    ///         or the settings keep that name for themselves; `invalid`: there is no such place
    [[nodiscard]] virtual Result<void> check(const SecretSlot& slot) const = 0;
    /// Takes the place while there is nothing to put there yet. Durable when it returns; safe to
    /// repeat. @return as `check`, and `unavailable`
    virtual Result<void> reserve(const SecretSlot& slot) = 0;
    /// Whose secret lies there, as `keep` was told. @return "": none, or not a whole one
    [[nodiscard]] virtual Result<std::string> kept_for(const SecretSlot& slot) const = 0;
    /// Puts it there, in place of what was put before. Durable when it returns; safe to repeat.
    virtual Result<void> keep(const SecretSlot& slot, const std::string& whose,
                              const Secret& secret) = 0;
};

}  // namespace driftless
