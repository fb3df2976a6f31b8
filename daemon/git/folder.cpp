#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "daemon/git/library.hpp"
#include "daemon/git/paths.hpp"
#include "daemon/git/source.hpp"

namespace driftless::git {
namespace {

namespace fs = std::filesystem;

/// A folder's files as they are now. Unlike a commit's they may change while they are read.
class Folder final : public Files {
public:
    explicit Folder(std::string root) : root_(std::move(root)) {}

    std::string commit() const override { return "working-tree"; }

    Result<FileEntry> find(const std::string& path) const override {
        auto steps = steps_of(path);
        if (!steps) return std::move(steps).error();
        std::string here;
        FileEntry entry;
        entry.type = FileEntry::Type::folder;
        for (const std::string& step : *steps) {
            if (entry.type == FileEntry::Type::link)
                return Error{check_readable(entry, here).error()};
            if (step == ".git") return absent(path);
            here += here.empty() ? step : "/" + step;
            auto next = entry_at(here);
            if (!next) return next;
            entry = *std::move(next);
        }
        return entry;
    }

    Result<std::vector<FileEntry>> list(const std::string& folder) const override {
        auto start = find(folder);
        if (!start) return std::move(start).error();
        if (start->type != FileEntry::Type::folder) {
            return Error{Errc::not_found, fmt::format("{} is not a folder", in_quotes(folder))};
        }
        std::vector<FileEntry> files;
        std::vector<std::string> folders{folder};
        for (std::size_t seen = 0; !folders.empty(); ++seen) {
            if (seen > Limits::files) return too_many_files();
            const std::string next = std::move(folders.back());
            folders.pop_back();
            if (auto done = list_one(next, files, folders); !done) return std::move(done).error();
        }
        std::ranges::sort(files, {}, &FileEntry::path);
        return files;
    }

    Result<std::string> read(const std::string& path) const override {
        return read_large(path, Limits::file_bytes);
    }

    Result<std::string> read_large(const std::string& path, std::size_t most) const override {
        auto entry = find(path);
        if (!entry) return std::move(entry).error();
        if (auto fit = check_readable(*entry, path, most); !fit) return std::move(fit).error();
        auto bytes = read_bytes(path, entry->size);
        if (!bytes) return bytes;
        if (auto fit = check_content(*bytes, path); !fit) return std::move(fit).error();
        return bytes;
    }

private:
    std::string on_disk(const std::string& path) const {
        return path.empty() ? root_ : root_ + "/" + path;
    }

    static Error absent(const std::string& path) {
        return {Errc::not_found, fmt::format("{} is not there", in_quotes(path))};
    }

    /// The blob's id is the one that git would give it; a file that nothing could use has none.
    Result<FileEntry> entry_at(const std::string& path) const {
        struct stat about {};
        if (::lstat(on_disk(path).c_str(), &about) != 0) return absent(path);
        FileEntry entry;
        entry.path = path;
        if (S_ISLNK(about.st_mode)) entry.type = FileEntry::Type::link;
        if (S_ISDIR(about.st_mode)) entry.type = FileEntry::Type::folder;
        if (entry.type == FileEntry::Type::file && !S_ISREG(about.st_mode)) {
            return Error{Errc::invalid, path + ": it is not a regular file"};
        }
        if (entry.type != FileEntry::Type::file) return entry;
        entry.size = static_cast<std::size_t>(about.st_size);
        entry.executable = (about.st_mode & S_IXUSR) != 0;
        if (entry.size > Limits::large_bytes) return entry;
        auto bytes = read_bytes(path, entry.size);
        if (!bytes) return std::move(bytes).error();
        git_oid id{};
        git_odb_hash(&id, bytes->data(), bytes->size(), GIT_OBJECT_BLOB);
        entry.id = to_string(id);
        return entry;
    }

    Result<void> list_one(const std::string& folder, std::vector<FileEntry>& files,
                          std::vector<std::string>& folders) const {
        std::error_code problem;
        fs::directory_iterator entries{on_disk(folder), problem};
        for (; !problem && entries != end(entries); entries.increment(problem)) {
            const std::string name = entries->path().filename();
            if (name == ".git") continue;
            auto entry = entry_at(folder.empty() ? name : folder + "/" + name);
            if (!entry) return std::move(entry).error();
            if (entry->path.size() > Limits::path_bytes) return too_long(entry->path);
            if (entry->type == FileEntry::Type::folder) {
                folders.push_back(entry->path);
            } else {
                files.push_back(*std::move(entry));
            }
            if (files.size() + folders.size() > Limits::files) return too_many_files();
        }
        if (problem)
            return Error{Errc::unavailable,
                         fmt::format("list {}: {}", in_quotes(folder), problem.message())};
        return {};
    }

    Result<std::string> read_bytes(const std::string& path, std::size_t expected) const {
        const int file =
            ::open(on_disk(path).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        if (file < 0) {
            return Error{Errc::unavailable, fmt::format("read {}: {}", in_quotes(path),
                                                        std::generic_category().message(errno))};
        }
        std::string bytes(expected + 1, '\0');
        std::size_t size = 0;
        ssize_t got = 1;
        while (got > 0 && size < bytes.size()) {
            got = ::read(file, bytes.data() + size, bytes.size() - size);
            if (got > 0) size += static_cast<std::size_t>(got);
        }
        ::close(file);
        if (got < 0)
            return Error{Errc::unavailable, fmt::format("read {}: failed", in_quotes(path))};
        bytes.resize(size);
        return bytes;
    }

    Library library_;
    std::string root_;
};

}  // namespace

Result<std::shared_ptr<const Files>> open_folder(const std::string& folder) {
    std::error_code problem;
    const fs::path root = fs::canonical(folder, problem);
    if (problem || !fs::is_directory(root)) {
        return Error{Errc::not_found, fmt::format("open {}: no such folder", in_quotes(folder))};
    }
    return std::shared_ptr<const Files>{std::make_shared<Folder>(root)};
}

}  // namespace driftless::git
