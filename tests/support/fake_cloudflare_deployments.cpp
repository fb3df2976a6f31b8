// Pages: the direct upload of files, and deployments.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_pages.hpp"

namespace driftless::test {

namespace {

constexpr PageLimits list_limits{1, 25, 10, 8000024};
constexpr std::size_t most_files = 2000;       // of one upload
constexpr std::size_t most_bytes = 40u << 20;  // of one upload
constexpr std::size_t most_of_file = 25u << 20;

std::int64_t milliseconds_of(net::SteadyTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string base64_url(const json& object) {
    std::string text = base64_of(object.dump());
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    while (text.ends_with('=')) text.pop_back();
    return text;
}

CloudflareAnswer get_upload_token(CloudflareCall& call) {
    const json& project = project_of(call);
    CloudflareWorld& world = call.world;
    const auto ends = world.clock.wall() + world.habits.upload_token_lasts;
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(ends.time_since_epoch()).count();
    const json claims = {{"account_id", world.account},
                         {"project_id", project["id"]},
                         {"exp", seconds},
                         {"max_file_count_allowed", 20000}};
    const std::string jwt = fmt::format("{}.{}.{}", base64_url({{"alg", "HS256"}, {"typ", "JWT"}}),
                                        base64_url(claims), net::random_hex(world.random, 32));
    world.state.upload_tokens[jwt] = world.clock.now() + world.habits.upload_token_lasts;
    return cloudflare_answer({{"jwt", jwt}});
}

/// The bearer of calls about assets is the token for uploads, not the account's.
void must_hold_upload_token(const CloudflareCall& call) {
    const std::string given = net::header_of(call.request.headers, "Authorization");
    const auto& tokens = call.world.state.upload_tokens;
    const auto found = tokens.find(given.substr(std::min<std::size_t>(given.size(), 7)));
    if (found == tokens.end() || found->second <= call.world.clock.now()) {
        throw CloudflareRefusal{401, 8000013, "Authorization failed"};
    }
}

CloudflareAnswer with_upload_token(CloudflareCall& call,
                                   CloudflareAnswer (*answer)(CloudflareCall&)) {
    try {
        must_hold_upload_token(call);
    } catch (const CloudflareRefusal&) {
        if (!call.world.habits.expired_jwt_in_words) throw;
        return {403, "Expired JWT", {{"Content-Type", "text/plain"}}};
    }
    return answer(call);
}

json missing_of(CloudflareCall& call) {
    json missing = json::array();
    for (const json& hash : member_or(body_of(call.request), "hashes", json::array())) {
        if (!call.world.state.assets.contains(hash)) missing.push_back(hash);
    }
    return missing;
}

CloudflareAnswer check_missing(CloudflareCall& call) {
    return with_upload_token(
        call, [](CloudflareCall& held) { return cloudflare_answer(missing_of(held)); });
}

CloudflareAnswer store_files(CloudflareCall& call) {
    const json files = body_of(call.request);
    if (!files.is_array() || files.size() > most_files) {
        throw CloudflareRefusal{400, 8000012, "An upload holds at most 2,000 files"};
    }
    std::map<std::string, CloudflareAsset> taken;
    std::size_t bytes = 0;
    for (const json& file : files) {
        const auto content = from_base64(text_or(file, "value", ""));
        const std::string key = text_or(file, "key", "");
        const bool is_hash =
            key.size() == 32 && key.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (!content || !is_hash || content->size() > most_of_file) {
            throw CloudflareRefusal{400, 8000012, fmt::format("invalid file \"{}\"", key)};
        }
        bytes += content->size();
        taken[key] = {*content, text_or(member_or(file, "metadata", {}), "contentType", "")};
    }
    if (bytes > most_bytes) throw CloudflareRefusal{413, 8000012, "An upload holds at most 40 MiB"};
    for (auto& [key, asset] : taken) call.world.state.assets[key] = std::move(asset);
    return cloudflare_answer(
        {{"successful_key_count", taken.size()}, {"unsuccessful_keys", json::array()}});
}

CloudflareAnswer upload(CloudflareCall& call) {
    return with_upload_token(call, store_files);
}

CloudflareAnswer upsert_hashes(CloudflareCall& call) {
    return with_upload_token(call, [](CloudflareCall&) { return cloudflare_answer(true); });
}

// ---- deployments

std::string branch_label(std::string branch) {
    branch = lower(branch);
    for (char& c : branch) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '-';
    }
    return branch.substr(0, 28);
}

std::map<std::string, std::string> form_of(const CloudflareRequest& request) {
    std::map<std::string, std::string> form;
    const std::string type = net::header_of(request.headers, "Content-Type");
    for (FormPart& part : form_parts(type, request.body)) {
        form[part.name] = std::move(part.content);
    }
    if (!form.contains("manifest")) {
        throw CloudflareRefusal{400, 8000096,
                                "A \"manifest\" field was expected in the request body but was "
                                "not provided"};
    }
    return form;
}

/// Whether all that the manifest names was uploaded.
bool is_complete(const CloudflareState& state, const json& manifest) {
    return manifest.is_object() && std::ranges::all_of(manifest, [&state](const json& hash) {
               return hash.is_string() && state.assets.contains(hash.get<std::string>());
           });
}

json deployment_from(CloudflareWorld& world, const json& project,
                     const CloudflareRequest& request) {
    const auto form = form_of(request);
    const auto field = [&form](const std::string& name, const std::string& otherwise) {
        const auto found = form.find(name);
        return found == form.end() ? otherwise : found->second;
    };
    const std::string message = field("commit_message", "");
    if (message.size() > 384) {
        throw CloudflareRefusal{400, 8000093, "commit_message exceeds 384 bytes"};
    }
    const std::string branch = field("branch", project["production_branch"]);
    const bool production = project["production_branch"] == branch;
    const std::string id = world.uuid();
    const std::string host = project["subdomain"];
    const json manifest = json::parse(form.at("manifest"), nullptr, false);
    json aliases = json::array();
    if (!production) aliases.push_back(fmt::format("https://{}.{}", branch_label(branch), host));
    json deployment = {
        {"id", id},
        {"short_id", id.substr(0, 8)},
        {"project_id", project["id"]},
        {"project_name", project["name"]},
        {"environment", production ? "production" : "preview"},
        {"url", fmt::format("https://{}.{}", id.substr(0, 8), host)},
        {"aliases", aliases},
        {"created_on", world.now()},
        {"modified_on", world.now()},
        {"build_config", project["build_config"]},
        {"env_vars", json::object()},
        {"is_skipped", false},
        {"uses_functions", false},
        {"source", nullptr},
        {"_manifest", manifest},
        {"_files", json::array()},
        {"_ready_ms", milliseconds_of(world.clock.now() + world.habits.deploy_takes)},
        {"_fails", world.habits.deploys_fail || !is_complete(world.state, manifest)}};
    deployment["deployment_trigger"] = {
        {"type", "ad_hoc"},
        {"metadata",
         {{"branch", branch},
          {"commit_hash", field("commit_hash", "")},
          {"commit_message", message},
          {"commit_dirty", field("commit_dirty", "false") == "true"}}}};
    for (const auto& [name, content] : form) {
        if (name.starts_with('_')) deployment["_files"].push_back({{name, content}});
    }
    return deployment;
}

CloudflareAnswer create_deployment(CloudflareCall& call) {
    json& project = project_of(call);
    if (project.contains("source")) {
        throw CloudflareRefusal{400, 8000020,
                                "A project that is connected to git takes no uploads"};
    }
    const json deployment = deployment_from(call.world, project, call.request);
    project["_deployments"].push_back(deployment);
    return cloudflare_answer(deployment_shown(call.world, deployment));
}

CloudflareAnswer list_deployments(CloudflareCall& call) {
    const json& project = project_of(call);
    std::vector<json> all;
    for (const json& deployment : project["_deployments"]) {
        const std::string environment = deployment["environment"];
        if (call.request.query_or("env", environment) != environment) continue;
        all.push_back(deployment_shown(call.world, deployment));
    }
    std::ranges::reverse(all);  // the newest first
    return paged_answer(call.request, all, list_limits);
}

const json& deployment_of(CloudflareCall& call) {
    for (const json& deployment : project_of(call)["_deployments"]) {
        if (deployment["id"] == call.ids.at(2)) return deployment;
    }
    throw CloudflareRefusal{404, 8000009, "Deployment not found"};
}

CloudflareAnswer get_deployment(CloudflareCall& call) {
    return cloudflare_answer(deployment_shown(call.world, deployment_of(call)));
}

CloudflareAnswer delete_deployment(CloudflareCall& call) {
    const json doomed = deployment_of(call);
    json& project = project_of(call);
    if (member_or(canonical_of(call.world, project), "id", "") == doomed["id"]) {
        throw CloudflareRefusal{400, 8000034,
                                "This is the active production deployment of the project"};
    }
    if (!doomed["aliases"].empty() && call.request.query_or("force", "false") != "true") {
        throw CloudflareRefusal{400, 8000035, "An aliased deployment needs force=true"};
    }
    json left = json::array();
    for (const json& deployment : project["_deployments"]) {
        if (deployment["id"] != doomed["id"]) left.push_back(deployment);
    }
    project["_deployments"] = left;
    return cloudflare_answer(nullptr);
}

json stage(const std::string& name, const std::string& status, const json& when) {
    return {{"name", name},
            {"status", status},
            {"started_on", when},
            {"ended_on", status == "active" ? json(nullptr) : when}};
}

}  // namespace

json deployment_shown(const CloudflareWorld& world, const json& deployment) {
    json shown = visible(deployment);
    const bool ready = milliseconds_of(world.clock.now()) >= deployment["_ready_ms"];
    const std::string status = !ready                         ? "active"
                               : deployment["_fails"] == true ? "failure"
                                                              : "success";
    const json& when = deployment["created_on"];
    shown["latest_stage"] = stage("deploy", status, when);
    shown["stages"] = json::array();
    for (const char* name : {"queued", "initialize", "clone_repo", "build"}) {
        shown["stages"].push_back(stage(name, "success", when));
    }
    shown["stages"].push_back(shown["latest_stage"]);
    return shown;
}

json canonical_of(const CloudflareWorld& world, const json& project) {
    json latest = nullptr;
    for (const json& deployment : project.at("_deployments")) {
        if (deployment["environment"] != "production") continue;
        json shown = deployment_shown(world, deployment);
        if (shown["latest_stage"]["status"] == "success") latest = std::move(shown);
    }
    return latest;
}

std::vector<FormPart> form_parts(const std::string& content_type, const std::string& body) {
    std::vector<FormPart> parts;
    const std::size_t at = content_type.find("boundary=");
    if (at == std::string::npos) return parts;
    std::string boundary = content_type.substr(at + 9, content_type.find(';', at) - at - 9);
    std::erase(boundary, '"');
    boundary.insert(0, "--");
    const auto quoted = [](const std::string& head, const std::string& key) {
        const std::size_t begin = head.find(key + "=\"");
        if (begin == std::string::npos) return std::string{};
        const std::size_t value = begin + key.size() + 2;
        return head.substr(value, head.find('"', value) - value);
    };
    for (std::size_t begin = body.find(boundary); begin != std::string::npos;) {
        begin += boundary.size() + 2;
        const std::size_t end = body.find("\r\n" + boundary, begin);
        const std::size_t blank = body.find("\r\n\r\n", begin);
        if (end == std::string::npos || blank == std::string::npos) break;
        const std::string head = body.substr(begin, blank - begin);
        parts.push_back({quoted(head, " name"), quoted(head, "filename"),
                         blank + 4 > end ? "" : body.substr(blank + 4, end - blank - 4)});
        begin = end + 2;
    }
    return parts;
}

std::vector<CloudflareRoute> deployment_routes() {
    using net::Method;
    const std::string project = "/accounts/{}/pages/projects/{}";
    const std::string deployments = project + "/deployments";
    return {
        {Method::get, project + "/upload-token", "pages", get_upload_token},
        {Method::post, "/pages/assets/check-missing", "pages", check_missing},
        {Method::post, "/pages/assets/upload", "pages", upload},
        {Method::post, "/pages/assets/upsert-hashes", "pages", upsert_hashes},
        {Method::get, deployments, "pages", list_deployments},
        {Method::post, deployments, "pages", create_deployment},
        {Method::get, deployments + "/{}", "pages", get_deployment},
        {Method::del, deployments + "/{}", "pages", delete_deployment},
    };
}

}  // namespace driftless::test
