#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/files.hpp"

namespace driftless::test {

/// The files of a commit that was never made: `MemoryFiles{{{"a.yaml", "x: 1"}}}`. Answers as the
/// object database does, for links, submodules and LFS pointers too.
class MemoryFiles final : public Files {
public:
    static constexpr std::size_t limit = 1024 * 1024;  ///< bytes of one file

    explicit MemoryFiles(std::map<std::string, std::string> files = {},
                         std::string commit = "0123456789abcdef0123456789abcdef01234567")
        : commit_(std::move(commit)) {
        for (auto& [path, text] : files) add(path, std::move(text));
    }

    MemoryFiles& add(const std::string& path, std::string text, bool executable = false) {
        FileEntry entry{path, FileEntry::Type::file, id_of(text), text.size(), executable};
        put(std::move(entry), std::move(text));
        return *this;
    }
    MemoryFiles& add_link(const std::string& path, std::string to) {
        FileEntry entry{path, FileEntry::Type::link, id_of(to), to.size(), false};
        put(std::move(entry), std::move(to));
        return *this;
    }
    MemoryFiles& add_submodule(const std::string& path) {
        put({path, FileEntry::Type::submodule, id_of(path), 0, false}, {});
        return *this;
    }
    void remove(const std::string& path) { entries_.erase(path); }
    void set_commit(std::string commit) { commit_ = std::move(commit); }

    [[nodiscard]] std::string commit() const override { return commit_; }
    [[nodiscard]] std::string author() const override { return "test <test@localhost>"; }

    [[nodiscard]] Result<FileEntry> find(const std::string& path) const override {
        if (!is_clean(path)) return bad_path(path);
        if (const auto found = entries_.find(path); found != entries_.end()) {
            return found->second.first;
        }
        std::string listing;
        for (const auto& [at, entry] : entries_) {
            if (is_below(at, path)) listing += at + '=' + entry.first.id + '\n';
        }
        if (listing.empty() && !path.empty()) return missing(path);
        return FileEntry{path, FileEntry::Type::folder, id_of(listing), 0, false};
    }

    [[nodiscard]] Result<std::vector<FileEntry>> list(const std::string& folder) const override {
        if (!is_clean(folder)) return bad_path(folder);
        std::vector<FileEntry> below;
        for (const auto& [path, entry] : entries_) {
            if (is_below(path, folder)) below.push_back(entry.first);
        }
        if (below.empty() && !folder.empty()) return missing(folder);
        return below;
    }

    [[nodiscard]] Result<std::string> read(const std::string& path) const override {
        return read_large(path, limit);
    }
    [[nodiscard]] Result<std::string> read_large(const std::string& path,
                                                 std::size_t most) const override {
        const auto found = find(path);
        if (!found) return found.error();
        switch (found->type) {
            case FileEntry::Type::folder: return refused(path, "it is a folder");
            case FileEntry::Type::link: return refused(path, "it is a symbolic link");
            case FileEntry::Type::submodule: return refused(path, "it is a submodule");
            case FileEntry::Type::file: break;
        }
        if (found->size > most) {
            return refused(path, fmt::format("it is larger than {} MiB", most >> 20));
        }
        const std::string& text = entries_.at(path).second;
        if (text.starts_with("version https://git-lfs.github.com/spec/")) {
            return refused(path, "it is a Git LFS pointer, its content is not in the repository");
        }
        return text;
    }

private:
    static std::string id_of(std::string_view bytes) {  // FNV-1a: enough for equal and different
        std::uint64_t hash = 14695981039346656037U;
        for (const char byte : bytes) {
            hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
        }
        return fmt::format("{:040x}", hash);
    }
    static bool is_below(std::string_view path, std::string_view folder) {
        return folder.empty() || (path.size() > folder.size() && path.starts_with(folder) &&
                                  path[folder.size()] == '/');
    }
    static bool is_clean(std::string_view path) {
        if (path.empty()) return true;
        for (std::size_t begin = 0; begin <= path.size();) {
            const std::size_t end = std::min(path.find('/', begin), path.size());
            const std::string_view part = path.substr(begin, end - begin);
            if (part.empty() || part == "." || part == "..") return false;
            begin = end + 1;
        }
        return true;
    }
    static Error bad_path(const std::string& path) {
        return {Errc::invalid, fmt::format("find {}: not a clean path", in_quotes(path))};
    }
    static Error missing(const std::string& path) {
        return {Errc::not_found,
                fmt::format("find {}: no such file in the commit", in_quotes(path))};
    }
    static Error refused(const std::string& path, std::string_view why) {
        return {Errc::invalid, fmt::format("read {}: {}", in_quotes(path), why)};
    }
    void put(FileEntry entry, std::string text) {
        const std::string path = entry.path;
        entries_.insert_or_assign(path, std::pair{std::move(entry), std::move(text)});
    }

    std::string commit_;
    std::map<std::string, std::pair<FileEntry, std::string>> entries_;
};

}  // namespace driftless::test
