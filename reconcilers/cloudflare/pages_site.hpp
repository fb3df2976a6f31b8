#pragma once

#include <string>
#include <vector>

#include "config/base/files.hpp"
#include "config/base/finding.hpp"

namespace driftless::cloudflare {

inline constexpr std::size_t most_site_files = 20'000;
inline constexpr std::size_t most_bytes_of_file = 25u << 20;

/// A file of the commit, and where the site has it.
struct SiteFile {
    std::string path;  ///< in the commit
    std::string url;   ///< "/img/logo.png"
    std::string id;    ///< of its blob
    std::size_t size = 0;
};

/// A folder of a commit as Pages takes it.
struct Site {
    std::vector<SiteFile> files;  ///< that are served, by path
    std::vector<SiteFile> rules;  ///< `_headers` and `_redirects`: what is served how
};

/// What is never served is left out, links too. Pure.
/// @param folder  "" for the root of the commit
Site site_of(const std::vector<FileEntry>& entries, const std::string& folder);

/// The same for the same files under the same names, whatever the commit: 32 hex letters.
std::string content_of(const Site& site);

/// What Pages would refuse of a folder, or quietly leave out, each with the file's place.
/// @param where  of the manifest's key, for what is wrong with the folder as a whole
void check_site(const Files& files, const std::vector<FileEntry>& entries,
                const std::string& folder, const Place& where, Findings& findings);

}  // namespace driftless::cloudflare
