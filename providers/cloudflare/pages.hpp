#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// One deployment of a Pages project.
struct Deployment {
    std::string id;
    bool production = false;
    std::string stage;    ///< the latest: "queued", "initialize", "clone_repo", "build", "deploy"
    std::string status;   ///< of that stage: "idle", "active", "success", "failure", "canceled"
    std::string message;  ///< commit_message, as whoever made it gave it
    std::string url;      ///< its own address

    [[nodiscard]] bool succeeded() const { return stage == "deploy" && status == "success"; }
    [[nodiscard]] bool failed() const { return status == "failure" || status == "canceled"; }
};

struct PagesProject {
    std::string id;
    std::string name;
    std::string subdomain;  ///< "bnx.pages.dev", or with a suffix where that was taken
    std::string production_branch;
    bool from_git = false;              ///< Cloudflare builds it itself, and takes no uploads
    std::string mark;                   ///< the variable that `PagesWish::mark` makes; "" for none
    std::vector<std::string> domains;   ///< the custom ones
    std::optional<Deployment> serving;  ///< the latest of production that succeeded
    std::optional<Deployment> latest;   ///< the latest of all
};

/// What of a project is ours to set.
struct PagesWish {
    std::string name;
    std::string production_branch;
    /// Kept as the variable DRIFTLESS of previews, the only place of a project for such a thing.
    std::string mark;
};

struct PagesDomain {
    std::string name;
    std::string status;  ///< initializing, pending, active, deactivated, blocked, error
    std::string why;     ///< what the service says is wrong; "" where it says nothing
};

/// What a deployment is made of, once all of its files are uploaded.
struct NewDeployment {
    json manifest = json::object();  ///< "/path" -> asset hash
    std::string branch;
    std::string commit;
    std::string message;  ///< at most 384 bytes
    /// `_headers` and `_redirects`, with what is in them.
    std::vector<std::pair<std::string, std::string>> files;
};

/// https://developers.cloudflare.com/api/resources/pages/
class Pages {
public:
    explicit Pages(Account& account) : account_(account) {}

    /// All of the account, each with its domains' names, what it serves and its latest deployment.
    /// Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<PagesProject>>> list();
    /// Not safe to repeat: after an error that is no refusal, list again.
    /// @return `conflict`: the account has one of that name
    asio::awaitable<Result<PagesProject>> create(PagesWish wish);
    /// Safe to repeat.
    asio::awaitable<Result<void>> change(PagesWish wish);
    /// With all of its deployments, up to about a hundred. Safe to repeat.
    /// @return `conflict`: it has too many; `invalid`: domains are attached; `not_found`
    asio::awaitable<Result<void>> remove(std::string project);

    /// Names and how far each is. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<PagesDomain>>> domains(std::string project);
    /// Safe to repeat. @return `conflict`: it is attached already, here or elsewhere
    asio::awaitable<Result<void>> attach(std::string project, std::string domain);
    /// Safe to repeat. @return `not_found`: it is not attached
    asio::awaitable<Result<void>> detach(std::string project, std::string domain);

    /// The latest of production; nothing where there is none. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::optional<Deployment>>> latest_production(std::string project);
    /// Not safe to repeat: each is a deployment of its own.
    asio::awaitable<Result<Deployment>> deploy(std::string project, NewDeployment made);
    /// Up to `most` of the oldest that do not serve. Safe to repeat. @return how many went
    asio::awaitable<Result<std::size_t>> drop_old(std::string project, std::string serving,
                                                  std::size_t most);

private:
    [[nodiscard]] std::string path(const std::string& project, std::string_view below = "") const;

    Account& account_;
};

/// @return `unavailable`: it is none
Result<PagesProject> parse_pages_project(const json& shown);
/// @return nothing where `shown` is none
std::optional<Deployment> parse_deployment(const json& shown);

/// Fields of a form as multipart/form-data; those with a file's name are files.
struct FormField {
    std::string name;
    std::string content;
    std::string file = {};
};
struct FormBody {
    std::string content_type;
    std::string body;
};
FormBody make_form(const std::vector<FormField>& fields);

}  // namespace driftless::cloudflare
