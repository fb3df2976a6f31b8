#include "providers/azure/container_apps.hpp"

#include <fmt/format.h>

namespace driftless::azure {
namespace {

const json& at(const json& object, const char* key) {
    static const json none;
    return object.is_object() && object.contains(key) ? object.at(key) : none;
}

std::string text_at(const json& object, const char* key) {
    const json& value = at(object, key);
    return value.is_string() ? value.get<std::string>() : "";
}

void add_trouble(std::string& told, const json& container) {
    const json& ready = at(container, "ready");
    if (ready.is_boolean() && ready.get<bool>()) return;
    std::string one = "container " + text_at(container, "name");
    for (const char* key : {"runningState", "runningStateDetails"}) {
        const std::string text = text_at(container, key);
        if (!text.empty()) one += ": " + text;
    }
    const json& restarts = at(container, "restartCount");
    const bool restarted = restarts.is_number_integer() && restarts.get<int>() > 0;
    if (restarted) one += fmt::format(", restarted {} times", restarts.get<int>());
    told += (told.empty() ? "" : "; ") + one;
}

}  // namespace

Call ContainerApps::call(net::Method method, const std::string& path) const {
    Call call;
    call.method = method;
    call.target = path + "?api-version=" + api_version_;
    return call;
}

asio::awaitable<Result<Revision>> ContainerApps::revision(std::string app, std::string name) {
    Call look = call(net::Method::get, app + "/revisions/" + name);
    const auto answer = co_await arm_.send(std::move(look));
    if (!answer) co_return answer.error();
    const json& told = at(answer->body, "properties");
    Revision revision;
    revision.name = std::move(name);
    const json& active = at(told, "active");
    revision.active = active.is_boolean() && active.get<bool>();
    revision.provisioning = text_at(told, "provisioningState");
    revision.running = text_at(told, "runningState");
    revision.health = text_at(told, "healthState");
    revision.error = text_at(told, "provisioningError");
    revision.created = text_at(told, "createdTime");
    co_return revision;
}

asio::awaitable<Result<std::string>> ContainerApps::trouble_of(std::string app,
                                                               std::string revision) {
    Call look = call(net::Method::get, app + "/revisions/" + revision + "/replicas");
    const auto answer = co_await arm_.send(std::move(look));
    if (!answer) co_return answer.error();
    std::string told;
    const json& replicas = at(answer->body, "value");
    for (const json& replica : replicas.is_array() ? replicas : json::array()) {
        const json& containers = at(at(replica, "properties"), "containers");
        for (const json& container : containers.is_array() ? containers : json::array()) {
            add_trouble(told, container);
        }
        if (!told.empty()) break;  // the others have the same
    }
    co_return told;
}

asio::awaitable<Result<void>> ContainerApps::restart(std::string app, std::string revision) {
    Call restart = call(net::Method::post, app + "/revisions/" + revision + "/restart");
    const auto answer = co_await arm_.send(std::move(restart));
    if (!answer) co_return answer.error();
    co_return Result<void>{};
}

}  // namespace driftless::azure
