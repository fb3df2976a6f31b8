#include "providers/docker/networks.hpp"

#include "providers/docker/requests.hpp"

namespace driftless::docker {
namespace {

using net::Method;
using json = nlohmann::json;

std::string path_of(std::string_view id, std::string_view rest) {
    return fmt::format("/networks/{}{}", percent_encoded(id), rest);
}

}  // namespace

asio::awaitable<Result<std::vector<json>>> Networks::list() {
    auto request = request_to(Method::get, "/networks");
    auto response = co_await engine_.send(std::move(request));
    if (!response) co_return std::move(response).error().in("list networks");
    auto body = parse_body(*response);
    if (!body) co_return std::move(body).error().in("list networks");
    auto networks = objects_of(*std::move(body));
    if (!networks) co_return std::move(networks).error().in("list networks");
    co_return networks;
}

asio::awaitable<Result<json>> Networks::inspect(std::string id) {
    auto request = request_to(Method::get, path_of(id, ""));
    co_return co_await ask(engine_, std::move(request), "inspect network " + in_quotes(id));
}

asio::awaitable<Result<std::string>> Networks::create(json body) {
    body["CheckDuplicate"] = true;  // below API 1.44 two may have one name
    const auto name = text_at(body, "Name");
    if (!name) co_return Error{Errc::invalid, "create network: it has no name"};
    const auto doing = "create network " + in_quotes(*name);
    auto request = request_with(Method::post, "/networks/create", body);
    request.deadline = std::chrono::seconds{60};
    const auto answer = co_await ask(engine_, std::move(request), doing);
    if (!answer) co_return answer.error();
    auto id = text_at(*answer, "Id");
    if (!id) co_return std::move(id).error().in(doing);
    co_return id;
}

asio::awaitable<Result<void>> Networks::connect(std::string id, json body) {
    auto request = request_with(Method::post, path_of(id, "/connect"), body);
    co_return co_await act(engine_, std::move(request), "connect to network " + in_quotes(id));
}

asio::awaitable<Result<void>> Networks::disconnect(std::string id, std::string container) {
    json body;
    body["Container"] = container;
    auto request = request_with(Method::post, path_of(id, "/disconnect"), body);
    auto doing = fmt::format("disconnect {} from network {}", in_quotes(container), in_quotes(id));
    co_return co_await act(engine_, std::move(request), std::move(doing));
}

asio::awaitable<Result<void>> Networks::remove(std::string id) {
    auto target = path_of(id, "");
    co_return co_await docker::remove(engine_, std::move(target),
                                      "remove network " + in_quotes(id));
}

}  // namespace driftless::docker
