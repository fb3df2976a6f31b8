// What a commit may reach: promise 9.
#include <gmock/gmock.h>

#include <ostream>

#include "reconcilers/docker/allow.hpp"
#include "tests/reconcilers_docker/project_scene.hpp"

namespace driftless::docker {
namespace {

using ::testing::HasSubstr;

struct Reach {
    std::string name;
    std::string keys;             ///< of the service "web"
    std::string line;             ///< to be added to driftless.yaml
    void (*grant)(DockerAllow&);  ///< that line's effect
};

void PrintTo(const Reach& reach, std::ostream* out) {
    *out << reach.name;
}

const std::vector<Reach> reaches{
    {"host_path", "volumes: [/srv/data:/data]", "hostPaths: [/srv/data]",
     [](DockerAllow& allow) { allow.host_paths = {"/srv"}; }},
    {"docker_socket", "volumes: [/var/run/docker.sock:/s]", "dockerSocket: true",
     [](DockerAllow& allow) { allow.docker_socket = true; }},
    {"host_network", "network_mode: host", "hostNetwork: true",
     [](DockerAllow& allow) { allow.host_network = true; }},
    {"host_pid", "pid: host", "hostPid: true", [](DockerAllow& allow) { allow.host_pid = true; }},
    {"host_ipc", "ipc: host", "hostIpc: true", [](DockerAllow& allow) { allow.host_ipc = true; }},
    {"host_userns", "userns_mode: host", "hostUserns: true",
     [](DockerAllow& allow) { allow.host_userns = true; }},
    {"privileged", "privileged: true", "privileged: true",
     [](DockerAllow& allow) { allow.privileged = true; }},
    {"device", "devices: [/dev/kvm]", "devices: [/dev/kvm]",
     [](DockerAllow& allow) { allow.devices = {"/dev/kvm"}; }},
    {"named_device", "devices: [\"vendor.com/gpu=one\"]", "devices: [vendor.com/gpu=one]",
     [](DockerAllow& allow) { allow.devices = {"vendor.com/gpu=one"}; }},
    {"gpus", "gpus: all", "gpus: true", [](DockerAllow& allow) { allow.gpus = true; }},
    {"reserved_devices",
     "deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 1}]}}}",
     "gpus: true", [](DockerAllow& allow) { allow.gpus = true; }},
    {"named_device_of_a_driver", "gpus: [{driver: cdi, device_ids: [\"vendor.com/gpu=one\"]}]",
     "devices: [vendor.com/gpu=one]", [](DockerAllow& allow) { allow.devices = {"*"}; }},
    {"control_group", "cgroup_parent: /system.slice", "cgroupParents: [/system.slice]",
     [](DockerAllow& allow) { allow.cgroup_parents = {"/system.slice"}; }},
    {"runtime", "runtime: nvidia", "runtimes: [nvidia]",
     [](DockerAllow& allow) { allow.runtimes = {"nvidia"}; }},
    {"seccomp_profile", "security_opt: [\"seccomp=./profile.json\"]",
     "securityOpt: [\"seccomp=./profile.json\"]",
     [](DockerAllow& allow) { allow.security_opt = {"seccomp=./profile.json"}; }},
    {"system_paths", "security_opt: [\"systempaths=unconfined\"]",
     "securityOpt: [\"systempaths=unconfined\"]",
     [](DockerAllow& allow) { allow.security_opt = {"systempaths=unconfined"}; }},
    {"capability", "cap_add: [NET_ADMIN]", "capAdd: [NET_ADMIN]",
     [](DockerAllow& allow) { allow.cap_add = {"NET_ADMIN"}; }},
    {"security_option", "security_opt: [\"seccomp:unconfined\"]",
     "securityOpt: [\"seccomp:unconfined\"]",
     [](DockerAllow& allow) { allow.security_opt = {"seccomp:unconfined"}; }},
    {"namespace_of_another", "network_mode: container:vpn", "namespacesOf: [vpn]",
     [](DockerAllow& allow) { allow.namespaces_of = {"vpn"}; }},
    {"sysctls", "sysctls: {net.core.somaxconn: 1024}", "sysctls: true",
     [](DockerAllow& allow) { allow.sysctls = true; }},
};

class Allow : public ::testing::TestWithParam<Reach> {};

TEST_P(Allow, RefusesWithTheLineToAdd) {
    ProjectScene scene;
    const std::string refusals = scene.web(GetParam().keys).refusals();
    EXPECT_THAT(refusals, HasSubstr("compose.yaml:4:"));
    EXPECT_THAT(refusals, HasSubstr("allow: {" + GetParam().line + "}"));
    EXPECT_THAT(refusals, HasSubstr("targets.mini1"));
}

TEST_P(Allow, TellsProgramsTheLine) {
    ProjectScene scene;
    scene.web(GetParam().keys).refusals();
    ASSERT_FALSE(scene.findings.empty());
    const auto line = allow_line(scene.findings.front());
    ASSERT_TRUE(line);
    const std::string value = line->second == "true" ? "true" : "[" + line->second + "]";
    EXPECT_EQ(line->first + ": " + value, GetParam().line);
}

TEST(AllowLine, IsInNoOtherFinding) {
    ProjectScene scene;
    scene.web("labels: {driftless.key: x}").refusals();
    ASSERT_FALSE(scene.findings.empty());
    EXPECT_FALSE(allow_line(scene.findings.front()));
}

TEST(AllowEverything, TakesADriverOfTheHostsNetwork) {
    ProjectScene scene;
    scene.web("networks: [lan]", "networks: {lan: {driver: macvlan}}\n");
    EXPECT_THAT(scene.refusals(), HasSubstr("hostNetwork: true"));
    scene.target.allow.everything = true;
    EXPECT_EQ(scene.refusals(), "");
}

TEST_P(Allow, GrantsWithThatLine) {
    ProjectScene scene;
    scene.files["profile.json"] = "{}";
    GetParam().grant(scene.target.allow);
    EXPECT_EQ(scene.web(GetParam().keys).refusals(), "");
}

INSTANTIATE_TEST_SUITE_P(, Allow, ::testing::ValuesIn(reaches),
                         [](const auto& one) { return one.param.name; });

struct Hidden {
    std::string name;
    std::string keys;
    std::string rest;
    std::string says;
};

void PrintTo(const Hidden& one, std::ostream* out) {
    *out << one.name;
}

const std::vector<Hidden> hidden{
    {"path_beside_the_allowed_one", "volumes: [/srvX:/d]", "", "hostPaths: [/srvX]"},
    {"path_that_climbs_out", "volumes: [/srv/../etc:/d]", "", "hostPaths: [/etc]"},
    {"folder_of_the_socket", "volumes: [/var/run:/d]", "", "dockerSocket: true"},
    {"bind_by_a_volume", "volumes: [vol:/d]",
     "volumes: {vol: {driver_opts: {type: none, o: bind, device: /etc}}}\n", "hostPaths: [/etc]"},
    {"bind_that_says_nfs", "volumes: [vol:/d]",
     "volumes: {vol: {driver_opts: {type: nfs, o: \"bind,ro\", device: /etc}}}\n",
     "hostPaths: [/etc]"},
    {"overlay_by_a_volume", "volumes: [vol:/d]",
     "volumes: {vol: {driver_opts: {type: overlay, o: lowerdir=/etc, device: overlay}}}\n",
     "could mount any path of the host"},
    {"network_of_others", "networks: [proxy]", "networks: {proxy: {external: true}}\n",
     "networks: [proxy]"},
    {"volume_of_others", "volumes: [vol:/d]", "volumes: {vol: {external: true, name: other_v}}\n",
     "volumes: [other_v]"},
    {"our_label", "labels: {driftless.key: x}", "", "is set by driftless alone"},
    {"label_of_compose", "labels: {com.docker.compose.project: x}", "",
     "is set by driftless alone"},
    {"label_on_a_volume", "volumes: [vol:/d]", "volumes: {vol: {labels: {driftless.key: x}}}\n",
     "is set by driftless alone"},
    {"secret_file_of_the_host", "secrets: [s]", "secrets: {s: {file: /etc/shadow}}\n",
     "hostPaths: [/etc/shadow]"},
};

class WaysAround : public ::testing::TestWithParam<Hidden> {};

TEST_P(WaysAround, AreRefusedToo) {
    ProjectScene scene;
    scene.target.allow.host_paths = {"/srv", "/var/run"};
    EXPECT_THAT(scene.web(GetParam().keys, GetParam().rest).refusals(), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(, WaysAround, ::testing::ValuesIn(hidden),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace driftless::docker
