#pragma once

#include <string_view>

namespace driftless::docker::marks {

// What we write on each object that we make.
inline constexpr std::string_view ours = "driftless.";
inline constexpr std::string_view installation = "driftless.installation";
inline constexpr std::string_view key = "driftless.key";
inline constexpr std::string_view commit = "driftless.commit";
inline constexpr std::string_view protect = "driftless.protect";
inline constexpr std::string_view manifest = "driftless.manifest";
inline constexpr std::string_view files = "driftless.files";  ///< what we put into a container
inline constexpr std::string_view content =
    "driftless.content";  ///< on volumes that hold a folder or files of a commit
inline constexpr std::string_view content_volume = "driftless-files-";  ///< how their names begin

// Compose's, which `docker compose ps`, Portainer, Komodo and Dozzle read.
inline constexpr std::string_view compose = "com.docker.compose.";
inline constexpr std::string_view project = "com.docker.compose.project";
inline constexpr std::string_view service = "com.docker.compose.service";
inline constexpr std::string_view number = "com.docker.compose.container-number";
inline constexpr std::string_view oneoff = "com.docker.compose.oneoff";
inline constexpr std::string_view config_hash = "com.docker.compose.config-hash";
inline constexpr std::string_view depends_on = "com.docker.compose.depends_on";
inline constexpr std::string_view image = "com.docker.compose.image";
inline constexpr std::string_view working_dir = "com.docker.compose.project.working_dir";
inline constexpr std::string_view config_files = "com.docker.compose.project.config_files";
inline constexpr std::string_view version = "com.docker.compose.version";
inline constexpr std::string_view network = "com.docker.compose.network";
inline constexpr std::string_view volume = "com.docker.compose.volume";

inline constexpr std::string_view container_kind = "docker.container";
inline constexpr std::string_view network_kind = "docker.network";
inline constexpr std::string_view volume_kind = "docker.volume";

}  // namespace driftless::docker::marks
