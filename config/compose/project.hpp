#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/base/files.hpp"
#include "config/base/vault.hpp"
#include "config/node.hpp"

namespace driftless::compose {

/// What a compose file is read with.
struct Input {
    const Files* files = nullptr;    ///< of the commit
    std::vector<std::string> paths;  ///< compose files in the commit, merged in order
    std::string project;             ///< explicit project name, or empty
    std::string fallback_name;       ///< the project's name where nothing else gives one
    std::map<std::string, std::string> environment;  ///< for interpolation; values may hold marks
    std::map<std::string, std::string> provided;  ///< path in the commit -> text of a file that git
                                                  ///< doesn't hold; may hold marks
    std::vector<std::string> profiles;
    Vault* vault = nullptr;  ///< opens secrets in names, paths, images and ports
};

/// A compose file as Compose reads it: interpolated, merged, in long form, checked. The trees have
/// the form of `docker compose config --format json`, with these differences:
/// - a source that begins with "/" is a path on the host, any other is a path in the commit (or in
///   `provided`), clean and from its root ("." is the root); `~` and what leaves the repository are
///   refused
/// - `env_file` and `label_file` are read and merged, and gone
/// - sizes are whole bytes, durations Go's text, file modes decimal, `$$` is `$`
/// - `scale` is always there; `ulimits` are {soft, hard}; a device request's `count: all` is -1
/// - targets of configs and secrets are absolute; one with `environment` has its value as
///   `content` instead
/// - ranges in `ports` and `expose` are expanded; a bind always says `create_host_path`
/// - `healthcheck: {disable: true}` is {test: [NONE]}
/// - keys that are ignored, `x-` keys and `extends`, `include`, `build` are gone
/// - services of profiles that are off are in `disabled`; resources that nobody uses are left out
/// - every scalar keeps the place it came from; texts may hold marks (vault.hpp)
struct Project {
    std::string name;
    Node services;  ///< map: service key -> map
    Node disabled;
    Node networks;  ///< map: key -> map, `name` always filled in
    Node volumes;
    Node configs;
    Node secrets;
    Findings findings;  ///< notes: what is ignored without loss, unset variables
};

/// Reads the files, or says what is wrong: unknown keys by name with the nearest, refused ones with
/// the reason and the way out, all with file:line:column. Any key that isn't taken is refused, save
/// those that the table of keys lists as harmless.
/// @return `invalid`; the errors are in `findings`
Result<Project> read_project(const Input& input, Findings& findings);

/// "A=1\nexport B='x'" as Compose reads a .env file. Values may hold marks.
/// @param lookup  variables known before; later lines see earlier ones
Result<std::vector<std::pair<std::string, std::string>>> read_dotenv(
    const std::string& text, const std::string& file,
    const std::map<std::string, std::string>& lookup, Findings& findings);

}  // namespace driftless::compose
