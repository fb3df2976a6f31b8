#include "providers/cloudflare/pages.hpp"

#include <fmt/format.h>

#include "config/base/hex.hpp"
#include "providers/cloudflare/answers.hpp"
#include "providers/cloudflare/blake3.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_a_page = 10;  // with 100 Pages refuses to answer
constexpr std::size_t most_deployments_a_page = 25;
constexpr const char* mark_variable = "DRIFTLESS";

// 8000007: no such project; 8000009: deployment; 8000021: domain.
const Family pages{.permission = "Pages", .absent = {8000007}, .taken = {8000002}};
const Family removals{.permission = "Pages", .absent = {8000007}, .taken = {8000076}};
const Family attached{.permission = "Pages", .absent = {8000021}, .taken = {8000018}};
const Family deployments{.permission = "Pages", .absent = {8000009}, .taken = {8000034}};

json in(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : json{};
}

std::string mark_of(const json& shown) {
    const json variables = in(in(in(shown, "deployment_configs"), "preview"), "env_vars");
    const json variable = in(variables, mark_variable);
    return variable.is_object() ? text_of(variable, "value") : "";
}

json body_of(const PagesWish& wish) {
    json body{{"production_branch", wish.production_branch}};
    body["deployment_configs"]["preview"]["env_vars"][mark_variable] = {{"type", "plain_text"},
                                                                        {"value", wish.mark}};
    return body;
}

/// What is wrong with it, in the service's words: of its certificate or of its owner's proof.
std::string why_of(const json& shown) {
    for (const char* part : {"validation_data", "verification_data"}) {
        const json data = in(shown, part);
        const std::string why = data.is_object() ? text_of(data, "error_message") : "";
        if (!why.empty()) return why;
    }
    return "";
}

std::vector<FormField> fields_of(const NewDeployment& made) {
    std::vector<FormField> fields{{"manifest", made.manifest.dump()},
                                  {"branch", made.branch},
                                  {"commit_hash", made.commit},
                                  {"commit_message", made.message},
                                  {"commit_dirty", "false"}};
    for (const auto& [name, content] : made.files) fields.push_back({name, content, name});
    return fields;
}

}  // namespace

std::optional<Deployment> parse_deployment(const json& shown) {
    if (!shown.is_object() || text_of(shown, "id").empty()) return std::nullopt;
    Deployment deployment;
    deployment.id = text_of(shown, "id");
    deployment.production = text_of(shown, "environment") == "production";
    deployment.url = text_of(shown, "url");
    const json stage = in(shown, "latest_stage");
    if (stage.is_object()) {
        deployment.stage = text_of(stage, "name");
        deployment.status = text_of(stage, "status");
    }
    const json metadata = in(in(shown, "deployment_trigger"), "metadata");
    if (metadata.is_object()) deployment.message = text_of(metadata, "commit_message");
    return deployment;
}

Result<PagesProject> parse_pages_project(const json& shown) {
    PagesProject project;
    if (shown.is_object()) {
        project.id = text_of(shown, "id");
        project.name = text_of(shown, "name");
        project.subdomain = text_of(shown, "subdomain");
        project.production_branch = text_of(shown, "production_branch");
    }
    if (project.id.empty() || project.name.empty()) {
        return Error{Errc::unavailable, "the answer's project has no id or no name"};
    }
    project.from_git = in(shown, "source").is_object();
    project.mark = mark_of(shown);
    for (const json& domain : in(shown, "domains")) {
        if (!domain.is_string() || domain == project.subdomain) continue;
        project.domains.push_back(domain);
    }
    project.serving = parse_deployment(in(shown, "canonical_deployment"));
    project.latest = parse_deployment(in(shown, "latest_deployment"));
    return project;
}

std::string Pages::path(const std::string& project, std::string_view below) const {
    return fmt::format("/accounts/{}/pages/projects/{}{}", percent_encoded(account_.id()),
                       percent_encoded(project), below);
}

asio::awaitable<Result<std::vector<PagesProject>>> Pages::list() {
    ListCall call{fmt::format("/accounts/{}/pages/projects", percent_encoded(account_.id())),
                  most_a_page};
    std::vector<PagesProject> all;
    TakeItem take = [&all](const json& shown) -> Result<void> {
        auto project = parse_pages_project(shown);
        if (!project) return std::move(project).error();
        all.push_back(*std::move(project));
        return {};
    };
    auto listed = co_await account_.list(pages, std::move(call), std::move(take));
    if (!listed) co_return std::move(listed).error().in("list Pages projects");
    co_return all;
}

