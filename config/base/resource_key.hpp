#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/shared_text.hpp"

namespace driftless {

/// Our identity for a thing: "mini1/docker.container/plausible.web.1". It never holds a value that
/// may change. A whole manifest has one too, with the manifest's kind:
/// "mini1/ComposeProject/plausible".
struct ResourceKey {
    SharedText target;  ///< a name of the settings: [a-z0-9][a-z0-9-]{0,62}
    SharedText kind;    ///< "docker.container", or a manifest kind
    SharedText name;    ///< printable, no control characters; may hold any of "/._-" inside

    auto operator<=>(const ResourceKey&) const = default;
};

/// "target/kind/name"
std::string to_string(const ResourceKey& key);

/// The reverse of `to_string`. @return `invalid` with what a key looks like
Result<ResourceKey> parse_resource_key(std::string_view text);

/// Is `text` a name that settings and manifests may use: [a-z0-9][a-z0-9._-]{0,62}?
bool is_name(std::string_view text);

}  // namespace driftless
