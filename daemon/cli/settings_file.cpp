#include "daemon/cli/settings_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/base/nearest.hpp"
#include "providers/net/platform.hpp"

namespace driftless::cli {
namespace {

constexpr std::uintmax_t most_bytes = 1u << 20;

std::string all_of(const Findings& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        if (!text.empty()) text += "\n";
        text += to_string(finding);
    }
    return text;
}

}  // namespace

std::string usual_settings_path() {
    return net::settings_root() + "/driftless/driftless.yaml";
}

Result<std::string> read_text_file(const std::string& path) {
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    if (!std::filesystem::exists(status)) {
        return Error{Errc::not_found, fmt::format("read {}: no such file", in_quotes(path))};
    }
    if (!std::filesystem::is_regular_file(status)) {
        return Error{Errc::invalid, fmt::format("read {}: not a regular file", in_quotes(path))};
    }
    if (std::filesystem::file_size(path, failed) > most_bytes) {
        return Error{Errc::invalid, fmt::format("read {}: larger than 1 MiB", in_quotes(path))};
    }
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad()) {
        return Error{Errc::unavailable,
                     fmt::format("read {}: {}", in_quotes(path), std::strerror(errno))};
    }
    return text;
}

Result<Settings> load_settings(const std::string& path) {
    const std::string file = path.empty() ? usual_settings_path() : path;
    auto text = read_text_file(file);
    if (!text) {
        Error error = std::move(text).error();
        if (error.code == Errc::not_found) {
            error.message += "; `driftless init` writes one, --config FILE names another";
        }
        return error;
    }
    Findings findings;
    auto settings = read_settings(*text, file, findings);
    if (!settings) return Error{Errc::invalid, all_of(findings)};
    return settings;
}

std::string socket_path(const Settings& settings) {
    if (!settings.http.socket.empty()) return settings.http.socket;
    std::error_code failed;
    if (std::filesystem::is_directory("/run", failed)) return "/run/driftless/driftless.sock";
    return settings.state + "/driftless.sock";
}

std::string clone_path(const Settings& settings, const std::string& source) {
    return settings.state + "/git/" + source + ".git";
}

Result<void> find_target(const Settings& settings, const std::string& name) {
    if (name.empty() || settings.targets.contains(name)) return {};
    std::vector<std::string> known;
    for (const auto& [target, one] : settings.targets) known.push_back(target);
    return Error{Errc::not_found,
                 fmt::format("no target {}{}", in_quotes(name), did_you_mean(name, known))};
}

Result<void> find_state(const Settings& settings) {
    std::error_code failed;
    if (std::filesystem::exists(settings.state + "/driftless.db", failed)) return {};
    return Error{Errc::not_found, "there is no state in " + in_quotes(settings.state)};
}

}  // namespace driftless::cli