asio::awaitable<Result<PagesProject>> Pages::create(PagesWish wish) {
    const std::string doing = "create Pages project " + in_quotes(wish.name);
    Call call;
    call.method = net::Method::post;
    call.path = fmt::format("/accounts/{}/pages/projects", percent_encoded(account_.id()));
    call.body = body_of(wish);
    call.body["name"] = wish.name;
    auto answer = co_await account_.send(pages, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    auto project = parse_pages_project(answer->result);
    if (!project) co_return std::move(project).error().in(doing);
    co_return project;
}

asio::awaitable<Result<void>> Pages::change(PagesWish wish) {
    Call call;
    call.method = net::Method::patch;
    call.path = path(wish.name);
    call.body = body_of(wish);
    auto answer = co_await account_.send(pages, std::move(call));
    if (!answer)
        co_return std::move(answer).error().in("change Pages project " + in_quotes(wish.name));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Pages::remove(std::string project) {
    Call call;
    call.method = net::Method::del;
    call.path = path(project);
    auto answer = co_await account_.send(removals, std::move(call));
    if (!answer)
        co_return std::move(answer).error().in("delete Pages project " + in_quotes(project));
    co_return Result<void>{};
}

asio::awaitable<Result<std::vector<PagesDomain>>> Pages::domains(std::string project) {
    const std::string doing = "list domains of Pages project " + in_quotes(project);
    Call call;
    call.path = path(project, "/domains");
    const auto answer = co_await account_.send(pages, std::move(call));
    if (!answer) co_return Error{answer.error()}.in(doing);
    if (!answer->result.is_array() && !answer->result.is_null()) {
        co_return Error{Errc::unavailable, doing + ": the answer's result is no list"};
    }
    std::vector<PagesDomain> all;
    for (const json& shown : answer->result) {
        if (!shown.is_object()) continue;
        all.push_back({text_of(shown, "name"), text_of(shown, "status"), why_of(shown)});
    }
    co_return all;
}

asio::awaitable<Result<void>> Pages::attach(std::string project, std::string domain) {
    const std::string doing = fmt::format("attach {} to Pages project {}", domain, project);
    Call call;
    call.method = net::Method::post;
    call.path = path(project, "/domains");
    call.body = {{"name", std::move(domain)}};
    auto answer = co_await account_.send(attached, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Pages::detach(std::string project, std::string domain) {
    const std::string doing = fmt::format("detach {} from Pages project {}", domain, project);
    Call call;
    call.method = net::Method::del;
    call.path = path(project, "/domains/" + percent_encoded(domain));
    auto answer = co_await account_.send(attached, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    co_return Result<void>{};
}

asio::awaitable<Result<std::optional<Deployment>>> Pages::latest_production(std::string project) {
    const std::string doing = "list deployments of Pages project " + in_quotes(project);
    Call call;
    call.path =
        path(project, fmt::format("/deployments?env=production&per_page={}&page=1", most_a_page));
    const auto answer = co_await account_.send(deployments, std::move(call));
    if (!answer) co_return Error{answer.error()}.in(doing);
    for (const json& shown : answer->result) {
        auto deployment = parse_deployment(shown);  // the newest comes first
        if (deployment && deployment->production) co_return deployment;
    }
    co_return std::optional<Deployment>{};
}

asio::awaitable<Result<Deployment>> Pages::deploy(std::string project, NewDeployment made) {
    const std::string doing = "deploy Pages project " + in_quotes(project);
    FormBody form = make_form(fields_of(made));
    Call call;
    call.method = net::Method::post;
    call.path = path(project, "/deployments");
    call.raw = std::move(form.body);
    call.content_type = std::move(form.content_type);
    call.deadline = std::chrono::minutes{2};
    auto answer = co_await account_.send(deployments, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    auto deployment = parse_deployment(answer->result);
    if (deployment) co_return *std::move(deployment);
    co_return Error{Errc::unavailable, doing + ": the answer shows none; the next look tells"};
}

asio::awaitable<Result<std::size_t>> Pages::drop_old(std::string project, std::string serving,
                                                     std::size_t most) {
    const std::string doing = "delete deployments of Pages project " + in_quotes(project);
    std::vector<std::string> all;
    TakeItem take = [&all](const json& shown) -> Result<void> {
        if (auto deployment = parse_deployment(shown)) all.push_back(std::move(deployment->id));
        return {};
    };
    ListCall list{path(project, "/deployments"), most_deployments_a_page};
    auto listed = co_await account_.list(deployments, std::move(list), std::move(take));
    if (!listed) co_return std::move(listed).error().in(doing);
    std::size_t dropped = 0;
    for (auto id = all.rbegin(); id != all.rend() && dropped < most; ++id) {
        if (*id == serving) continue;
        Call call;
        call.method = net::Method::del;
        call.path = path(project, fmt::format("/deployments/{}?force=true", percent_encoded(*id)));
        auto gone = co_await account_.send(deployments, std::move(call));
        if (!gone && gone.error().code != Errc::not_found) {
            co_return std::move(gone).error().in(doing);
        }
        ++dropped;
    }
    co_return dropped;
}

FormBody make_form(const std::vector<FormField>& fields) {
    std::string all;
    for (const FormField& field : fields) all += field.content;
    // A boundary that the content can't hold by chance, and that nobody who writes it can foresee.
    const std::string boundary = "driftless-" + to_hex(blake3(all)).substr(0, 32);
    FormBody form{"multipart/form-data; boundary=" + boundary, ""};
    for (const FormField& field : fields) {
        form.body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary,
                                 field.name);
        if (!field.file.empty()) {
            form.body += fmt::format("; filename=\"{}\"\r\nContent-Type: application/octet-stream",
                                     field.file);
        }
        form.body += "\r\n\r\n" + field.content + "\r\n";
    }
    form.body += "--" + boundary + "--\r\n";
    return form;
}

}  // namespace driftless::cloudflare
