#include "config/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/golden.hpp"
#include "tests/support/paths.hpp"

namespace driftless {
namespace {

using namespace std::chrono_literals;

const std::string full = R"(
installation: bnx-home
state: /srv/driftless
sources:
  infra: {url: file:///srv/git/infra.git, branch: release/1, path: /apps, interval: 10s, rewind: allow, targets: [mini1]}
  shop:
    url: "https://git.example:8443/bnx/shop.git"
    semver: ">=1.2 <2"
    auth: {username: bnx, password: {secret: git-shop}, ca: /etc/driftless/ca.pem}
    limits: {megabytes: 64, objects: 1000, deadline: 1m}
    targets: [mini2]
  tools:
    url: git@github.com:bnx/tools.git
    tag: v1.2
    auth: {sshKey: /etc/driftless/deploy_key, passphrase: {secret: key}, knownHosts: /etc/driftless/known_hosts}
    verify: {signers: /etc/driftless/allowed_signers, commits: all}
    targets: [mini2]
targets:
  mini1:
    docker: {host: auto}
    allow:
      hostPaths: [/srv, /etc/localtime]
      dockerSocket: true
      hostNetwork: true
      hostPid: true
      hostIpc: true
      hostUserns: true
      privileged: true
      devices: [/dev/dri, "*", "vendor.com/class=one"]
      gpus: true
      cgroupParents: [/apps.slice]
      runtimes: [nvidia]
      capAdd: [NET_ADMIN]
      securityOpt: ["no-new-privileges:true"]
      namespacesOf: [vpn]
      networks: [proxy]
      volumes: [media]
      sysctls: true
    policy: {mode: converge, interval: 1m}
  mini2: {docker: {host: "unix:///run/user/1000/docker.sock"}}
secrets:
  folder: /etc/driftless/secrets
  named:
    grafana-admin: {env: GRAFANA_ADMIN, targets: [mini1]}
    key: {file: /etc/driftless/key}
registries: {ghcr.io: {username: bnx, password: {secret: ghcr}}, "localhost:5000": {username: a, password: {secret: b}}}
policy: {mode: observe, prune: true, maxRemovals: 5, grace: 1h, interval: 2m, settle: 1s, deadline: 20m}
http: {listen: "127.0.0.1:0", socket: /tmp/d.sock, hosts: [mini1.local]}
metrics: {listen: "172.17.0.1:7767"}
strictTargets: true
)";

Settings settings_of(const std::string& text) {
    Findings findings;
    auto settings = read_settings(text, "driftless.yaml", findings);
    EXPECT_TRUE(settings.ok()) << settings.error().message;
    EXPECT_EQ(findings, Findings{});
    return settings ? *settings : Settings{};
}

std::string faults_of(const std::string& text) {
    Findings findings;
    const auto settings = read_settings(text, "driftless.yaml", findings);
    EXPECT_TRUE(settings.failed());
    std::string told;
    for (const Finding& finding : findings) told += to_string(finding) + "\n";
    return told;
}

TEST(Settings, ReadEveryKey) {
    const Settings all = settings_of(full);
    EXPECT_EQ(all.installation, "bnx-home");
    EXPECT_EQ(all.state, "/srv/driftless");
    const SourceSettings& infra = all.sources.at("infra");
    EXPECT_EQ(infra.url, "file:///srv/git/infra.git");
    EXPECT_EQ(infra.branch, "release/1");
    EXPECT_EQ(infra.path, "/apps");
    EXPECT_EQ(infra.interval, 10s);
    EXPECT_FALSE(infra.hold_rewinds);
    EXPECT_EQ(infra.targets, std::vector<std::string>{"mini1"});
    EXPECT_EQ(shown_ref(infra), "branch release/1");
    EXPECT_FALSE(infra.verify);
    EXPECT_EQ(all.secrets.folder, "/etc/driftless/secrets");
    EXPECT_EQ(all.secrets.named.at("grafana-admin").env, "GRAFANA_ADMIN");
    EXPECT_EQ(all.secrets.named.at("key").file, "/etc/driftless/key");
    EXPECT_EQ(all.registries.at("ghcr.io").password_secret, "ghcr");
    EXPECT_EQ(all.http.listen, "127.0.0.1:0");
    EXPECT_EQ(all.http.hosts, std::vector<std::string>{"mini1.local"});
    EXPECT_EQ(all.metrics.listen, "172.17.0.1:7767");
    EXPECT_TRUE(all.strict_targets);
}

TEST(Settings, ReadHowASourceIsReached) {
    const Settings all = settings_of(full);
    const SourceSettings& shop = all.sources.at("shop");
    EXPECT_EQ(shown_ref(shop), "semver \">=1.2 <2\"");
    EXPECT_EQ(shop.branch, "");
    EXPECT_EQ(shop.auth.username, "bnx");
    EXPECT_EQ(shop.auth.password_secret, "git-shop");
    EXPECT_EQ(shop.auth.ca, "/etc/driftless/ca.pem");
    EXPECT_EQ(shop.limits.bytes, std::size_t{64} << 20);
    EXPECT_EQ(shop.limits.objects, 1000U);
    EXPECT_EQ(shop.limits.deadline, 1min);
    const SourceSettings& tools = all.sources.at("tools");
    EXPECT_EQ(shown_ref(tools), "tag v1.2");
    EXPECT_EQ(tools.auth.ssh_key, "/etc/driftless/deploy_key");
    EXPECT_EQ(tools.auth.passphrase_secret, "key");
    EXPECT_EQ(tools.auth.known_hosts, "/etc/driftless/known_hosts");
    ASSERT_TRUE(tools.verify);
    EXPECT_EQ(tools.verify->signers, "/etc/driftless/allowed_signers");
    EXPECT_TRUE(tools.verify->every_commit);
}

TEST(Settings, ATokenIsThePasswordOfAnyUser) {
    const Settings all = settings_of(
        "secrets: {folder: /s}\n"
        "sources: {a: {url: 'https://x.example/y', auth: {token: {secret: t}}}}");
    EXPECT_EQ(all.sources.at("a").auth.username, "x-access-token");
    EXPECT_EQ(all.sources.at("a").auth.password_secret, "t");
}

TEST(Settings, ReadWhatATargetAllows) {
    const Settings all = settings_of(full);
    const TargetSettings& mini1 = all.targets.at("mini1");
    EXPECT_EQ(std::get<DockerEndpoint>(mini1.endpoint).host, "auto");
    EXPECT_EQ(std::get<DockerEndpoint>(all.targets.at("mini2").endpoint).host,
              "unix:///run/user/1000/docker.sock");
    const DockerAllow& allow = mini1.allow;
    EXPECT_EQ(allow.host_paths, (std::vector<std::string>{"/srv", "/etc/localtime"}));
    EXPECT_TRUE(allow.docker_socket && allow.host_network && allow.host_pid && allow.host_ipc &&
                allow.host_userns && allow.privileged && allow.sysctls);
    EXPECT_EQ(allow.devices, (std::vector<std::string>{"/dev/dri", "*", "vendor.com/class=one"}));
    EXPECT_TRUE(allow.gpus);
    EXPECT_EQ(allow.cgroup_parents, std::vector<std::string>{"/apps.slice"});
    EXPECT_EQ(allow.runtimes, std::vector<std::string>{"nvidia"});
    EXPECT_EQ(allow.cap_add, std::vector<std::string>{"NET_ADMIN"});
    EXPECT_EQ(allow.security_opt, std::vector<std::string>{"no-new-privileges:true"});
    EXPECT_EQ(allow.namespaces_of, std::vector<std::string>{"vpn"});
    EXPECT_EQ(allow.networks, std::vector<std::string>{"proxy"});
    EXPECT_EQ(allow.volumes, std::vector<std::string>{"media"});
    const DockerAllow& none = all.targets.at("mini2").allow;
    EXPECT_FALSE(none.docker_socket || none.host_network || none.privileged);
}

TEST(Settings, LetATargetOverrideSingleFieldsOfThePolicy) {
    const Settings all = settings_of(full);
    EXPECT_EQ(all.policy.mode, Mode::observe);
    EXPECT_EQ(all.policy.max_removals, 5U);
    EXPECT_EQ(all.policy.grace, 1h);
    const Policy& mini1 = all.targets.at("mini1").policy;
    EXPECT_EQ(mini1.mode, Mode::converge);
    EXPECT_EQ(mini1.interval, 1min);
    EXPECT_TRUE(mini1.prune);
    EXPECT_EQ(all.targets.at("mini2").policy.interval, 2min);
}

TEST(Settings, AnEmptyFileIsASafeFile) {
    const Settings empty = settings_of("");
    EXPECT_EQ(empty.policy.mode, Mode::observe);
    EXPECT_FALSE(empty.policy.prune);
    EXPECT_EQ(empty.policy.max_removals, 3U);
    EXPECT_EQ(empty.http.listen, "127.0.0.1:7766");
    EXPECT_TRUE(empty.targets.empty());
}

TEST(Settings, TheExampleObserves) {
    const Settings example = settings_of(example_settings());
    EXPECT_EQ(example.targets.size(), 1U);
    for (const auto& [name, target] : example.targets) {
        EXPECT_EQ(target.policy.mode, Mode::observe);
        EXPECT_FALSE(target.policy.prune);
    }
    std::ifstream file{driftless::test::source_dir() / "config/driftless.example.yaml"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_EQ(text, example_settings());
}

TEST(Settings, TheExamplesCommentsAreTrueToo) {
    std::string text = example_settings();
    const std::string file_url = "url: file:///srv/git/infra.git";
    text.replace(text.find(file_url), file_url.size(), "url: https://git.example/infra.git");
    for (const std::string line :
         {"targets: [mini1]", "auth: {username", "verify:",           "limits:",
          "allow:",           "  hostPaths",     "  dockerSocket",    "  hostNetwork",
          "  hostPid",        "  hostIpc",       "  hostUserns",      "  privileged",
          "  devices",        "  gpus",          "  cgroupParents",   "  runtimes",
          "  capAdd",         "  securityOpt",   "  namespacesOf",    "  networks",
          "  volumes",        "  sysctls",       "policy: {",         "secrets:",
          "  folder",         "  named",         "    grafana-admin", "    backup-key",
          "registries",       "  ghcr.io",       "socket:",           "hosts:",
          "metrics:",         "  listen"}) {
        const std::size_t at = text.find("# " + line);
        ASSERT_NE(at, std::string::npos) << line;
        text.erase(at, 2);
    }
    const Settings settings = settings_of(text);
    EXPECT_EQ(settings.registries.size(), 1U);
    EXPECT_EQ(settings.sources.at("infra").auth.ca, "/etc/driftless/ca.pem");
    EXPECT_FALSE(settings.sources.at("infra").verify->every_commit);
    EXPECT_EQ(settings.targets.at("mini1").policy.interval, 1min);
    EXPECT_EQ(settings.secrets.named.size(), 2U);
    EXPECT_EQ(settings.metrics.listen, "172.17.0.1:7767");
}

TEST(Settings, TellAllFaultsWithTheirPlaces) {
    test::expect_golden("config/settings_faults.txt", faults_of(R"(
installation: Bnx_Home
state: var/lib
stat: /x
sources:
  infra: {branch: "-f", path: ../x, interval: 1, rewind: maybe, targets: [mini9, mini1], colour: red}
  Bad Name: {}
  host: {url: git@github.com:bnx/infra.git}
  plain: {url: "http://example.org/x.git"}
  login: {url: "https://bnx:hunter2@example.org/x.git"}
  slash: {url: "https://bnx:hun/ter2@example.org/x.git"}
  both: {url: "file:///x", branch: main, tag: v1, semver: "=>1"}
  web: {url: "https://example.org/x.git", auth: {username: a, sshKey: /k, ca: c}, limits: {megabytes: 0, objects: many, deadline: 9h, x: 1}}
  twice: {url: "https://example.org/x.git", auth: {token: {secret: t}, username: a, password: hunter2}}
  key: {url: "ssh://git@example.org/x.git", auth: {sshKey: k, token: {secret: t}, passphrase: hunter2}, verify: {commits: some}}
  idle: {url: "file:///x", auth: {token: {secret: t}}, verify: all}
  odd: {url: "file://relative"}
  up: {url: "file:///srv/../etc"}
targets:
  mini1:
    docker: {host: "npipe://x", hots: y}
    allow: {hostPaths: [srv, /a/../b], capAdd: [net_admin], dockerSocket: maybe, privilegd: true, devices: [dri], networks: [-x]}
    policy: {mode: yolo, prune: 1, maxRemovals: -1, grace: 99d, interval: 0s, settle: 500ms, deadline: many}
  mini2: {}
  mini3: [docker]
  Mini4: {docker: {}}
secrets:
  folder: relative
  named:
    both: {env: A, file: /x}
    none: {}
    bad: {env: "A B"}
    far: {env: A, targets: [mini7]}
registries:
  ghcr.io: {username: bnx, password: hunter2}
  "-x": {username: a, password: {secret: bth}}
  quay.io: {}
http: {listen: "0.0.0.0:80", socket: run/x, hosts: ["a b"]}
metrics: {listen: "prometheus:80", path: /x}
policy: converge
)"));
}

TEST(Settings, RefuseWhatIsNotSupportedYet) {
    test::expect_golden("config/settings_later.txt", faults_of(R"(
installation: home
sources:
  infra: {url: "file:///x"}
targets:
  a: {docker: {host: "ssh://ops@mini2.local", identity: /i, knownHosts: /k, dockerPath: /d}}
  b: {docker: {host: "tcp://10.0.0.9:2376", ca: /c, certificate: /c, key: /k}}
)"));
}

TEST(Settings, ACloudflareAccountIsReadWithItsToken) {
    const Settings all = settings_of(R"(
installation: home
targets:
  edge: {cloudflare: {accountId: 0123456789abcdef0123456789abcdef, token: {secret: cf}}}
secrets: {named: {cf: {env: CF_TOKEN}}}
)");
    const auto& account = std::get<CloudflareEndpoint>(all.targets.at("edge").endpoint);
    EXPECT_EQ(account.account_id, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(account.token_secret, "cf");
    EXPECT_EQ(account.url, "https://api.cloudflare.com/client/v4");
    EXPECT_TRUE(own_secret_names(all).contains("cf")) << "a manifest could name it";
}

TEST(Settings, TellWhatIsWrongWithACloudflareAccount) {
    test::expect_golden("config/settings_cloudflare.txt", faults_of(R"(
installation: home
targets:
  a: {cloudflare: {accountId: X, token: {secret: nowhere}, url: "ftp://x", ca: here}}
  b: {cloudflare: {token: abc, acountId: 1}}
  c: {cloudflare: {accountId: 0123456789abcdef0123456789abcdef, token: {secret: cf}}, docker: {}}
secrets: {named: {cf: {env: CF_TOKEN}}}
)"));
}

TEST(Settings, AnAzureSubscriptionIsReadWithItsIdentity) {
    const Settings all = settings_of(R"(
installation: home
targets:
  prod: {azure: {subscription: 0000000A-0000-0000-0000-000000000001, resourceGroup: rg-app,
                 resourceGroups: [rg-dns], location: uksouth, auth: {managedIdentity: {}}}}
  test:
    azure:
      subscription: 00000000-0000-0000-0000-000000000002
      resourceGroup: rg-test
      auth:
        clientCertificate: {tenant: bnx.example, clientId: 00000000-0000-0000-0000-000000000003,
                            certificate: {secret: entra}}
      endpoint: https://management.usgovcloudapi.net
      authority: https://login.microsoftonline.us
secrets: {named: {entra: {credential: entra}}}
)");
    const auto& prod = std::get<AzureEndpoint>(all.targets.at("prod").endpoint);
    EXPECT_EQ(prod.subscription, "0000000a-0000-0000-0000-000000000001");
    EXPECT_EQ(prod.resource_group, "rg-app");
    EXPECT_EQ(prod.resource_groups, std::vector<std::string>{"rg-dns"});
    EXPECT_EQ(prod.location, "uksouth");
    EXPECT_EQ(prod.auth.by, AzureAuth::By::managed_identity);
    EXPECT_EQ(prod.url, "https://management.azure.com");
    EXPECT_EQ(prod.authority, "https://login.microsoftonline.com");
    const auto& test = std::get<AzureEndpoint>(all.targets.at("test").endpoint);
    EXPECT_EQ(test.auth.by, AzureAuth::By::client_certificate);
    EXPECT_EQ(test.auth.tenant, "bnx.example");
    EXPECT_EQ(test.auth.client_id, "00000000-0000-0000-0000-000000000003");
    EXPECT_EQ(test.auth.secret, "entra");
    EXPECT_EQ(test.url, "https://management.usgovcloudapi.net");
    EXPECT_EQ(own_secrets(all), (std::set<OwnSecret>{{"entra", "test"}}));
}

TEST(Settings, TellWhatIsWrongWithAnAzureSubscription) {
    test::expect_golden("config/settings_azure.txt", faults_of(R"(
installation: home
targets:
  a: {azure: {subscription: mine, resourceGroup: "rg.", location: "uk;south", auth: {}}}
  b: {azure: {resourceGroups: [ok, "a b"], auth: {managedIdentity: {clientID: x}, azureCli: {}}}}
  c:
    azure:
      subscription: 00000000-0000-0000-0000-000000000002
      auth: {clientSecret: {tenant: "-", clientId: x, secret: hunter2}}
      endpoint: management.azure.com
      authority: https://login.microsoftonline.com/
      ca: here
  d:
    azure:
      subscription: 00000000-0000-0000-0000-000000000002
      resourceGroup: rg
      auth: {managedIdentity: {}}
    docker: {}
  e:
    azure:
      subscription: 00000000-0000-0000-0000-000000000002
      resourceGroup: rg
      auth: {clientCertificate: {certificate: {secret: nowhere}}, password: hunter2}
secrets: {named: {cf: {env: CF_TOKEN}}}
)"));
}

TEST(Settings, APasswordIsNeverRepeated) {
    EXPECT_EQ(faults_of("registries: {ghcr.io: {username: a, password: hunter2}}").find("hunter2"),
              std::string::npos);
}

TEST(Settings, NeedAnInstallationAsSoonAsThereAreTargets) {
    EXPECT_EQ(faults_of("targets: {a: {docker: {host: auto}}}"),
              "driftless.yaml:1:1: installation: is missing\n");
}

TEST(Settings, AreOneMap) {
    EXPECT_NE(faults_of("a\n").find("expected a map"), std::string::npos);
    EXPECT_NE(faults_of("state: /x\n---\nstate: /y\n").find("a second document"),
              std::string::npos);
    EXPECT_NE(faults_of("state: !secret /x\n").find("the tag"), std::string::npos);
    EXPECT_NE(faults_of("state: [\n").find("not valid YAML"), std::string::npos);
}

// Rows: the key's line, good texts, bad ones (catalogue of faults 18: hostile names).
struct Grammar {
    std::string before;
    std::string after;
    std::vector<std::string> good;
    std::vector<std::string> bad;
};

TEST(Settings, Fault18KeepToAStrictGrammar) {
    const std::vector<Grammar> fields{
        {"installation: \"",
         "\"",
         {"a", "a-1", "abcdefghijkl"},
         {"", "A", "a_b", "abcdefghijklm", "a/b"}},
        {"sources: {s: {url: 'file:///x', branch: \"",
         "\"}}",
         {"main", "a/b", "v1.2", "feature/x_y"},
         {"-x", "--upload-pack=x", "a..b", "a b", "a~1", "a:b", "a//b", "/a", "a/", "x.lock",
          "@{1}", ".a", "a/.b", "a\\\\b", "a\\nb", "a?", "@", ""}},
        {"sources: {s: {url: 'file:///x', path: \"",
         "\"}}",
         {"/", "/apps", "/a/b"},
         {"apps", "/..", "/a/", "/a//b", "/./a"}},
        {"sources: {s: {url: \"",
         "\"}}",
         {"file:///x", "file:///srv/a b.git", "https://x.example/y", "https://[::1]:8443/a/b.git"},
         {"file://",
          "file:///",
          "file://host/x",
          "file:///a/../b",
          "-x",
          "javascript:x",
          "ext::sh",
          "/srv/x",
          "https://",
          "https://x",
          "https://x/",
          "https:///y",
          "https://-x/y",
          "https://x:0/y",
          "https://x:99999/y",
          "https://x:/y",
          "https://x/y?z",
          "https://x/y#z",
          "https://x/../y",
          "https://x/%0ay",
          "https://x/a\\ny",
          "https://u@x/y",
          "git://x/y",
          "https://[::1/y",
          "https://x/a b"}},
        {"sources: {s: {auth: {sshKey: /k, knownHosts: /h}, url: \"",
         "\"}}",
         {"ssh://git@x/y", "ssh://x:2222/y", "git@x:y", "git@x:/srv/y.git"},
         {"ssh://-oProxyCommand=x/y", "ssh://git@-x/y", "ssh://git:pw@x/y", "git@x:-y", "-a@x:y",
          "git@-x:y", "a@[::1]:y", "git@x:", "git@x:a'b", "git@x:a b", "git@x:../y", "@x:y",
          "ssh://a@b@x/y", "git@x:a\\ny", "git@x:$(id)", "git@x:`id`"}},
        {"sources: {s: {url: 'file:///x', semver: \"",
         "\"}}",
         {"^1.4", ">=1.2 <2", "~1.4.2", "1.x", "*", "1.2.3 || 2.x", ">= 1.0.0-0"},
         {"", "a", "=>1", ">", "1.2.3.4", "1.02", "<*", "1 ||", "1.2-rc", "-1", "1.x.3",
          "99999999999999999999"}},
        {"http: {listen: \"",
         "\"}",
         {"127.0.0.1:0", "127.1.2.3:65535", "[::1]:80", "localhost:1"},
         {"0.0.0.0:1", "127.0.0.1", "127.0.0.1:65536", ":80", "127.0.0.1.evil.com:80", "[::]:80",
          "127.0.0.1:-1"}},
        {"metrics: {listen: \"",
         "\"}",
         {"172.17.0.1:7767", "0.0.0.0:80", "[::]:80", "[fd00::1]:7767", "localhost:1"},
         {"172.17.0.1", "example.org:80", ":80", "1.2.3:80", "172.17.0.1:65536", "[x]:80", "[]:80",
          "-x:80"}},
        {"http: {socket: \"",
         "\"}",
         {"/run/d.sock"},
         {"d.sock", std::string("/") + std::string(103, 'a')}},
        {"state: \"", "\"", {"/a"}, {"", "a", "/a/../b", "/a\\n", "~/x"}},
    };
    for (const Grammar& field : fields) {
        Findings findings;
        for (const std::string& text : field.good) {
            EXPECT_TRUE(read_settings(field.before + text + field.after, "f", findings).ok())
                << field.before << text << (findings.empty() ? "" : findings.back().message);
        }
        for (const std::string& text : field.bad) {
            EXPECT_TRUE(read_settings(field.before + text + field.after, "f", findings).failed())
                << field.before << text;
        }
    }
}

}  // namespace
}  // namespace driftless
