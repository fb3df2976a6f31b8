#include <algorithm>
#include <set>

#include "reconcilers/docker/container_observe.hpp"
#include "reconcilers/docker/container_steps.hpp"
#include "reconcilers/docker/content.hpp"
#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/tags.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;

/// What an update has to do, by the fields that differ.
struct Differences {
    bool settings = false;  ///< restart policy, limits
    bool name = false;
    bool running = false;
    std::set<std::string> networks;
};

Differences differences_of(const Action& action) {
    Differences what;
    for (const FieldChange& field : action.fields) {
        const Steps steps = steps_of(field.path);
        if (steps.empty()) continue;
        if (steps[0] == "restart" || steps[0] == "limits") what.settings = true;
        if (steps[0] == "name") what.name = true;
        if (steps[0] == "running") what.running = true;
        if (steps[0] == "networks" && steps.size() > 1) what.networks.insert(steps[1]);
    }
    return what;
}

json settings_of(const json& spec) {
    json body = resource_limits(spec);
    body["RestartPolicy"] = restart_policy(spec["restart"]);
    // Memory above the stored swap is refused, so both go together; unset swap is twice the memory.
    const json& memory = in(in(spec, "limits"), "memory");
    if (!memory.is_null() && !body.contains("MemorySwap")) {
        body["MemorySwap"] = 2 * memory.get<std::int64_t>();
    }
    return body;
}

/// Connected as declared: taken off first where it is connected otherwise.
asio::awaitable<Result<void>> reconnect(ContainerChange change, std::string network) {
    const std::string id = change.action.have->id;
    Networks& networks = change.access.networks;
    const auto off = co_await networks.disconnect(network, id);
    if (!off && off.error().code != Errc::not_found && off.error().code != Errc::forbidden &&
        off.error().code != Errc::unavailable) {
        co_return off.error();  // the others also say that it wasn't connected
    }
    const json& wanted = in(in(change.action.want->spec, "networks"), network);
    if (wanted.is_null()) co_return off;
    const auto api = co_await change.access.engine.version();
    if (!api) co_return api.error();
    json body{{"Container", id}, {"EndpointConfig", endpoint_settings(wanted, *api)}};
    co_return co_await networks.connect(network, std::move(body));
}

asio::awaitable<Result<void>> start_again(ContainerChange change) {
    const std::string id = change.action.have->id;
    const auto container = co_await change.access.containers.inspect(id);
    if (!container) co_return container.error();
    if (shown_text(*container, "/State/Status") == "created") {
        co_return co_await start_made(change, id);
    }
    co_return co_await change.access.containers.start(id);
}

/// Only the digest differs, and the pull told that it means the image that runs already.
bool is_same_image(const ContainerChange& change, const json& container) {
    const bool digest_alone =
        std::ranges::all_of(change.action.fields,
                            [](const FieldChange& field) { return field.path == "/image_digest"; });
    const auto image = change.access.images_here.find(image_key(change.action.want->spec));
    return digest_alone && !change.action.aside && image != change.access.images_here.end() &&
           image->second.id == shown_text(container, "/Image");
}

/// As the look right before this step saw it: it is not read twice.
asio::awaitable<Result<json>> just_seen(ContainerChange change) {
    auto seen = change.access.just_seen.extract(change.action.have->id);
    if (!seen.empty()) co_return std::move(seen.mapped());
    co_return co_await change.access.containers.inspect(change.action.have->id);
}

std::chrono::seconds stop_grace(const json& container) {
    const json& timeout = at(container, "/Config/StopTimeout");
    return timeout.is_number() ? std::chrono::seconds{timeout.get<std::int64_t>()} : 10s;
}

Done begun(std::string id) {
    Done done;
    done.done = false;
    done.id = std::move(id);
    return done;
}

/// An engine that is away will be back; all else that it says is about the content. Where it finds
/// no room, the old one serves on until somebody has made some.
bool is_about_content(const Error& error) {
    return error.code == Errc::invalid || error.code == Errc::conflict ||
           error.code == Errc::not_found || error.code == Errc::forbidden || is_disk_full(error);
}

}  // namespace

