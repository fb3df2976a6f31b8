#include "reconcilers/docker/api_needs.hpp"

#include <fmt/format.h>

#include "reconcilers/docker/allow.hpp"
#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/json_reading.hpp"

namespace driftless::docker {
namespace {

constexpr ApiVersion several_endpoints{1, 44};

/// Collects what is too new: the key, and the version that brought it.
class Needs {
public:
    Needs(const Declared& declared, ApiVersion api) : declared_(declared), api_(api) {}

    void need(bool used, std::string_view key, ApiVersion since, std::string_view engine,
              std::string_view way_out = "remove the key, or update the engine") {
        const bool is_known = api_ != ApiVersion{};
        if (!used || !is_known || api_ >= since || !text_.empty()) return;
        text_ = fmt::format("{}: {}: needs Engine API {} (Docker {}), this engine has {}; {}",
                            to_string(declared_.origin.place), key, to_string(since), engine,
                            to_string(api_), way_out);
    }
    [[nodiscard]] std::string text() const { return text_; }

private:
    const Declared& declared_;
    ApiVersion api_;
    std::string text_;
};

void need_for_mounts(const json& mounts, Needs& needs) {
    for (const json& mount : mounts) {
        const std::string recursive = mount.value("recursive", "");
        needs.need(mount.contains("subpath"), "volumes.volume.subpath", {1, 45}, "26");
        needs.need(recursive == "writable" || recursive == "readonly", "volumes.bind.recursive",
                   {1, 44}, "25");
    }
}

void need_for_networks(const json& spec, Needs& needs) {
    const json& networks = in(spec, "networks");
    if (!networks.is_object()) return;
    for (const auto& [name, endpoint] : networks.items()) {
        const bool first = in(spec, "primary_network") == name;
        needs.need(endpoint.contains("mac") && !first,
                   "networks." + name + ".mac_address on a second network", several_endpoints,
                   "25");
        needs.need(endpoint.contains("gw_priority"), "networks." + name + ".gw_priority", {1, 48},
                   "28.0");
        needs.need(endpoint.contains("interface_name"), "networks." + name + ".interface_name",
                   {1, 49}, "28.1");
    }
}

/// Why a file can't be put into a container before its start: the layer is read-only, or what lies
/// there would end up in another mount. Empty where it can.
std::string unreachable(const json& spec, const std::string& target) {
    if (in(spec, "read_only") == true) return "the container is read_only";
    for (const json& mount : spec["mounts"]) {
        const std::string other = mount["target"];
        if (is_below(target, other)) return in_quotes(other) + " is a mount";
    }
    for (const auto& [other, options] : spec["tmpfs"].items()) {
        if (is_below(target, other)) return in_quotes(other) + " is a tmpfs";
    }
    return "";
}

void need_for_files(const json& spec, Needs& needs) {
    for (const auto& [target, file] : spec["files"].items()) {
        const std::string why = unreachable(spec, target);
        needs.need(!why.empty(),
                   fmt::format("the file {} can't be put into the container: {}: a mount of it",
                               in_quotes(target), why),
                   files_by_subpath, "26",
                   "mount its whole folder from the commit with \":ro\", give it another path, or "
                   "update the engine");
    }
}

bool asks_cdi(const json& spec) {
    for (const json& request : spec["device_requests"]) {
        if (request["driver"] == "cdi") return true;
    }
    return false;
}

}  // namespace

std::string beyond_api(const Declared& container, ApiVersion api) {
    const json& spec = container.spec;
    Needs needs{container, api};
    needs.need(!in(spec, "annotations").is_null(), "annotations", {1, 43}, "24");
    needs.need(in(in(spec, "healthcheck"), "start_interval_ns").is_number(),
               "healthcheck.start_interval", {1, 44}, "25");
    needs.need(asks_cdi(spec), "devices: a name of CDI", {1, 44}, "25");
    need_for_mounts(spec["mounts"], needs);
    need_for_networks(spec, needs);
    need_for_files(spec, needs);
    return needs.text();
}

std::string network_beyond_api(const Declared& network, ApiVersion api) {
    Needs needs{network, api};
    needs.need(in(network.spec, "enable_ipv4") == false, "enable_ipv4: false", {1, 48}, "28.0");
    return needs.text();
}

}  // namespace driftless::docker
