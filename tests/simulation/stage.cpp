#include "tests/simulation/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace driftless::test {

namespace {

using namespace std::chrono_literals;

void add_images(World& world) {
    const json serves{{"Env", {"PATH=/bin"}}, {"Cmd", {"serve"}}};
    FakeImage image;
    image.config = serves;
    image.stop_takes = 500ms;
    world.add_image("app:1", image);
    image.healthy_after = 1500ms;
    world.add_image("app:2", image);
    image.healthy_after = std::nullopt;
    image.log = "cannot bind\n";
    world.add_image("sick:1", image);
    FakeImage job;
    job.config = {{"Cmd", {"migrate"}}};
    job.exit_code = 0;
    job.exits_after = 3s;
    world.add_image("job:1", job);
}

void add_others(EngineWorld& engine) {
    using enum net::Method;
    engine.ask(post, "/networks/create", {{"Name", "others_net"}, {"Labels", {{"owner", "else"}}}});
    engine.ask(post, "/volumes/create", {{"Name", "others_data"}});
    engine.ask(post, "/containers/create?name=others",
               {{"Image", "app:1"},
                {"HostConfig",
                 {{"Binds", {"others_data:/d"}},
                  {"NetworkMode", "others_net"},
                  {"RestartPolicy", {{"Name", "always"}}}}}});
    engine.ask(post, "/containers/others/start");
}

void add_others_to_access(FakeCloudflare& account) {
    const std::string access = "/accounts/" + account.account() + "/access";
    const json everyone{{"everyone", json::object()}};
    const auto post = [&](const std::string& path, json body) {
        body["name"] = "others";
        return account.ask(net::Method::post, access + path, body).at("result");
    };
    post("/groups", {{"include", {everyone}}});
    post("/service_tokens", json::object());
    post("/tags", json::object());
    const json policy = post("/policies", {{"decision", "allow"}, {"include", {everyone}}});
    post("/apps", {{"type", "self_hosted"},
                   {"domain", "nas.bnx.dev"},
                   {"tags", {"others"}},
                   {"policies", {policy.at("id")}}});
}

/// One of production, as somebody's own tool makes it.
void add_deployment(FakeCloudflare& account, const std::string& project) {
    json& made = account.world().state.projects.at(project);
    json deployment{{"id", account.world().uuid()},
                    {"environment", "production"},
                    {"created_on", account.world().now()},
                    {"_manifest", json::object()},
                    {"_files", json::array()},
                    {"_ready_ms", 0},
                    {"_fails", false}};
    deployment["deployment_trigger"]["metadata"]["commit_message"] = "by hand";
    made["_deployments"].push_back(std::move(deployment));
}

/// Where others have a rule.
std::string rules_of_others(const std::string& zone) {
    return "/zones/" + zone + "/rulesets/phases/http_request_firewall_custom/entrypoint";
}

void add_others(FakeCloudflare& account) {
    const std::string zone = account.add_zone("bnx.dev");
    account.put_record(zone, {{"type", "A"}, {"name", "nas"}, {"content", "203.0.113.77"}});
    account.put_record(zone, {{"type", "TXT"}, {"name", "@"}, {"content", "\"somebody=else\""}});
    account.ask(net::Method::post, "/accounts/" + account.account() + "/cfd_tunnel",
                {{"name", "others"}, {"config_src", "cloudflare"}});
    add_others_to_access(account);
    const std::string projects = "/accounts/" + account.account() + "/pages/projects";
    account.ask(net::Method::post, projects, {{"name", "others"}, {"production_branch", "main"}});
    account.ask(net::Method::post, projects + "/others/domains", {{"name", "others.bnx.dev"}});
    add_deployment(account, "others");
    account.ask(net::Method::put, rules_of_others(zone),
                {{"rules", {{{"action", "log"}, {"expression", "ip.src eq 192.0.2.7"}}}}});
}

/// As the API tells them, ids and versions too.
std::string rules_not_ours(FakeCloudflare& account) {
    std::string bytes;
    const json zones = account.ask(net::Method::get, "/zones").at("result");
    for (const json& zone : zones) {
        const json entry = account.ask(net::Method::get, rules_of_others(zone.at("id")));
        if (entry.at("success") != true) continue;
        for (const json& rule : entry.at("result").at("rules")) {
            const bool is_ours = rule.at("ref").get<std::string>().starts_with("driftless.sim.");
            if (!is_ours) bytes += rule.dump();
        }
    }
    return bytes;
}

}  // namespace

