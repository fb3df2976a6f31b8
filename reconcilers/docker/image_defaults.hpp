#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace driftless::docker {

using json = nlohmann::json;

/// What an image gives a container that says nothing itself.
struct ImageDefaults {
    std::string id;
    std::map<std::string, std::string> env;
    std::map<std::string, std::string> labels;
    std::vector<std::string> command;
    std::vector<std::string> entrypoint;
    std::set<std::string> exposed;  ///< "80/tcp"
    std::set<std::string> volumes;  ///< targets
    json healthcheck;               ///< as the engine shows it; null without one
    std::string platform;           ///< "linux/arm64/v8"
};

/// @param inspected  the engine's answer for an image
ImageDefaults image_defaults(const json& inspected);

/// Images never change under one id, so what they give is read once.
using ImageCache = std::map<std::string, ImageDefaults>;

}  // namespace driftless::docker
