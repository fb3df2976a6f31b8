#include "providers/azure/container_apps.hpp"

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

bool is_true(const json& object, const char* key) {
    const json& value = at(object, key);
    return value.is_boolean() && value.get<bool>();
}

Revision revision_of(const json& body) {
    const json& told = at(body, "properties");
    Revision revision;
    revision.name = text_at(body, "name");
    revision.active = is_true(told, "active");
    revision.provisioning = text_at(told, "provisioningState");
    revision.running = text_at(told, "runningState");
    revision.health = text_at(told, "healthState");
    revision.error = text_at(told, "provisioningError");
    revision.created = text_at(told, "createdTime");
    revision.details = text_at(told, "runningStateDetails");
    revision.body_template = at(told, "template");
    return revision;
}

void add_containers(const json& told, Replica& replica) {
    if (!told.is_array()) return;
    for (const json& one : told) {
        ReplicaContainer container;
        container.name = text_at(one, "name");
        container.ready = is_true(one, "ready");
        container.running = text_at(one, "runningState");
        container.details = text_at(one, "runningStateDetails");
        const json& restarts = at(one, "restartCount");
        if (restarts.is_number_integer()) container.restarts = restarts.get<int>();
        replica.containers.push_back(std::move(container));
    }
}

Replica replica_of(const json& body) {
    const json& told = at(body, "properties");
    Replica replica;
    replica.name = text_at(body, "name");
    replica.created = text_at(told, "createdTime");
    add_containers(at(told, "initContainers"), replica);
    add_containers(at(told, "containers"), replica);
    return replica;
}

Execution execution_of(const json& body) {
    const json& told = at(body, "properties");
    return {text_at(body, "name"), text_at(told, "status"), text_at(told, "startTime"),
            text_at(told, "endTime")};
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
    Revision revision = revision_of(answer->body);
    revision.name = std::move(name);
    co_return revision;
}

asio::awaitable<Result<std::vector<Revision>>> ContainerApps::revisions(std::string app) {
    std::vector<Revision> all;
    TakeItem take = [&all](const json& item) -> Result<void> {
        all.push_back(revision_of(item));
        return {};
    };
    std::string target = call(net::Method::get, app + "/revisions").target;
    const auto listed = co_await arm_.list(std::move(target), std::move(take));
    if (!listed) co_return listed.error();
    co_return all;
}

asio::awaitable<Result<std::vector<Replica>>> ContainerApps::replicas(std::string app,
                                                                      std::string revision) {
    Call look = call(net::Method::get, app + "/revisions/" + revision + "/replicas");
    const auto answer = co_await arm_.send(std::move(look));
    if (!answer) co_return answer.error();
    std::vector<Replica> all;
    const json& replicas = at(answer->body, "value");
    if (!replicas.is_array()) co_return all;
    for (const json& replica : replicas) all.push_back(replica_of(replica));
    co_return all;
}

asio::awaitable<Result<std::vector<Execution>>> ContainerApps::executions(std::string job) {
    std::vector<Execution> all;
    TakeItem take = [&all](const json& item) -> Result<void> {
        all.push_back(execution_of(item));
        return {};
    };
    std::string target = call(net::Method::get, job + "/executions").target;
    const auto listed = co_await arm_.list(std::move(target), std::move(take));
    if (!listed) co_return listed.error();
    co_return all;
}

asio::awaitable<Result<void>> ContainerApps::post(std::string path) {
    Call action = call(net::Method::post, path);
    const auto answer = co_await arm_.send(std::move(action));
    if (!answer) co_return answer.error();
    co_return Result<void>{};
}

asio::awaitable<Result<void>> ContainerApps::restart(std::string app, std::string revision) {
    co_return co_await post(app + "/revisions/" + revision + "/restart");
}

asio::awaitable<Result<void>> ContainerApps::deactivate(std::string app, std::string revision) {
    co_return co_await post(app + "/revisions/" + revision + "/deactivate");
}

}  // namespace driftless::azure
