#pragma once

#include <string>

#include "config/settings.hpp"

namespace driftless::cli {

/// Where driftless.yaml is when nobody says otherwise.
std::string usual_settings_path();

/// Reads the settings. @param path  empty: the usual one
/// @return `not_found` with what to do; `invalid` with every error, one a line
Result<Settings> load_settings(const std::string& path);

/// The Unix socket of the daemon that runs with these settings.
std::string socket_path(const Settings& settings);

/// The bare clone of a source.
std::string clone_path(const Settings& settings, const std::string& source);

/// All of a file. @return `not_found`; `unavailable`; `invalid`: larger than 1 MiB
Result<std::string> read_text_file(const std::string& path);

/// Do the settings have a target of that name? "" is every one. @return `not_found` with the
/// nearest
Result<void> find_target(const Settings& settings, const std::string& name);

/// Has a daemon left its state where the settings say? @return `not_found`
Result<void> find_state(const Settings& settings);

}  // namespace driftless::cli
