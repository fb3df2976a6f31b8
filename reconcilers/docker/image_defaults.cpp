#include "reconcilers/docker/image_defaults.hpp"

#include <algorithm>

#include "providers/docker/images.hpp"

namespace driftless::docker {
namespace {

std::vector<std::string> words_of(const json& config, const char* key) {
    std::vector<std::string> words;
    const auto found = config.find(key);
    if (found == config.end() || !found->is_array()) return words;
    for (const json& word : *found) {
        if (word.is_string()) words.push_back(word);
    }
    return words;
}

std::set<std::string> keys_of(const json& config, const char* key) {
    std::set<std::string> keys;
    const auto found = config.find(key);
    if (found == config.end() || !found->is_object()) return keys;
    for (const auto& [name, value] : found->items()) keys.insert(name);
    return keys;
}

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

ImageDefaults image_defaults(const json& inspected) {
    ImageDefaults image;
    image.id = text_of(inspected, "Id");
    const auto found = inspected.find("Config");
    const json config = found != inspected.end() && found->is_object() ? *found : json::object();
    for (const std::string& pair : words_of(config, "Env")) {
        const auto at = pair.find('=');
        if (at != std::string::npos) image.env[pair.substr(0, at)] = pair.substr(at + 1);
    }
    if (const auto labels = config.find("Labels"); labels != config.end() && labels->is_object()) {
        for (const auto& [name, value] : labels->items()) {
            if (value.is_string()) image.labels[name] = value;
        }
    }
    for (const std::string& digest : words_of(inspected, "RepoDigests")) {
        image.digests.insert(normal_image_ref(digest));
    }
    image.command = words_of(config, "Cmd");
    image.entrypoint = words_of(config, "Entrypoint");
    image.exposed = keys_of(config, "ExposedPorts");
    image.volumes = keys_of(config, "Volumes");
    if (const auto check = config.find("Healthcheck"); check != config.end()) {
        image.healthcheck = *check;
    }
    image.user = text_of(config, "User");
    image.working_dir = text_of(config, "WorkingDir");
    image.stop_signal = text_of(config, "StopSignal");
    image.platform = text_of(inspected, "Os") + "/" + text_of(inspected, "Architecture");
    const std::string variant = text_of(inspected, "Variant");
    if (!variant.empty()) image.platform += "/" + variant;
    return image;
}

bool is_image(const ImageDefaults& image, const std::string& digest) {
    return image.id == digest || std::ranges::any_of(image.digests, [&](const std::string& one) {
               return one.ends_with("@" + digest);
           });
}

std::string digest_of_image(const ImageDefaults& image, const std::string& repository) {
    const auto of_repository = image.digests.lower_bound(repository + "@");
    const bool found =
        of_repository != image.digests.end() && of_repository->starts_with(repository + "@");
    return found ? of_repository->substr(repository.size() + 1) : image.id;
}

}  // namespace driftless::docker
