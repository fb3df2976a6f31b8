#include "daemon/git/clone.hpp"

#include <filesystem>
#include <system_error>
#include <vector>

namespace driftless::git {
namespace {

namespace fs = std::filesystem;

Error disk_error(std::string_view doing, const std::string& path, const std::error_code& problem) {
    return {Errc::unavailable, fmt::format("{} {}: {}", doing, in_quotes(path), problem.message())};
}

/// The newest broken clone is kept for a look; it can always be fetched again.
Result<void> set_aside(const std::string& folder) {
    std::error_code problem;
    fs::remove_all(folder + ".broken", problem);
    if (!problem) fs::rename(folder, folder + ".broken", problem);
    if (problem == std::errc::no_such_file_or_directory) return {};
    if (problem) return disk_error("set aside the clone", folder, problem);
    return {};
}

Result<Handle<git_repository>> make_clone(const std::string& folder) {
    git_repository_init_options options{};
    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    options.mode = 0700;
    git_repository* made = nullptr;
    const int code = git_repository_init_ext(&made, folder.c_str(), &options);
    if (code != 0)
        return last_error(code, Errc::unavailable).in("make the clone " + in_quotes(folder));
    return Handle<git_repository>{made};
}

bool is_leftover(const fs::path& path, const fs::path& packs) {
    if (path.extension() == ".lock") return true;
    return path.parent_path() == packs && path.extension() != ".pack" && path.extension() != ".idx";
}

/// A killed fetch leaves its locks and half a pack.
void clear_leftovers(const fs::path& folder) {
    const fs::path packs = folder / "objects" / "pack";
    std::vector<fs::path> leftovers;
    for (const fs::path& within : {folder / "refs", packs}) {
        std::error_code problem;
        fs::recursive_directory_iterator files{within, problem};
        for (; !problem && files != end(files); files.increment(problem)) {
            if (files->is_regular_file() && is_leftover(files->path(), packs)) {
                leftovers.push_back(files->path());
            }
        }
    }
    for (const char* name : {"HEAD.lock", "config.lock", "packed-refs.lock"}) {
        leftovers.push_back(folder / name);
    }
    for (const fs::path& leftover : leftovers) {
        std::error_code ignored;  // what it is in the way of says so itself
        fs::remove(leftover, ignored);
    }
}

int check_object(const char*, const git_tree_entry* entry, void* odb) {
    if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT) return 0;  // a submodule's, not ours
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    return git_odb_read_header(&size, &type, static_cast<git_odb*>(odb), git_tree_entry_id(entry));
}

/// Whatever was fetched last must be whole, or the next fetch would build on a gap.
bool is_whole(git_repository* clone) {
    git_oid tip{};
    const int code = git_reference_name_to_id(&tip, clone, our_ref);
    return code == GIT_ENOTFOUND || (code == 0 && check_whole(clone, tip).ok());
}

}  // namespace

Result<Handle<git_repository>> open_clone(const std::string& folder) {
    git_repository* opened = nullptr;
    const int code = git_repository_open_ext(
        &opened, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, nullptr);
    if (code == 0) return Handle<git_repository>{opened};
    const Errc absent = fs::exists(folder) ? Errc::unavailable : Errc::not_found;
    return last_error(code, absent).in("open the clone " + in_quotes(folder));
}

Result<Handle<git_repository>> prepare_clone(const std::string& folder, bool anew) {
    if (anew) {
        if (auto done = set_aside(folder); !done) return std::move(done).error();
    }
    clear_leftovers(folder);
    auto clone = open_clone(folder);
    if (!clone && clone.error().code == Errc::forbidden) return clone;
    if (clone && is_whole(clone->get())) return clone;
    if (auto done = set_aside(folder); !done) return std::move(done).error();
    return make_clone(folder);
}

Result<void> check_whole(git_repository* repository, const git_oid& commit) {
    git_commit* found = nullptr;
    git_tree* root = nullptr;
    git_odb* objects = nullptr;
    int code = git_commit_lookup(&found, repository, &commit);
    const Handle<git_commit> read{found};
    if (code == 0) code = git_commit_tree(&root, found);
    const Handle<git_tree> tree{root};
    if (code == 0) code = git_repository_odb(&objects, repository);
    const Handle<git_odb> odb{objects};
    if (code == 0) code = git_tree_walk(root, GIT_TREEWALK_PRE, check_object, objects);
    if (code == 0) return {};
    return last_error(code, Errc::unavailable).in("check commit " + to_string(commit));
}

}  // namespace driftless::git
