#include "reconcilers/docker/content.hpp"

#include <algorithm>
#include <set>

#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/digests.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/tags.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::docker {
namespace {

constexpr const char* filled_at = "/driftless-files";

std::string filler_name(const std::string& volume) {
    return "driftless-fill-" + volume.substr(marks::content_volume.size());
}

Result<std::string> opened_text(const Run& run, const json& text) {
    const auto plain = run.vault.open(text.get_ref<const std::string&>(), run.facts.board);
    if (!plain) return plain.error();
    return std::string{plain->reveal()};
}

Result<std::vector<TarFile>> files_in(const Files& files, const std::string& folder) {
    const std::string root = folder == "." ? "" : folder;
    std::vector<TarFile> all;
    const auto entries = files.list(root);
    if (!entries) {
        if (entries.error().code == Errc::not_found) return all;  // all of it is provided
        return entries.error();
    }
    for (const FileEntry& entry : *entries) {
        auto bytes = files.read(entry.path);
        if (!bytes) return std::move(bytes).error();
        const std::size_t above = root.empty() ? 0 : root.size() + 1;
        all.push_back(
            {entry.path.substr(above), *std::move(bytes), entry.executable ? 0555 : 0444});
    }
    return all;
}

Error no_files(const Declared& want) {
    return {Errc::unavailable,
            "read the files of commit " + want.origin.commit + ": it is not at hand"};
}

/// What stands behind the "content" of one file: its blob, or a text of the spec itself. Only reads
/// of the commit's files go to the lane.
asio::awaitable<Result<std::string>> bytes_of(net::Lane& lane, Run& run, const Declared& want,
                                              json content) {
    const json blob = in(want.blobs, content.get_ref<const std::string&>());
    if (!blob.contains("path")) {
        co_return opened_text(run, blob.contains("text") ? blob["text"] : content);
    }
    const Files* files = run.files_of(want.origin.commit);
    if (files == nullptr) co_return no_files(want);
    const std::string path = blob["path"];
    std::function<Result<std::string>()> work = [files, path] { return files->read(path); };
    co_return co_await net::run_blocking<Result<std::string>>(lane, std::move(work));
}

/// As its own container is made from: a followed tag was pulled by its digest.
json image_for(const EngineAccess& access, const Declared& want) {
    const auto here = access.images_here.find(image_key(want.spec));
    const bool named = here != access.images_here.end() && !here->second.name.empty();
    return named ? json(here->second.name) : want.spec["image"];
}

json filler_request(const EngineAccess& access, const Declared& want, const std::string& volume) {
    json labels{{std::string{marks::installation}, access.installation},
                {std::string{marks::content}, volume}};
    json mount{{"Type", "volume"}, {"Source", volume}, {"Target", filled_at}};
    mount["VolumeOptions"]["Labels"] = labels;
    json body{{"Image", image_for(access, want)}, {"Cmd", {"true"}}, {"Labels", labels}};
    body["HostConfig"]["Mounts"] = json::array({std::move(mount)});
    body["HostConfig"]["NetworkMode"] = "none";
    return body;
}

asio::awaitable<Result<std::vector<TarFile>>> files_for(net::Lane& lane, Run& run,
                                                        const Declared& want, std::string volume) {
    if (want.blobs.contains(volume)) return read_folder(lane, run, want, std::move(volume));
    return read_files_of(lane, run, want);
}

/// The volume is made together with the container that fills it, and that one is removed when it is
/// full: a volume without one is complete, whatever crashed when.
asio::awaitable<Result<void>> fill(EngineAccess& access, Run& run, const Declared& want,
                                   std::string volume) {
    const std::string filler = filler_name(volume);
    auto files = co_await files_for(access.lane, run, want, volume);
    if (!files) co_return std::move(files).error();
    json body = filler_request(access, want, volume);
    const std::string platform = want.spec.value("platform", "");
    const auto made = co_await access.containers.create(filler, platform, std::move(body));
    if (!made && made.error().code != Errc::conflict) co_return made.error();
    std::string tar = write_tar(*files);
    const std::string id = made ? *made : filler;
    auto put = co_await access.containers.put_archive(id, filled_at, std::move(tar));
    if (!put) co_return put;
    co_return co_await access.containers.remove_unused(id);
}

/// The volume of its files by themselves; empty where it has none, or while one of them is late.
std::string files_volume_of(const EngineAccess& access, const Run& run, const Declared& want) {
    if (in(want.spec, "files").empty()) return {};
    const auto spec = seal_spec(want, run.vault, run.facts.board);
    return spec ? volume_of_files(access.installation, in(spec->spec(), "files")) : "";
}

asio::awaitable<Result<bool>> is_full(EngineAccess& access, std::string volume) {
    const auto there = co_await access.volumes.inspect(volume);
    if (!there && there.error().code == Errc::not_found) co_return false;
    if (!there) co_return there.error();
    const auto filler = co_await access.containers.inspect(filler_name(volume));
    if (filler) co_return false;
    if (filler.error().code == Errc::not_found) co_return true;
    co_return filler.error();
}

/// One at a time for each volume: two that need the same one would fill it at once, and the first
/// to end would take the second one's filler away.
asio::awaitable<Result<void>> fill_once(EngineAccess& access, Run& run, const Declared& want,
                                        std::string volume) {
    std::erase_if(access.filling, [](const auto& entry) { return entry.second.expired(); });
    auto turns = access.filling[volume].lock();
    if (!turns) {
        turns = std::make_shared<net::Turns>(co_await asio::this_coro::executor, 1);
        access.filling[volume] = turns;
    }
    const auto turn = co_await turns->take();
    if (!turn) co_return turn.error();
    const auto full = co_await is_full(access, volume);
    if (!full) co_return full.error();
    if (*full) co_return Result<void>{};
    co_return co_await fill(access, run, want, std::move(volume));
}

}  // namespace

