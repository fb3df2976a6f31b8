#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/finding.hpp"
#include "config/settings.hpp"

namespace driftless::docker {

/// What a commit may reach on a target (promise 9). Each refusal is a finding at the value's place,
/// with the line to add to driftless.yaml.
class AllowCheck {
public:
    AllowCheck(const TargetSettings& target, Findings& findings)
        : allow_(target.allow), target_(target.name), findings_(findings) {}

    /// @param where  the key for the message: "services.web.volumes"
    void host_path(const Place& place, std::string_view where, const std::string& path);
    void device(const Place& place, std::string_view where, const std::string& path);
    /// What a driver hands out by itself: GPUs and their like.
    void device_driver(const Place& place, std::string_view where);
    void cgroup_parent(const Place& place, std::string_view where, const std::string& parent);
    /// A runtime is a program of the host that makes the container, and may confine it less.
    void runtime(const Place& place, std::string_view where, const std::string& name);
    void capability(const Place& place, std::string_view where, const std::string& name);
    void security_option(const Place& place, std::string_view where, const std::string& option);
    /// "host", "container:NAME" and the like; others pass.
    void namespace_mode(const Place& place, std::string_view where, std::string_view key,
                        const std::string& mode);
    void privileged(const Place& place, std::string_view where);
    void sysctls(const Place& place, std::string_view where);
    void foreign_network(const Place& place, std::string_view where, const std::string& name);
    void foreign_volume(const Place& place, std::string_view where, const std::string& name);
    /// A local volume's options may mount any path of the host.
    void volume_options(const Place& place, std::string_view where,
                        const std::map<std::string, std::string>& options);
    void label(const Place& place, std::string_view where, const std::string& name);

private:
    void refuse(const Place& place, std::string_view where, const std::string& what,
                const std::string& line);
    const DockerAllow& allow_;
    const std::string& target_;
    Findings& findings_;
};

/// The line that a refusal says to add below `allow`: {"hostPaths", "/srv"}, {"privileged",
/// "true"}.
/// @return nothing for any other finding
std::optional<std::pair<std::string, std::string>> allow_line(const Finding& finding);

/// "/srv//a/../b/" -> "/srv/b"; empty when it climbs above its root.
std::string clean_path(std::string_view path);
/// Is `path` `folder`, or below it? Both clean.
bool is_below(std::string_view path, std::string_view folder);

}  // namespace driftless::docker
