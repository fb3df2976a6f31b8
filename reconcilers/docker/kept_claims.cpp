#include "reconcilers/docker/kept_claims.hpp"

#include <fmt/format.h>

#include "reconcilers/docker/container_groups.hpp"
#include "reconcilers/docker/json_reading.hpp"

namespace driftless::docker {
namespace {

/// In the words of a list: "80/tcp" on every address, "127.0.0.1:80/tcp", "[::1]:80/tcp".
std::string port_of(const nlohmann::json& binding, const std::string& protocol) {
    const std::string address = shown_text(binding, "/HostIp");
    std::string host;
    const bool everywhere = address.empty() || address == "0.0.0.0" || address == "::";
    if (!everywhere && address.find(':') != std::string::npos) host = "[" + address + "]:";
    if (!everywhere && host.empty()) host = address + ":";
    return fmt::format("port {}{}/{}", host, shown_text(binding, "/HostPort"), protocol);
}

}  // namespace

std::vector<std::string> claims_of_kept(const ContainerSummary& kept, const nlohmann::json& shown) {
    std::vector<std::string> claims{"name " + own_name(kept)};
    for (const auto& [inside, bindings] : at(shown, "/HostConfig/PortBindings").items()) {
        const std::string protocol = inside.substr(inside.find('/') + 1);
        for (const nlohmann::json& binding : bindings) {
            const std::string port = shown_text(binding, "/HostPort");
            const bool is_fixed = !port.empty() && port != "0";
            if (is_fixed) claims.push_back(port_of(binding, protocol));
        }
    }
    return claims;
}

}  // namespace driftless::docker
