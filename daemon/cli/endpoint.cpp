#include "daemon/cli/endpoint.hpp"

#include <ostream>

#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/text.hpp"
#include "providers/net/unix_socket.hpp"

namespace driftless::cli {
namespace {

Errc code_for(int status) {
    switch (status) {
        case 400: return Errc::invalid;
        case 401: return Errc::unauthenticated;
        case 403: return Errc::forbidden;
        case 404: return Errc::not_found;
        case 409: return Errc::conflict;
        case 429: return Errc::rate_limited;
        default: return Errc::unavailable;
    }
}

}  // namespace

Endpoint::Endpoint(const Settings& settings, Machine& machine)
    : socket_(socket_path(settings)),
      transport_(net::make_unix_transport(machine.executor, machine.clock, socket_)) {}

Endpoint::Endpoint(std::unique_ptr<net::HttpTransport> transport)
    : transport_(std::move(transport)) {}

asio::awaitable<Result<json>> Endpoint::get(std::string path) {
    net::Request request;
    request.target = std::move(path);
    co_return co_await send(std::move(request));
}

asio::awaitable<Result<json>> Endpoint::post(std::string path, json body) {
    net::Request request;
    request.method = net::Method::post;
    request.target = std::move(path);
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    co_return co_await send(std::move(request));
}

asio::awaitable<Result<json>> Endpoint::send(net::Request request) {
    auto response = co_await transport_->send(std::move(request));
    if (!response) {
        Error error = std::move(response).error().in("ask the daemon at " + in_quotes(socket_));
        error.message += "; does `driftless run` run, with the same settings?";
        co_return error;
    }
    json body = json::parse(response->body, nullptr, false);
    if (body.is_discarded()) {
        co_return Error{Errc::invalid, "the daemon's answer is not JSON; is it another program?"};
    }
    if (response->status < 400) co_return body;
    co_return Error{code_for(response->status), text_at(body, "detail")};
}

asio::awaitable<Result<std::vector<ResourceKey>>> Endpoint::resolve(std::string text) {
    const auto all = co_await candidates();
    if (!all) co_return all.error();
    co_return look_up(text, *all);
}

asio::awaitable<Result<std::vector<Candidate>>> Endpoint::candidates() {
    auto resources = co_await get("/api/v1/resources");
    if (!resources) co_return std::move(resources).error();
    co_return candidates_in((*resources)["resources"]);
}

std::vector<Candidate> candidates_in(const json& resources) {
    std::vector<Candidate> candidates;
    for (const json& resource : resources) {
        candidates.push_back(
            {{text_at(resource, "target"), text_at(resource, "kind"), text_at(resource, "name")},
             text_at(resource["origin"], "manifest")});
    }
    return candidates;
}

Result<Endpoint> endpoint_of(const std::string& config, Machine& machine) {
    auto settings = load_settings(config);
    if (!settings) return std::move(settings).error();
    return Endpoint{*settings, machine};
}

int fail(Machine& machine, const Error& error) {
    std::string_view rest = error.message;  // several lines are several errors: each stays one
    while (true) {
        const auto end = rest.find('\n');
        machine.err << clean(rest.substr(0, end)) << '\n';
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return exit_error;
}

}  // namespace driftless::cli
