// A subscription at Azure: what it costs to look at its resources, to plan, and to change one, in
// calls, CPU and memory. The calls are counted by the whole daemon on the simulated Azure of the
// tests, in a process of its own. The look is measured on the same answers, kept as text, so that
// nothing but our own work is measured. bench_azure [RESOURCES]
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "bench/measuring.hpp"
#include "daemon/secrets/secrets.hpp"
#include "providers/net/platform.hpp"
#include "reconcilers/azure/resource_manifest.hpp"
#include "reconcilers/azure/subscription_target.hpp"
#include "reconcilers/expand.hpp"
#include "reconcilers/reconcile.hpp"
#include "tests/simulation/world.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int bucket = 250;  // reads; each second 25 more
const std::string subscription = [] {
    testing::VirtualClock clock;
    return FakeAzure{clock}.subscription();
}();
const std::string group = "/subscriptions/" + subscription + "/resourceGroups/rg-app/providers/";

/// A kind with the spec of its resources; "#" is their number.
struct Kind {
    const char* kind;
    const char* name;
    const char* spec;
};

/// Twenty types. What is below a parent is all below the first one, in one list.
const std::array<Kind, 20> kinds{{
    {"ManagedEnvironment", "env-#", "{properties: {zoneRedundant: false}}"},
    {"ContainerApp", "app-#",
     "{properties: {environmentId: \"GROUPMicrosoft.App/managedEnvironments/env-0\", "
     "configuration: "
     "{activeRevisionsMode: Single, ingress: {external: true, targetPort: 8080}}, template: "
     "{containers: [{name: web, image: \"web:1\", resources: {cpu: 0.50, memory: 1.0Gi}, env: "
     "[{name: LEVEL, value: info}]}], scale: {minReplicas: 1, maxReplicas: 3}}}}"},
    {"ContainerAppJob", "job-#",
     "{properties: {environmentId: \"GROUPMicrosoft.App/managedEnvironments/env-0\", "
     "configuration: "
     "{triggerType: Manual, replicaTimeout: 600, replicaRetryLimit: 0}, template: {containers: "
     "[{name: job, image: \"job:1\"}]}}}"},
    {"ManagedIdentity", "id-#", "{tags: {team: bnx}}"},
    {"ContainerRegistry", "acrbnx#", "{sku: {name: Basic}}"},
    {"KeyVault", "kv-bnx-#",
     "{properties: {tenantId: 22222222-2222-3333-4444-555555555555, sku: {family: A, name: "
     "standard}, enableRbacAuthorization: true}}"},
    {"LogAnalyticsWorkspace", "logs-#",
     "{properties: {sku: {name: PerGB2018}, retentionInDays: 30}}"},
    {"ApplicationInsights", "seen-#",
     "{kind: web, properties: {Application_Type: web, WorkspaceResourceId: "
     "\"GROUPMicrosoft.OperationalInsights/workspaces/logs-0\"}}"},
    {"VirtualNetwork", "net-#", "{properties: {addressSpace: {addressPrefixes: [10.0.0.0/16]}}}"},
    {"Subnet", "part-#", "{parent: net-0, properties: {addressPrefix: 10.0.#.0/24}}"},
    {"PrivateDnsZone", "zone-#.bnx.dev", "{}"},
    {"PrivateDnsRecord", "host-#",
     "{type: A, parent: zone-0.bnx.dev, properties: {ttl: 300, aRecords: [{ipv4Address: "
     "10.0.1.#}]}}"},
    {"PostgresFlexibleServer", "pg-bnx-#",
     "{sku: {name: Standard_B1ms, tier: Burstable}, properties: {version: 16, administratorLogin: "
     "bnx, administratorLoginPassword: {secret: pg-password}, storage: {storageSizeGB: 32}}}"},
    {"PostgresDatabase", "db-#", "{parent: pg-bnx-0, properties: {charset: UTF8}}"},
    {"AzureOpenAI", "openai-bnx-#",
     "{kind: OpenAI, sku: {name: S0}, properties: {customSubDomainName: openai-bnx-#}}"},
    {"FrontDoorProfile", "front-#", "{sku: {name: Standard_AzureFrontDoor}}"},
    {"FrontDoorEndpoint", "web-#", "{parent: front-0, properties: {enabledState: Enabled}}"},
    {"FrontDoorWafPolicy", "waf#",
     "{sku: {name: Standard_AzureFrontDoor}, properties: {policySettings: {mode: Prevention}}}"},
    {"ActionGroup", "oncall-#",
     "{properties: {groupShortName: oncall, enabled: true, emailReceivers: [{name: ops, "
     "emailAddress: ops@bnx.dev}]}}"},
    {"MetricAlert", "restarts-#",
     "{properties: {severity: 2, enabled: true, scopes: "
     "[\"GROUPMicrosoft.App/containerApps/app-0\"], "
     "evaluationFrequency: PT1M, windowSize: PT5M, criteria: {odata.type: "
     "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria, allOf: [{name: restarts, "
     "criterionType: StaticThresholdCriterion, metricName: RestartCount, operator: GreaterThan, "
     "threshold: 3, timeAggregation: Total}]}}}"},
}};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
    return text;
}

