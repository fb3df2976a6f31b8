#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "providers/docker/engine.hpp"
#include "tests/reconcilers_docker/project_scene.hpp"

namespace driftless::docker {

/// A key of a service, as the loader takes it; each has a row.
struct Key {
    std::string name;
    std::string keys;
    std::string rest = {};
    ApiVersion since = lowest_api;
    bool runs = true;  ///< false: no machine of ours has what it asks for, so its start fails
    bool is_default = false;  ///< as it would be without
};

inline constexpr ApiVersion v1_43{1, 43};
inline constexpr ApiVersion v1_44{1, 44};
inline constexpr ApiVersion v1_48{1, 48};
inline constexpr ApiVersion v1_49{1, 49};

inline void PrintTo(const Key& key, std::ostream* out) {
    *out << key.name;
}

inline const std::vector<Key> keys{
    {"plain", ""},
    {"command", "command: [sleep, \"100\"]", "", lowest_api, true, true},
    {"entrypoint", "entrypoint: [sleep]\ncommand: [\"100\"]"},
    {"environment",
     "command: sleep 100\nenvironment: {A: b, EMPTY: \"\", PATH: \"/bin:/usr/bin\"}"},
    {"secret_environment", "command: sleep 100\nenvironment: {PASSWORD: \"x${DB}y\"}"},
    {"bare_environment", "command: sleep 100\nenvironment: [TERM]", "", lowest_api, true, true},
    {"ports", "command: sleep 100\nports: [\"127.0.0.1::80\", \"81/udp\"]"},
    {"expose", "command: sleep 100\nexpose: [\"80\", 90]"},
    {"named_volume", "command: sleep 100\nvolumes: [\"vol:/d\", \"vol:/r:ro\"]",
     "volumes: {vol: {labels: {a: b}}}\n"},
    {"anonymous_volume", "command: sleep 100\nvolumes: [/d]"},
    {"bind",
     "command: sleep 100\nvolumes: [\"/tmp:/host:ro\", {type: bind, source: /tmp, target: /h2}]"},
    {"tmpfs",
     "command: sleep 100\ntmpfs: [/run, \"/t:size=65536\"]\n"
     "volumes: [{type: tmpfs, target: /u, tmpfs: {size: 64k, mode: 0700}}]"},
    {"networks", "command: sleep 100\nnetworks: {a: {aliases: [x, y]}, b: {}}",
     "networks: {a: {}, b: {internal: true}}\n"},
    {"address",
     "command: sleep 100\nnetworks: {a: {ipv4_address: 10.213.7.9, mac_address: "
     "\"02:00:00:00:00:07\"}}",
     "networks: {a: {ipam: {config: [{subnet: 10.213.7.0/24, gateway: 10.213.7.1}]}}}\n"},
    {"network_options", "command: sleep 100\nnetworks: [a]",
     "networks: {a: {driver: bridge, attachable: true, labels: {x: y}, driver_opts: "
     "{com.docker.network.bridge.enable_icc: \"false\"}}}\n"},
    {"network_mode_none", "command: sleep 100\nnetwork_mode: none"},
    {"network_mode_bridge", "command: sleep 100\nnetwork_mode: bridge"},
    {"network_mode_host", "command: sleep 100\nnetwork_mode: host"},
    {"network_of_a_service", "command: sleep 100\nnetwork_mode: \"service:db\"",
     "  db: {image: \"test/busybox:1\", command: sleep 100}\n"},
    {"healthcheck",
     "command: sleep 100\nhealthcheck: {test: \"true\", interval: 1s, timeout: 2s, retries: 4, "
     "start_period: 3s}"},
    {"healthcheck_off", "command: sleep 100\nhealthcheck: {disable: true}"},
    {"restart", "command: sleep 100\nrestart: unless-stopped"},
    {"restart_count", "command: sleep 100\nrestart: \"on-failure:3\""},
    {"labels", "command: sleep 100\nlabels: {a: b, c: \"\"}"},
    {"container_name", "command: sleep 100\ncontainer_name: \"${COMPOSE_PROJECT_NAME}-own\""},
    {"hostname", "command: sleep 100\nhostname: web\ndomainname: example.org"},
    {"user",
     "command: sleep 100\nuser: \"65534:65534\"\nworking_dir: /tmp\ngroup_add: [\"100\", \"50\"]"},
    {"init_tty", "command: sleep 100\ninit: true\ntty: true\nstdin_open: true"},
    {"stop", "command: sleep 100\nstop_signal: SIGINT\nstop_grace_period: 3s"},
    {"read_only", "command: sleep 100\nread_only: true"},
    {"memory", "command: sleep 100\nmem_limit: 64m\nmem_reservation: 32m"},
    {"limits",
     "command: sleep 100\ndeploy: {resources: {limits: {cpus: \"0.5\", memory: 64M, pids: 20}}}"},
    {"cpu", "command: sleep 100\ncpu_shares: 512\ncpuset: \"0\""},
    {"ulimits", "command: sleep 100\nulimits: {nofile: {soft: 100, hard: 200}, nproc: 300}"},
    {"capabilities", "command: sleep 100\ncap_add: [NET_ADMIN]\ncap_drop: [CAP_NET_RAW, mknod]"},
    {"privileged", "command: sleep 100\nprivileged: true"},
    {"security_opt", "command: sleep 100\nsecurity_opt: [\"no-new-privileges:true\"]"},
    {"devices", "command: sleep 100\ndevices: [\"/dev/null:/dev/nothing:rw\"]"},
    {"sysctls", "command: sleep 100\nsysctls: {net.ipv4.ip_unprivileged_port_start: 0}"},
    {"dns",
     "command: sleep 100\ndns: [1.1.1.1, 8.8.8.8]\ndns_search: [example.org]\ndns_opt: "
     "[\"ndots:2\"]"},
    {"extra_hosts", "command: sleep 100\nextra_hosts: [\"a:10.0.0.1\", \"b=::1\"]"},
    {"logging",
     "command: sleep 100\nlogging: {driver: json-file, options: {max-size: 1m, max-file: \"2\"}}"},
    {"modes", "command: sleep 100\nipc: private\npid: host\nuts: host"},
    {"shm_size", "command: sleep 100\nshm_size: 128m\noom_score_adj: 100"},
    {"config_content",
     "command: sleep 100\nconfigs: [{source: c, target: /etc/c.conf, mode: 0440, uid: \"5\"}]",
     "configs: {c: {content: \"x=1\"}}\n"},
    {"secret_file", "command: sleep 100\nsecrets: [s]",
     "secrets: {s: {file: ./site/index.html}}\n"},
    {"secret_variable", "command: sleep 100\nsecrets: [s]", "secrets: {s: {environment: DB}}\n"},
    {"file_of_the_commit", "command: sleep 100\nvolumes: [\"./site/index.html:/index.html:ro\"]"},
    {"folder_of_the_commit", "command: sleep 100\nvolumes: [\"./site:/site:ro\"]"},
    {"annotations", "command: sleep 100\nannotations: {a: b}", "", v1_43},
    {"start_interval",
     "command: sleep 100\nhealthcheck: {test: \"true\", start_period: 5s, start_interval: 1s}", "",
     v1_44},
    {"anonymous_volume_with_labels",
     "command: sleep 100\nvolumes: [{type: volume, target: /d, volume: {labels: {a: b}, nocopy: "
     "true}}]"},
    {"bind_options",
     "command: sleep 100\nvolumes: [{type: bind, source: /usr, target: /h, read_only: true, "
     "bind: {recursive: disabled}}, {type: bind, source: /usr, target: /i, bind: {propagation: "
     "rprivate}}]"},
    {"writable_below_a_read_only_bind",
     "command: sleep 100\nvolumes: [{type: bind, source: /tmp, target: /h, read_only: true, "
     "bind: {recursive: writable}}]",
     "", v1_44},
    {"two_addresses_of_hardware",
     "command: sleep 100\nnetworks: {a: {mac_address: \"02:00:00:00:00:08\"}, b: {mac_address: "
     "\"02:00:00:00:00:09\"}}",
     "networks: {a: {}, b: {}}\n", v1_44},
    {"gateway_priority", "command: sleep 100\nnetworks: {a: {gw_priority: 100}, b: {}}",
     "networks: {a: {}, b: {}}\n", v1_48},
    {"interface_name",
     "command: sleep 100\nnetworks: {a: {interface_name: lan0, driver_opts: {x: y}}}",
     "networks: {a: {}}\n", v1_49},
    {"network_without_ipv4", "command: sleep 100\nnetworks: [a]",
     "networks: {a: {enable_ipv4: false, enable_ipv6: true, ipam: {config: [{subnet: "
     "\"fd00:13::/64\"}]}}}\n",
     v1_48},
    {"cgroup_parent", "command: sleep 100\ncgroup_parent: /driftless-test"},
    {"block_limits",
     "command: sleep 100\nblkio_config: {device_read_bps: [{path: /dev/null, rate: 1mb}], "
     "device_write_bps: [{path: /dev/null, rate: 2048}], device_read_iops: [{path: /dev/null, "
     "rate: "
     "100}], device_write_iops: [{path: /dev/null, rate: 200}]}",
     "", lowest_api, false},
    {"real_time", "command: sleep 100\ncpu_rt_period: 1000000\ncpu_rt_runtime: 95000", "",
     lowest_api, false},
    {"gpus", "command: sleep 100\ngpus: all", "", lowest_api, false},
    {"reserved_devices",
     "command: sleep 100\ndeploy: {resources: {reservations: {devices: [{capabilities: [utility, "
     "gpu], device_ids: [b, a], driver: none-of-these, options: {x: y}}]}}}",
     "", lowest_api, false},
    {"device_by_name", "command: sleep 100\ndevices: [\"vendor.com/class=one\"]", "", v1_44, false},
    {"seccomp_profile", "command: sleep 100\nsecurity_opt: [\"seccomp:./site/seccomp.json\"]"},
    {"open_system_paths", "command: sleep 100\nsecurity_opt: [\"systempaths=unconfined\"]"},
    {"swap_and_memory",
     "command: sleep 100\nmem_limit: 64m\nmemswap_limit: 128m\nmem_swappiness: 10\n"
     "oom_kill_disable: true"},
    {"quota", "command: sleep 100\ncpu_quota: 50000\ncpu_period: 100000"},
    {"cgroup_namespace", "command: sleep 100\ncgroup: private"},
    {"device_rules", "command: sleep 100\ndevice_cgroup_rules: [\"c 1:3 mr\"]"},
    {"runtime", "command: sleep 100\nruntime: runc", "", lowest_api, true, true},
    {"endpoint_options",
     "command: sleep 100\nnetworks: {a: {driver_opts: {x: y}, priority: 5}, b: {}}",
     "networks: {a: {}, b: {}}\n"},
    {"hardware_address", "command: sleep 100\nmac_address: \"02:00:00:00:00:0a\""},
    {"short_limits", "command: sleep 100\ncpus: 0.5\npids_limit: 20"},
    {"user_namespace", "command: sleep 100\nuserns_mode: host"},
    {"files_of_a_user",
     "command: sleep 100\nuser: \"1234:1234\"\nconfigs: [{source: c, target: /etc/c.conf, uid: "
     "\"5\"}]",
     "configs: {c: {content: x}}\n"},
    {"files_of_texts", "command: sleep 100\nenv_file: [site/a.env]\nlabel_file: site/a.env"},
    {"platform", "command: sleep 100\nplatform: linux/amd64", "", lowest_api, true, true},
    {"dependency", "command: sleep 100\ndepends_on: [db]",
     "  db: {image: \"test/busybox:1\", command: sleep 100}\n"},
    {"one_shot", "command: \"true\""},
    {"two_of_them", "command: sleep 100\nscale: 2"},
};

/// Git wants the key, and the target allows it.
inline void declare(const Key& key, ProjectScene& scene) {
    DockerAllow& allow = scene.target.allow;
    allow.host_paths = {"/tmp", "/usr"};
    allow.host_network = allow.host_pid = allow.privileged = allow.sysctls = allow.gpus = true;
    allow.host_userns = true;
    allow.devices = allow.cap_add = {"NET_ADMIN", "*"};
    allow.cgroup_parents = {"/driftless-test"};
    allow.runtimes = {"runc"};
    allow.security_opt = {"seccomp:./site/seccomp.json", "seccomp:./seccomp-web.json",
                          "systempaths=unconfined"};
    scene.spec = "{file: compose.yaml, env: {DB: {secret: db}}}";
    scene.files["site/index.html"] = "<p>hello";
    scene.files["site/css/main.css"] = "p {}";
    scene.files["site/a.env"] = "A=b\n";
    scene.files["site/seccomp.json"] = "{\n \"defaultAction\": \"SCMP_ACT_ALLOW\"\n}\n";
    std::string service = key.keys;
    if (service.empty()) service = "tty: true";
    scene.web(service, key.rest);
}

}  // namespace driftless::docker