Stage::Stage(const std::vector<std::string>& targets, int api_minor) : world(targets) {
    add_images(world);
    for (const auto& [target, engine] : world.engines()) {
        engine->world.api_minor = api_minor;
        add_others(engine->world);
    }
    if (world.cloudflare() != nullptr) add_others(*world.cloudflare());
    others_at_first_ = others();
}

void Stage::begin(const Commit& commit, std::chrono::nanoseconds time) {
    push(commit);
    world.start();
    world.run_for(time);
}

void Stage::publish(const std::string& tag, const std::string& version) {
    FakeImage image;
    image.config = {{"Env", {"PATH=/bin", "VERSION=" + version}}, {"Cmd", {"serve"}}};
    image.stop_takes = 500ms;
    if (version == "sick") image.healthy_after = std::nullopt;
    for (const auto& [target, engine] : world.engines()) engine->world.registry[tag] = image;
}

std::string Stage::version_of(const std::string& container, const std::string& target) {
    const FakeContainer* found = world.engine(target).world.find_container(container);
    if (found == nullptr) return {};
    for (const json& pair : found->config["Env"]) {
        const std::string text = pair;
        if (text.starts_with("VERSION=")) return text.substr(8);
    }
    return {};
}

std::vector<std::string> Stage::picture() {
    std::vector<std::string> all;
    for (const auto& [target, engine] : world.engines()) {
        for (const std::string& line : picture_of(engine->world))
            all.push_back(target + " " + line);
    }
    if (FakeCloudflare* account = world.cloudflare()) {
        for (const std::string& line : picture_of(*account)) all.push_back(line);
        for (const std::string& line : secrets()) all.push_back(line);
    }
    return all;
}

std::vector<std::string> Stage::secrets() {
    std::vector<std::string> all;
    for (const auto& [place, kept] : world.sink().places) {
        std::string whose = "nobody";
        for (const auto& [id, token] : world.cloudflare()->world().state.access_tokens) {
            const bool comes_in = token.at("client_id") == kept.whose &&
                                  token.value("_client_secret", "") == kept.text;
            if (comes_in) whose = token.at("name");
        }
        all.push_back(fmt::format("secret {} for {} lets {} in", place.second, place.first, whose));
    }
    return all;
}

std::vector<std::string> Stage::ours() {
    std::vector<std::string> all;
    for (const auto& [target, engine] : world.engines()) {
        for (const auto& [id, container] : engine->world.containers()) {
            if (container.name == "others") continue;
            const json state = engine->world.inspect(container)["State"]["Status"];
            all.push_back(target + " " + container.name + " " + state.get<std::string>());
        }
    }
    std::sort(all.begin(), all.end());
    return all;
}

bool Stage::runs(const std::string& container, const std::string& target) {
    const FakeContainer* found = world.engine(target).world.find_container(container);
    return found != nullptr && found->lives();
}

std::string Stage::image_of(const std::string& container, const std::string& target) {
    const FakeContainer* found = world.engine(target).world.find_container(container);
    return found == nullptr ? "" : found->config["Image"].get<std::string>();
}

std::string Stage::others() {
    std::string bytes;
    for (const auto& [target, engine] : world.engines()) {
        EngineWorld& there = engine->world;
        bytes += there.inspect(*there.find_container("others")).dump() +
                 there.inspect(*there.find_network("others_net"), true).dump() +
                 there.inspect(*there.find_volume("others_data")).dump();
    }
    if (FakeCloudflare* account = world.cloudflare()) {
        for (const std::string& line : picture_of(*account)) {
            const bool is_our_tunnel =
                line.starts_with("tunnel ") && !line.starts_with("tunnel others ");
            const bool is_our_access =
                line.starts_with("access ") && line.find(" others {") == line.npos;
            const bool is_our_site =
                line.starts_with("pages ") && !line.starts_with("pages others ");
            const bool is_list = line.find(" http_request_") != std::string::npos;
            const bool is_ours = is_our_tunnel || is_our_access || is_our_site ||
                                 line.find("driftless:sim") != std::string::npos;
            if (!is_ours && !is_list) bytes += line;
        }
        bytes += rules_not_ours(*account);
    }
    return bytes;
}

void Stage::expect_quiet() {
    world.clear_logs();
    world.run_for(quiet_for);
    EXPECT_EQ(world.writes(), std::vector<std::string>{});
    EXPECT_TRUE(others() == others_at_first_) << "what is not ours was touched";
}

}  // namespace driftless::test
