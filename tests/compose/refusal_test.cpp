#include <gtest/gtest.h>

#include "config/compose/keys.hpp"
#include "tests/compose/reading.hpp"
#include "tests/support/golden.hpp"

namespace driftless::compose::test {
namespace {

/// One file that is refused: its name in the golden file, and its text.
struct Refused {
    const char* name;
    std::string text;
};

/// A service with these lines.
std::string web(const std::string& lines) {
    return "services:\n  web:\n    image: nginx\n" + lines;
}

std::vector<Refused> of_the_table() {
    return {
        {"unknown key of a service", web("    enviroment: {A: 1}\n")},
        {"unknown key at the root", "service: {}\n" + web("")},
        {"unknown key far below", web("    deploy: {resources: {limits: {memroy: 1g}}}\n")},
        {"a service that is nothing", "services:\n  web:\n"},
        {"key without a value", web("    environment:\n    hostname:\n    volumes:\n")},
        {"number for a text", web("    user: 1000\n    hostname: true\n")},
        {"number in a list of texts", web("    command: [sleep, 10]\n    environment: [1]\n")},
        {"wrong sorts",
         web("    privileged: maybe\n    scale: many\n    cpus: fast\n    mem_limit: 1x\n"
             "    stop_grace_period: 10\n    ports: 80\n    healthcheck: on\n")},
        {"empty values",
         web("    privileged: ${NONE}\n    mem_limit: ''\n    stop_grace_period: ''\n")},
        {"out of range", web("    oom_score_adj: 2000\n    scale: -1\n    ports: [{target: 0}]\n")},
        {"not one of the words",
         web("    cgroup: both\n    depends_on: {db: {condition: healthy}}\n")},
        {"missing keys", web("    depends_on: {db: {required: false}}\n    volumes: [{type: "
                             "bind}]\n    ports: [{published: 80}]\n")},
        {"links", web("    links: [db]\n    external_links: [x]\n    volumes_from: [db]\n")},
        {"hooks", web("    post_start: [{command: a}]\n    pre_stop: [{command: a}]\n    "
                      "pre_start: [{command: a}]\n")},
        {"windows",
         web("    isolation: process\n    cpu_count: 1\n    credential_spec: {file: a}\n")},
        {"models", "models: {m: {model: x}}\n" + web("    models: [m]\n")},
        {"swarm only",
         web("") + "secrets: {s: {external: true}}\nconfigs: {c: {external: true}}\n"},
        {"a name with blanks", "services:\n  'my web': {image: nginx}\n"},
        {"unknown tag", web("    user: !secret x\n")},
    };
}

std::vector<Refused> of_services() {
    return {
        {"no services", "name: app\n"},
        {"build without image", "services:\n  web:\n    build: .\n"},
        {"neither image nor build", "services:\n  web:\n    user: a\n"},
        {"pull_policy build", web("    pull_policy: build\n")},
        {"words that Compose lets pass", web("    restart: sometimes\n    pull_policy: often\n    "
                                             "network_mode: mine\n    container_name: x\n")},
        {"container_name for two", web("    container_name: web\n    scale: 2\n")},
        {"one container_name twice",
         web("    container_name: web\n") + "  api: {image: nginx, container_name: web}\n"},
        {"scale and replicas", web("    scale: 2\n    deploy: {replicas: 3}\n")},
        {"limits that differ",
         web("    mem_limit: 1g\n    cpus: 1\n    pids_limit: 5\n    mem_reservation: 1m\n"
             "    deploy: {resources: {limits: {memory: 2g, cpus: 2, pids: 6}, reservations: "
             "{memory: 2m}}}\n")},
        {"network_mode with networks",
         web("    network_mode: host\n    networks: [default]\n    ports: ['80:80']\n")},
        {"start-first", web("    deploy: {update_config: {order: start-first}}\n")},
        {"ulimits upside down", web("    ulimits: {nofile: {soft: 20, hard: 10}}\n")},
        {"healthcheck", web("    healthcheck: {test: [curl, x], start_interval: 1s}\n")},
        {"device requests", web("    gpus: [{count: 1, device_ids: [a]}, {count: some}]\n")},
        {"ports",
         web("    ports: ['a:80', '80.5', {target: 80, published: x}]\n    expose: [http]\n")},
        {"command with an operator", web("    command: a && b\n")},
        {"environment names", web("    environment: ['A = 1', '=x']\n    labels: [' a=1']\n")},
    };
}

std::vector<Refused> of_files_and_references() {
    return {
        {"volumes", web("    volumes: [':/x', 'v:/x', '/a:b', 'x/y:/z', '~/a:/b', '../../a:/b', "
                        "'data:/data', 'data:/']\n")},
        {"two mounts on one target", web("    volumes: ['/a:/x', '/b:/x/']\n    tmpfs: /x\n")},
        {"mount options",
         web("    volumes: [{type: tmpfs, target: /a, source: b}, {type: bind, target: /c}, "
             "{type: bind, source: /d, target: /d, volume: {nocopy: true}}]\n")},
        {"mounts of images",
         web("    volumes: [{type: image, source: a, target: /a, image: {subpath: b}}]\n")},
        {"undeclared", web("    volumes: ['data:/data']\n    networks: [front]\n    configs: [a]\n "
                           "   secrets: [b]\n") +
                           "volumes: {date: }\nnetworks: {frond: }\n"},
        {"dependencies", web("    depends_on: [dbb, later]\n    network_mode: service:none\n") +
                             "  db: {image: x}\n  later: {image: x, profiles: [p]}\n"},
        {"a cycle",
         "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: "
         "{image: x, depends_on: [a]}\n"},
        {"depends on itself", web("    depends_on: [web]\n")},
        {"listed twice",
         web("    depends_on: [a, a]\n    networks: [b, b]\n") + "  a: {image: x}\n"},
        {"external with more", web("    volumes: ['data:/d']\n    networks: [net]\n") +
                                   "volumes: {data: {external: true, driver: x}}\nnetworks: {net: "
                                   "{external: {name: a}, name: b}}\n"},
        {"sources of configs and secrets",
         web("    configs: [a, b]\n    secrets: [c, d]\n") +
             "configs: {a: {}, b: {file: x, content: y}}\nsecrets: {c: {name: x}, d: {environment: "
             "UNSET}}\n"},
        {"a bind in disguise",
         web("    volumes: ['data:/d']\n") +
             "volumes: {data: {driver_opts: {type: none, o: bind, device: ./x}}}\n"},
        {"files outside", web("    env_file: [none.env, /etc/x.env]\n    label_file: /none\n")},
        {"env files",
         web("    env_file: [none.env, /etc/x.env, ../../x.env]\n    label_file: none\n")},
        {"a required variable", web("    user: ${WHO:?say who}\n    hostname: ${\n")},
        {"extends nothing", web("    extends: base\n")},
        {"extends a file that is not there", web("    extends: {file: no.yaml, service: web}\n")},
        {"extends in a circle", web("    extends: b\n") + "  b: {extends: web}\n"},
        {"extends from afar", web("    extends: {file: 'https://x.test/a.yaml', service: web}\n")},
        {"include from afar", "include: ['oci://x.test/a', {path: a.yaml, file: b}]\n" + web("")},
        {"include in a circle", "include: [compose.yaml]\n" + web("")},
        {"include outside", "include: [/etc/compose.yaml]\n" + web("")},
        {"a bad name", "name: '!!'\n" + web("")},
        {"broken YAML", "services:\n  web: [\n"},
        {"duplicate key", web("    user: a\n    user: b\n")},
        {"too many ports", web("    ports: ['1-65000']\n")},
    };
}

std::string printed(const std::vector<Refused>& cases) {
    std::string text;
    for (const Refused& refused : cases) {
        const Outcome outcome = read(Texts{{"compose.yaml", refused.text}});
        EXPECT_FALSE(outcome.project) << refused.name << " was taken";
        text += fmt::format("# {}\n{}\n", refused.name, outcome.errors());
    }
    return text;
}

TEST(Refusals, OfTheTableOfKeys) {
    driftless::test::expect_golden("compose/refusals_keys.txt", printed(of_the_table()));
}
TEST(Refusals, OfServices) {
    driftless::test::expect_golden("compose/refusals_services.txt", printed(of_services()));
}
TEST(Refusals, OfFilesAndReferences) {
    driftless::test::expect_golden("compose/refusals_files.txt",
                                   printed(of_files_and_references()));
}

/// A file in which `path` of the table stands, and little else.
std::string file_with(const std::string& path) {
    std::string text = "x";
    std::vector<std::string> steps;
    for (std::size_t from = 0; from <= path.size();) {
        const std::size_t end = std::min(path.find('/', from), path.size());
        steps.push_back(path.substr(0, end));
        from = end + 1;
    }
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        const std::size_t at = step->rfind('/');
        const std::string name = at == std::string::npos ? *step : step->substr(at + 1);
        const Key* above = at == std::string::npos ? nullptr : find_key(step->substr(0, at));
        const bool item = name == "*" && above->form != Form::named && above->form != Form::names;
        text = item ? "[" + text + "]" : "{" + (name == "*" ? "web" : name) + ": " + text + "}";
    }
    return text;
}

TEST(Refusals, NameEveryKeyThatIsNotTakenWithTheWayOut) {
    std::size_t refused = 0;
    for (const Key& key : keys()) {
        if (key.use != Use::refused) continue;
        ++refused;
        const std::string text = file_with(std::string{key.path});
        const std::string errors = read({{"compose.yaml", text}}).errors();
        const std::size_t at = text.rfind(name_of(key) + ":") + 1;
        const std::string place = fmt::format("compose.yaml:1:{}: ", at);
        EXPECT_NE(errors.find(place), std::string::npos) << text << "\n" << errors;
        EXPECT_NE(errors.find(fmt::format("{}: {}", name_of(key), key.why)), std::string::npos)
            << text << "\n"
            << errors;
    }
    EXPECT_GT(refused, 20u);
}

TEST(Refusals, AreOneMessageToo) {
    driftless::test::MemoryFiles commit{{{"a/compose.yaml", "services: {web: {imgae: x}}"}}};
    Input input;
    input.files = &commit;
    input.paths = {"a/compose.yaml"};
    input.fallback_name = "app";
    Findings findings;
    const auto project = read_project(input, findings);
    ASSERT_FALSE(project);
    EXPECT_EQ(project.error().code, Errc::invalid);
    EXPECT_EQ(project.error().message,
              "a/compose.yaml:1:17: services.web: `image` is missing\n"
              "a/compose.yaml:1:18: services.web.imgae: unknown key; did you mean \"image\"?");
}

TEST(Refusals, ComeQuicklyForAliasBombs) {
    std::string text = "x-a: &a0 {k: v}\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text +=
            fmt::format("x-{0}: &a{0} [{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}]\n", i, before);
    }
    EXPECT_FALSE(read({{"compose.yaml", text + web("")}}).project);
}

TEST(Refusals, BoundChainsAndIncludes) {
    std::string chain = "services:\n  s0: {image: x}\n";
    for (int i = 1; i < 100; ++i) chain += fmt::format("  s{}: {{extends: s{}}}\n", i, i - 1);
    EXPECT_FALSE(read({{"compose.yaml", chain}}).project);

    Texts files;  // each includes the next one twice: 2^40 files
    for (int i = 0; i < 40; ++i) {
        files[fmt::format("{}.yaml", i)] = fmt::format("include: [{0}.yaml, {0}.yaml]", i + 1);
    }
    files["40.yaml"] = "services: {web: {image: x}}";
    const Outcome outcome = read(files, {}, {"0.yaml"});
    EXPECT_NE(outcome.errors().find("more than 500 files"), std::string::npos) << outcome.errors();
}

}  // namespace
}  // namespace driftless::compose::test
