#include <gtest/gtest.h>

#include "tests/compose/reading.hpp"

namespace driftless::compose::test {
namespace {

struct Case {
    const char* name;
    std::string lines;  ///< of service web
    const char* means;  ///< JSON of it, without image, networks, scale
};

void PrintTo(const Case& test, std::ostream* out) {
    *out << test.name;
}

class NormalForm : public testing::TestWithParam<Case> {};

TEST_P(NormalForm, IsLong) {
    const Outcome outcome = read_service(
        GetParam().lines,
        "volumes: {data: }\nconfigs: {c: {content: x}}\nsecrets: {s: {file: ./s.txt}}\n");
    Json service = outcome.service("web");
    ASSERT_TRUE(service.is_object()) << service;
    for (const char* same : {"image", "networks", "scale"}) service.erase(same);
    EXPECT_EQ(service, Json::parse(GetParam().means));
}

INSTANTIATE_TEST_SUITE_P(
    , NormalForm,
    testing::ValuesIn(std::vector<Case>{
        {"texts",
         "    hostname: h\n    user: '1000'\n    working_dir: /w\n    stop_signal: SIGINT\n",
         R"({"hostname": "h", "user": "1000", "working_dir": "/w", "stop_signal": "SIGINT"})"},
        {"booleans",
         "    init: true\n    tty: yes\n    read_only: 'TRUE'\n    stdin_open: ${NO:-off}\n",
         R"({"init": true, "tty": true, "read_only": true, "stdin_open": false})"},
        {"numbers",
         "    cpus: '0.50'\n    pids_limit: 100\n    oom_score_adj: -5\n    cpu_shares: 1_000\n",
         R"({"cpus": 0.5, "pids_limit": 100, "oom_score_adj": -5, "cpu_shares": 1000})"},
        {"sizes",
         "    mem_limit: 64m\n    shm_size: 1.5gb\n    memswap_limit: -1\n    mem_reservation: "
         "1024\n",
         R"({"mem_limit": 67108864, "shm_size": 1610612736, "memswap_limit": -1, "mem_reservation": 1024})"},
        {"durations",
         "    stop_grace_period: 90s\n    healthcheck: {test: x, interval: 1m30s, timeout: "
         "500ms}\n",
         R"({"stop_grace_period": "1m30s",
         "healthcheck": {"test": ["CMD-SHELL", "x"], "interval": "1m30s", "timeout": "500ms"}})"},
        {"no_healthcheck", "    healthcheck: {disable: true, interval: 5s}\n",
         R"({"healthcheck": {"test": ["NONE"]}})"},
        {"commands", "    command: sh -c 'a; b'\n    entrypoint: []\n",
         R"({"command": ["sh", "-c", "a; b"], "entrypoint": []})"},
        {"command_null", "    command:\n    entrypoint: null\n",
         R"({"command": null, "entrypoint": null})"},
        {"environment_list", "    environment: [A=1, B=, C, 'D=x=y', A=2]\n",
         R"({"environment": {"A": "2", "B": "", "C": null, "D": "x=y"}})"},
        {"environment_map",
         "    environment: {A: true, B: 010, C: 1e3, D: no, E: '', F: , G: 1.50}\n",
         R"({"environment": {"A": "true", "B": "8", "C": "1000", "D": "no", "E": "", "F": null, "G": "1.5"}})"},
        {"labels", "    labels: [a, b=1]\n    annotations: {c: 2, d: }\n    sysctls: [net.x=1]\n",
         R"({"labels": {"a": "", "b": "1"}, "annotations": {"c": "2", "d": ""}, "sysctls": {"net.x": "1"}})"},
        {"ports",
         "    ports: ['8080:80', 53:53/udp, '8080:80', {target: 80, published: 8080}, {target: 81, "
         "published: 8000-8010, host_ip: 127.0.0.1}]\n",
         R"({"ports": [{"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"},
                   {"mode": "ingress", "target": 53, "published": "53", "protocol": "udp"},
                   {"mode": "ingress", "target": 81, "published": "8000-8010", "host_ip": "127.0.0.1", "protocol": "tcp"}]})"},
        {"expose", "    expose: [80, '90-91/udp']\n", R"({"expose": ["80", "90/udp", "91/udp"]})"},
        {"volumes",
         "    volumes: ['./a/../b:/x/', '/abs/./c:/y:ro', 'data:/z', /anon, {type: tmpfs, target: "
         "/t, tmpfs: {size: 1m, mode: 01777}}, "
         "{type: bind, source: ., target: /r}, {type: bind, source: q, target: /q, bind: "
         "{propagation: rslave}}]\n",
         R"({"volumes": [{"type": "bind", "source": "b", "target": "/x", "bind": {"create_host_path": true}},
                     {"type": "bind", "source": "/abs/c", "target": "/y", "read_only": true, "bind": {"create_host_path": true}},
                     {"type": "volume", "source": "data", "target": "/z"},
                     {"type": "volume", "target": "/anon"},
                     {"type": "tmpfs", "target": "/t", "tmpfs": {"size": 1048576, "mode": 1023}},
                     {"type": "bind", "source": ".", "target": "/r", "bind": {"create_host_path": false}},
                     {"type": "bind", "source": "q", "target": "/q", "bind": {"propagation": "rslave", "create_host_path": true}}]})"},
        {"grants",
         "    configs: [c, {source: c, target: d, mode: 0440}]\n    secrets: [s, {source: s, "
         "target: /t, uid: '5', mode: '0400'}]\n",
         R"({"configs": [{"source": "c", "target": "/c"}, {"source": "c", "target": "/d", "mode": 288}],
         "secrets": [{"source": "s", "target": "/run/secrets/s"}, {"source": "s", "target": "/t", "uid": "5", "mode": 256}]})"},
        {"lists_of_one", "    dns: 1.1.1.1\n    dns_search: a.b\n    tmpfs: /run\n",
         R"({"dns": ["1.1.1.1"], "dns_search": ["a.b"], "tmpfs": ["/run"]})"},
        {"devices",
         "    devices: [/dev/a, '/dev/b:/dev/c', '/dev/d:/dev/e:r', '/dev/f:w']\n    group_add: "
         "[video, 44]\n",
         R"({"devices": [{"source": "/dev/a", "target": "/dev/a", "permissions": "rwm"},
                     {"source": "/dev/b", "target": "/dev/c", "permissions": "rwm"},
                     {"source": "/dev/d", "target": "/dev/e", "permissions": "r"},
                     {"source": "/dev/f", "target": "/dev/f", "permissions": "w"}],
         "group_add": ["video", "44"]})"},
        {"gpus", "    gpus: all\n", R"({"gpus": [{"count": -1, "capabilities": ["gpu"]}]})"},
        {"gpu_list",
         "    gpus: [{driver: nvidia, device_ids: ['0']}, {count: 2, capabilities: [gpu]}]\n",
         R"({"gpus": [{"driver": "nvidia", "device_ids": ["0"], "capabilities": ["gpu"]}, {"count": 2, "capabilities": ["gpu"]}]})"},
        {"ulimits", "    ulimits: {nproc: 5, nofile: {soft: 1, hard: 2}, core: -1}\n",
         R"({"ulimits": {"nproc": {"soft": 5, "hard": 5}, "nofile": {"soft": 1, "hard": 2}, "core": {"soft": -1, "hard": -1}}})"},
        {"deploy",
         "    deploy: {mode: global, replicas: 3, placement: {constraints: [a]}, restart_policy: "
         "{condition: any, delay: 5s}}\n",
         R"({"deploy": {"mode": "global", "restart_policy": {"condition": "any"}}})"},
        {"ignored", "    build: .\n    attach: false\n    develop: {watch: []}\n    x-mine: 1\n",
         "{}"},
        {"blkio", "    blkio_config: {weight: 300, device_read_bps: [{path: /dev/a, rate: 1mb}]}\n",
         R"({"blkio_config": {"weight": 300, "device_read_bps": [{"path": "/dev/a", "rate": 1048576}]}})"},
        {"logging", "    logging: {driver: json-file, options: {max-file: 3, compress: true}}\n",
         R"({"logging": {"driver": "json-file", "options": {"max-file": "3", "compress": "true"}}})"},
        {"dollars", "    command: [echo, $$HOME, '${A:-$$x}']\n",
         R"({"command": ["echo", "$HOME", "$x"]})"},
    }));

