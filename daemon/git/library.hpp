#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "config/base/error.hpp"

namespace driftless::git {

/// Keeps libgit2 ready as long as it lives: no configuration of the system or of any user is read,
/// and its cache stays small. Cheap to have several of.
class Library {
public:
    Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library();
};

/// The authorities that this process trusts for https: libgit2 has one set for all. Read once, and
/// again when the file changed.
class Authorities {
public:
    /// @param file  those in it count, and no others; "": the system's
    /// @return `invalid`: not a file of certificates, or this libgit2 takes none
    Result<void> use(const std::string& file);

private:
    std::string used_;
};

/// What libgit2 says about its last error in this thread. Servers have a say in it, so control
/// characters are taken out and what is long is cut.
/// @param unless_known  the code for what is neither a credential nor a missing object of ours
Error last_error(int code, Errc unless_known);

/// How to give back each of libgit2's things.
struct Free {
    void operator()(git_commit* it) const { git_commit_free(it); }
    void operator()(git_object* it) const { git_object_free(it); }
    void operator()(git_odb* it) const { git_odb_free(it); }
    void operator()(git_reference* it) const { git_reference_free(it); }
    void operator()(git_remote* it) const { git_remote_free(it); }
    void operator()(git_repository* it) const { git_repository_free(it); }
    void operator()(git_revwalk* it) const { git_revwalk_free(it); }
    void operator()(git_tree* it) const { git_tree_free(it); }
    void operator()(git_tree_entry* it) const { git_tree_entry_free(it); }
    void operator()(git_blob* it) const { git_blob_free(it); }
};
template <class T>
using Handle = std::unique_ptr<T, Free>;

/// The full id in hex.
std::string to_string(const git_oid& id);
/// @return `invalid`: not 40 hex digits
Result<git_oid> parse_id(const std::string& text);

}  // namespace driftless::git
