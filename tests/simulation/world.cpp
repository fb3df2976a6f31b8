#include "tests/simulation/world.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include "daemon/secrets/secrets.hpp"
#include "providers/azure/cached_tokens.hpp"
#include "providers/azure/pace.hpp"
#include "reconcilers/azure/resource_manifest.hpp"
#include "reconcilers/azure/subscription_target.hpp"
#include "reconcilers/cloudflare/access_application_manifest.hpp"
#include "reconcilers/cloudflare/access_manifest.hpp"
#include "reconcilers/cloudflare/account_target.hpp"
#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/cloudflare/pages_manifest.hpp"
#include "reconcilers/cloudflare/ruleset_manifest.hpp"
#include "reconcilers/cloudflare/tunnel_manifest.hpp"
#include "reconcilers/cloudflare/zone_setting.hpp"
#include "reconcilers/docker/compose_project.hpp"
#include "reconcilers/docker/engine_target.hpp"
#include "tests/simulation/fused_store.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {

namespace {

using namespace std::chrono_literals;

/// A daemon's end of the line to an engine that outlives it.
class Line final : public net::HttpTransport {
public:
    Line(FakeEngine& engine, Fuse& fuse) : engine_(engine), fuse_(fuse) {}

    net::asio::awaitable<Result<net::Response>> send(net::Request request) override {
        fuse_.die_again();
        return engine_.send(std::move(request));
    }
    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override {
        fuse_.die_again();
        return engine_.open(std::move(request));
    }

private:
    FakeEngine& engine_;
    Fuse& fuse_;
};

/// A daemon's end of the line to the API, which outlives it.
class AccountLine final : public net::HttpTransport {
public:
    AccountLine(FakeCloudflare& account, Fuse& fuse) : account_(account), fuse_(fuse) {}

    net::asio::awaitable<Result<net::Response>> send(net::Request request) override {
        fuse_.die_again();
        request.target = "/client/v4" + request.target;
        return account_.send(std::move(request));
    }
    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "nothing streams from Cloudflare"};
    }

private:
    FakeCloudflare& account_;
    Fuse& fuse_;
};

/// A daemon's end of the line to ARM, which outlives it.
class ArmLine final : public net::HttpTransport {
public:
    ArmLine(FakeAzure& azure, Fuse& fuse) : azure_(azure), fuse_(fuse) {}

    net::asio::awaitable<Result<net::Response>> send(net::Request request) override {
        fuse_.die_again();
        return azure_.send(std::move(request));
    }
    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "nothing streams from Azure"};
    }

private:
    FakeAzure& azure_;
    Fuse& fuse_;
};

class GivenToken final : public azure::Tokens {
public:
    explicit GivenToken(std::string token) : token_(std::move(token)) {}

    net::asio::awaitable<Result<Secret>> token() override { co_return Secret{token_}; }
    void refused(const std::string&) override {}

private:
    std::string token_;
};

/// Where syncing to a disk costs nothing, if there is such a place.
std::string new_folder() {
    static std::atomic<int> made{0};
    namespace fs = std::filesystem;
    const fs::path base = fs::exists("/dev/shm") ? fs::path{"/dev/shm"} : fs::temp_directory_path();
    const fs::path folder = base / fmt::format("driftless-sim-{}-{}", ::getpid(), ++made);
    fs::create_directories(folder);
    fs::permissions(folder, fs::perms::owner_all);
    return folder;
}

Policy quick_policy() {
    Policy policy;
    policy.mode = Mode::converge;
    policy.prune = true;
    policy.grace = 60s;
    return policy;
}

}  // namespace

