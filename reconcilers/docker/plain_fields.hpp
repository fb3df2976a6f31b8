#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

using json = nlohmann::json;

/// How a service's key is read, sent and compared.
enum class FieldType {
    text,
    boolean,
    integer,
    list,          ///< order counts
    set,           ///< order does not: sorted in a spec
    map,           ///< of texts
    capabilities,  ///< a set of names without CAP_
    hosts,         ///< a set of "name:address"
    options,       ///< a set of which the live one may hold more: security options
    signal,        ///< 15, TERM and SIGTERM are one
    mode,          ///< a namespace: "host", "service:NAME" or "container:NAME"
};

/// A key of a service that goes straight to one field of the create request, under its own name in
/// a container's spec. Adding a row is all it takes.
struct PlainField {
    std::string_view key;   ///< in the compose file and in the spec
    std::string_view body;  ///< JSON pointer into the create request
    FieldType type;
    bool always;  ///< compared with its default when the file does not name it
};

const std::vector<PlainField>& plain_fields();

/// A security option that is two empty lists of the create request: nothing of /proc is hidden.
inline constexpr std::string_view open_system_paths = "systempaths=unconfined";
/// The driver option that names a network's interface in the container (API 1.49).
inline constexpr std::string_view interface_option = "com.docker.network.endpoint.ifname";

/// Where `inspect` shows the field that `body` sends: "/User" becomes "/Config/User".
std::string inspected_at(std::string_view body);

/// The value that the engine has when nothing was asked for.
json default_of(FieldType type);

/// One form for what the engine takes in several: sorted sets, plain capability names.
/// @param value  as written in a file, sent, or shown by the engine; null is the default
json normal_value(FieldType type, const json& value);

/// The parts of a health check: in a spec, and in the create request, an image and `inspect`.
inline constexpr std::array<std::pair<const char*, const char*>, 6> health_fields{{
    {"test", "Test"},
    {"interval_ns", "Interval"},
    {"timeout_ns", "Timeout"},
    {"start_period_ns", "StartPeriod"},
    {"start_interval_ns", "StartInterval"},
    {"retries", "Retries"},
}};

/// A limit that the engine changes while the container runs.
struct LimitField {
    std::string_view key;   ///< in the spec below "limits"
    std::string_view body;  ///< in HostConfig and in the update request
    bool removable;         ///< can be taken away in place
};
const std::vector<LimitField>& limit_fields();

}  // namespace driftless::docker
