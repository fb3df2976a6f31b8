#include "providers/docker/containers.hpp"

#include "providers/docker/log_text.hpp"
#include "providers/docker/requests.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;
using net::Method;

constexpr auto stop_slack = 15s;  // the engine kills after the grace and takes a moment to tell

std::string path_of(std::string_view id, std::string_view rest) {
    return fmt::format("/containers/{}{}", percent_encoded(id), rest);
}

std::string archive_path(std::string_view id, std::string_view path) {
    return path_of(id, "/archive?path=" + percent_encoded(path));
}

}  // namespace

asio::awaitable<Result<std::vector<ContainerSummary>>> Containers::list() {
    auto request = request_to(Method::get, "/containers/json?all=1");
    auto response = co_await engine_.send(std::move(request));
    if (!response) co_return std::move(response).error().in("list containers");
    auto containers = reader_.read(response->body);
    if (!containers) co_return std::move(containers).error().in("list containers");
    co_return containers;
}

asio::awaitable<Result<json>> Containers::inspect(std::string id) {
    auto request = request_to(Method::get, path_of(id, "/json"));
    co_return co_await ask(engine_, std::move(request), "inspect container " + in_quotes(id));
}

asio::awaitable<Result<std::string>> Containers::create(std::string name, std::string platform,
                                                        json body,
                                                        std::vector<std::string>* warnings) {
    auto target = "/containers/create?name=" + percent_encoded(name);
    if (!platform.empty()) target += "&platform=" + percent_encoded(platform);
    auto request = request_with(Method::post, std::move(target), body);
    request.deadline = 120s;
    const auto doing = "create container " + in_quotes(name);
    const auto answer = co_await ask(engine_, std::move(request), doing);
    if (!answer) co_return answer.error();
    auto id = text_at(*answer, "Id");
    if (!id) co_return std::move(id).error().in(doing);
    const auto told = answer->find("Warnings");
    if (warnings != nullptr && told != answer->end() && told->is_array()) {
        for (const json& one : *told) {
            if (one.is_string()) warnings->push_back(one);
        }
    }
    co_return id;
}

asio::awaitable<Result<void>> Containers::start(std::string id) {
    auto request = request_to(Method::post, path_of(id, "/start"));
    request.deadline = 60s;
    co_return co_await act(engine_, std::move(request), "start container " + in_quotes(id));
}

asio::awaitable<Result<void>> Containers::stop(std::string id, std::chrono::seconds grace) {
    auto target = path_of(id, fmt::format("/stop?t={}", grace.count()));
    auto request = request_to(Method::post, std::move(target));
    request.deadline = grace + stop_slack;
    co_return co_await act(engine_, std::move(request), "stop container " + in_quotes(id));
}

asio::awaitable<Result<void>> Containers::rename(std::string id, std::string name) {
    auto request = request_to(Method::post, path_of(id, "/rename?name=" + percent_encoded(name)));
    auto doing = fmt::format("rename container {} to {}", in_quotes(id), in_quotes(name));
    co_return co_await act(engine_, std::move(request), std::move(doing));
}

asio::awaitable<Result<void>> Containers::update(std::string id, json body) {
    auto request = request_with(Method::post, path_of(id, "/update"), body);
    co_return co_await act(engine_, std::move(request), "update container " + in_quotes(id));
}

asio::awaitable<Result<void>> Containers::remove(std::string id, bool force) {
    auto target = path_of(id, force ? "?force=1" : "");
    co_return co_await docker::remove(engine_, std::move(target),
                                      "remove container " + in_quotes(id));
}

asio::awaitable<Result<void>> Containers::remove_unused(std::string id) {
    auto target = path_of(id, "?v=1");
    co_return co_await docker::remove(engine_, std::move(target),
                                      "remove container " + in_quotes(id));
}

asio::awaitable<Result<void>> Containers::put_archive(std::string id, std::string folder,
                                                      std::string tar) {
    // Without copyUIDGID the archive's owners count. With it the engine would look up the
    // container's user on the host, and give him all, or fail.
    auto target = archive_path(id, folder) + "&noOverwriteDirNonDir=1";
    auto request = request_to(Method::put, std::move(target));
    request.headers.emplace_back("Content-Type", "application/x-tar");
    request.body = std::move(tar);
    request.deadline = 120s;
    auto doing = fmt::format("put files into {} of container {}", in_quotes(folder), in_quotes(id));
    co_return co_await act(engine_, std::move(request), std::move(doing));
}

asio::awaitable<Result<std::string>> Containers::get_archive(std::string id, std::string path,
                                                             std::size_t max_bytes) {
    auto request = request_to(Method::get, archive_path(id, path));
    request.max_body = max_bytes;
    auto response = co_await engine_.send(std::move(request));
    if (response) co_return std::move(response->body);
    const auto doing = fmt::format("read {} of container {}", in_quotes(path), in_quotes(id));
    co_return std::move(response).error().in(doing);
}

asio::awaitable<Result<std::string>> Containers::log_tail(std::string id, int lines) {
    auto target = path_of(id, fmt::format("/logs?stdout=1&stderr=1&tail={}", lines));
    auto request = request_to(Method::get, std::move(target));
    request.max_body = 4u << 20;
    auto response = co_await engine_.send(std::move(request));
    if (response) co_return plain_log(response->body, lines);
    co_return std::move(response).error().in("read the log of container " + in_quotes(id));
}

}  // namespace driftless::docker
