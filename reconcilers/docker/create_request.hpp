#pragma once

#include <map>
#include <string>

#include "config/desired_state.hpp"
#include "providers/docker/engine.hpp"
#include "reconcilers/docker/tar.hpp"

namespace driftless::docker {

/// An image that was found or pulled for a container to be made from.
struct ImageHere {
    std::string id;
    std::string name;  ///< the engine finds it by this: its tag, or its digest
};

/// From this version on a file of the commit is mounted from a volume of ours; below it, it is put
/// into the container before its start.
inline constexpr ApiVersion files_by_subpath{1, 45};

/// What a container is created with besides its spec.
struct Creation {
    std::string installation;
    ImageHere image;                               ///< as found for it; empty: by its own text
    std::string digest;                            ///< of the sealed spec: our config-hash
    json sealed_files;                             ///< "files" of the sealed spec, for our label
    std::string files_volume;                      ///< holds them; empty: they are put in later
    std::map<std::string, std::string> passed_on;  ///< target -> anonymous volume of the one before
    ApiVersion api;
};

/// Marks of ours and of Compose for a resource: what both kinds of labels have in common.
json labels_for(const Declared& want, const std::string& installation);

/// The body of the create request. @param spec  opened: it holds secrets
json create_request(const Declared& want, const json& spec, const Creation& creation);

/// The networks to be connected after the creation: below API 1.44 a create takes one only.
/// Name -> body of the connect request, less the container.
std::map<std::string, json> later_networks(const json& spec, ApiVersion api);

/// An endpoint's settings, as create and connect take them.
json endpoint_settings(const json& endpoint, ApiVersion api);

/// {"Name": "on-failure", "MaximumRetryCount": 3} of "on-failure:3"
json restart_policy(const std::string& restart);

/// The limits, as create and update take them.
json resource_limits(const json& spec);

}  // namespace driftless::docker
