#include "daemon/git/snapshot.hpp"

#include <algorithm>
#include <set>

#include "config/base/guarded.hpp"
#include "daemon/git/paths.hpp"

namespace driftless::git {
namespace {

FileEntry::Type type_of(const git_tree_entry* entry) {
    switch (git_tree_entry_filemode(entry)) {
        case GIT_FILEMODE_TREE: return FileEntry::Type::folder;
        case GIT_FILEMODE_LINK: return FileEntry::Type::link;
        case GIT_FILEMODE_COMMIT: return FileEntry::Type::submodule;
        default: return FileEntry::Type::file;
    }
}

std::string joined(const std::string& folder, const std::string& name) {
    return folder.empty() ? name : folder + "/" + name;
}

/// The tree of one commit. For one thread at a time, as a git_repository is.
class Tree {
public:
    Tree(Handle<git_repository> repository, Handle<git_odb> odb, std::string commit, git_oid root)
        : repository_(std::move(repository)),
          odb_(std::move(odb)),
          commit_(std::move(commit)),
          root_(root) {}

    /// Makes a folder the root of what counts. @return `not_found`
    Result<void> go_to(const std::string& folder) {
        auto found = find_folder(folder);
        if (!found) return std::move(found).error();
        git_oid_fromstr(&root_, found->id.c_str());
        return {};
    }

    Result<FileEntry> find(const std::string& path) const {
        auto steps = steps_of(path);
        if (!steps) return std::move(steps).error();
        FileEntry here;
        here.type = FileEntry::Type::folder;
        here.id = to_string(root_);
        for (const std::string& step : *steps) {
            if (here.type == FileEntry::Type::link || here.type == FileEntry::Type::submodule) {
                return Error{check_readable(here, here.path).error()};
            }
            auto next = child_of(here, step);
            if (!next) return next;
            here = *std::move(next);
        }
        return here;
    }

    Result<std::vector<FileEntry>> list(const std::string& folder) const {
        auto start = find_folder(folder);
        if (!start) return std::move(start).error();
        std::vector<FileEntry> files;
        std::vector<FileEntry> folders{*std::move(start)};
        for (std::size_t seen = 0; !folders.empty(); ++seen) {
            if (seen > Limits::files)
                return too_many_files();  // few files, but folders without end
            const FileEntry next = std::move(folders.back());
            folders.pop_back();
            if (auto done = list_one(next, files, folders); !done) return std::move(done).error();
        }
        std::ranges::sort(files, {}, &FileEntry::path);
        return files;
    }

    Result<std::string> read(const std::string& path) {
        auto entry = find(path);
        if (!entry) return std::move(entry).error();
        if (auto fit = check_readable(*entry, path); !fit) return std::move(fit).error();
        if (auto fit = count(*entry, path); !fit) return std::move(fit).error();
        return bytes_of(*entry, path);
    }

    Result<std::string> read_large(const std::string& path, std::size_t most) const {
        auto entry = find(path);
        if (!entry) return std::move(entry).error();
        if (auto fit = check_readable(*entry, path, most); !fit) return std::move(fit).error();
        return bytes_of(*entry, path);
    }

private:
    Result<std::string> bytes_of(const FileEntry& entry, const std::string& path) const {
        auto bytes = read_blob(entry.id);
        if (!bytes) return std::move(bytes).error().in("read " + path);
        if (auto fit = check_content(*bytes, path); !fit) return std::move(fit).error();
        return bytes;
    }

    Result<FileEntry> find_folder(const std::string& path) const {
        auto found = find(path);
        if (!found || found->type == FileEntry::Type::folder) return found;
        return Error{Errc::not_found, fmt::format("{} is not a folder", in_quotes(path))};
    }

    Result<FileEntry> child_of(const FileEntry& folder, const std::string& name) const {
        const std::string path = joined(folder.path, name);
        const Error absent{Errc::not_found, fmt::format("{} is not in commit {}", in_quotes(path),
                                                        commit_.substr(0, 7))};
        if (folder.type != FileEntry::Type::folder) return absent;
        auto tree = tree_of(folder);
        if (!tree) return std::move(tree).error();
        const git_tree_entry* entry = git_tree_entry_byname(tree->get(), name.c_str());
        if (entry == nullptr) return absent;
        return entry_of(entry, path);
    }

    Result<FileEntry> entry_of(const git_tree_entry* entry, const std::string& path) const {
        FileEntry found;
        found.path = path;
        found.type = type_of(entry);
        found.id = to_string(*git_tree_entry_id(entry));
        found.executable = git_tree_entry_filemode(entry) == GIT_FILEMODE_BLOB_EXECUTABLE;
        if (found.type != FileEntry::Type::file && found.type != FileEntry::Type::link)
            return found;
        git_object_t type = GIT_OBJECT_INVALID;
        const int code =
            git_odb_read_header(&found.size, &type, odb_.get(), git_tree_entry_id(entry));
        if (code != 0) return last_error(code, Errc::unavailable).in("read " + path);
        return found;
    }

