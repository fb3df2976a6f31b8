#pragma once

#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace driftless {

/// One entry of a commit's tree.
struct FileEntry {
    enum class Type { file, folder, link, submodule };
    std::string path;  ///< from the root of what counts, without a leading "/"
    Type type = Type::file;
    std::string id;        ///< the blob's or tree's id: same id, same bytes
    std::size_t size = 0;  ///< bytes; 0 for folders
    bool executable = false;
};

/// The files of one commit, read without a checkout. Reading is synchronous; call it where blocking
/// is allowed. Safe to repeat; the answers never change.
class Files {
public:
    virtual ~Files() = default;
    /// The commit's full id.
    [[nodiscard]] virtual std::string commit() const = 0;
    /// Who wrote it, as the commit says: "name <address>". Empty where nobody says so.
    [[nodiscard]] virtual std::string author() const { return {}; }
    /// What stands at `path`. @return `not_found`; `invalid` for "..", "//" and their like
    [[nodiscard]] virtual Result<FileEntry> find(const std::string& path) const = 0;
    /// All files, links and submodules below `folder` ("" is the root), sorted by path; folders are
    /// not listed themselves. @return `not_found`, or `invalid` when over a limit
    [[nodiscard]] virtual Result<std::vector<FileEntry>> list(const std::string& folder) const = 0;
    /// The bytes of a file. @return `not_found`; `invalid` with the reason for a link, a submodule,
    /// a Git LFS pointer, or a file over the limit
    [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;
    /// The bytes of a file that no manifest means anything by, such as an image of a site: up to
    /// `most` of them, and not counted among what is used of the commit. @return as `read`
    [[nodiscard]] virtual Result<std::string> read_large(const std::string& path,
                                                         std::size_t most) const = 0;
};

}  // namespace driftless
