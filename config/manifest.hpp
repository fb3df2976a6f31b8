#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/files.hpp"
#include "config/base/resource_key.hpp"
#include "config/base/vault.hpp"
#include "config/node.hpp"

namespace driftless {

/// What a person wrote: one document with `apiVersion: driftless/v1`, for one target.
/// A document that names several targets is one Manifest for each.
struct Manifest {
    std::string kind;  ///< "ComposeProject"
    std::string name;
    std::string target;
    std::map<std::string, std::string> labels;
    std::vector<std::string> was;          ///< earlier names, whose resources it keeps
    std::vector<ResourceKey> depends_on;   ///< of manifests
    std::vector<Place> depends_on_places;  ///< where each of them is asked for
    bool protect = false;
    std::vector<std::string> ignore;  ///< paths of fields: "/services/web/environment/BUILD_ID"
    Node spec;
    Place place;

    [[nodiscard]] ResourceKey key() const { return {target, kind, name}; }
};

/// Stands for a target's name where all of them are meant: Values without a target, and what is
/// wrong with those.
inline constexpr std::string_view every_target = "*";

/// Stands for a file's name where the commit as a whole could not be read.
inline constexpr std::string_view whole_commit = "/";

/// All manifests of a commit, and what is wrong with which target.
struct Manifests {
    std::vector<Manifest> all;           ///< of known and unknown targets, without `Values`
    std::map<std::string, Node> values;  ///< by target: its Values over those of every target;
                                         ///< `every_target` for one without its own
    std::map<std::string, Findings> findings;  ///< by target that they hold back, or
                                               ///< `every_target`
    Findings unparsed;  ///< of files that could not be read: they hold back what they held before
    std::vector<std::string> unparsed_files;
    std::map<std::string, std::vector<std::string>>
        files_of;  ///< by target: the files that address it
};

/// Reads every .yaml and .yml file under `files`' root whose documents say apiVersion driftless/v1.
/// Limits: catalogue of faults 9 to 18. Never fails as a whole; an error holds back its target
/// only.
/// @param kinds  the manifest kinds that are known, for the nearest name
Manifests read_manifests(const Files& files, const std::vector<std::string>& kinds);

/// "Kind/name", or "Kind/name@target" for another target than `target`.
/// @return `invalid` with what it looks like
Result<ResourceKey> parse_manifest_ref(std::string_view text, const std::string& target);

/// What a manifest's references are resolved with.
struct References {
    const Node* values = nullptr;  ///< of the target, or nullptr
    const Secrets* secrets = nullptr;
    Vault* vault = nullptr;
    std::string target;
};

/// Puts in what stands elsewhere: `{value: path}` becomes that value, `{secret: NAME}` and
/// `{from: Kind/name, field: path}` become scalars that hold marks. Every late value found is
/// returned, each a dependency. What cannot be resolved is a finding at its place.
std::vector<LateRef> resolve_references(Node& node, const References& with, Findings& findings);

/// Where a tree whose references are not resolved yet asks for late values itself.
std::vector<std::pair<LateRef, Place>> places_of_late_values(const Node& node,
                                                             const std::string& target);

}  // namespace driftless