World::World(const std::vector<std::string>& targets)
    : folder_(new_folder()), tells_(std::getenv("DRIFTLESS_TELL") != nullptr) {
    spdlog::set_level(tells_ ? spdlog::level::info : spdlog::level::off);
    lane_ = net::make_inline_lane(io_.get_executor());
    settings_.installation = "sim";
    settings_.state = folder_;
    settings_.policy = quick_policy();
    SourceSettings source;
    source.name = "infra";
    source.url = "file:///nowhere";
    settings_.sources.emplace("infra", source);
    for (const std::string& target : targets) {
        TargetSettings made;
        made.name = target;
        made.endpoint = DockerEndpoint{};
        made.policy = settings_.policy;
        settings_.targets.emplace(target, made);
        if (target == edge) {
            settings_.targets.at(target).endpoint = CloudflareEndpoint{};
            add_cloudflare();
        } else if (target == prod) {
            add_azure();
            AzureEndpoint endpoint;
            endpoint.subscription = azure_->subscription();
            endpoint.resource_group = "rg-app";
            endpoint.location = "uksouth";
            settings_.targets.at(target).endpoint = endpoint;
        } else {
            add_engine(target);
        }
    }
    expanders_.emplace("AccessApplication", cloudflare::expand_access_application);
    expanders_.emplace("AccessGroup", cloudflare::expand_access_group);
    expanders_.emplace("AccessPolicy", cloudflare::expand_access_policy);
    expanders_.emplace("AccessServiceToken", cloudflare::expand_access_service_token);
    expanders_.emplace("ComposeProject", docker::expand_compose_project);
    expanders_.emplace("DnsZone", cloudflare::expand_dns_zone);
    expanders_.emplace("ZoneSettings", cloudflare::expand_zone_settings);
    expanders_.emplace("Ruleset", cloudflare::expand_ruleset);
    expanders_.emplace("Tunnel", cloudflare::expand_tunnel);
    expanders_.emplace("PagesProject", cloudflare::expand_pages_project);
    for (const std::string& kind : azure::azure_kinds()) {
        expanders_.emplace(kind, azure::expand_azure_resource);
    }
    vault_ = make_vault("a key of thirty-two bytes, more or less");
}

void World::add_engine(const std::string& target) {
    auto engine = std::make_unique<FakeEngine>(target, clock_);
    engine->world.wall_at = [this](SteadyTime when) { return clock_.wall_at(when); };
    engine->before = [this, target](const EngineRequest& request) {
        if (tells_) tell(target, request);
        fuse.pass("before " + target + " " + request.text());
    };
    engine->after = [this, target](const EngineRequest& request) {
        if (request.writes()) fuse.pass("after " + target + " " + request.text());
    };
    engines_.emplace(target, std::move(engine));
}

void World::add_cloudflare() {
    cloudflare_ = std::make_unique<FakeCloudflare>(clock_);
    cloudflare_->before = [this](const CloudflareRequest& request) {
        if (tells_ && request.writes())
            spdlog::info("{} {} {}", net::to_string(clock_.wall()), edge, request.text());
        fuse.pass(fmt::format("before {} {}", edge, request.text()));
    };
    cloudflare_->after = [this](const CloudflareRequest& request) {
        if (request.writes()) fuse.pass(fmt::format("after {} {}", edge, request.text()));
    };
}

void World::add_azure() {
    azure_ = std::make_unique<FakeAzure>(clock_);
    azure_->before = [this](const arm::Request& request) {
        if (tells_ && request.writes())
            spdlog::info("{} {} {}", net::to_string(clock_.wall()), prod, request.route);
        fuse.pass(fmt::format("before {} {}", prod, request.route));
    };
    azure_->after = [this](const arm::Request& request) {
        if (request.writes()) fuse.pass(fmt::format("after {} {}", prod, request.route));
    };
}

void World::tell(const std::string& target, const EngineRequest& request) const {
    if (request.writes())
        spdlog::info("{} {} {}", net::to_string(clock_.wall()), target, request.text());
}

World::~World() {
    fuse.set(0);
    end();
    std::filesystem::remove_all(folder_);
}

void World::add_image(const std::string& reference, const FakeImage& image) {
    for (const auto& [target, engine] : engines_) engine->world.add_image(reference, image);
}

