#include "providers/docker/volumes.hpp"

#include "providers/docker/requests.hpp"

namespace driftless::docker {
namespace {

using net::Method;
using json = nlohmann::json;

std::string path_of(std::string_view name) {
    return "/volumes/" + percent_encoded(name);
}

/// The volumes of the answer. A warning says that a driver did not tell all of its own: that list
/// is no proof that a volume is absent.
Result<std::vector<json>> volumes_of(json answer) {
    const auto warnings = answer.find("Warnings");
    if (warnings != answer.end() && warnings->is_array() && !warnings->empty()) {
        const auto& first = warnings->front();
        return Error{Errc::unavailable,
                     "the engine could not list all: " +
                         in_quotes(first.is_string() ? first.get<std::string>() : first.dump())};
    }
    const auto volumes = answer.find("Volumes");
    if (volumes == answer.end()) return Error{Errc::invalid, "the answer has no Volumes"};
    if (volumes->is_null()) return std::vector<json>{};
    return objects_of(std::move(*volumes));
}

}  // namespace

asio::awaitable<Result<std::vector<json>>> Volumes::list() {
    return list_at("/volumes");
}

asio::awaitable<Result<std::vector<json>>> Volumes::list_unused(std::string label) {
    const json filters{{"dangling", {"true"}}, {"label", {std::move(label)}}};
    return list_at("/volumes?filters=" + percent_encoded(filters.dump()));
}

asio::awaitable<Result<std::vector<json>>> Volumes::list_at(std::string target) {
    auto request = request_to(Method::get, std::move(target));
    auto answer = co_await ask(engine_, std::move(request), "list volumes");
    if (!answer) co_return std::move(answer).error();
    auto volumes = volumes_of(*std::move(answer));
    if (!volumes) co_return std::move(volumes).error().in("list volumes");
    co_return volumes;
}

asio::awaitable<Result<json>> Volumes::inspect(std::string name) {
    auto request = request_to(Method::get, path_of(name));
    co_return co_await ask(engine_, std::move(request), "inspect volume " + in_quotes(name));
}

asio::awaitable<Result<void>> Volumes::create(json body) {
    const auto name = text_at(body, "Name");
    if (!name) co_return Error{Errc::invalid, "create volume: it has no name"};
    auto request = request_with(Method::post, "/volumes/create", body);
    request.deadline = std::chrono::seconds{60};
    co_return co_await act(engine_, std::move(request), "create volume " + in_quotes(*name));
}

asio::awaitable<Result<void>> Volumes::remove(std::string name) {
    auto target = path_of(name);
    co_return co_await docker::remove(engine_, std::move(target),
                                      "remove volume " + in_quotes(name));
}

}  // namespace driftless::docker