TEST(Services, HaveTheirScale) {
    EXPECT_EQ(read_service("").service("web")["scale"], 1);
    EXPECT_EQ(read_service("    scale: 3\n").service("web")["scale"], 3);
    EXPECT_EQ(read_service("    deploy: {replicas: 0}\n").service("web")["scale"], 0);
    EXPECT_EQ(read_service("    deploy: {mode: global, replicas: 4}\n").service("web")["scale"], 1);
}

TEST(Services, KeepThePlacesOfTheirValues) {
    const Outcome outcome =
        read_service("    ports:\n      - 8080:80\n    environment:\n      A: b\n");
    const Node* web = outcome.project->services.find("web");
    EXPECT_EQ(to_string(web->find("ports")->items.at(0).place), "compose.yaml:5:9");
    EXPECT_EQ(to_string(web->find("environment")->find("A")->place), "compose.yaml:7:10");
}

TEST(Dependencies, AreToldInFull) {
    const Outcome outcome =
        read_service("    depends_on: [db]\n    network_mode: service:vpn\n",
                     "  db: {image: x, depends_on: {vpn: {condition: service_healthy, restart: "
                     "true}, gone: {condition: "
                     "service_started, required: false}}}\n  vpn: {image: x}\n");
    EXPECT_EQ(
        outcome.service("web")["depends_on"],
        (Json{{"db", {{"condition", "service_started"}, {"required", true}, {"restart", false}}},
              {"vpn", {{"condition", "service_started"}, {"required", true}, {"restart", true}}}}));
    EXPECT_EQ(
        outcome.service("db")["depends_on"],
        (Json{{"vpn", {{"condition", "service_healthy"}, {"required", true}, {"restart", true}}}}));
    EXPECT_NE(outcome.notes().find("\"gone\" is not there"), std::string::npos);
}

