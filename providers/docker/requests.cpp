#include "providers/docker/requests.hpp"

namespace driftless::docker {

using namespace std::chrono_literals;
using json = nlohmann::json;

net::Request request_to(net::Method method, std::string target) {
    net::Request request;
    request.method = method;
    request.target = std::move(target);
    return request;
}

net::Request request_with(net::Method method, std::string target, const json& body) {
    auto request = request_to(method, std::move(target));
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return request;
}

asio::awaitable<Result<void>> act(Engine& engine, net::Request request, std::string doing) {
    auto response = co_await engine.send(std::move(request));
    if (!response) co_return std::move(response).error().in(doing);
    co_return Result<void>{};
}

asio::awaitable<Result<json>> ask(Engine& engine, net::Request request, std::string doing) {
    auto response = co_await engine.send(std::move(request));
    if (!response) co_return std::move(response).error().in(doing);
    auto body = parse_body(*response);
    if (!body) co_return std::move(body).error().in(doing);
    if (!body->is_object()) co_return Error{Errc::invalid, doing + ": the answer is no object"};
    co_return body;
}

asio::awaitable<Result<void>> remove(Engine& engine, std::string target, std::string doing) {
    auto request = request_to(net::Method::del, std::move(target));
    request.deadline = 60s;
    auto removed = co_await act(engine, std::move(request), std::move(doing));
    if (removed || removed.error().code == Errc::not_found) co_return Result<void>{};
    const bool under_way = removed.error().code == Errc::conflict &&
                           removed.error().message.find("already in progress") != std::string::npos;
    if (under_way) co_return Result<void>{};
    co_return removed;
}

Result<std::string> text_at(const json& object, const std::string& key) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
    return Error{Errc::invalid, fmt::format("the answer has no {}", key)};
}

Result<std::vector<json>> objects_of(json list) {
    const Error wrong{Errc::invalid, "the answer is no list of objects"};
    if (!list.is_array()) return wrong;
    std::vector<json> objects;
    for (json& entry : list) {
        if (!entry.is_object()) return wrong;
        objects.push_back(std::move(entry));
    }
    return objects;
}

}  // namespace driftless::docker
