#include "daemon/git/snapshot.hpp"

#include <algorithm>
#include <mutex>
#include <set>

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

class Snapshot final : public Files {
public:
    Snapshot(std::unique_ptr<Library> library, Handle<git_repository> repository, Handle<git_odb> odb,
             std::string commit)
        : library_(std::move(library)),
          repository_(std::move(repository)),
          odb_(std::move(odb)),
          commit_(std::move(commit)) {}

    /// The root of what counts. Called once, right after the constructor.
    Result<void> go_to(git_oid tree, const std::string& folder) {
        root_ = tree;
        if (folder.empty()) return {};
        auto found = find_unlocked(folder);
        if (!found) return std::move(found).error();
        if (found->type != FileEntry::Type::folder) {
            return Error{Errc::not_found, fmt::format("{} is not a folder", in_quotes(folder))};
        }
        git_oid_fromstr(&root_, found->id.c_str());
        return {};
    }

    std::string commit() const override { return commit_; }

    Result<FileEntry> find(const std::string& path) const override {
        const std::lock_guard only_one{mutex_};
        return find_unlocked(path);
    }

    Result<std::vector<FileEntry>> list(const std::string& folder) const override {
        const std::lock_guard only_one{mutex_};
        auto start = find_unlocked(folder);
        if (!start) return std::move(start).error();
        if (start->type != FileEntry::Type::folder) {
            return Error{Errc::not_found, fmt::format("{} is not a folder", in_quotes(folder))};
        }
        std::vector<FileEntry> files;
        std::vector<FileEntry> folders{*std::move(start)};
        for (std::size_t seen = 0; !folders.empty(); ++seen) {
            if (seen > Limits::files) return too_many_files();  // few files, but folders without end
            const FileEntry next = std::move(folders.back());
            folders.pop_back();
            if (auto done = list_one(next, files, folders); !done) return std::move(done).error();
        }
        std::ranges::sort(files, {}, &FileEntry::path);
        return files;
    }

    Result<std::string> read(const std::string& path) const override {
        const std::lock_guard only_one{mutex_};
        auto entry = find_unlocked(path);
        if (!entry) return std::move(entry).error();
        if (auto fit = check_readable(*entry, path); !fit) return std::move(fit).error();
        if (auto fit = count(*entry, path); !fit) return std::move(fit).error();
        auto bytes = read_blob(entry->id);
        if (!bytes) return std::move(bytes).error().in("read " + path);
        if (auto fit = check_content(*bytes, path); !fit) return std::move(fit).error();
        return bytes;
    }

private:
    Result<FileEntry> find_unlocked(const std::string& path) const {
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
        if (found.type != FileEntry::Type::file && found.type != FileEntry::Type::link) return found;
        git_object_t type = GIT_OBJECT_INVALID;
        const int code = git_odb_read_header(&found.size, &type, odb_.get(), git_tree_entry_id(entry));
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
    Result<void> count(const FileEntry& entry, const std::string& path) const {
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

    std::unique_ptr<Library> library_;  // ends after the handles below
    Handle<git_repository> repository_;
    Handle<git_odb> odb_;
    std::string commit_;
    git_oid root_{};
    mutable std::mutex mutex_;  // a git_repository is for one thread at a time
    mutable std::set<std::string> counted_;
    mutable std::size_t total_ = 0;
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
    auto library = std::make_unique<Library>();
    git_commit* found = nullptr;
    int code = git_commit_lookup(&found, repository.get(), &*id);
    const Errc absent = code == GIT_ENOTFOUND ? Errc::not_found : Errc::unavailable;
    if (code != 0) return last_error(code, absent).in("read commit " + commit);
    const Handle<git_commit> read{found};
    git_odb* objects = nullptr;
    code = git_repository_odb(&objects, repository.get());
    if (code != 0) return last_error(code, Errc::unavailable).in("read commit " + commit);
    Handle<git_odb> odb{objects};
    auto snapshot = std::make_shared<Snapshot>(std::move(library), std::move(repository),
                                               std::move(odb), commit);
    auto gone = snapshot->go_to(*git_commit_tree_id(found), without_slashes(folder));
    if (!gone) return std::move(gone).error().in("open folder " + in_quotes(folder));
    return std::shared_ptr<const Files>{std::move(snapshot)};
}

}  // namespace driftless::git