TEST(Profiles, PutServicesAside) {
    const std::string text =
        "services:\n  web: {image: x}\n  a: {image: x, profiles: [one], networks: [n]}\n  b: "
        "{image: x, profiles: [two]}\n"
        "networks: {n: }\n";
    const auto with = [&](std::vector<std::string> profiles, const Texts& environment) {
        driftless::test::MemoryFiles commit{{{"compose.yaml", text}}};
        Input input;
        input.files = &commit;
        input.paths = {"compose.yaml"};
        input.fallback_name = "app";
        input.profiles = std::move(profiles);
        input.environment = environment;
        const Outcome outcome = read(input);
        std::string names;
        for (const auto& entry : outcome.project->services.entries) names += entry.key + " ";
        return names + fmt::format("off:{}", outcome.project->disabled.entries.size());
    };
    EXPECT_EQ(with({}, {}), "web off:2");
    EXPECT_EQ(with({"one"}, {}), "web a off:1");
    EXPECT_EQ(with({"*"}, {}), "web a b off:0");
    EXPECT_EQ(with({}, {{"COMPOSE_PROFILES", "two,three"}}), "web b off:1");
}

TEST(Resources, AreNamedAndOnlyThoseUsedAreKept) {
    const Outcome outcome = read_service(
        "    networks: {front: {aliases: [a]}, back: , ext: , old: }\n    volumes: ['data:/a', "
        "'mine:/b']\n",
        "networks: {front: , back: {name: b}, ext: {external: true}, old: {external: {name: o}}, "
        "unused: }\n"
        "volumes: {data: , mine: {name: m, labels: [x=1]}, unused: }\n");
    ASSERT_TRUE(outcome.project) << outcome.errors();
    EXPECT_EQ(to_json(outcome.project->networks),
              (Json{{"front", {{"name", "app_front"}}},
                    {"back", {{"name", "b"}}},
                    {"ext", {{"name", "ext"}, {"external", true}}},
                    {"old", {{"name", "o"}, {"external", true}}}}));
    EXPECT_EQ(to_json(outcome.project->volumes),
              (Json{{"data", {{"name", "app_data"}}},
                    {"mine", {{"name", "m"}, {"labels", {{"x", "1"}}}}}}));
}

