#include "reconcilers/cloudflare/pages_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "reconcilers/diff.hpp"

namespace driftless::cloudflare {
namespace {

// https://developers.cloudflare.com/pages/configuration/headers/ and /redirects/
constexpr std::size_t most_header_rules = 100;
constexpr std::size_t longest_header_line = 2'000;
constexpr std::size_t most_plain_redirects = 2'000;
constexpr std::size_t most_moving_redirects = 100;
constexpr std::size_t longest_redirect_line = 1'000;

constexpr std::array<std::string_view, 2> rule_files{"_headers", "_redirects"};
constexpr std::array<std::string_view, 4> left_out_at_top{"_worker.js", "_routes.json", "functions",
                                                          ".wrangler"};
constexpr std::array<std::string_view, 3> left_out_anywhere{".DS_Store", "node_modules", ".git"};

template <class List>
bool is_one_of(const List& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

std::string_view first_step(std::string_view path) {
    return path.substr(0, path.find('/'));
}

bool is_served(std::string_view path) {
    if (is_one_of(left_out_at_top, first_step(path))) return false;
    while (!path.empty()) {
        if (is_one_of(left_out_anywhere, first_step(path))) return false;
        const std::size_t slash = path.find('/');
        path = slash == path.npos ? "" : path.substr(slash + 1);
    }
    return true;
}

std::string_view below(const FileEntry& entry, const std::string& folder) {
    const std::string_view path = entry.path;
    return folder.empty() ? path : path.substr(folder.size() + 1);
}

std::string_view without_blanks(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) return "";
    return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

/// The lines of a file of rules, less blank ones and remarks.
class RuleFile {
public:
    RuleFile(std::string path, Findings& findings) : path_(std::move(path)), findings_(findings) {}

    void headers(std::string_view text) {
        std::size_t rules = 0;
        each_line(text, longest_header_line, [&](std::string_view line) {
            const bool is_path = line.starts_with('/') || line.starts_with("https://");
            const bool is_header = !is_path && line.find(':') != line.npos;
            if (is_path && ++rules == most_header_rules + 1) {
                error(fmt::format("more than {} rules, which is the limit", most_header_rules));
            }
            if (is_path) return;
            if (rules == 0) error("a header stands before the first path, and so belongs to none");
            const bool takes_away = line.starts_with('!');
            if (!is_header && !takes_away) error("expected a path, or \"Name: value\" below one");
        });
    }

    void redirects(std::string_view text) {
        std::size_t plain = 0;
        std::size_t moving = 0;
        each_line(text, longest_redirect_line, [&](std::string_view line) {
            const std::string_view from = line.substr(0, line.find_first_of(" \t"));
            if (from.size() == line.size()) error("expected \"FROM TO\", with a status behind it");
            const bool moves = from.find('*') != from.npos || from.find("/:") != from.npos;
            const std::size_t count = moves ? ++moving : ++plain;
            const std::size_t most = moves ? most_moving_redirects : most_plain_redirects;
            if (count != most + 1) return;
            error(fmt::format("more than {} redirects {} a * or :name in them, which is the limit",
                              most, moves ? "with" : "without"));
        });
    }

private:
    template <class Take>
    void each_line(std::string_view text, std::size_t longest, Take take) {
        for (line_ = 1; !text.empty(); ++line_) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            const std::string_view line = without_blanks(text.substr(0, end));
            if (line.size() > longest) {
                error(fmt::format("the line has {} characters, the limit is {}", line.size(),
                                  longest));
            }
            if (!line.empty() && !line.starts_with('#')) take(line);
            text = end == text.size() ? "" : text.substr(end + 1);
        }
    }
    void error(std::string message) {
        findings_.push_back({Finding::Severity::error, {path_, line_, 1}, std::move(message)});
    }

    std::string path_;
    Findings& findings_;
    int line_ = 0;
};

class SiteCheck {
public:
    SiteCheck(const Files& files, const Place& where, Findings& findings)
        : files_(files), where_(where), findings_(findings) {}

    void entry(const FileEntry& entry, std::string_view path) {
        const std::string_view top = first_step(path);
        if (top == "_worker.js" || top == "functions") return code(entry.path, top);
        if (!is_served(path)) return;
        if (entry.type == FileEntry::Type::submodule) {
            error({entry.path},
                  "it is a submodule, whose files are not in this commit; put them "
                  "into this repository");
        } else if (entry.type == FileEntry::Type::link) {
            note({entry.path}, "it is a symbolic link, and is not published");
        } else if (is_one_of(rule_files, path)) {
            rules(entry.path, path);
        } else if (entry.size > most_bytes_of_file) {
            error({entry.path},
                  fmt::format("it has {:.1f} MiB; Pages takes files of {} MiB at most",
                              static_cast<double>(entry.size) / (1u << 20),
                              most_bytes_of_file >> 20));
        }
    }

    void whole(const Site& site) {
        if (site.files.empty()) {
            error(where_, "spec.folder: there is no file in it that Pages would serve");
        }
        if (site.files.size() > most_site_files) {
            error(where_, fmt::format("spec.folder: it holds {} files, Pages takes {} at most",
                                      site.files.size(), most_site_files));
        }
    }

private:
    /// Told once: it may be a folder of many files.
    void code(const std::string& path, std::string_view top) {
        if (std::exchange(tells_of_code_, true)) return;
        error({path},
              fmt::format("{} is code that Cloudflare runs for a site; it has to be bundled "
                          "first, which driftless does not do; take it out of the folder, "
                          "or publish this site by wrangler",
                          top));
    }
    void rules(const std::string& path, std::string_view name) {
        const auto text = files_.read(path);
        if (!text) return error({path}, text.error().message);
        RuleFile file{path, findings_};
        if (name == "_headers") file.headers(*text);
        if (name == "_redirects") file.redirects(*text);
    }
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }
    void note(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::note, place, std::move(message)});
    }

    const Files& files_;
    const Place& where_;
    Findings& findings_;
    bool tells_of_code_ = false;
};

}  // namespace

Site site_of(const std::vector<FileEntry>& entries, const std::string& folder) {
    Site site;
    for (const FileEntry& entry : entries) {
        const std::string_view path = below(entry, folder);
        if (entry.type != FileEntry::Type::file || !is_served(path)) continue;
        auto& into = is_one_of(rule_files, path) ? site.rules : site.files;
        into.push_back({entry.path, "/" + std::string{path}, entry.id, entry.size});
    }
    return site;
}

std::string content_of(const Site& site) {
    json all = json::object();
    for (const SiteFile& file : site.files) all["files"][file.url] = file.id;
    for (const SiteFile& file : site.rules) all["rules"][file.url] = file.id;
    return digest_of(all).substr(0, 32);
}

void check_site(const Files& files, const std::vector<FileEntry>& entries,
                const std::string& folder, const Place& where, Findings& findings) {
    SiteCheck check{files, where, findings};
    for (const FileEntry& entry : entries) check.entry(entry, below(entry, folder));
    check.whole(site_of(entries, folder));
}

}  // namespace driftless::cloudflare
