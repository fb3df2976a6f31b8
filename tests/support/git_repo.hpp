#pragma once

#include <map>
#include <string>

#include "tests/support/temp_folder.hpp"

namespace driftless::testing {

/// A repository as people make one, with the git program, in a folder of its own. No configuration
/// of the machine is read. Each call throws when git fails.
class GitRepo {
public:
    GitRepo();

    [[nodiscard]] std::string path() const { return folder_.path(); }
    [[nodiscard]] std::string url() const { return "file://" + folder_.path(); }

    /// Writes the files, adds all and commits. @return the commit's id
    std::string commit(const std::map<std::string, std::string>& files);
    /// Commits what `git` added by hand.
    std::string commit_index();
    void remove(const std::string& path);
    void link(const std::string& path, const std::string& to);
    /// Puts an entry for a submodule into the index.
    void add_submodule(const std::string& path);
    /// Moves the branch back: what follows is a rewritten history, as after a force-push.
    void rewind_to(const std::string& commit);
    void delete_branch(const std::string& branch);

    /// Runs one git command here, words split by the shell. @return what it printed, without the
    /// newline
    std::string git(const std::string& words);

private:
    TempFolder folder_;
    int commits_ = 0;
};

}  // namespace driftless::testing
