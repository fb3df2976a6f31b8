#pragma once

#include <map>
#include <string>

#include "reconcilers/diff.hpp"
#include "reconcilers/docker/image_defaults.hpp"

namespace driftless::docker {

/// A container as the engine shows it, with all that its answer must be read with.
struct Inspected {
    const json& container;       ///< the engine's whole answer
    const ImageDefaults& image;  ///< of the image that it was made from
    const json& want;            ///< the declared spec, sealed; null when nothing is declared
    const std::map<std::string, std::string>& names;  ///< of all containers, by id
};

/// The spec that `container` fulfils, in the form of a declared one: what image and engine added is
/// gone, what has several forms has one, and what is "only if declared" is as declared says. So
/// `changed_fields` between both is exact.
json normalise(const Inspected& live);

/// How the fields of a container's spec are compared, and which of them make a new container.
FieldRules container_rules();

/// "web" of "driftless-kept-0123456789ab-web", when the id agrees; otherwise empty.
std::string kept_name(const std::string& id, const std::string& name);
/// "driftless-kept-0123456789ab-web"
std::string name_to_keep(const std::string& id, const std::string& name);

/// What our label says of the files that a container has by themselves: by their targets.
json files_on_label(const json& container);

// Parts of it, each for one subject.
json normal_mounts(const Inspected& live);
json normal_tmpfs_map(const Inspected& live);
json normal_networks(const Inspected& live);
json normal_limits(const Inspected& live);
json normal_unlimited(const Inspected& live);
json normal_healthcheck(const Inspected& live);
std::string normal_network_mode(const Inspected& live);
std::string normal_restart(const json& container);
/// "container:ID" with the name in place of the id.
std::string named_mode(const std::string& mode, const Inspected& live);
/// It ended with 0 and is not to be started again.
bool is_completed(const json& container);

}  // namespace driftless::docker
