#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "providers/net/blocking.hpp"
#include "providers/net/clock.hpp"
#include "reconcilers/target.hpp"

namespace driftless::cli {

namespace asio = boost::asio;

/// What an import works with; everything outlives it.
struct ImportParts {
    const Settings& settings;
    std::string target;
    const std::map<std::string, std::unique_ptr<Target>>& targets;
    net::Clock& clock;
    net::Random& random;
    net::Lane& lane;
};

/// What is live, as manifests whose first plan changes nothing; what would have to change is left
/// out, with the reason.
struct ImportReport {
    Imported imported;
    /// What the settings do not allow a commit yet: "hostPaths" -> {"/srv", …}.
    std::map<std::string, std::set<std::string>> allow;
};

/// Reads the target, and proves what came of it by the very plan that `driftless plan --dir` makes,
/// with nothing known but the manifests. Changes and records nothing.
/// @return why the target could not be read
asio::awaitable<Result<ImportReport>> import_target(ImportParts parts, ImportWish wish);

/// What somebody wrote elsewhere, as manifests: what driftless can't read again is left out, with
/// the reason. Asks nobody. @param imported  what came of the files
ImportReport check_import(ImportParts parts, Imported imported);

}  // namespace driftless::cli
