#include "tests/support/git_repo.hpp"

#include <filesystem>

#include "tests/support/shell.hpp"

namespace driftless::testing {
namespace {

namespace fs = std::filesystem;

}  // namespace

GitRepo::GitRepo() {
    git("init --quiet --initial-branch=main");
}

std::string GitRepo::commit(const std::map<std::string, std::string>& files) {
    for (const auto& [path, bytes] : files) write_file(folder_.at(path), bytes);
    git("add --all");
    return commit_index();
}

std::string GitRepo::commit_index() {
    git("commit --quiet --allow-empty --message=" + std::to_string(++commits_));
    return git("rev-parse HEAD");
}

void GitRepo::remove(const std::string& path) {
    fs::remove_all(folder_.at(path));
}

void GitRepo::link(const std::string& path, const std::string& to) {
    fs::create_directories(fs::path(folder_.at(path)).parent_path());
    fs::create_symlink(to, folder_.at(path));
}

void GitRepo::add_submodule(const std::string& path) {
    const std::string any_commit(40, '1');
    git("update-index --add --cacheinfo 160000," + any_commit + "," + path);
}

void GitRepo::rewind_to(const std::string& commit) {
    git("reset --quiet --hard " + commit);
}

void GitRepo::delete_branch(const std::string& branch) {
    git("checkout --quiet --detach");
    git("branch --quiet -D " + branch);
}

std::string GitRepo::git(const std::string& words) {
    return shell(
        "GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a "
        "GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a "
        "GIT_COMMITTER_EMAIL=a@example.org git -C '" +
        folder_.path() + "' " + words);
}

}  // namespace driftless::testing