std::map<std::string, std::unique_ptr<Target>> World::make_targets() {
    std::map<std::string, std::unique_ptr<Target>> targets;
    for (const auto& [target, engine] : engines_) {
        docker::EngineParts parts;
        parts.target = target;
        parts.installation = settings_.installation;
        parts.transport = std::make_unique<Line>(*engine, fuse);
        targets.emplace(target, docker::make_engine_target(std::move(parts), clock_, *lane_));
    }
    if (cloudflare_) {
        pacer_ = std::make_unique<net::Pacer>(io_.get_executor(), clock_,
                                              net::PacerParts{.whose = "the Cloudflare token"});
        cloudflare::AccountParts parts;
        parts.target = edge;
        parts.installation = settings_.installation;
        parts.account_id = cloudflare_->account();
        parts.token = Secret{cloudflare_->token()};
        parts.sink = &sink_;
        parts.transport =
            net::make_paced_transport(std::make_unique<AccountLine>(*cloudflare_, fuse), *pacer_);
        targets.emplace(edge, cloudflare::make_account_target(std::move(parts), clock_, *lane_));
    }
    if (azure_) {
        azure::SubscriptionParts parts;
        parts.target = prod;
        parts.installation = settings_.installation;
        parts.subscription = azure_->subscription();
        parts.settings = settings_.targets.at(prod);
        parts.endpoint = "https://management.azure.com";
        parts.tokens = make_tokens();
        pacers_ = std::make_unique<net::Pacers>(io_.get_executor(), clock_);
        const azure::ArmPace pace =
            azure::pace_of(*pacers_, parts.endpoint, parts.subscription, "sim");
        parts.transport = azure::make_arm_transport(std::make_unique<ArmLine>(*azure_, fuse), pace);
        targets.emplace(prod, azure::make_subscription_target(std::move(parts), clock_));
    }
    return targets;
}

std::unique_ptr<azure::Tokens> World::make_tokens() {
    if (!fetches_tokens_) return std::make_unique<GivenToken>(azure_->token());
    auto source = azure::make_client_secret(
        std::make_unique<ArmLine>(*azure_, fuse),
        {"https://login.microsoftonline.com", azure_->tenant(), "driftless"}, Secret{"right"});
    return std::make_unique<azure::CachedTokens>(io_.get_executor(), clock_, std::move(source),
                                                 "https://management.azure.com/.default");
}

void World::start() {
    assert(!daemon_);
    auto store = open_store(folder_, Access::own, *lane_, clock_);
    assert(store);
    store_ = std::make_unique<FusedStore>(std::move(*store), fuse);
    secrets_ = make_secrets(settings_.secrets, {});
    std::map<std::string, std::unique_ptr<git::Source>> sources;
    sources.emplace("infra", std::make_unique<MemorySource>(repository));
    daemon_ = std::make_unique<Daemon>(DaemonParts{.settings = settings_,
                                                   .executor = io_.get_executor(),
                                                   .clock = clock_,
                                                   .random = random_,
                                                   .lane = *lane_,
                                                   .store = *store_,
                                                   .vault = *vault_,
                                                   .secrets = *secrets_,
                                                   .expanders = expanders_,
                                                   .measures = measures_,
                                                   .sources = std::move(sources),
                                                   .targets = make_targets()});
    running_ = net::asio::co_spawn(io_, daemon_->run(), net::asio::use_future);
}

void World::end() {
    if (!daemon_) return;
    daemon_->stop();
    testing::VirtualClock::settle(io_);
    while (!testing::is_ready(running_) && clock_.step(io_)) {
    }
    assert(testing::is_ready(running_));
    try {
        (void)running_.get();
    } catch (const Crash&) {  // it died before it could wait for anything
    }
    daemon_.reset();
    store_.reset();
    testing::VirtualClock::settle(io_);
}

void World::lose_database() {
    assert(!daemon_);
    for (const char* end : {"", "-wal", "-shm"}) {
        std::filesystem::remove(folder_ + "/driftless.db" + end);
    }
}

void World::run_for(std::chrono::nanoseconds time) {
    const SteadyTime end = clock_.now() + time;
    testing::VirtualClock::settle(io_);
    while (!fuse.blown() && clock_.next() <= end) clock_.step(io_);
    if (!fuse.blown()) clock_.run_for(io_, end - clock_.now());
}

