// False drift: what a request and an engine's answer differ in although nothing changed.
#include "reconcilers/docker/normalise.hpp"

#include <gmock/gmock.h>

#include <ostream>

#include "tests/reconcilers_docker/project_scene.hpp"

namespace driftless::docker {
namespace {

const std::string anonymous(64, 'a');

/// What an engine shows of the plain service "web", made as declared.
json plain() {
    return json::parse(R"({
      "Id": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "Name": "/shop-web-1", "Image": "sha256:1",
      "State": {"Status": "running"},
      "Config": {"Image": "test/busybox:1", "Hostname": "0123456789ab", "Env": ["PATH=/bin"],
                 "Cmd": ["sh"], "Entrypoint": null, "Labels": {"com.docker.compose.project": "shop"},
                 "ExposedPorts": null, "Volumes": null},
      "HostConfig": {"NetworkMode": "shop_default", "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
                     "LogConfig": {"Type": "json-file", "Config": {}}, "ShmSize": 67108864,
                     "IpcMode": "private", "PidsLimit": null, "MaskedPaths": ["/proc/acpi"]},
      "Mounts": [],
      "NetworkSettings": {"Networks": {"shop_default": {"Aliases": ["web", "shop-web-1", "0123456789ab"],
                          "IPAMConfig": null, "MacAddress": "02:42:ac:12:00:02", "NetworkID": "n1"}}}
    })");
}

ImageDefaults busybox() {
    ImageDefaults image;
    image.id = "sha256:1";
    image.env = {{"PATH", "/bin"}};
    image.command = {"sh"};
    image.labels = {{"maintainer", "them"}};
    image.exposed = {"80/tcp"};
    image.volumes = {"/data"};
    return image;
}

struct Row {
    std::string name;
    std::string keys;   ///< of the service, as git says
    std::string shown;  ///< merged into what the engine shows
    std::vector<std::string> differs = {};
    std::string rest = {};  ///< of the compose file
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

const std::vector<Row> rows{
    {"nothing", "", "{}"},
    // Env
    {"env_of_the_image", "environment: {A: b}", R"({"Config": {"Env": ["A=b", "PATH=/bin"]}})"},
    {"env_left_over", "", R"({"Config": {"Env": ["GONE=1", "PATH=/bin"]}})", {"/env/GONE"}},
    {"env_changed", "environment: {A: b}", R"({"Config": {"Env": ["A=c"]}})", {"/env/A"}},
    {"env_missing", "environment: {A: b}", "{}", {"/env/A"}},
    {"env_over_the_image", "environment: {PATH: /bin}", "{}"},
    {"env_image_value_changed", "", R"({"Config": {"Env": ["PATH=/evil"]}})", {"/env/PATH"}},
    // Cmd, Entrypoint
    {"command_by_hand", "", R"({"Config": {"Cmd": ["ash"]}})", {"/command"}},
    {"command_declared", "command: [ash]", R"({"Config": {"Cmd": ["ash"]}})"},
    {"command_order", "command: [a, b]", R"({"Config": {"Cmd": ["b", "a"]}})", {"/command"}},
    {"entrypoint_drops_the_images_command", "entrypoint: [run]",
     R"({"Config": {"Entrypoint": ["run"], "Cmd": null}})"},
    {"entrypoint_cleared", "entrypoint: []", R"({"Config": {"Entrypoint": null}})"},
    {"entrypoint_by_hand", "", R"({"Config": {"Entrypoint": ["x"]}})", {"/entrypoint"}},
    // Labels
    {"labels_of_image_and_engine", "labels: {a: b}",
     R"({"Config": {"Labels": {"a": "b", "maintainer": "them", "driftless.key": "x",
         "com.docker.compose.config-hash": "1"}}})"},
    {"label_left_over", "", R"({"Config": {"Labels": {"old": "1"}}})", {"/labels/old"}},
    // ExposedPorts, Volumes
    {"exposed_by_the_image", "", R"({"Config": {"ExposedPorts": {"80/tcp": {}}}})"},
    {"exposed_left_over", "", R"({"Config": {"ExposedPorts": {"81/tcp": {}}}})", {"/expose"}},
    {"exposed_by_number", "expose: [9000]", R"({"Config": {"ExposedPorts": {"9000": {}}}})"},
    {"exposed_by_both", "expose: [\"80\"]", R"({"Config": {"ExposedPorts": {"80/tcp": {}}}})"},
    {"volume_of_the_image", "",
     R"({"Config": {"Volumes": {"/data": {}}}, "Mounts": [{"Type": "volume", "Name": ")" +
         anonymous + R"(", "Destination": "/data", "RW": true}]})"},
    {"anonymous_volume", "volumes: [/cache]",
     R"({"Mounts": [{"Type": "volume", "Name": ")" + anonymous +
         R"(", "Destination": "/cache", "RW": true}]})"},
    {"volume_by_hand",
     "",
     R"({"Mounts": [{"Type": "volume", "Name": "v", "Destination": "/v", "RW": true}]})",
     {"/mounts/~1v"}},
    // User, WorkingDir, StopSignal
    {"user_not_declared", "",
     R"({"Config": {"User": "www", "WorkingDir": "/srv", "StopSignal": "SIGINT"}})"},
    {"stop_signal_forms", "stop_signal: \"15\"", R"({"Config": {"StopSignal": "SIGTERM"}})"},
    {"stop_signal",
     "stop_signal: INT",
     R"({"Config": {"StopSignal": "SIGTERM"}})",
     {"/stop_signal"}},
    // Healthcheck
    {"healthcheck_by_hand",
     "",
     R"({"Config": {"Healthcheck": {"Test": ["CMD", "x"]}}})",
     {"/healthcheck"}},
    {"healthcheck_filled_in", "healthcheck: {test: [CMD, a], interval: 5s}",
     R"({"Config": {"Healthcheck": {"Test": ["CMD", "a"], "Interval": 5000000000, "Retries": 7}}})"},
    {"healthcheck_changed",
     "healthcheck: {test: [CMD, a], interval: 5s}",
     R"({"Config": {"Healthcheck": {"Test": ["CMD", "a"], "Interval": 6000000000}}})",
     {"/healthcheck/interval_ns"}},
    {"healthcheck_off", "healthcheck: {disable: true}", "{}", {"/healthcheck/test"}},
    // Hostname, Image
    {"hostname_generated", "", "{}"},
    {"hostname_declared", "hostname: web", "{}", {"/hostname"}},
    {"image_by_its_long_name", "", R"({"Config": {"Image": "docker.io/test/busybox:1"}})"},
    {"image_other_tag", "", R"({"Config": {"Image": "test/busybox:2"}})", {"/image"}},
    // StopTimeout, RestartPolicy, LogConfig, ShmSize
    {"stop_timeout_default", "stop_grace_period: 10s", "{}"},
    {"stop_timeout",
     "stop_grace_period: 1m",
     R"({"Config": {"StopTimeout": 30}})",
     {"/stop_timeout"}},
    {"restart_no", "restart: \"no\"", R"({"HostConfig": {"RestartPolicy": {"Name": "no"}}})"},
    {"restart_by_hand",
     "",
     R"({"HostConfig": {"RestartPolicy": {"Name": "always"}}})",
     {"/restart"}},
    {"restart_count", "restart: \"on-failure:3\"",
     R"({"HostConfig": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}})"},
    {"restart_count_of_always", "restart: always",
     R"({"HostConfig": {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 5}}})"},
    {"logging_of_the_daemon", "",
     R"({"HostConfig": {"LogConfig": {"Type": "local", "Config": {"max-size": "1m"}}}})"},
    {"logging_merged", "logging: {driver: json-file, options: {max-size: 1m}}",
     R"({"HostConfig": {"LogConfig": {"Config": {"max-size": "1m", "max-file": "3"}}}})"},
    {"logging",
     "logging: {driver: json-file, options: {max-size: 1m}}",
     R"({"HostConfig": {"LogConfig": {"Config": {"max-size": "2m"}}}})",
     {"/logging/options/max-size"}},
    // Limits
    {"memory_with_swap_filled_in", "mem_limit: 64m",
     R"({"HostConfig": {"Memory": 67108864, "MemorySwap": 134217728}})"},
    {"memory_changed",
     "mem_limit: 64m",
     R"({"HostConfig": {"Memory": 33554432}})",
     {"/limits/memory"}},
    {"memory_limited_by_hand", "", R"({"HostConfig": {"Memory": 33554432}})", {"/unlimited"}},
    {"pids_unset", "", R"({"HostConfig": {"PidsLimit": -1}})"},
    {"pids_by_hand", "", R"({"HostConfig": {"PidsLimit": 5}})", {"/limits/pids"}},
    {"cpus", "cpus: 0.5", R"({"HostConfig": {"NanoCpus": 500000000}})"},
    {"cpus_by_quota", "cpus: 0.5", R"({"HostConfig": {"CpuQuota": 50000, "CpuPeriod": 100000}})"},
    {"oom_null", "", R"({"HostConfig": {"OomKillDisable": null, "MemorySwappiness": -1}})"},
    {"ulimits_of_the_daemon", "",
     R"({"HostConfig": {"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]}})"},
    {"ulimits",
     "ulimits: {nofile: 5}",
     R"({"HostConfig": {"Ulimits": [{"Name": "nofile", "Soft": 5, "Hard": 6}]}})",
     {"/ulimits/nofile/hard"}},
    // Rights
    {"capability_forms", "cap_drop: [CAP_NET_RAW]", R"({"HostConfig": {"CapDrop": ["net_raw"]}})"},
    {"capability_by_hand", "", R"({"HostConfig": {"CapAdd": ["SYS_ADMIN"]}})", {"/cap_add"}},
    {"privileged_by_hand", "", R"({"HostConfig": {"Privileged": true}})", {"/privileged"}},
    {"security_added_by_the_engine", "", R"({"HostConfig": {"SecurityOpt": ["label=disable"]}})"},
    {"security_forms", "security_opt: [\"no-new-privileges:true\"]",
     R"({"HostConfig": {"SecurityOpt": ["no-new-privileges", "label=x"]}})"},
    {"runtime_shown", "", R"({"HostConfig": {"Runtime": "runc", "CgroupnsMode": "host"}})"},
    {"null_lists", "",
     R"({"HostConfig": {"Dns": null, "ExtraHosts": null, "Devices": null, "Tmpfs": null}})"},
    {"extra_hosts_forms", "extra_hosts: [\"a=10.0.0.1\"]",
     R"({"HostConfig": {"ExtraHosts": ["a:10.0.0.1"]}})"},
    {"dns_order",
     "dns: [1.1.1.1, 8.8.8.8]",
     R"({"HostConfig": {"Dns": ["8.8.8.8", "1.1.1.1"]}})",
     {"/dns"}},
    // Mounts
    {"mount_order",
     "volumes: [\"va:/a\", \"vb:/b\"]",
     R"({"Mounts": [{"Type": "volume", "Name": "shop_vb", "Destination": "/b", "RW": true, "Mode": "z"},
                    {"Type": "volume", "Name": "shop_va", "Destination": "/a", "RW": true}]})",
     {},
     "volumes: {va: {}, vb: {}}\n"},
    {"mount_read_only",
     "volumes: [\"va:/a:ro\"]",
     R"({"Mounts": [{"Type": "volume", "Name": "shop_va", "Destination": "/a", "RW": true}]})",
     {"/mounts/~1a/read_only"},
     "volumes: {va: {}}\n"},
    {"bind_on_a_mac", "volumes: [\"/srv/d:/d\"]",
     R"({"Mounts": [{"Type": "bind", "Source": "/host_mnt/srv/d/", "Destination": "/d", "RW": true,
                     "Propagation": "rprivate"}]})"},
    {"tmpfs_by_key", "tmpfs: [\"/run:size=1000,mode=755\"]",
     R"({"HostConfig": {"Tmpfs": {"/run": "mode=755,size=1000"}}})"},
    {"tmpfs_by_mount", "tmpfs: [\"/run:size=1000\"]",
     R"({"HostConfig": {"Mounts": [{"Type": "tmpfs", "Target": "/run", "TmpfsOptions": {"SizeBytes": 1000}}]},
         "Mounts": [{"Type": "tmpfs", "Destination": "/run", "RW": true}]})"},
    // Ports
    {"port_order", "ports: [\"81:80\", \"82:80\"]",
     R"({"Config": {"ExposedPorts": {"80/tcp": {}}}, "HostConfig": {"PortBindings":
         {"80/tcp": [{"HostIp": "", "HostPort": "82"}, {"HostIp": "", "HostPort": "81"}]}}})"},
    {"port_random", "ports: [\"80\"]",
     R"({"Config": {"ExposedPorts": {"80/tcp": {}}}, "HostConfig": {"PortBindings":
         {"80/tcp": [{"HostIp": "", "HostPort": ""}]}}})"},
    {"port_address_counts",
     "ports: [\"81:80\"]",
     R"({"Config": {"ExposedPorts": {"80/tcp": {}}}, "HostConfig": {"PortBindings":
         {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "81"}]}}})",
     {"/ports/80~1tcp"}},
    // Networks
    {"alias_lost",
     "networks: {default: {aliases: [www]}}",
     "{}",
     {"/networks/shop_default/aliases"}},
    {"network_by_hand",
     "",
     R"({"NetworkSettings": {"Networks": {"proxy": {"Aliases": null}}}})",
     {"/networks/proxy"}},
    {"network_lost",
     "",
     R"({"NetworkSettings": {"Networks": {"shop_default": "gone"}}})",
     {"/networks/shop_default"}},
    {"network_mode_host",
     "",
     R"({"HostConfig": {"NetworkMode": "host"}})",
     {"/network_mode", "/networks/shop_default"}},
    {"bridge_by_default", "network_mode: bridge", R"({"HostConfig": {"NetworkMode": "default"}})"},
    // State
    {"renamed", "", R"({"Name": "/other"})", {"/name"}},
    {"stopped", "", R"({"State": {"Status": "exited", "ExitCode": 137}})", {"/running"}},
    {"done", "", R"({"State": {"Status": "exited", "ExitCode": 0}})"},
    {"done_but_to_run_always",
     "restart: always",
     R"({"State": {"Status": "exited", "ExitCode": 0}, "HostConfig": {"RestartPolicy": {"Name": "always"}}})",
     {"/running"}},
};