    Result<void> list_one(const FileEntry& folder, std::vector<FileEntry>& files,
                          std::vector<FileEntry>& folders) const {
        auto tree = tree_of(folder);
        if (!tree) return std::move(tree).error();
        const std::size_t count = git_tree_entrycount(tree->get());
        for (std::size_t i = 0; i < count; ++i) {
            const git_tree_entry* entry = git_tree_entry_byindex(tree->get(), i);
            const std::string name = git_tree_entry_name(entry);
            const std::string fault = fault_of_name(name);
            const std::string path = joined(folder.path, name);
            if (!fault.empty()) {
                return Error{Errc::invalid, fmt::format("{} has {}", in_quotes(path), fault)};
            }
            if (path.size() > Limits::path_bytes) return too_long(path);
            auto found = entry_of(entry, path);
            if (!found) return std::move(found).error();
            const bool is_folder = found->type == FileEntry::Type::folder;
            (is_folder ? folders : files).push_back(*std::move(found));
            if (files.size() + folders.size() > Limits::files) return too_many_files();
        }
        return {};
    }

    Result<Handle<git_tree>> tree_of(const FileEntry& folder) const {
        git_oid id{};
        git_oid_fromstr(&id, folder.id.c_str());
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_INVALID;
        git_tree* tree = nullptr;
        int code = git_odb_read_header(&size, &type, odb_.get(), &id);
        if (code == 0 && size > Limits::total_bytes) return too_many_files();
        if (code == 0) code = git_tree_lookup(&tree, repository_.get(), &id);
        if (code != 0) return last_error(code, Errc::unavailable).in("read folder /" + folder.path);
        return Handle<git_tree>{tree};
    }

    Result<std::string> read_blob(const std::string& hex) const {
        git_oid id{};
        git_oid_fromstr(&id, hex.c_str());
        git_blob* found = nullptr;
        const int code = git_blob_lookup(&found, repository_.get(), &id);
        if (code != 0) return last_error(code, Errc::unavailable);
        const Handle<git_blob> blob{found};
        const auto* bytes = static_cast<const char*>(git_blob_rawcontent(found));
        return std::string(bytes, static_cast<std::size_t>(git_blob_rawsize(found)));
    }

    /// The same file may be read again and again; it counts once.
    Result<void> count(const FileEntry& entry, const std::string& path) {
        if (counted_.contains(entry.id)) return {};
        if (total_ + entry.size > Limits::total_bytes) {
            return Error{Errc::invalid,
                         fmt::format("{}: the files that are used of this commit have more than {} "
                                     "bytes, which is the limit",
                                     path, Limits::total_bytes)};
        }
        counted_.insert(entry.id);
        total_ += entry.size;
        return {};
    }

    Handle<git_repository> repository_;
    Handle<git_odb> odb_;
    std::string commit_;
    git_oid root_;
    std::set<std::string> counted_;
    std::size_t total_ = 0;
};

constexpr std::size_t longest_author = 200;

std::string author_of(const git_commit& commit) {
    const git_signature* who = git_commit_author(&commit);
    if (who == nullptr) return {};
    return fmt::format("{} <{}>", who->name, who->email).substr(0, longest_author);
}

class Snapshot final : public Files {
public:
    Snapshot(std::string commit, std::string author, std::unique_ptr<Tree> tree)
        : commit_(std::move(commit)), author_(std::move(author)) {
        tree_.with([&](std::unique_ptr<Tree>& kept) { kept = std::move(tree); });
    }

    std::string commit() const override { return commit_; }
    std::string author() const override { return author_; }

    Result<FileEntry> find(const std::string& path) const override {
        return tree_.with([&](const auto& tree) { return tree->find(path); });
    }

    Result<std::vector<FileEntry>> list(const std::string& folder) const override {
        return tree_.with([&](const auto& tree) { return tree->list(folder); });
    }

    Result<std::string> read(const std::string& path) const override {
        return tree_.with([&](const auto& tree) { return tree->read(path); });
    }

    Result<std::string> read_large(const std::string& path, std::size_t most) const override {
        return tree_.with([&](const auto& tree) { return tree->read_large(path, most); });
    }

private:
    Library library_;  // ends after the tree's handles
    std::string commit_;
    std::string author_;
    Guarded<std::unique_ptr<Tree>> tree_;
};

/// "/apps/" and "apps" are one folder.
std::string without_slashes(std::string folder) {
    folder.erase(0, std::min(folder.find_first_not_of('/'), folder.size()));
    while (folder.ends_with('/')) folder.pop_back();
    return folder;
}

}  // namespace

Result<std::shared_ptr<const Files>> open_snapshot(Handle<git_repository> repository,
                                                   const std::string& commit,
                                                   const std::string& folder) {
    auto id = parse_id(commit);
    if (!id) return std::move(id).error();
    const Library library;
    git_commit* found = nullptr;
    int code = git_commit_lookup(&found, repository.get(), &*id);
    const Errc absent = code == GIT_ENOTFOUND ? Errc::not_found : Errc::unavailable;
    if (code != 0) return last_error(code, absent).in("read commit " + commit);
    const Handle<git_commit> read{found};
    git_odb* objects = nullptr;
    code = git_repository_odb(&objects, repository.get());
    if (code != 0) return last_error(code, Errc::unavailable).in("read commit " + commit);
    auto tree = std::make_unique<Tree>(std::move(repository), Handle<git_odb>{objects}, commit,
                                       *git_commit_tree_id(found));
    auto gone = tree->go_to(without_slashes(folder));
    if (!gone) return std::move(gone).error().in("open folder " + in_quotes(folder));
    return std::shared_ptr<const Files>{
        std::make_shared<Snapshot>(commit, author_of(*found), std::move(tree))};
}

}  // namespace driftless::git
