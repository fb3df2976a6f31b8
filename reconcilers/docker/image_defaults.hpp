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
    std::set<std::string> digests;  ///< in registries: "docker.io/library/app@sha256:…"
    std::map<std::string, std::string> env;
    std::map<std::string, std::string> labels;
    std::vector<std::string> command;
    std::vector<std::string> entrypoint;
    std::set<std::string> exposed;  ///< "80/tcp"
    std::set<std::string> volumes;  ///< targets
    json healthcheck;               ///< as the engine shows it; null without one
    std::string user;
    std::string working_dir;
    std::string stop_signal;
    std::string platform;  ///< "linux/arm64/v8"
};

/// @param inspected  the engine's answer for an image
ImageDefaults image_defaults(const json& inspected);

/// Is it the image that `digest` means, in a registry or here?
bool is_image(const ImageDefaults& image, const std::string& digest);
/// What to call it by: its digest in that repository, else its id here.
/// @param repository  as `normal_repository` gives it
std::string digest_of_image(const ImageDefaults& image, const std::string& repository);

/// Images never change under one id, so what they give is read once; only their digests get more.
using ImageCache = std::map<std::string, ImageDefaults>;

}  // namespace driftless::docker