void merge(json& into, const json& from) {
    for (const auto& [key, value] : from.items()) {
        if (value == "gone") {
            into.erase(key);
        } else if (value.is_object() && into[key].is_object()) {
            merge(into[key], value);
        } else {
            into[key] = value;
        }
    }
}

class Normalise : public ::testing::TestWithParam<Row> {};

TEST_P(Normalise, ShowsTheFieldsThatDifferAndNoOthers) {
    const Row& row = GetParam();
    ProjectScene scene;
    scene.target.allow.host_paths = {"/srv"};
    const json want = scene.web(row.keys, row.rest).container();
    ASSERT_EQ(scene.refusals(), "");
    json container = plain();
    merge(container, json::parse(row.shown));
    const json have = normalise({container, busybox(), want, {}});
    std::vector<std::string> paths;
    for (const FieldChange& field : changed_fields(want, have, container_rules())) {
        paths.push_back(field.path);
    }
    EXPECT_EQ(paths, row.differs) << have.dump(1);
}

INSTANTIATE_TEST_SUITE_P(, Normalise, ::testing::ValuesIn(rows),
                         [](const auto& one) { return one.param.name; });

TEST(KeptName, BelongsToTheContainerWhoseIdItHolds) {
    const std::string id = "0123456789abcdef";
    EXPECT_EQ(name_to_keep(id, "web"), "driftless-kept-0123456789ab-web");
    EXPECT_EQ(kept_name(id, "driftless-kept-0123456789ab-web"), "web");
    EXPECT_EQ(kept_name(id, "driftless-kept-ba9876543210-web"), "");
    EXPECT_EQ(kept_name(id, "web"), "");
}

}  // namespace
}  // namespace driftless::docker
