#pragma once

#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {

/// A file or folder of the commit (or of `provide`) that a service wants to see.
struct CommitPath {
    std::string path;    ///< in the commit
    std::string target;  ///< in the container
    const Place& place;
    const std::string& where;
};

bool is_file(const ProjectInput& input, const std::string& path);
bool is_folder(const ProjectInput& input, const std::string& path);

/// The text of a file of the commit, or of `provide`. @param path  from the compose file's folder
/// @return `invalid`: it leaves the repository; `not_found`; or it holds a secret
Result<std::string> read_commit_file(const ProjectInput& input, const std::string& path);

/// The file goes into the container before its start: below "files" of the spec.
void add_commit_file(ProjectInput& input, ServiceParts& parts, const CommitPath& file);

/// The folder becomes a read-only volume of ours that is named by its content.
/// @return its name; empty after a finding
std::string add_commit_folder(ProjectInput& input, ServiceParts& parts, const CommitPath& folder);

/// Options of a tmpfs in one order, without those that mean nothing.
std::string normal_tmpfs(const std::string& options);

}  // namespace driftless::docker
