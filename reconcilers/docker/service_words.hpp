#pragma once

#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "config/node.hpp"
#include "reconcilers/docker/file_texts.hpp"

namespace driftless::docker {

using json = nlohmann::json;

/// What a project's compose file calls the things of an engine.
struct ProjectWords {
    std::string project;
    std::map<std::string, std::string> networks;  ///< the engine's name -> key
    std::map<std::string, std::string> volumes;
    std::map<std::string, std::string>
        firsts;  ///< container's name -> service, of those with number 1
    std::set<std::string> services;
    const FileTexts& texts;
};

/// A spec said in the keys of a compose file: the inverse of `expand_service`. A default is left
/// out, so the file says what differs from what the image and the engine give.
/// @param service  its name; `spec["compose"]["depends_on"]` is Compose's label
Node service_of(const json& spec, const std::string& service, const ProjectWords& words);

// Parts of it, each for its keys.
void say_networks(const json& spec, const std::string& service, const ProjectWords& words,
                  Node& node);
void say_ports(const json& spec, Node& node);
void say_mounts(const json& spec, const ProjectWords& words, Node& node);
void say_limits(const json& spec, Node& node);
void say_hardware(const json& spec, const ProjectWords& words, Node& node);

// Small writers.
Node number_node(std::int64_t number);
Node size_node(std::int64_t bytes);  ///< "64m" of 67108864
Node flag_node(bool flag);
Node list_node();
Node map_node();
Node& map_at(Node& node, std::string_view key);  ///< made where it is not there
/// A list of names, or of other texts.
Node names_node(const json& list);
Node texts_node(const json& list, const FileTexts& texts);
/// A map of texts; a null value stays null.
Node text_map_node(const json& map, const FileTexts& texts);

}  // namespace driftless::docker