std::string manifests(std::size_t resources, const std::string& image = "web:1") {
    std::string text =
        "apiVersion: driftless/v1\nkind: ResourceGroup\nmetadata: {name: rg-app}\ntarget: prod\n"
        "spec: {}\n";
    for (std::size_t i = 0; i < resources; ++i) {
        const Kind& kind = kinds[i % kinds.size()];
        const std::string number = std::to_string(i / kinds.size());
        const std::string spec = replaced(replaced(kind.spec, "#", number), "GROUP", group);
        text += fmt::format(
            "---\napiVersion: driftless/v1\nkind: {}\nmetadata: {{name: {}}}\ntarget: prod\nspec: "
            "{}\n",
            kind.kind, replaced(kind.name, "#", number),
            number == "0" ? replaced(spec, "web:1", image) : spec);
    }
    return text;
}

// ---- calls, by the whole daemon

/// Answers as the simulated Azure does at this moment, and keeps the text.
class Kept final : public net::HttpTransport {
public:
    Kept(FakeAzure& azure, json& pages) : azure_(azure), pages_(pages) {}

    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        const std::string text = azure_.ask(request.method, request.target).dump();
        pages_[request.target] = text;
        co_return net::Response{200, {}, text};
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "nothing streams here"};
    }

private:
    FakeAzure& azure_;
    json& pages_;
};

std::size_t calls_of(FakeAzure& azure, bool write) {
    return static_cast<std::size_t>(std::ranges::count_if(azure.log(), [write](const auto& one) {
        return one.request.writes() == write && one.request.route != "TOKEN";
    }));
}

struct GivenTokens final : azure::Tokens {
    asio::awaitable<Result<Secret>> token() override { co_return Secret{"t"}; }
    void refused(const std::string&) override {}
};

std::unique_ptr<Target> target_on(std::unique_ptr<net::HttpTransport> transport,
                                  net::Clock& clock) {
    azure::SubscriptionParts parts;
    parts.target = prod;
    parts.installation = "sim";
    parts.subscription = subscription;
    parts.groups = {"rg-app"};
    parts.endpoint = "https://management.azure.com";
    parts.tokens = std::make_unique<GivenTokens>();
    parts.transport = std::move(transport);
    return azure::make_subscription_target(std::move(parts), clock);
}

struct Wanted {
    explicit Wanted(std::size_t resources) {
        AzureEndpoint endpoint;
        endpoint.subscription = subscription;
        endpoint.resource_group = "rg-app";
        endpoint.location = "uksouth";
        Settings settings;
        settings.installation = "sim";
        settings.targets.emplace(prod, TargetSettings{prod, endpoint, {}, {}, {}});
        Expanders expanders;
        for (const std::string& kind : azure::azure_kinds()) {
            expanders.emplace(kind, azure::expand_azure_resource);
        }
        const ToySecrets secrets{{{"pg-password", "correct horse"}}};
        const MemoryFiles files{{{"azure.yaml", manifests(resources)}}, std::string(40, 'c')};
        Loaded loaded = load(files, {settings, expanders, secrets, *vault, {}, {}});
        for (const Finding& finding : loaded.targets.at(prod).findings) {
            fmt::print(stderr, "{}\n", to_string(finding));
        }
        facts.target = prod;
        facts.installation = "sim";
        facts.policy.mode = Mode::converge;
        facts.desired = std::move(loaded.targets.at(prod).desired);
        for (const Declared& one : (*facts.desired)->resources) {
            facts.inventory.emplace(one.key, remembered(one));
        }
    }

    /// As it is once the resource was found as declared.
    static InventoryEntry remembered(const Declared& declared) {
        InventoryEntry entry;
        entry.key = declared.key;
        entry.id = declared.spec.at("/id");
        entry.collection = declared.collection;
        entry.manifest = declared.origin.manifest;
        entry.place = declared.origin.place;
        entry.commit = entry.good_commit = declared.origin.commit;
        entry.good_digest = declared.digest;
        return entry;
    }

    std::unique_ptr<Vault> vault = make_vault("a key for measuring only, 32 byte");
    Facts facts;
};

/// A run of the one kind there is, on one transport.
struct Bench {
    Bench(Wanted& wanted, std::unique_ptr<net::HttpTransport> transport)
        : target(target_on(std::move(transport), clock)),
          run{.id = "r",
              .trigger = "interval",
              .facts = wanted.facts,
              .vault = *wanted.vault,
              .journal = journal,
              .clock = clock,
              .files = nullptr,
              .stop_asked = [] { return false; },
              .progress = nullptr} {}

    Reads look() {
        Reconciler& kind = *target->kinds().at("azure.resource");
        return testing::run_on(io, kind.observe(run, Scope{}));
    }

    asio::io_context io;
    net::SystemClock clock;
    NoJournal journal;
    std::unique_ptr<Target> target;
    Run run;
};