const TargetStatus& World::status(const std::string& target) {
    return statuses_[target] = daemon_->overview().targets.at(target);
}

const ResourceStatus& World::resource(const std::string& key) {
    static const ResourceStatus none{};
    const auto parsed = parse_resource_key(key);
    assert(parsed);
    const auto& resources = status(parsed->target).resources;
    const auto found = resources.find(*parsed);
    return found == resources.end() ? none : found->second;
}

template <class T>
T World::wait_for(net::asio::awaitable<T> work) {
    return testing::run_on(io_, clock_, std::move(work));
}
template Result<void> World::wait_for(net::asio::awaitable<Result<void>> work);
template Result<std::vector<Restorable>> World::wait_for(
    net::asio::awaitable<Result<std::vector<Restorable>>> work);

Result<cli::ImportReport> World::import(const std::string& target, ImportWish wish) {
    const auto targets = make_targets();
    const cli::ImportParts parts{.settings = settings_,
                                 .target = target,
                                 .targets = targets,
                                 .clock = clock_,
                                 .random = random_,
                                 .lane = *lane_};
    return wait_for(cli::import_target(parts, std::move(wish)));
}

int World::confirm_all() {
    int confirmed = 0;
    for (const auto& [target, settings] : settings_.targets) {
        const std::string hash = status(target).plan.held_hash;
        if (hash.empty()) continue;
        const Result<void> done = wait_for(daemon_->confirm(hash));
        assert(done);
        ++confirmed;
    }
    return confirmed;
}

std::vector<std::string> World::writes() const {
    std::vector<std::string> all;
    for (const auto& [target, engine] : engines_) {
        for (const std::string& write : engine->writes()) all.push_back(target + " " + write);
    }
    for (const std::string& write :
         cloudflare_ ? cloudflare_->writes() : std::vector<std::string>{})
        all.push_back(std::string{edge} + " " + write);
    for (const std::string& write : azure_ ? azure_->writes() : std::vector<std::string>{})
        all.push_back(std::string{prod} + " " + write);
    return all;
}

void World::clear_logs() {
    for (const auto& [target, engine] : engines_) engine->clear_log();
    if (cloudflare_) cloudflare_->clear_log();
    if (azure_) azure_->clear_log();
}

// ---- pictures

