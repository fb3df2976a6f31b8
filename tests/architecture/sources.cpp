#include "tests/architecture/sources.hpp"
#include "tests/support/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace driftless::architecture {

namespace fs = std::filesystem;

const std::vector<std::string>& rooms() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> names{
            "config/base",
            "config",
            "config/compose",
            "providers/net",
            "providers/docker",
            "providers/azure",
            "providers/cloudflare",
            "reconcilers",
            "reconcilers/docker",
            "reconcilers/azure",
            "reconcilers/cloudflare",
            "daemon/git",
            "daemon/store",
            "daemon/secrets",
            "daemon/schedule",
            "daemon/http",
            "daemon/dashboard",
            "daemon/cli",
            "daemon",
            "tests",
        };
        std::ranges::sort(names, std::ranges::greater{}, &std::string::size);
        return names;
    }();
    return all;
}

std::string room_of(const std::string& path) {
    for (const std::string& room : rooms()) {
        if (path.starts_with(room + "/")) return room;
    }
    return "";
}

namespace {

std::vector<Line> lines_of(const fs::path& file) {
    std::ifstream in(file);
    std::vector<Line> lines;
    std::string text;
    for (int number = 1; std::getline(in, text); ++number) {
        const auto comment = text.find("//");
        // A URL in a string is no comment; the patterns that are looked for never follow one.
        if (comment != std::string::npos && (comment == 0 || text[comment - 1] != ':')) {
            text.resize(comment);
        }
        lines.push_back({number, text});
    }
    return lines;
}

}  // namespace

std::vector<Source> read_sources() {
    const fs::path root = test::source_dir();
    std::vector<Source> sources;
    for (const char* top : {"config", "providers", "reconcilers", "daemon", "tests"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".hpp" && extension != ".cpp") continue;
            const std::string path = fs::relative(entry.path(), root).generic_string();
            sources.push_back({path, room_of(path), lines_of(entry.path())});
        }
    }
    std::ranges::sort(sources, {}, &Source::path);
    return sources;
}

}  // namespace driftless::architecture
