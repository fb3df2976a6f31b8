#include <algorithm>
#include <set>

#include "reconcilers/docker/container_observe.hpp"
#include "reconcilers/docker/content.hpp"
#include "reconcilers/docker/digests.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/tar.hpp"

namespace driftless::docker {
namespace {

constexpr std::size_t most_bytes = 16u << 20;  // of a file or folder that is compared

json::iterator mount_at(json& mounts, const std::string& target) {
    return std::ranges::find_if(mounts,
                                [&](const json& mount) { return mount["target"] == target; });
}

/// A file's path in the archive begins with the last step of what was asked for.
std::string without_first_step(const std::string& path) {
    const auto slash = path.find('/');
    return slash == std::string::npos ? "" : path.substr(slash + 1);
}

/// A file as others bring it: mounted from the host, or, as Compose does with the text of a config
/// or a secret, put into the container without a note of it.
bool may_be_of_others(json& have, const std::string& target) {
    const auto mount = mount_at(have["mounts"], target);
    if (mount != have["mounts"].end()) return (*mount)["type"] == "bind";
    return !have["files"].contains(target);
}

/// Nothing is there, or another sort of thing, or too much: not as declared. All else says nothing.
bool tells_of_content(const Error& error) {
    return error.code == Errc::not_found || error.code == Errc::invalid;
}

asio::awaitable<Result<std::vector<TarFile>>> files_below(EngineAccess& access, std::string id,
                                                          std::string path) {
    auto tar = co_await access.containers.get_archive(std::move(id), std::move(path), most_bytes);
    if (!tar) co_return std::move(tar).error();
    co_return read_tar(*tar);
}

/// The content in the form of what is declared: a digest, or a seal.
std::string content_like(const json& wanted, const std::string& bytes, const Vault& vault) {
    const bool plain = wanted.is_string() && !is_seal(wanted.get_ref<const std::string&>());
    return plain ? sha256_of(bytes) : vault.seal(bytes);
}

bool same_files(const std::vector<TarFile>& have, const std::vector<TarFile>& want) {
    std::map<std::string, const std::string*> wanted;
    for (const TarFile& file : want) wanted[file.path] = &file.bytes;
    for (const TarFile& file : have) {
        const auto found = wanted.find(without_first_step(file.path));
        if (found == wanted.end() || *found->second != file.bytes) return false;
        wanted.erase(found);
    }
    return wanted.empty();
}

}  // namespace

asio::awaitable<Result<json>> with_same_bytes(EngineAccess& access, Run& run,
                                              const SealedSpec& want, std::string id, json have) {
    const json wanted_files = in(want.spec(), "files");
    for (const auto& [target, file] : wanted_files.items()) {
        if (!may_be_of_others(have, target)) continue;
        const auto files = co_await files_below(access, id, target);
        if (!files && !tells_of_content(files.error())) co_return files.error();
        if (!files || files->size() != 1) continue;
        const json& content = file["content"];
        if (content != content_like(content, files->front().bytes, run.vault)) continue;
        have["files"][target] = file;
        const auto mount = mount_at(have["mounts"], target);
        if (mount != have["mounts"].end()) have["mounts"].erase(mount);
    }
    for (const json& mount : in(want.spec(), "mounts")) {
        const std::string volume = mount["source"];
        if (!want.want->blobs.contains(volume)) continue;
        const std::string target = mount["target"];
        const auto live = mount_at(have["mounts"], target);
        if (live == have["mounts"].end() || (*live)["type"] != "bind") continue;
        const auto wanted = co_await read_folder(access.lane, run, *want.want, volume);
        if (!wanted) co_return wanted.error();
        const auto files = co_await files_below(access, id, target);
        if (!files && !tells_of_content(files.error())) co_return files.error();
        if (files && same_files(*files, *wanted)) {
            *mount_at(have["mounts"], target) = mount;
        }
    }
    co_return have;
}

}  // namespace driftless::docker