namespace {

std::string without_ids(const std::string& text) {
    static const std::regex id{
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{12}"};
    return std::regex_replace(text, id, "<id>");
}

/// An application shows its policies in full.
json without_times(json object) {
    if (!object.contains("policies")) return object;
    for (json& policy : object["policies"]) {
        policy.erase("created_at");
        policy.erase("updated_at");
    }
    return object;
}

json networks_of(const FakeContainer& container) {
    json networks = json::object();
    for (const auto& [name, endpoint] : container.endpoints.items())
        networks[name] = endpoint["Aliases"];
    return networks;
}

json files_of(const FakeContainer& container) {
    json files = json::object();
    for (const auto& [path, bytes] : container.files) files[path] = bytes;
    return files;
}

/// Deleted ones too: one too many was made.
std::vector<std::string> picture_of_tunnels(FakeCloudflare& account) {
    std::vector<std::string> lines;
    const std::string path = "/accounts/" + account.account() + "/cfd_tunnel";
    const json tunnels = account.ask(net::Method::get, path).at("result");
    for (const json& tunnel : tunnels) {
        const bool lives = tunnel.at("deleted_at").is_null();
        const std::string at = path + "/" + tunnel.at("id").get<std::string>();
        const json config = account.ask(net::Method::get, at + "/configurations");
        lines.push_back(fmt::format(
            "tunnel {} {} {}", tunnel.at("name").get<std::string>(), lives ? "lives" : "is deleted",
            config.at("success") == true ? config.at("result").at("config").dump() : "{}"));
    }
    return lines;
}

/// Groups, policies, applications, service tokens and tags of Access.
void add_access(FakeCloudflare& account, std::vector<std::string>& lines) {
    for (const char* sort : {"groups", "policies", "apps", "service_tokens", "tags"}) {
        const std::string path = fmt::format("/accounts/{}/access/{}", account.account(), sort);
        const json all = account.ask(net::Method::get, path).at("result");
        for (json one : all) {
            for (const char* key : {"id", "uid", "aud", "created_at", "updated_at", "client_id",
                                    "client_secret_version", "expires_at"}) {
                one.erase(key);
            }
            const std::string name = one.at("name");
            lines.push_back(
                without_ids(fmt::format("access {} {} {}", sort, name, without_times(one).dump())));
        }
    }
}

/// Each project with its domains, and how many deployments of which content it has: one too many
/// is seen.
std::vector<std::string> picture_of_pages(FakeCloudflare& account) {
    std::vector<std::string> lines;
    for (const auto& [name, project] : account.world().state.projects) {
        std::vector<std::string> domains;
        for (const json& domain : project.at("_domains")) domains.push_back(domain.at("name"));
        std::sort(domains.begin(), domains.end());
        json serves;
        for (const json& one : project.at("_deployments")) {
            serves = {one.at("_manifest"), one.at("_files")};
        }
        lines.push_back(
            fmt::format("pages {} {} {} {} {} deployments, serves {}", name,
                        project.at("production_branch").get<std::string>(),
                        project.at("deployment_configs").at("preview").at("env_vars").dump(),
                        fmt::join(domains, " "), project.at("_deployments").size(), serves.dump()));
    }
    return lines;
}

/// A line a phase that has rules: all of them in their order.
std::vector<std::string> picture_of_rules(FakeCloudflare& account, const json& zone) {
    std::vector<std::string> lines;
    const std::string path = "/zones/" + zone.at("id").get<std::string>() + "/rulesets";
    const json rulesets = account.ask(net::Method::get, path).at("result");
    for (const json& ruleset : rulesets) {
        if (ruleset.at("kind") != "zone") continue;
        const std::string at = path + "/" + ruleset.at("id").get<std::string>();
        json rules = account.ask(net::Method::get, at).at("result").at("rules");
        for (json& rule : rules) {
            if (rule.at("ref") == rule.at("id")) rule.erase("ref");
            for (const char* key : {"id", "version", "last_updated"}) rule.erase(key);
        }
        if (rules.empty()) continue;
        lines.push_back(fmt::format("{} {} {}", zone.at("name").get<std::string>(),
                                    ruleset.at("phase").get<std::string>(), rules.dump()));
    }
    return lines;
}

}  // namespace

std::vector<std::string> picture_of(FakeCloudflare& account) {
    std::vector<std::string> lines = picture_of_tunnels(account);
    add_access(account, lines);
    for (std::string& line : picture_of_pages(account)) lines.push_back(std::move(line));
    const json zones = account.ask(net::Method::get, "/zones").at("result");
    for (const json& zone : zones) {
        const std::string name = zone.at("name");
        for (std::string& line : picture_of_rules(account, zone)) lines.push_back(std::move(line));
        for (json record : account.records(zone.at("id"))) {
            for (const char* key : {"id", "created_on", "modified_on", "comment_modified_on",
                                    "tags_modified_on", "proxiable"}) {
                record.erase(key);
            }
            lines.push_back(without_ids(name + " " + record.dump()));
        }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

std::vector<std::string> picture_of(const EngineWorld& world) {
    std::vector<std::string> lines;
    for (const auto& [id, container] : world.containers()) {
        const json shown = world.inspect(container);
        json host = shown["HostConfig"];
        host.erase("Runtime");
        const json line{{"state", shown["State"]["Status"]},
                        {"exit", shown["State"]["ExitCode"]},
                        {"health", container.health},
                        {"config", shown["Config"]},
                        {"host", host},
                        {"networks", networks_of(container)},
                        {"files", files_of(container)}};
        lines.push_back(without_ids("container " + container.name + " " + line.dump()));
    }
    for (const auto& [id, network] : world.networks()) {
        lines.push_back("network " + network.name + " " + network.labels.dump());
    }
    for (const auto& [name, volume] : world.volumes()) {
        lines.push_back(without_ids("volume " + name + " " + volume.labels.dump()));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace driftless::test
