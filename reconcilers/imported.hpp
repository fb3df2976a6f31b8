#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/base/secret.hpp"

namespace driftless {

/// What somebody wants of what is live, written down as manifests.
struct ImportWish {
    std::string only;                  ///< this one alone: a project's name; empty: all
    std::set<std::string> plain = {};  ///< variables whose values are no secrets
};

/// One manifest, with the files that it names and the secrets that it refers to.
struct ImportedManifest {
    std::string name;
    std::map<std::string, std::string> files;  ///< by path from a folder of its own
    std::map<std::string, Secret> secrets;     ///< by name
    std::vector<std::string> notes;            ///< for people: what it can't say
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
