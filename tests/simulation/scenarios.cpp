#include "tests/simulation/scenarios.hpp"

#include <fmt/format.h>

#include "tests/simulation/world.hpp"

namespace driftless::test {

Commit project(const std::string& name, const std::string& compose, const std::string& target,
               const std::string& more) {
    return {{name + ".yaml", fmt::format("apiVersion: driftless/v1\n"
                                         "kind: ComposeProject\n"
                                         "metadata: {{name: {0}}}\n"
                                         "target: {1}\n"
                                         "{2}"
                                         "spec: {{file: {0}/compose.yaml}}\n",
                                         name, target, more)},
            {name + "/compose.yaml", compose}};
}

Commit zone(const std::string& records) {
    return {{"zone.yaml",
             "apiVersion: driftless/v1\n"
             "kind: DnsZone\n"
             "metadata: {name: bnx.dev}\n"
             "target: edge\n"
             "spec:\n"
             "  records:\n" +
                 records}};
}

Commit tunnel(const std::string& name, const std::string& ingress, const std::string& more) {
    return {{name + ".yaml", fmt::format("apiVersion: driftless/v1\n"
                                         "kind: Tunnel\n"
                                         "metadata: {{name: {}}}\n"
                                         "target: edge\n"
                                         "spec:\n"
                                         "{}"
                                         "  ingress:\n{}",
                                         name, more, ingress)}};
}

Commit access(const std::string& kind, const std::string& name, const std::string& spec) {
    return {{kind + "/" + name + ".yaml", fmt::format("apiVersion: driftless/v1\n"
                                                      "kind: {}\n"
                                                      "metadata: {{name: {}}}\n"
                                                      "target: edge\n"
                                                      "spec:\n{}",
                                                      kind, name, spec)}};
}

Commit pages(const std::string& name, const Commit& site, const std::string& more) {
    Commit commit{{name + ".yaml", fmt::format("apiVersion: driftless/v1\n"
                                               "kind: PagesProject\n"
                                               "metadata: {{name: {0}}}\n"
                                               "target: edge\n"
                                               "spec:\n"
                                               "{1}"
                                               "  folder: {0}/public\n",
                                               name, more)}};
    for (const auto& [path, text] : site) commit[name + "/public/" + path] = text;
    return commit;
}

Commit ruleset(const std::string& name, const std::string& rules, const std::string& more) {
    return {{name + ".yaml", fmt::format("apiVersion: driftless/v1\n"
                                         "kind: Ruleset\n"
                                         "metadata: {{name: {}}}\n"
                                         "target: edge\n"
                                         "spec:\n"
                                         "  zone: bnx.dev\n"
                                         "  phase: http_request_firewall_custom\n"
                                         "{}"
                                         "  rules:\n{}",
                                         name, more, rules)}};
}

Commit joined(Commit one, const Commit& other) {
    one.insert(other.begin(), other.end());
    return one;
}

namespace {

/// What a commit may do to records: some stay, one is new, one changes in place, a set gets and
/// loses values, one becomes another type, one goes.
constexpr const char* records_before =
    "  - {name: stays, type: A, value: 203.0.113.1}\n"
    "  - {name: mail, type: MX, value: 10 one.example.com}\n"
    "  - {name: many, type: A, values: [203.0.113.2, 203.0.113.3], ttl: 300}\n"
    "  - {name: www, type: A, value: 203.0.113.4, proxied: true}\n"
    "  - {name: gone, type: TXT, value: farewell}\n";
constexpr const char* records_after =
    "  - {name: stays, type: A, value: 203.0.113.1}\n"
    "  - {name: new, type: SRV, value: 1 2 443 stays.bnx.dev}\n"
    "  - {name: mail, type: MX, value: 20 two.example.com}\n"
    "  - {name: many, type: A, values: [203.0.113.3, 203.0.113.5, 203.0.113.6], ttl: 600}\n"
    "  - {name: www, type: CNAME, value: stays.bnx.dev, proxied: true}\n";

/// What a commit may do to tunnels: one stays and gets, loses and changes rules, one is new, one
/// goes.
constexpr const char* rules_before =
    "    - {hostname: stays.bnx.dev, service: \"http://stays:80\"}\n"
    "    - {hostname: changes.bnx.dev, service: \"http://before:80\"}\n"
    "    - {hostname: gone.bnx.dev, service: \"http://gone:80\"}\n";
constexpr const char* rules_after =
    "    - {hostname: new.bnx.dev, service: \"http://new:80\"}\n"
    "    - {hostname: stays.bnx.dev, service: \"http://stays:80\"}\n"
    "    - {hostname: changes.bnx.dev, service: \"http://after:80\"}\n";
constexpr const char* one_rule = "    - {hostname: NAME.bnx.dev, service: \"http://one:80\"}\n";

/// What a commit may do to the rules of a phase: one moves, one changes, one is new, one goes.
constexpr const char* guards_before =
    "    - {ref: moves, action: block, expression: ip.src eq 192.0.2.1}\n"
    "    - {ref: changes, action: block, expression: ip.src eq 192.0.2.2}\n"
    "    - {ref: gone, action: log, expression: ip.src eq 192.0.2.3}\n";
constexpr const char* guards_after =
    "    - {ref: changes, action: log, expression: ip.src eq 192.0.2.22}\n"
    "    - {ref: new, action: block, expression: ip.src eq 192.0.2.4}\n"
    "    - {ref: moves, action: block, expression: ip.src eq 192.0.2.1}\n";

/// A tunnel with one rule.
Commit one_tunnel(const std::string& name) {
    std::string rule = one_rule;
    rule.replace(rule.find("NAME"), 4, name);
    return tunnel(name, rule);
}

/// What a commit may do to Access: of groups and policies one changes, one is new, one goes; an
/// application gets another policy and another host, whose record is new; a token is new.
Commit access_before() {
    const Commit groups =
        joined(access("AccessGroup", "staff", "  include: [{email: a@bnx.dev}]\n"),
               access("AccessGroup", "old", "  include: [{geo: GB}]\n"));
    const Commit policies = joined(access("AccessPolicy", "staff",
                                          "  decision: allow\n"
                                          "  include: [{group: AccessGroup/staff}]\n"
                                          "  exclude: [{group: AccessGroup/old}]\n"),
                                   access("AccessPolicy", "gone",
                                          "  decision: deny\n"
                                          "  include: [{group: AccessGroup/old}]\n"));
    const Commit rest = joined(access("AccessApplication", "wiki",
                                      "  domain: wiki.bnx.dev\n"
                                      "  policies: [AccessPolicy/gone, AccessPolicy/staff]\n"),
                               zone("  - {name: anchor, type: TXT, value: stays}\n"));
    return joined(joined(groups, policies), rest);
}
Commit access_after() {
    const Commit groups =
        joined(access("AccessGroup", "staff", "  include: [{email_domain: bnx.dev}]\n"),
               access("AccessGroup", "young", "  include: [{ip: 203.0.113.0/24}]\n"));
    const Commit policies =
        joined(access("AccessPolicy", "staff",
                      "  decision: allow\n"
                      "  include: [{group: AccessGroup/staff}]\n"
                      "  require: [{group: AccessGroup/young}]\n"),
               access("AccessPolicy", "new",
                      "  decision: non_identity\n"
                      "  include: [{service_token: AccessServiceToken/robot}]\n"));
    const Commit rest =
        joined(access("AccessApplication", "wiki",
                      "  destinations: [{uri: wiki.bnx.dev}, {uri: docs.bnx.dev}]\n"
                      "  policies: [AccessPolicy/staff, AccessPolicy/new]\n"),
               zone("  - {name: anchor, type: TXT, value: stays}\n"
                    "  - {name: docs, type: A, value: 203.0.113.9, proxied: true}\n"));
    return joined(joined(groups, policies), joined(rest, access("AccessServiceToken", "robot",
                                                                "  secret: {write: robot}\n")));
}

/// What a commit may do to Pages: of one project files and domains come, change and go, and one
/// project is new.
Commit pages_before() {
    return joined(pages("bnx", {{"index.html", "1"}, {"gone.html", "g"}, {"a.css", "a"}},
                        "  domains: [www.bnx.dev]\n"),
                  zone("  - {name: anchor, type: TXT, value: stays}\n"));
}
Commit pages_after() {
    return joined(joined(pages("bnx", {{"index.html", "2"}, {"new.html", "n"}, {"a.css", "a"}},
                               "  productionBranch: trunk\n  domains: [www.bnx.dev, bnx.dev]\n"),
                         pages("blog", {{"index.html", "blog"}, {"_redirects", "/a /b 301\n"}})),
                  zone("  - {name: anchor, type: TXT, value: stays}\n"));
}

constexpr const char* check =
    "    healthcheck: {test: [CMD, \"true\"], interval: 1s, retries: 2}\n";

/// A shop: a web service with port, file, volume and check, and a plain worker.
std::string shop(const std::string& image, const std::string& more_of_web = "",
                 const std::string& more = "") {
    return "services:\n"
           "  web:\n"
           "    image: " +
           image +
           "\n"
           "    ports: [\"80:8080\"]\n"
           "    environment: {COLOUR: blue}\n"
           "    volumes: [\"data:/data\"]\n"
           "    configs: [{source: app, target: /etc/app.conf}]\n" +
           check + more_of_web +
           "  worker:\n"
           "    image: app:1\n"
           "    command: [work]\n" +
           more +
           "volumes: {data: {}}\n"
           "configs: {app: {content: \"a=1\"}}\n";
}

/// A project with every condition of depends_on; `api` and `web` are what changes.
const char* const five =
    "services:\n"
    "  db:\n"
    "    image: app:1\n"
    "    volumes: [\"data:/data\"]\n"
    "    healthcheck: {test: [CMD, \"true\"], interval: 1s, retries: 2}\n"
    "  migrate:\n"
    "    image: job:1\n"
    "    restart: \"no\"\n"
    "    depends_on: {db: {condition: service_healthy}}\n"
    "  api:\n"
    "    image: app:1\n"
    "    restart: unless-stopped\n"
    "    depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: "
    "service_healthy}}\n"
    "    healthcheck: {test: [CMD, \"true\"], interval: 1s, retries: 2}\n"
    "  web:\n"
    "    image: app:1\n"
    "    ports: [\"80:8080\"]\n"
    "    networks: [default, edge]\n"
    "    depends_on: [api]\n"
    "    healthcheck: {test: [CMD, \"true\"], interval: 1s, retries: 2}\n"
    "  worker:\n"
    "    image: app:1\n"
    "    depends_on: {db: {condition: service_started}}\n"
    "networks: {edge: {}}\n"
    "volumes: {data: {}}\n";

/// The same with another image for a service.
std::string with_image(std::string compose, const std::string& service, const std::string& image) {
    const std::size_t at = compose.find("image: ", compose.find("\n  " + service + ":\n")) + 7;
    return compose.replace(at, compose.find('\n', at) - at, image);
}

std::string one_service(const std::string& service) {
    return "services:\n  other:\n    image: app:1\n  " + service +
           ":\n    image: app:1\n    ports: [\"80:8080\"]\n";
}

/// Services `a` and `b` with a port each; `b` starts after `a`.
std::string two_ports(const std::string& image, const std::string& a, const std::string& b) {
    return "services:\n  other:\n    image: app:1\n  a:\n    image: " + image + "\n    ports: [\"" +
           a + ":8080\"]\n" + check + "  b:\n    image: " + image + "\n    ports: [\"" + b +
           ":8080\"]\n    depends_on: [a]\n" + check;
}

std::string two_names(const std::string& a, const std::string& b) {
    return "services:\n  a:\n    image: app:1\n    container_name: " + a +
           "\n  b:\n    image: app:1\n    container_name: " + b + "\n";
}

/// A service that follows its tag. @param remark  makes another commit of the same content
std::string following(const std::string& remark) {
    return "# " + remark +
           "\nservices:\n  web:\n    image: app:new\n    pull_policy: always\n"
           "    ports: [\"80:8080\"]\n" +
           check;
}

/// Two that share a folder and a file of the commit.
Commit with_files(const std::string& bytes) {
    Commit commit =
        project("shop", "services:\n  web:\n    image: app:1\n    scale: 2\n" + std::string{check} +
                            "    volumes: [\"./site:/srv:ro\", \"./a.conf:/etc/a.conf\"]\n");
    commit["shop/site/index.html"] = bytes;
    commit["shop/a.conf"] = "a=" + bytes;
    return commit;
}

const std::string database = "services:\n  db:\n    image: app:1\n" + std::string{check};

}  // namespace

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all{
        {.name = "create",
         .before = {},
         .after = project("shop", shop("app:1")),
         .served = {},
         .end = {"mini1 shop-web-1 running", "mini1 shop-worker-1 running"}},
        {.name = "update",
         .before = project("shop", shop("app:1")),
         .after = project("shop", shop("app:1", "    restart: always\n    mem_limit: 64m\n")),
         .served = {{"shop-web-1"}, {"shop-worker-1"}},
         .end = {"mini1 shop-web-1 running", "mini1 shop-worker-1 running"}},
        {.name = "replacement",
         .before = project("shop", shop("app:1", "    restart: unless-stopped\n")),
         .after = project("shop", shop("app:2", "    restart: unless-stopped\n")),
         .served = {{"shop-web-1"}, {"shop-worker-1"}},
         .end = {"mini1 shop-web-1 running", "mini1 shop-worker-1 running"}},
        {.name = "rollback",
         .before = project("shop", shop("app:1", "    restart: unless-stopped\n")),
         .after = project("shop", shop("sick:1", "    restart: unless-stopped\n")),
         .served = {{"shop-web-1"}, {"shop-worker-1"}},
         .end = {"mini1 shop-web-1 running", "mini1 shop-worker-1 running"}},
        {.name = "moved_tag",
         .before = project("shop", following("1")),
         .after = project("shop", following("2")),
         .moved = {{"app:new", {"1", "2"}}},
         .served = {{"shop-web-1"}},
         .end = {"mini1 shop-web-1 running"}},
        {.name = "moved_to_a_sick_one",
         .before = project("shop", following("1")),
         .after = project("shop", following("2")),
         .moved = {{"app:new", {"1", "sick"}}},
         .served = {{"shop-web-1"}},
         .end = {"mini1 shop-web-1 running"}},
        {.name = "removal",
         .before = project("shop", shop("app:1", "", "  extra:\n    image: app:1\n")),
         .after = project("shop", shop("app:1")),
         .served = {{"shop-web-1"}, {"shop-worker-1"}},
         .end = {"mini1 shop-web-1 running", "mini1 shop-worker-1 running"}},
        {.name = "rename",
         .before = project("shop", one_service("web")),
         .after = project("shop", one_service("front")),
         .served = {{"shop-web-1", "shop-front-1"}, {"shop-other-1"}},
         .end = {"mini1 shop-front-1 running", "mini1 shop-other-1 running"}},
        {.name = "five",
         .before = {},
         .after = project("five", five),
         .served = {},
         .end = {"mini1 five-api-1 running", "mini1 five-db-1 running",
                 "mini1 five-migrate-1 exited", "mini1 five-web-1 running",
                 "mini1 five-worker-1 running"}},
        {.name = "five_replaced",
         .before = project("five", five),
         .after = project("five", with_image(with_image(five, "api", "app:2"), "web", "app:2")),
         .served = {{"five-db-1"}, {"five-api-1"}, {"five-web-1"}, {"five-worker-1"}},
         .end = {"mini1 five-api-1 running", "mini1 five-db-1 running",
                 "mini1 five-migrate-1 exited", "mini1 five-web-1 running",
                 "mini1 five-worker-1 running"}},
        {.name = "swap",
         .before = project("swap", two_ports("app:1", "80", "81")),
         .after = project("swap", two_ports("app:2", "81", "80")),
         .served = {{"swap-a-1"}, {"swap-b-1"}, {"swap-other-1"}},
         .end = {"mini1 swap-a-1 running", "mini1 swap-b-1 running", "mini1 swap-other-1 running"}},
        {.name = "swap_names",
         .before = project("swap", two_names("left", "right")),
         .after = project("swap", two_names("right", "left")),
         .served = {{"left"}, {"right"}},
         .end = {"mini1 left running", "mini1 right running"}},
        {.name = "files_by_subpath",
         .before = with_files("1"),
         .after = with_files("2"),
         .served = {},
         .end = {"mini1 shop-web-1 running", "mini1 shop-web-2 running"},
         .api_minor = 45},
        {.name = "records_new",
         .targets = {edge},
         .before = {},
         .after = zone(records_after),
         .served = {},
         .end = {}},
        {.name = "records",
         .targets = {edge},
         .before = zone(records_before),
         .after = zone(records_after),
         .served = {},
         .end = {}},
        {.name = "two_targets",
         .targets = {"mini1", "mini2"},
         .before = {},
         .after = joined(project("data", database, "mini1"),
                         project("shop", one_service("web"), "mini2",
                                 "dependsOn: [ComposeProject/data@mini1]\n")),
         .served = {},
         .end = {"mini1 data-db-1 running", "mini2 shop-other-1 running",
                 "mini2 shop-web-1 running"}},
        {.name = "tunnels",
         .targets = {edge},
         .before = joined(joined(tunnel("home", rules_before), one_tunnel("old")),
                          zone("  - {name: anchor, type: TXT, value: stays}\n")),
         .after = joined(joined(tunnel("home", rules_after), one_tunnel("young")),
                         zone("  - {name: anchor, type: TXT, value: stays}\n")),
         .served = {},
         .end = {}},
        {.name = "access",
         .targets = {edge},
         .before = access_before(),
         .after = access_after(),
         .served = {},
         .end = {}},
        {.name = "pages",
         .targets = {edge},
         .before = pages_before(),
         .after = pages_after(),
         .served = {},
         .end = {}},
        {.name = "rules",
         .targets = {edge},
         .before = ruleset("waf", guards_before),
         .after = ruleset("waf", guards_after),
         .served = {},
         .end = {}},
        {.name = "two_targets_removed",
         .targets = {"mini1", "mini2"},
         .before =
             joined(joined(project("data", database, "mini1"),
                           project("shop", one_service("web"), "mini2",
                                   "dependsOn: [ComposeProject/data@mini1]\n")),
                    joined(project("logs", database, "mini1"), project("blog", database, "mini2"))),
         .after = joined(project("logs", database, "mini1"), project("blog", database, "mini2")),
         .served = {{"logs-db-1"}},
         .end = {"mini1 logs-db-1 running", "mini2 blog-db-1 running"}},
    };
    return all;
}

}  // namespace driftless::test