TEST(DefaultNetwork, IsMadeOnlyWhereItIsUsed) {
    EXPECT_EQ(to_json(read_service("").project->networks),
              (Json{{"default", {{"name", "app_default"}}}}));
    EXPECT_EQ(to_json(read_service("    network_mode: host\n").project->networks), Json::object());
    EXPECT_EQ(
        to_json(
            read_service("    networks: [n]\n", "networks: {n: , default: }\n").project->networks),
        (Json{{"n", {{"name", "app_n"}}}}));
    EXPECT_EQ(to_json(read_service("", "networks: {default: {driver: x}}\n").project->networks),
              (Json{{"default", {{"driver", "x"}, {"name", "app_default"}}}}));
}

TEST(ProjectName, ComesFromTheFirstThatGivesOne) {
    const auto name = [](const std::string& given, const Texts& environment,
                         const std::string& text) {
        driftless::test::MemoryFiles commit{
            {{"compose.yaml", text + "services: {web: {image: 'x:${COMPOSE_PROJECT_NAME}'}}"}}};
        Input input;
        input.files = &commit;
        input.paths = {"compose.yaml"};
        input.project = given;
        input.fallback_name = "My.Folder";
        input.environment = environment;
        const Outcome outcome = read(input);
        if (!outcome.project) return outcome.errors();
        EXPECT_EQ(outcome.service("web")["image"], "x:" + outcome.project->name);
        return outcome.project->name;
    };
    EXPECT_EQ(name("", {}, ""), "myfolder");
    EXPECT_EQ(name("", {}, "name: _My-App_\n"), "my-app_");
    EXPECT_EQ(name("", {{"N", "v2"}}, "name: app-${N}\n"), "app-v2");
    EXPECT_EQ(name("", {{"COMPOSE_PROJECT_NAME", "env"}}, "name: file\n"), "env");
    EXPECT_EQ(name("given", {{"COMPOSE_PROJECT_NAME", "env"}}, "name: file\n"), "given");
    EXPECT_EQ(name("Given", {}, ""),
              "compose.yaml: project name \"Given\" must consist of lower-case letters, "
              "digits, \"-\" and \"_\", beginning with a letter or digit\n");
}

TEST(Variables, OfTheDotEnvFileLieBelowThoseGiven) {
    const Outcome outcome =
        read({{"apps/web/compose.yaml", "services: {web: {image: 'nginx:${TAG}-${MORE}'}}"},
              {"apps/web/.env", "TAG=file\nMORE=${TAG}\n"},
              {".env", "TAG=root\n"}},
             {{"TAG", "given"}}, {"apps/web/compose.yaml"});
    EXPECT_EQ(outcome.service("web")["image"], "nginx:given-given");
}

TEST(Notes, TellWhatHasNoEffect) {
    const Outcome outcome =
        read({{"compose.yaml",
               "version: '3'\nservices:\n  web:\n    image: nginx:${TAG}\n    attach: false\n"
               "    deploy: {placement: {constraints: [a]}}\n"}});
    EXPECT_EQ(
        outcome.notes(),
        "compose.yaml:4:12: services.web.image: variable TAG is not set, so it is empty\n"
        "compose.yaml:1:1: version: is obsolete; ignored\n"
        "compose.yaml:5:5: services.web.attach: is about the output of docker compose up; ignored\n"
        "compose.yaml:6:14: services.web.deploy.placement: has no effect without Swarm; ignored\n");
    EXPECT_EQ(outcome.project->findings, outcome.findings);
}

}  // namespace
}  // namespace driftless::compose::test
