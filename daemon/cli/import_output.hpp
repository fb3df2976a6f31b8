#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "daemon/cli/importing.hpp"
#include "daemon/cli/text.hpp"

namespace driftless::cli {

/// Where the files of an import go.
struct ImportPlaces {
    std::string target;
    std::string folder;          ///< for git: NAME/compose.yaml below it
    std::string secrets;         ///< for secrets: TARGET/NAME below it; empty: they are not written
    std::string secrets_folder;  ///< of the settings, where the daemon looks for them; may be empty
};

/// Writes all files, or none where one of them is there already and says something else. A file
/// that is there word for word stays. Secrets get mode 0600.
/// @return `conflict` with every such file; `invalid`: the secrets would lie in the folder for git;
///         `unavailable`: the disk
Result<void> write_import(const ImportReport& report, const ImportPlaces& places);

/// What was written, what was not and why, and what to do next: for people, and for programs.
/// Neither holds a secret.
std::string import_text(const ImportReport& report, const ImportPlaces& places, const Style& style);
json import_view(const ImportReport& report, const ImportPlaces& places);

}  // namespace driftless::cli
