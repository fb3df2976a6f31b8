// Networks, volumes, images and what the engine says about itself.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/support/fake_engine_query.hpp"
#include "tests/support/fake_engine_world.hpp"

namespace driftless::test {

EngineAnswer EngineWorld::ping(const EngineRequest&, const std::string&) {
    return {200, "OK", {{"Api-Version", fmt::format("1.{}", api_minor)}, {"Ostype", "linux"}}, {}};
}

EngineAnswer EngineWorld::version(const EngineRequest&, const std::string&) {
    const std::string lowest = api_minor >= 52 ? "1.44" : api_minor >= 44 ? "1.24" : "1.12";
    return answer(200, {{"Version", api_minor >= 44 ? "26.1.5" : "20.10.24"},
                        {"ApiVersion", fmt::format("1.{}", api_minor)},
                        {"MinAPIVersion", lowest},
                        {"Os", "linux"},
                        {"Arch", "amd64"}});
}

EngineAnswer EngineWorld::info(const EngineRequest&, const std::string&) {
    return answer(200, {{"ID", name_},
                        {"Name", name_},
                        {"Containers", containers_.size()},
                        {"Driver", "overlay2"},
                        {"DockerRootDir", "/var/lib/docker"},
                        {"DefaultRuntime", "runc"},
                        {"OSType", "linux"},
                        {"Architecture", "x86_64"},
                        {"ServerVersion", "20.10.24"}});
}

// ---- networks

FakeNetwork* EngineWorld::find_network(const std::string& name_or_id) {
    FakeNetwork* by_prefix = nullptr;
    for (auto& [id, network] : networks_) {
        if (network.name == name_or_id || id == name_or_id) return &network;
        if (!name_or_id.empty() && id.starts_with(name_or_id)) by_prefix = &network;
    }
    return by_prefix;
}

FakeNetwork& EngineWorld::make_network(const std::string& name, const json& body) {
    FakeNetwork network;
    network.id = new_id();
    network.name = name;
    network.driver = value_or(body, "Driver", "bridge").get<std::string>();
    if (network.driver.empty()) network.driver = "bridge";
    network.labels = value_or(body, "Labels", json::object());
    network.options = value_or(body, "Options", json::object());
    network.internal = value_or(body, "Internal", false).get<bool>();
    network.attachable = value_or(body, "Attachable", false).get<bool>();
    network.ipv6 = value_or(body, "EnableIPv6", false).get<bool>();
    network.made = now();
    network.ipam = value_or(body, "IPAM", json::object());
    if (value_or(network.ipam, "Driver", "") == "") network.ipam["Driver"] = "default";
    network.ipam["Options"] = value_or(network.ipam, "Options", nullptr);
    network.ipam["Config"] = value_or(network.ipam, "Config", json::array());
    if (network.ipam["Config"].empty() && network.driver == "bridge") {
        const int subnet = subnets_++;
        network.ipam["Config"].push_back({{"Subnet", fmt::format("172.{}.0.0/16", subnet)},
                                          {"Gateway", fmt::format("172.{}.0.1", subnet)}});
    }
    return networks_.emplace(network.id, network).first->second;
}

json EngineWorld::inspect(const FakeNetwork& network, bool with_containers) const {
    json inside = json::object();
    for (const auto& [id, container] : containers_) {
        if (!with_containers || !container.lives()) continue;
        for (const json& endpoint : container.endpoints) {
            if (endpoint["NetworkID"] != network.id) continue;
            inside[id] = {{"Name", container.name},
                          {"EndpointID", endpoint["EndpointID"]},
                          {"MacAddress", endpoint["MacAddress"]},
                          {"IPv4Address", endpoint["IPAddress"].get<std::string>() + "/16"},
                          {"IPv6Address", ""}};
        }
    }
    json shown{{"Name", network.name},
               {"Id", network.id},
               {"Created", stamp(network.made)},
               {"Scope", "local"},
               {"Driver", network.driver},
               {"EnableIPv6", network.ipv6},
               {"IPAM", network.ipam},
               {"Internal", network.internal},
               {"Attachable", network.attachable},
               {"Ingress", false},
               {"ConfigFrom", {{"Network", ""}}},
               {"ConfigOnly", false},
               {"Containers", inside},
               {"Options", network.options},
               {"Labels", network.labels}};
    if (api_minor >= 48) shown["EnableIPv4"] = true;
    return shown;
}

EngineAnswer EngineWorld::list_networks(const EngineRequest& request, const std::string&) {
    json list = json::array();
    for (const auto& [id, network] : networks_) {
        if (passes(request, {{"name", {network.name}},
                             {"id", {id}},
                             {"driver", {network.driver}},
                             {"label", label_words(network.labels)}})) {
            list.push_back(inspect(network, false));
        }
    }
    return answer(200, list);
}

EngineAnswer EngineWorld::inspect_network(const EngineRequest&, const std::string& id) {
    const FakeNetwork* network = find_network(id);
    if (network == nullptr) return refusal(404, fmt::format("network {} not found", id));
    return answer(200, inspect(*network, true));
}

EngineAnswer EngineWorld::create_network(const EngineRequest& request, const std::string&) {
    const json body = parsed(request);
    const std::string name = value_or(body, "Name", "").get<std::string>();
    if (name.empty()) return refusal(400, "network name cannot be empty");
    const bool checks = api_minor >= 44 || value_or(body, "CheckDuplicate", false).get<bool>();
    const FakeNetwork* same = find_network(name);
    if (checks && same != nullptr &&
        same->name == name) {  // unchecked, there would be two of one name
        return refusal(409, fmt::format("network with name {} already exists", name));
    }
    const FakeNetwork& made = make_network(name, body);
    tell("network", "create", made.id, {{"name", name}, {"type", made.driver}});
    return answer(201, {{"Id", made.id}, {"Warning", ""}});
}

void EngineWorld::attach(FakeContainer& container, json& endpoint, FakeNetwork& network) {
    const int host = network.next_address++;
    endpoint["NetworkID"] = network.id;
    endpoint["EndpointID"] = new_id();
    if (!network.ipam["Config"].empty()) {
        const json& pool = network.ipam["Config"][0];
        const std::string subnet = value_or(pool, "Subnet", "10.0.0.0/24").get<std::string>();
        const std::string begin = subnet.substr(0, subnet.rfind('.', subnet.find('/')));
        endpoint["Gateway"] = value_or(pool, "Gateway", begin + ".1");
        endpoint["IPAddress"] = fmt::format("{}.{}", begin, host);
        endpoint["IPPrefixLen"] = 16;
        endpoint["MacAddress"] = fmt::format("02:42:ac:11:00:{:02x}", host);
        const json wanted = value_or(endpoint, "IPAMConfig", json::object());
        if (wanted.contains("IPv4Address")) endpoint["IPAddress"] = wanted["IPv4Address"];
    }
    tell("network", "connect", network.id,
         {{"container", container.id}, {"name", network.name}, {"type", network.driver}});
}

void EngineWorld::detach(json& endpoint) {
    for (const char* field : {"EndpointID", "Gateway", "IPAddress", "MacAddress"})
        endpoint[field] = "";
    endpoint["IPPrefixLen"] = 0;
}

EngineAnswer EngineWorld::connect_network(const EngineRequest& request, const std::string& id) {
    const json body = parsed(request);
    FakeNetwork* network = find_network(id);
    if (network == nullptr) return refusal(404, fmt::format("network {} not found", id));
    const std::string who = value_or(body, "Container", "").get<std::string>();
    FakeContainer* container = find_container(who);
    if (container == nullptr) return refusal(404, fmt::format("No such container: {}", who));
    if (container->lives() && container->endpoints.contains(network->name)) {
        return refusal(403, fmt::format("endpoint with name {} already exists in network {}",
                                        container->name, network->name));
    }
    give_endpoints(*container,
                   {{"NetworkingConfig",
                     {{"EndpointsConfig",
                       {{network->name, value_or(body, "EndpointConfig", json::object())}}}}}});
    json& endpoint = container->endpoints[network->name];
    if (api_minor < 45 &&
        !network->predefined) {  // at once, other than the network of the create call
        if (endpoint["Aliases"].is_null()) endpoint["Aliases"] = json::array();
        endpoint["Aliases"].push_back(container->id.substr(0, 12));
    }
    if (container->lives()) {
        attach(*container, endpoint, *network);
    } else {
        tell("network", "connect", network->id,
             {{"container", container->id}, {"name", network->name}, {"type", network->driver}});
    }
    return {200, "", {}, {}};
}

EngineAnswer EngineWorld::disconnect_network(const EngineRequest& request, const std::string& id) {
    const json body = parsed(request);
    FakeNetwork* network = find_network(id);
    if (network == nullptr) return refusal(404, fmt::format("network {} not found", id));
    const std::string who = value_or(body, "Container", "").get<std::string>();
    FakeContainer* container = find_container(who);
    if (container == nullptr) return refusal(404, fmt::format("No such container: {}", who));
    if (!container->endpoints.contains(network->name)) {
        return refusal(500, fmt::format("container {} is not connected to the network {}",
                                        container->id, network->name));
    }
    container->endpoints.erase(network->name);
    tell("network", "disconnect", network->id,
         {{"container", container->id}, {"name", network->name}, {"type", network->driver}});
    return {200, "", {}, {}};
}

EngineAnswer EngineWorld::remove_network(const EngineRequest&, const std::string& id) {
    FakeNetwork* network = find_network(id);
    if (network == nullptr) return refusal(404, fmt::format("network {} not found", id));
    if (network->predefined) {
        return refusal(
            403, fmt::format("{} is a pre-defined network and cannot be removed", network->name));
    }
    if (!inspect(*network, true)["Containers"].empty()) {
        return refusal(
            403, fmt::format("error while removing network: network {} id {} has active endpoints",
                             network->name, network->id));
    }
    tell("network", "destroy", network->id, {{"name", network->name}, {"type", network->driver}});
    const std::string gone = network->id;
    networks_.erase(gone);
    return {204, "", {}, {}};
}

// ---- volumes

FakeVolume* EngineWorld::find_volume(const std::string& name) {
    const auto found = volumes_.find(name);
    return found == volumes_.end() ? nullptr : &found->second;
}

FakeVolume& EngineWorld::make_volume(const std::string& name, const json& body) {
    if (FakeVolume* there = find_volume(name)) return *there;
    FakeVolume volume;
    volume.name = name;
    volume.driver = value_or(body, "Driver", "local").get<std::string>();
    if (volume.driver.empty()) volume.driver = "local";
    volume.labels = value_or(body, "Labels", nullptr);
    volume.options = value_or(body, "DriverOpts", nullptr);
    volume.made = now();
    tell("volume", "create", name, {{"driver", volume.driver}});
    return volumes_.emplace(name, volume).first->second;
}

json EngineWorld::inspect(const FakeVolume& volume) const {
    return {{"CreatedAt", stamp(volume.made)},
            {"Driver", volume.driver},
            {"Labels", volume.labels},
            {"Mountpoint", fmt::format("/var/lib/docker/volumes/{}/_data", volume.name)},
            {"Name", volume.name},
            {"Options", volume.options},
            {"Scope", "local"}};
}

std::string EngineWorld::user_of(const std::string& volume) const {
    for (const auto& [id, container] : containers_) {
        for (const json& mount : container.mounts) {
            if (value_or(mount, "Name", "") == volume) return id;
        }
    }
    return {};
}

EngineAnswer EngineWorld::list_volumes(const EngineRequest& request, const std::string&) {
    json list = json::array();
    for (const auto& [name, volume] : volumes_) {
        const std::string unused = user_of(name).empty() ? "true" : "false";
        if (passes(request, {{"name", {name}},
                             {"label", label_words(volume.labels)},
                             {"dangling", {unused}}})) {
            list.push_back(inspect(volume));
        }
    }
    return answer(200, {{"Volumes", list.empty() && api_minor < 44 ? json(nullptr) : list},
                        {"Warnings", nullptr}});
}

EngineAnswer EngineWorld::inspect_volume(const EngineRequest&, const std::string& name) {
    const FakeVolume* volume = find_volume(name);
    if (volume == nullptr) return refusal(404, fmt::format("get {}: no such volume", name));
    return answer(200, inspect(*volume));
}

EngineAnswer EngineWorld::create_volume(const EngineRequest& request, const std::string&) {
    const json body = parsed(request);
    std::string name = value_or(body, "Name", "").get<std::string>();
    if (name.size() == 1) {
        return refusal(400, fmt::format("create {}: volume name is too short, names should be at "
                                        "least two alphanumeric characters",
                                        name));
    }
    if (name.empty()) name = new_id();
    const FakeVolume* there = find_volume(name);
    if (there != nullptr && there->driver != value_or(body, "Driver", there->driver)) {
        return refusal(409, fmt::format("create {}: volume name must be unique", name));
    }
    return answer(201,
                  inspect(make_volume(name, body)));  // an old one keeps its labels and options
}

EngineAnswer EngineWorld::remove_volume(const EngineRequest& request, const std::string& name) {
    const FakeVolume* volume = find_volume(name);
    if (volume == nullptr) {
        return request.flag("force") ? EngineAnswer{204, "", {}, {}}
                                     : refusal(404, fmt::format("get {}: no such volume", name));
    }
    if (const std::string user = user_of(name); !user.empty()) {
        return refusal(409, fmt::format("remove {}: volume is in use - [{}]", name, user));
    }
    tell("volume", "destroy", name, {{"driver", volume->driver}});
    volumes_.erase(name);
    return {204, "", {}, {}};
}

// ---- images

namespace {

/// "docker.io/library/app:1" -> "app:1", and a tag where none is given.
std::string familiar(std::string reference) {
    for (const std::string_view registry : {"index.docker.io/", "docker.io/", "library/"}) {
        if (reference.starts_with(registry)) reference.erase(0, registry.size());
    }
    const std::size_t slash = reference.rfind('/');
    const bool tagged =
        reference.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
    return tagged ? reference : reference + ":latest";
}

/// "app" of "app:1" and "app@sha256:…".
std::string familiar_repository(const std::string& reference) {
    const std::size_t digest = reference.find('@');
    return reference.substr(0, digest != std::string::npos ? digest : reference.rfind(':'));
}

}  // namespace

void EngineWorld::add_image(const std::string& reference, FakeImage image) {
    if (image.id.empty()) image.id = "sha256:" + new_id();
    references_[familiar(reference)] = image.id;
    images_.insert_or_assign(image.id, std::move(image));
}

FakeImage* EngineWorld::find_image(const std::string& reference) {
    const auto by_id = images_.find(reference);
    if (by_id != images_.end()) return &by_id->second;
    const auto named = references_.find(familiar(reference));
    return named == references_.end() ? nullptr : &images_.at(named->second);
}

json EngineWorld::image_json(const std::string& id) const {
    const FakeImage& image = images_.at(id);
    json tags = json::array();
    json digests = json::array();
    for (const auto& [reference, to] : references_) {
        if (to != id) continue;
        (reference.find('@') == std::string::npos ? tags : digests).push_back(reference);
    }
    json config{
        {"Hostname", ""},        {"User", ""},         {"Env", nullptr},   {"Cmd", nullptr},
        {"Entrypoint", nullptr}, {"Volumes", nullptr}, {"WorkingDir", ""}, {"Labels", nullptr},
        {"OnBuild", nullptr}};
    config.update(image.config);
    return {{"Id", id},
            {"RepoTags", tags},
            {"RepoDigests", digests},
            {"Created", "1970-01-01T00:00:00Z"},
            {"Config", config},
            {"Architecture", image.architecture},
            {"Os", "linux"},
            {"Size", 1985491},
            {"Metadata", {{"LastTagTime", "0001-01-01T00:00:00Z"}}}};
}

EngineAnswer EngineWorld::list_images(const EngineRequest&, const std::string&) {
    json list = json::array();
    for (const auto& [id, image] : images_) {
        const json whole = image_json(id);
        list.push_back({{"Id", id},
                        {"RepoTags", whole["RepoTags"]},
                        {"RepoDigests", whole["RepoDigests"]},
                        {"Labels", whole["Config"]["Labels"]},
                        {"Size", whole["Size"]}});
    }
    return answer(200, list);
}

EngineAnswer EngineWorld::inspect_image(const EngineRequest&, const std::string& reference) {
    const FakeImage* image = find_image(reference);
    if (image == nullptr) {
        return refusal(404, fmt::format("no such image: {0}: No such image: {0}", reference));
    }
    return answer(200, image_json(image->id));
}

FakeImage* EngineWorld::find_in_registry(const std::string& reference) {
    for (auto& [name, image] : registry) {
        if (image.digest.empty()) image.digest = "sha256:" + new_id();
        const bool by_digest = reference == familiar_repository(name) + "@" + image.digest;
        if (name == reference || by_digest) return &image;
    }
    return nullptr;
}

EngineAnswer EngineWorld::look_up_image(const EngineRequest&, const std::string& reference) {
    const auto failure = lookup_fails.find(familiar(reference));
    if (failure != lookup_fails.end()) return failure->second;
    const FakeImage* found = find_in_registry(familiar(reference));
    if (found == nullptr) {
        return refusal(404, fmt::format("manifest unknown: {} is in no registry", reference));
    }
    return answer(200, {{"Descriptor",
                         {{"mediaType", "application/vnd.oci.image.index.v1+json"},
                          {"digest", found->digest},
                          {"size", 424}}},
                        {"Platforms", json::array()}});
}

EngineAnswer EngineWorld::pull_image(const EngineRequest& request, const std::string&) {
    const std::string repository = request.query_or("fromImage", "");
    const std::string tag = request.query_or("tag", "latest");
    const std::string reference =
        familiar(repository + (tag.starts_with("sha256:") ? "@" : ":") + tag);
    if (const auto failure = pull_fails.find(reference); failure != pull_fails.end()) {
        return failure->second;
    }
    FakeImage* found = find_in_registry(reference);
    if (found == nullptr) {
        return refusal(404,
                       fmt::format("manifest for {0} not found: manifest unknown: manifest unknown",
                                   reference));
    }
    add_image(reference, *found);
    found->id = references_.at(reference);  // the same bytes at the next pull
    references_[familiar_repository(reference) + "@" + found->digest] = found->id;
    tell("image", "pull", reference, {{"name", repository}});
    std::string stream;
    const std::vector<json> lines{
        {{"status", "Pulling from " + repository}, {"id", tag}},
        {{"status", "Downloading"},
         {"id", "a1"},
         {"progressDetail", {{"current", 512}, {"total", 1024}}}},
        {{"status", "Pull complete"}, {"id", "a1"}, {"progressDetail", json::object()}},
        {{"status", "Status: Downloaded newer image for " + reference}}};
    for (const json& line : lines) stream += line.dump() + "\r\n";
    return {200, stream, {{"Content-Type", "application/json"}}, clock_.now() + pull_takes};
}

}  // namespace driftless::test
