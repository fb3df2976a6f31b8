// For each key that is taken: create, look afresh, and nothing is left to do.
#include <ostream>

#include "tests/reconcilers_docker/engine_scene.hpp"

namespace driftless::docker {
namespace {

struct Key {
    std::string name;
    std::string keys;
    std::string rest = {};
};

void PrintTo(const Key& key, std::ostream* out) {
    *out << key.name;
}

const std::vector<Key> keys{
    {"plain", ""},
    {"command", "command: [sleep, \"100\"]"},
    {"entrypoint", "entrypoint: [sleep]\ncommand: [\"100\"]"},
    {"environment",
     "command: sleep 100\nenvironment: {A: b, EMPTY: \"\", PATH: \"/bin:/usr/bin\"}"},
    {"secret_environment", "command: sleep 100\nenvironment: {PASSWORD: \"x${DB}y\"}"},
    {"bare_environment", "command: sleep 100\nenvironment: [TERM]"},
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
    {"one_shot", "command: \"true\""},
    {"two_of_them", "command: sleep 100\nscale: 2"},
};

class EveryKey : public EngineScene, public ::testing::WithParamInterface<Key> {};

TEST_P(EveryKey, IsInSyncAfterItWasMade) {
    SKIP_WITHOUT_ENGINE();
    DockerAllow& allow = scene.target.allow;
    allow.host_paths = {"/tmp"};
    allow.host_network = allow.host_pid = allow.privileged = allow.sysctls = true;
    allow.devices = allow.cap_add = {"NET_ADMIN", "*"};
    scene.spec = "{file: compose.yaml, env: {DB: {secret: db}}}";
    scene.files["site/index.html"] = "<p>hello";
    scene.files["site/css/main.css"] = "p {}";
    std::string service = GetParam().keys;
    if (service.empty()) service = "tty: true";
    scene.web(service, GetParam().rest);
    converge();
    if (!errors.empty()) GTEST_SKIP() << "this host can't run it: " << errors.front();
    target = new_target();
    const Outcome again = reconcile_once({.all = true, .keys = {}, .fresh = true});
    EXPECT_TRUE(again.plan.actions.empty()) << told(again);
    EXPECT_TRUE(again.plan.held.empty()) << told(again);
    for (const auto& [key, status] : again.statuses) {
        const bool settled =
            status.status == Status::in_sync || status.status == Status::progressing;
        EXPECT_TRUE(settled) << to_string(key) << "\n" << told(again);
    }
    const Outcome quiet = reconcile_once();
    EXPECT_TRUE(quiet.plan.actions.empty()) << told(quiet);
}

INSTANTIATE_TEST_SUITE_P(, EveryKey, ::testing::ValuesIn(keys),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace driftless::docker
