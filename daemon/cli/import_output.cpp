#include "daemon/cli/import_output.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/secrets/private_file.hpp"

namespace driftless::cli {
namespace {

namespace fs = std::filesystem;

/// A file to be: for git, or a secret.
struct NewFile {
    std::string path;
    std::string bytes;
};

std::vector<NewFile> files_for_git(const ImportReport& report, const ImportPlaces& places) {
    std::vector<NewFile> files;
    for (const ImportedManifest& manifest : report.imported.manifests) {
        for (const auto& [path, text] : manifest.files)
            files.push_back({places.folder + "/" + manifest.path_of(path), text});
    }
    return files;
}

/// A reader takes one line end off, so one is put on.
std::vector<NewFile> secret_files(const ImportReport& report, const ImportPlaces& places) {
    std::vector<NewFile> files;
    if (places.secrets.empty()) return files;
    for (const ImportedManifest& manifest : report.imported.manifests) {
        for (const auto& [name, secret] : manifest.secrets) {
            files.push_back({places.secrets + "/" + places.target + "/" + name,
                             std::string{secret.reveal()} + "\n"});
        }
    }
    return files;
}

enum class There { nothing, same, other };

There what_is_there(const NewFile& file) {
    std::error_code failed;
    if (!fs::exists(fs::symlink_status(file.path, failed))) return There::nothing;
    std::ifstream stream{file.path, std::ios::binary};
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return stream && bytes.str() == file.bytes ? There::same : There::other;
}

/// Drops those that are there word for word. @return those that say something else
std::vector<std::string> sort_out(std::vector<NewFile>& files) {
    std::vector<std::string> others;
    std::erase_if(files, [&](const NewFile& file) {
        const There there = what_is_there(file);
        if (there == There::other) others.push_back(file.path);
        return there == There::same;
    });
    return others;
}

/// Whoever commits the one folder must not commit the other.
Result<void> check_apart(const ImportPlaces& places) {
    if (places.secrets.empty()) return {};
    std::error_code failed;
    const std::string git = fs::weakly_canonical(fs::absolute(places.folder), failed).string();
    const std::string secrets = fs::weakly_canonical(fs::absolute(places.secrets), failed).string();
    if (secrets != git && !secrets.starts_with(git + "/")) return {};
    return Error{Errc::invalid, fmt::format("--secrets {}: lies in the folder for git, {}; secrets "
                                            "are for another one",
                                            in_quotes(places.secrets), in_quotes(places.folder))};
}

Error not_written(const std::string& path) {
    return {Errc::unavailable, fmt::format("write {}: {}", in_quotes(path), std::strerror(errno))};
}

Result<void> write_file(const NewFile& file) {
    std::error_code failed;
    fs::create_directories(fs::path{file.path}.parent_path(), failed);
    errno = 0;
    std::ofstream stream{file.path, std::ios::binary};
    stream << file.bytes;
    stream.close();
    if (!stream) return not_written(file.path);
    return {};
}

/// Where root writes into a folder of the daemon's, its files are the daemon's too.
Result<void> hand_over(const std::string& path, const std::string& owner_of) {
    struct stat about {};
    if (::geteuid() != 0 || ::stat(owner_of.c_str(), &about) != 0) return {};
    if (::lchown(path.c_str(), about.st_uid, about.st_gid) != 0) return not_written(path);
    return {};
}

Result<void> write_secret(const NewFile& file, const ImportPlaces& places) {
    const std::string folder = places.secrets + "/" + places.target;
    std::error_code failed;
    const bool is_new = !fs::exists(folder, failed);
    for (const std::string& path : {places.secrets, folder}) {
        if (auto made = make_private_folder(path); !made) return made;
    }
    if (is_new) {
        if (auto handed = hand_over(folder, places.secrets); !handed) return handed;
    }
    if (auto written = write_new_private_file(file.path, file.bytes); !written) return written;
    return hand_over(file.path, places.secrets);
}

std::string said_once(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string joined(const std::set<std::string>& values) {
    return fmt::format("{}", fmt::join(values, ", "));
}

/// Keys of `allow` that are on or off; the others are lists.
bool is_flag(const std::set<std::string>& values) {
    return values.size() == 1 && *values.begin() == "true";
}

std::string allow_text(const ImportReport& report, const ImportPlaces& places) {
    if (report.allow.empty()) return "";
    std::string text = fmt::format(
        "These reach what no commit may reach by itself; targets.{} in driftless.yaml must say:\n"
        "  allow:\n",
        places.target);
    for (const auto& [key, values] : report.allow) {
        text += is_flag(values) ? fmt::format("    {}: true\n", key)
                                : fmt::format("    {}: [{}]\n", key, clean(joined(values)));
    }
    return text;
}

/// Where the daemon will look for them, for people.
std::string folder_of(const ImportPlaces& places) {
    return places.secrets_folder.empty() ? "the folder of `secrets:` in driftless.yaml"
                                         : clean(places.secrets_folder);
}

/// Those who refer to secrets that were not written are told which, and where they go.
std::string secrets_text(const ImportReport& report, const ImportPlaces& places) {
    std::string names;
    std::size_t count = 0;
    for (const ImportedManifest& manifest : report.imported.manifests) {
        for (const auto& [name, secret] : manifest.secrets) {
            names += "  " + name + "\n";
            ++count;
        }
    }
    if (count == 0) return "";
    if (!places.secrets.empty()) {
        const bool is_read = places.secrets == places.secrets_folder;
        return fmt::format(
            "wrote {} into {}/{}{}\n", said_once(count, "secret"), clean(places.secrets),
            places.target,
            is_read
                ? ""
                : "; driftless.yaml must say: secrets: {folder: " + clean(places.secrets) + "}");
    }
    return fmt::format(
        "{} to be put into {}, as {}/NAME with mode 0600; the values that are "
        "in force stay there, and `--secrets {}` writes them:\n{}",
        said_once(count, "secret"), folder_of(places), places.target,
        places.secrets_folder.empty() ? "DIR" : clean(places.secrets_folder), names);
}

/// What only a person knows.
std::string unshown_text(const ImportReport& report, const ImportPlaces& places) {
    std::string names;
    std::size_t count = 0;
    for (const ImportedManifest& manifest : report.imported.manifests) {
        for (const auto& [name, what] : manifest.unshown) {
            names += "  " + name + "  " + clean(what) + "\n";
            ++count;
        }
    }
    if (count == 0) return "";
    return fmt::format(
        "{} that nobody shows, for you to put into {}, as {}/NAME with mode 0600, before you push. "
        "They are taken for what is in force: nothing is written until one of the files changes\n"
        "{}",
        said_once(count, "secret"), folder_of(places), places.target, names);
}

std::string next_text(const ImportPlaces& places) {
    return fmt::format(
        "next: read them; `driftless validate {0}`; `driftless plan --dir {0} --target {1}`; then "
        "`git add` and commit\n",
        clean(places.folder), places.target);
}

}  // namespace

Result<void> write_import(const ImportReport& report, const ImportPlaces& places) {
    if (auto apart = check_apart(places); !apart) return apart;
    auto files = files_for_git(report, places);
    auto secrets = secret_files(report, places);
    auto others = sort_out(files);
    for (std::string& path : sort_out(secrets)) others.push_back(std::move(path));
    if (!others.empty()) {
        return Error{Errc::conflict,
                     fmt::format("these are there already and say something else; move them away, "
                                 "or import into another folder. Nothing was written:\n  {}",
                                 fmt::join(others, "\n  "))};
    }
    for (const NewFile& file : secrets) {
        if (auto written = write_secret(file, places); !written) return written;
    }
    for (const NewFile& file : files) {
        if (auto written = write_file(file); !written) return written;
    }
    return {};
}

std::string import_text(const ImportReport& report, const ImportPlaces& places,
                        const Style& style) {
    std::string text;
    for (const ImportedManifest& manifest : report.imported.manifests) {
        const std::string folder =
            manifest.has_folder ? places.folder + "/" + manifest.name : places.folder;
        text += style(Tone::good, "wrote ") + clean(folder) + ":";
        for (const auto& [path, bytes] : manifest.files) text += " " + clean(path);
        text += "\n";
        for (const std::string& note : manifest.notes) text += "  note: " + clean(note) + "\n";
    }
    if (report.imported.manifests.empty()) text += "nothing to write\n";
    text += secrets_text(report, places);
    text += unshown_text(report, places);
    text += allow_text(report, places);
    for (const LeftOut& one : report.imported.left_out) {
        text += style(Tone::warn, "left out ") + clean(one.what) + ": " + clean(one.why) + "\n";
    }
    if (!report.imported.manifests.empty()) text += next_text(places);
    return text;
}

json import_view(const ImportReport& report, const ImportPlaces& places) {
    json view{{"target", places.target},
              {"folder", places.folder},
              {"manifests", json::array()},
              {"left_out", json::array()},
              {"allow", json::object()}};
    for (const ImportedManifest& manifest : report.imported.manifests) {
        json one{{"name", manifest.name},
                 {"files", json::array()},
                 {"secrets", json::array()},
                 {"notes", manifest.notes}};
        for (const auto& [path, bytes] : manifest.files)
            one["files"].push_back(manifest.path_of(path));
        for (const auto& [name, secret] : manifest.secrets) one["secrets"].push_back(name);
        if (!manifest.unshown.empty()) one["unshown"] = manifest.unshown;
        view["manifests"].push_back(std::move(one));
    }
    for (const LeftOut& one : report.imported.left_out)
        view["left_out"].push_back({{"what", one.what}, {"why", one.why}});
    for (const auto& [key, values] : report.allow) {
        view["allow"][key] = is_flag(values) ? json(true) : json(values);
    }
    return view;
}

}  // namespace driftless::cli
