#include "daemon/git/paths.hpp"

#include <algorithm>

namespace driftless::git {

std::string fault_of_name(const std::string& name) {
    if (name.empty()) return "an empty name";
    if (name == "." || name == "..") return "the name " + in_quotes(name);
    const bool has_control = std::ranges::any_of(name, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte < 0x20 || byte == 0x7F;
    });
    if (has_control) return "a control character in a name";
    if (name.find('/') != name.npos) return "a \"/\" inside a name";
    return "";
}

Result<std::vector<std::string>> steps_of(const std::string& path) {
    std::vector<std::string> steps;
    if (path.empty()) return steps;
    if (path.size() > Limits::path_bytes) return too_long(path);
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        steps.push_back(path.substr(begin, end - begin));
        begin = end + 1;
        const std::string fault = fault_of_name(steps.back());
        if (!fault.empty()) {
            return Error{Errc::invalid, fmt::format("path {} has {}", in_quotes(path), fault)};
        }
    }
    return steps;
}

Result<void> check_readable(const FileEntry& entry, const std::string& path, std::size_t most) {
    const auto refuse = [&](std::string_view why) {
        return Error{Errc::invalid, fmt::format("{}: {}", path, why)};
    };
    switch (entry.type) {
        case FileEntry::Type::folder: return refuse("it is a folder");
        case FileEntry::Type::link:
            return refuse(
                "it is a symbolic link, which driftless never follows; "
                "put the file itself there");
        case FileEntry::Type::submodule:
            return refuse(
                "it is a submodule, which driftless never "
                "fetches; put its files into this repository");
        case FileEntry::Type::file: break;
    }
    if (entry.size <= most) return {};
    return refuse(fmt::format("it has {} bytes, the limit for a file is {}", entry.size, most));
}

Result<void> check_content(const std::string& bytes, const std::string& path) {
    if (!bytes.starts_with("version https://git-lfs.github.com/spec/") || bytes.size() > 1'024) {
        return {};
    }
    return Error{Errc::invalid, path +
                                    ": it is a Git LFS pointer, not the file itself, and driftless "
                                    "fetches nothing from LFS; store the file in git"};
}

Error too_many_files() {
    return {Errc::invalid,
            fmt::format("there are more than {} files, which is the limit", Limits::files)};
}

Error too_long(const std::string& path) {
    return {Errc::invalid, fmt::format("path {}… has more than {} bytes, which is the limit",
                                       in_quotes(path.substr(0, 60)), Limits::path_bytes)};
}

}  // namespace driftless::git
