#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/base/secret.hpp"

namespace driftless {

/// What somebody wants of what is live, written down as manifests.
struct ImportWish {
    std::string
        only;  ///< this one alone: the name of a project, zone, group and the like; empty: all
    std::set<std::string> plain = {};  ///< variables whose values are no secrets
};

/// One manifest, with the files that it names and the secrets that it refers to.
struct ImportedManifest {
    std::string name = {};
    std::string what = {};                          ///< for people: "project shop"
    std::map<std::string, std::string> files = {};  ///< by path from its folder
    std::map<std::string, Secret> secrets = {};     ///< by name
    /// Secrets that it refers to and that nobody shows, by name: what each is, for people.
    std::map<std::string, std::string> unshown = {};
    std::vector<std::string> notes = {};  ///< for people: what it can't say
    bool has_folder = true;  ///< of its name; false: its files lie beside those of others

    /// Where one of its files lies, from the folder of the whole import.
    [[nodiscard]] std::string path_of(const std::string& file) const {
        return has_folder ? name + "/" + file : file;
    }
};

/// What is live and not written, by its name at the provider.
struct LeftOut {
    std::string what;
    std::string why;
};

struct Imported {
    std::vector<ImportedManifest> manifests;
    std::vector<LeftOut> left_out;
};

}  // namespace driftless