asio::awaitable<Result<std::vector<TarFile>>> read_folder(net::Lane& lane, Run& run,
                                                          const Declared& want,
                                                          std::string volume) {
    using Answer = Result<std::vector<TarFile>>;
    const Files* files = run.files_of(want.origin.commit);
    if (files == nullptr) co_return no_files(want);
    const json blob = in(want.blobs, volume);
    const std::string folder = blob["folder"];
    std::function<Answer()> work = [files, folder] { return files_in(*files, folder); };
    Answer all = co_await net::run_blocking<Answer>(lane, std::move(work));
    if (!all) co_return all;
    for (const auto& [path, text] : blob["provided"].items()) {
        auto bytes = opened_text(run, text);
        if (!bytes) co_return std::move(bytes).error();
        const std::string name = path;
        std::erase_if(*all, [&](const TarFile& file) { return file.path == name; });
        all->push_back({name, *std::move(bytes)});
    }
    co_return all;
}

asio::awaitable<Result<std::vector<TarFile>>> read_files_of(net::Lane& lane, Run& run,
                                                            const Declared& want) {
    std::vector<TarFile> all;
    const json files = in(want.spec, "files");
    for (const auto& [target, file] : files.items()) {
        auto bytes = co_await bytes_of(lane, run, want, file["content"]);
        if (!bytes) co_return std::move(bytes).error();
        all.push_back(
            {target.substr(1), *std::move(bytes), file["mode"], file["uid"], file["gid"]});
    }
    co_return all;
}

std::string volume_of_files(const std::string& installation, const json& sealed_files) {
    if (!sealed_files.is_object() || sealed_files.empty()) return {};
    const std::string all = installation + "\nfiles " + sealed_files.dump();
    return std::string{marks::content_volume} + sha256_of(all).substr(7, 32);
}

bool mounts_files(const json& container) {
    const json& mounts = at(container, "/HostConfig/Mounts");
    return mounts.is_array() && std::ranges::any_of(mounts, [](const json& mount) {
               return shown_text(mount, "/Source").starts_with(marks::content_volume) &&
                      !shown_text(mount, "/VolumeOptions/Subpath").empty();
           });
}

asio::awaitable<Result<void>> fill_volumes(EngineAccess& access, Run& run, const Declared& want) {
    const auto api = co_await access.engine.version();
    if (!api) co_return api.error();
    std::vector<std::string> volumes;
    for (const json& mount : want.spec["mounts"]) {
        if (want.blobs.contains(mount["source"].get<std::string>()))
            volumes.push_back(mount["source"]);
    }
    const std::string of_files = files_volume_of(access, run, want);
    if (*api >= files_by_subpath && !of_files.empty()) volumes.push_back(of_files);
    for (const std::string& volume : volumes) {
        auto full = co_await fill_once(access, run, want, volume);
        if (!full) co_return std::move(full).error().in("fill volume " + in_quotes(volume));
    }
    co_return Result<void>{};
}

std::set<std::string> declared_content(const EngineAccess& access, const Run& run) {
    std::set<std::string> volumes;
    const auto add = [&](const Declared& want) {
        for (const auto& [name, blob] : want.blobs.items()) volumes.insert(name);
        volumes.insert(files_volume_of(access, run, want));
    };
    for (const auto& [key, want] : run.facts.fallback) add(want);
    if (run.facts.desired) std::ranges::for_each((*run.facts.desired)->resources, add);
    return volumes;
}

asio::awaitable<void> drop_volumes(EngineAccess& access, Run& run, json container) {
    std::set<std::string> volumes;
    for (const json& mount : at(container, "/Mounts")) {
        const std::string volume = shown_text(mount, "/Name");
        if (volume.starts_with(marks::content_volume)) volumes.insert(volume);
    }
    if (volumes.empty()) co_return;
    const std::set<std::string> declared = declared_content(access, run);
    for (const std::string& volume : volumes) {
        if (declared.contains(volume)) continue;  // somebody may be about to mount it
        static_cast<void>(co_await access.volumes.remove(volume));  // refused while it is in use
    }
}

}  // namespace driftless::docker