asio::awaitable<Result<Done>> update_container(ContainerChange change) {
    const std::string id = change.action.have->id;
    const json& spec = change.action.want->spec;
    const Differences what = differences_of(change.action);
    change.access.cache.forget(id);
    for (const std::string& network : what.networks) {
        auto connected = co_await reconnect(change, network);
        if (!connected) co_return std::move(connected).error();
    }
    if (what.name) {
        auto renamed = co_await change.access.containers.rename(id, spec.value("name", ""));
        if (!renamed) co_return std::move(renamed).error();
    }
    if (what.settings) {
        json body = settings_of(spec);
        auto updated = co_await change.access.containers.update(id, std::move(body));
        if (!updated) co_return std::move(updated).error();
    }
    if (what.running) {
        auto started = co_await start_again(change);
        if (!started) co_return std::move(started).error();
    }
    Done done;
    done.id = id;
    co_return done;
}

/// Its kept name comes first: after a crash it tells, without any memory of ours, that what is
/// stopped here waits for something.
asio::awaitable<Result<void>> set_aside(EngineAccess& access, json container) {
    const std::string id = shown_text(container, "/Id");
    access.cache.forget(id);
    if (normal_restart(container) != "no") {
        json body{{"RestartPolicy", restart_policy("no")}};
        auto updated = co_await access.containers.update(id, std::move(body));
        if (!updated) co_return updated;
    }
    std::string name = shown_text(container, "/Name");
    if (name.starts_with('/')) name.erase(0, 1);
    if (kept_name(id, name).empty()) {
        auto renamed = co_await access.containers.rename(id, name_to_keep(id, name));
        if (!renamed) co_return renamed;
    }
    co_return co_await access.containers.stop(id, stop_grace(container));
}

/// Its own name comes last: until then anybody sees that it is on its way back.
asio::awaitable<Result<void>> bring_back(ContainerChange change, json container) {
    const std::string id = shown_text(container, "/Id");
    const std::string restart =
        change.action.want ? change.action.want->spec.value("restart", "no") : "no";
    if (normal_restart(container) != restart) {
        json body{{"RestartPolicy", restart_policy(restart)}};
        auto updated = co_await change.access.containers.update(id, std::move(body));
        if (!updated) co_return updated;
    }
    auto started = co_await change.access.containers.start(id);
    if (!started) co_return started;
    std::string name = shown_text(container, "/Name");
    if (name.starts_with('/')) name.erase(0, 1);
    const std::string before = kept_name(id, name);
    if (before.empty()) co_return Result<void>{};
    co_return co_await change.access.containers.rename(id, before);
}

asio::awaitable<Result<Done>> replace_container(ContainerChange change) {
    auto old = co_await just_seen(change);
    if (!old) co_return std::move(old).error();
    if (is_same_image(change, *old)) {
        change.access.cache.forget(change.action.have->id);
        Done nothing;
        nothing.id = change.action.have->id;
        nothing.why = "the tag moved to a digest of the same image";
        co_return nothing;
    }
    const auto image = co_await defaults_of(change.access, *old);
    if (!image) co_return image.error();
    PassedOn passed_on = volumes_to_pass_on(*old, *image, change.action.want->spec);
    auto filled = co_await fill_volumes(change.access, change.run, *change.action.want);
    if (!filled) co_return std::move(filled).error();
    auto aside = co_await set_aside(change.access, *old);
    if (!aside) co_return std::move(aside).error();
    if (change.action.aside) co_return begun(shown_text(*old, "/Id"));
    auto made = co_await make_container(change, std::move(passed_on));
    if (made) co_return begun(*std::move(made));
    if (!is_about_content(made.error())) co_return std::move(made).error();
    Done failed = begun(shown_text(*old, "/Id"));
    failed.content_failed = true;
    failed.why = made.error().message;
    co_return failed;
}

asio::awaitable<Result<Done>> remove_container(ContainerChange change) {
    if (change.action.have->self) {
        co_return Error{Errc::forbidden, "remove: driftless itself runs in this container"};
    }
    auto container = co_await just_seen(change);
    Done done;
    if (!container && container.error().code == Errc::not_found) co_return done;
    if (!container) co_return std::move(container).error();
    auto aside = co_await set_aside(change.access, *container);
    if (!aside) co_return std::move(aside).error();
    done = begun(change.action.have->id);
    done.look_again =
        std::chrono::duration_cast<std::chrono::milliseconds>(change.run.facts.policy.grace);
    done.note = {{"kept_since", net::to_string(change.run.clock.wall())}};
    done.why = "stopped, and kept for a while";
    co_return done;
}

}  // namespace driftless::docker
