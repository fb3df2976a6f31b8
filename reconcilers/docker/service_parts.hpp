#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/compose/project.hpp"
#include "config/reading.hpp"
#include "reconcilers/docker/allow.hpp"
#include "reconcilers/expand.hpp"

namespace driftless::docker {

/// What the services of a project are expanded with.
struct ProjectInput {
    const Expansion& with;
    const compose::Project& project;
    const std::map<std::string, std::string>& provided;  ///< files that git doesn't hold
    std::string folder;  ///< of the first compose file, in the commit
    std::string
        working_dir;  ///< on the host, for paths that the commit does not hold; may be empty
    std::vector<std::string> config_files;  ///< for Compose's label
    AllowCheck& allow;
    Findings& findings;
};

/// What comes of one service, whatever its number.
struct ServiceParts {
    std::string service;
    Place place;
    json spec = json::object();
    json blobs = nullptr;
    std::vector<Need> needs;
    std::vector<std::string> claims;  ///< the host ports
    int scale = 1;
};

/// Each reads its keys of a service into `parts`; what is wrong is a finding.
void read_process(MapReader& service, ProjectInput& input, ServiceParts& parts);
void read_plain_fields(MapReader& service, ProjectInput& input, ServiceParts& parts);
void read_network_keys(MapReader& service, ProjectInput& input, ServiceParts& parts);
void read_limits(MapReader& service, ServiceParts& parts);
void read_mounts(MapReader& service, ProjectInput& input, ServiceParts& parts);
void read_files(MapReader& service, ProjectInput& input, ServiceParts& parts);

/// All containers of a service, one for each number.
std::vector<Declared> expand_service(const std::string& key, const Node& service,
                                     ProjectInput& input);

/// The name of a service's container, as Compose gives it.
std::string container_name(const compose::Project& project, const std::string& service, int number);

// Small readers of the normal form, whose scalars may be quoted or not.
bool is_true(const Node& node);
json number_of(const Node& node);               ///< an integer; the text itself where it isn't one
std::int64_t nanoseconds_of(const Node& node);  ///< of Go's text; 0 where it isn't one
json texts_of(const Node* list);
json text_map_of(const Node* map);  ///< null values stay null
void add_error(Findings& findings, const Place& place, std::string message);

}  // namespace driftless::docker
