#include "daemon/cli/imported_files.hpp"

#include <fmt/format.h>

namespace driftless::cli {
namespace {

constexpr std::size_t most_bytes = 64u << 10;  // of a secret's file: the daemon reads no larger one

bool is_below(const std::string& path, const std::string& folder) {
    return folder.empty() || path.starts_with(folder + "/");
}

Error missing(const std::string& path) {
    return {Errc::not_found, in_quotes(path) + " is not among what was imported"};
}

}  // namespace

ImportedFiles::ImportedFiles(const std::vector<ImportedManifest>& manifests) {
    for (const ImportedManifest& manifest : manifests) {
        for (const auto& [path, text] : manifest.files) texts_[manifest.path_of(path)] = text;
    }
}

Result<FileEntry> ImportedFiles::find(const std::string& path) const {
    const auto found = texts_.find(path);
    if (found != texts_.end()) {
        FileEntry entry{path, FileEntry::Type::file, path, found->second.size(), false};
        return entry;
    }
    for (const auto& [below, text] : texts_) {
        if (is_below(below, path)) return FileEntry{path, FileEntry::Type::folder, path, 0, false};
    }
    return missing(path);
}

Result<std::vector<FileEntry>> ImportedFiles::list(const std::string& folder) const {
    std::vector<FileEntry> entries;
    for (const auto& [path, text] : texts_) {
        if (is_below(path, folder))
            entries.push_back({path, FileEntry::Type::file, path, text.size(), false});
    }
    if (entries.empty() && !folder.empty()) return missing(folder);
    return entries;
}

Result<std::string> ImportedFiles::read(const std::string& path) const {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return missing(path);
    return found->second;
}

ImportedSecrets::ImportedSecrets(const std::vector<ImportedManifest>& manifests) {
    for (const ImportedManifest& manifest : manifests) {
        secrets_.insert(manifest.secrets.begin(), manifest.secrets.end());
        for (const auto& [name, what] : manifest.unshown) secrets_.emplace(name, "not shown");
    }
}

Result<Secret> ImportedSecrets::read(const std::string& name, const std::string&) const {
    const auto found = secrets_.find(name);
    if (found == secrets_.end()) return Error{Errc::not_found, "it was not imported"};
    if (found->second.reveal().size() >= most_bytes) {
        return Error{Errc::invalid, fmt::format("secret {}: it has more than {} bytes",
                                                in_quotes(name), most_bytes)};
    }
    return found->second;
}

}  // namespace driftless::cli
