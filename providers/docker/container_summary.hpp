#pragma once

#include <map>
#include <string>
#include <vector>

namespace driftless::docker {

/// A container as the list shows it.
struct ContainerSummary {
    std::string id;
    std::vector<std::string> names;  ///< without the leading slash
    std::string image;               ///< the text asked for, or an id
    std::string image_id;
    std::string state;   ///< created, running, paused, restarting, removing, exited, dead
    std::string status;  ///< "Up 3 minutes (healthy)"
    std::map<std::string, std::string> labels;
    std::vector<std::string>
        ports;  ///< host ports held now: "80/tcp" on every address, "127.0.0.1:80/tcp"
    std::string fingerprint;  ///< a digest of all that the list shows of it, uptime apart
};

}  // namespace driftless::docker
