#include "reconcilers/docker/container_observe.hpp"
#include "reconcilers/docker/container_steps.hpp"
#include "reconcilers/docker/content.hpp"
#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/tags.hpp"

namespace driftless::docker {
namespace {

Result<Creation> creation_of(const ContainerChange& change, PassedOn passed_on, ApiVersion api) {
    const Declared& want = *change.action.want;
    const auto spec = sealed(want.spec, change.run.vault, change.run.facts.board);
    if (!spec) return spec.error();
    Creation creation;
    creation.installation = change.access.installation;
    const auto image = change.access.images_here.find(image_key(want.spec));
    if (image != change.access.images_here.end()) creation.image = image->second;
    creation.digest = change.action.digest;
    creation.sealed_files = in(*spec, "files");
    if (api >= files_by_subpath) {
        creation.files_volume = volume_of_files(creation.installation, creation.sealed_files);
    }
    creation.passed_on = std::move(passed_on);
    creation.api = api;
    return creation;
}

asio::awaitable<Result<void>> put_files(ContainerChange change, std::string id) {
    auto files = co_await read_files_of(change.access.lane, change.run, *change.action.want);
    if (!files) co_return std::move(files).error();
    if (files->empty()) co_return Result<void>{};
    std::string tar = write_tar(*files);
    co_return co_await change.access.containers.put_archive(std::move(id), "/", std::move(tar));
}

/// Below API 1.44 a create takes one network; the others follow, save those that are there already.
asio::awaitable<Result<void>> connect_later(ContainerChange change, std::string id,
                                            const json& container) {
    const auto api = co_await change.access.engine.version();
    if (!api) co_return api.error();
    const auto later = later_networks(change.action.want->spec, *api);
    for (const auto& [network, settings] : later) {
        if (!in(at(container, "/NetworkSettings/Networks"), network).is_null()) continue;
        json body = settings;
        body["Container"] = id;
        auto connected = co_await change.access.networks.connect(network, std::move(body));
        if (!connected) co_return connected;
    }
    co_return Result<void>{};
}

/// What its kernel can't do an engine leaves out, with a warning: then that is no container as
/// declared, and it would never become one.
asio::awaitable<Result<void>> refuse_what_was_left_out(ContainerChange change, std::string id,
                                                       std::vector<std::string> warnings) {
    const json& limits = in(change.action.want->spec, "limits");
    for (const std::string& warning : warnings) {
        const auto says = [&](const char* word) { return warning.find(word) != warning.npos; };
        const bool swap = says("without swap") && limits.contains("memory_swap");
        if (!says("kernel") || !(says("discarded") || swap)) continue;
        auto removed = co_await change.access.containers.remove(std::move(id), true);
        if (!removed) co_return removed;
        co_return Error{Errc::invalid, "the engine can't give all that is declared: " + warning +
                                           " Remove that key, or set it on another host"};
    }
    co_return Result<void>{};
}

/// @param container  as it was asked for, or as it is shown
asio::awaitable<Result<void>> complete_and_start(ContainerChange change, std::string id,
                                                 json container) {
    auto connected = co_await connect_later(change, id, container);
    if (!connected) co_return connected;
    if (!mounts_files(container)) {
        auto put = co_await put_files(change, id);
        if (!put) co_return put;
    }
    co_return co_await change.access.containers.start(id);
}

}  // namespace

asio::awaitable<Result<std::string>> make_container(ContainerChange change, PassedOn passed_on) {
    const Declared& want = *change.action.want;
    const auto api = co_await change.access.engine.version();
    if (!api) co_return api.error();
    auto filled = co_await fill_volumes(change.access, change.run, want);
    if (!filled) co_return std::move(filled).error();
    const auto creation = creation_of(change, std::move(passed_on), *api);
    if (!creation) co_return creation.error();
    const auto spec = opened(want.spec, change.run.vault, change.run.facts.board);
    if (!spec) co_return spec.error();
    json body = create_request(want, *spec, *creation);
    json asked{{"HostConfig", {{"Mounts", body["HostConfig"]["Mounts"]}}}};
    std::vector<std::string> warnings;
    auto id = co_await change.access.containers.create(
        spec->value("name", ""), spec->value("platform", ""), std::move(body), &warnings);
    if (!id) co_return id;
    auto whole = co_await refuse_what_was_left_out(change, *id, std::move(warnings));
    if (!whole) co_return std::move(whole).error();
    auto started = co_await complete_and_start(change, *id, std::move(asked));
    if (!started) co_return std::move(started).error();
    co_return id;
}

asio::awaitable<Result<void>> start_made(ContainerChange change, std::string id) {
    auto shown = co_await change.access.containers.inspect(id);
    if (!shown) co_return std::move(shown).error();
    co_return co_await complete_and_start(change, std::move(id), *std::move(shown));
}

asio::awaitable<Result<Done>> create_container(ContainerChange change) {
    auto id = co_await make_container(change, PassedOn{});
    if (!id) co_return std::move(id).error();
    Done done;
    done.id = *std::move(id);
    co_return done;
}

PassedOn volumes_to_pass_on(const json& container, const ImageDefaults& image, const json& want) {
    PassedOn volumes;
    for (const json& mount : at(container, "/Mounts")) {
        const std::string target = shown_text(mount, "/Destination");
        const std::string name = shown_text(mount, "/Name");
        const bool anonymous = shown_text(mount, "/Type") == "volume" && name.size() == 64 &&
                               name.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (!anonymous) continue;
        bool declared = image.volumes.contains(target);
        for (const json& other : in(want, "mounts")) {
            if (other["target"] == target) declared = other["source"] == "";
        }
        if (declared) volumes[target] = name;
    }
    return volumes;
}

}  // namespace driftless::docker