/// @return the answers to one look, by what was asked
json count_calls(std::size_t resources) {
    World world{{prod}};
    testing::TempFolder folder;
    auto& password = world.settings().secrets.named["pg-password"];
    password.file = folder.at("pg-password");
    std::ofstream{password.file} << "correct horse";
    std::filesystem::permissions(password.file, std::filesystem::perms::owner_read);
    world.settings().policy.interval = 300s;
    world.settings().targets.at(prod).policy.interval = 300s;
    FakeAzure& azure = *world.azure();

    world.repository.push({{"azure.yaml", manifests(resources)}});
    world.start();
    const auto is_settled = [&world] {
        const auto& all = world.status(prod).resources;
        return !all.empty() && std::ranges::all_of(all, [](const auto& one) {
            return one.second.status == Status::in_sync;
        });
    };
    int hours = 0;
    std::size_t reads = 0, writes = 0;
    while (!is_settled() && hours < 48) {
        azure.clear_log();
        world.run_for(1h);
        ++hours;
        reads += calls_of(azure, false);
        writes += calls_of(azure, true);
    }
    fmt::print(
        "{{\"resources\": {}, \"settled_within_hours\": {}, \"reads\": {}, \"writes\": {}}}\n",
        world.status(prod).resources.size(), hours, reads, writes);

    for (const auto& [key, one] : world.status(prod).resources) {
        if (one.status == Status::in_sync) continue;
        fmt::print(stderr, "{}: {}: {}\n", key.name, name(one.status), one.why);
    }

    azure.clear_log();
    world.run_for(1h);
    const std::size_t apps = (resources + kinds.size() - 2) / kinds.size();
    const double looks = 12;
    const double a_look = static_cast<double>(calls_of(azure, false)) / looks;
    fmt::print(
        "{{\"calls_to_look\": {:.1f}, \"writes\": {}, \"of_the_bucket\": {:.3f}, "
        "\"of_what_refills_in_5_minutes\": {:.4f}, \"one_get_a_resource\": {}, "
        "\"two_calls_an_app\": {}}}\n",
        a_look, calls_of(azure, true), a_look / bucket, a_look / (25.0 * 300), resources + 1,
        resources + 1 + apps);

    json pages = json::object();
    {
        Wanted wanted{resources};
        Bench bench{wanted, std::make_unique<Kept>(azure, pages)};
        (void)bench.look();
    }
    azure.clear_log();
    world.repository.push({{"azure.yaml", manifests(resources, "web:2")}});
    world.run_for(4min);
    json routes = json::object();
    for (const auto& [route, times] : azure.calls()) {
        if (route.starts_with("GET") && route.find("perations") == std::string::npos) continue;
        routes[route] = times;
    }
    fmt::print("{{\"one_image_changed\": {}}}\n", routes.dump());
    std::fflush(stdout);
    return pages;
}

/// In a process of its own, so that nothing of that world is in our memory.
json pages_of(std::size_t resources) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return json::object();
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        const std::string text = count_calls(resources).dump();
        for (std::size_t at = 0; at < text.size();) {
            const auto put = ::write(ends[1], text.data() + at, text.size() - at);
            if (put <= 0) ::_exit(1);
            at += static_cast<std::size_t>(put);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string text;
    std::array<char, 65536> some{};
    while (true) {
        const auto got = ::read(ends[0], some.data(), some.size());
        if (got <= 0) break;
        text.append(some.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return json::parse(text);
}

// ---- CPU and memory, on kept answers

class Pages final : public net::HttpTransport {
public:
    explicit Pages(const json& pages) : pages_(pages) {}

    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        co_return net::Response{200, {}, pages_.at(request.target).get<std::string>()};
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "nothing streams here"};
    }

private:
    const json& pages_;
};

void measure(std::size_t resources, const json& pages) {
    Wanted wanted{resources};
    Bench bench{wanted, std::make_unique<Pages>(pages)};
    const std::map<std::string, KindRules> rules{
        {"azure.resource", bench.target->kinds().at("azure.resource")->rules()}};
    double seen_ms = 1e9, planned_ms = 1e9;
    std::size_t actions = 0;
    for (int round = 0; round < 5; ++round) {
        const double began = cpu_ms();
        const Reads reads = bench.look();
        const double seen = cpu_ms();
        const Plan plan = make_plan(bench.run.facts, reads, rules, *wanted.vault);
        seen_ms = std::min(seen_ms, seen - began);
        planned_ms = std::min(planned_ms, cpu_ms() - seen);
        actions = plan.actions.size() + plan.held.size();
    }
    std::size_t bytes = 0;
    for (const auto& page : pages) bytes += page.get_ref<const std::string&>().size();
    fmt::print(
        "{{\"look_cpu_ms\": {:.1f}, \"plan_cpu_ms\": {:.1f}, \"planned\": {}, \"answers_mib\": "
        "{:.1f}, \"resident_mib\": {:.1f}, \"peak_mib\": {:.1f}}}\n",
        seen_ms, planned_ms, actions, static_cast<double>(bytes) / mib, resident_mib(), peak_mib());
}

}  // namespace
}  // namespace driftless::test

int main(int argc, char** argv) {
    const std::size_t resources = argc > 1 ? std::stoul(argv[1]) : 1'000;
    driftless::test::measure(resources, driftless::test::pages_of(resources));
}
