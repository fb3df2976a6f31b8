#include "daemon/secrets/secrets.hpp"

#include <algorithm>
#include <filesystem>

#include "config/base/nearest.hpp"
#include "daemon/secrets/private_file.hpp"

namespace driftless {
namespace {

constexpr std::size_t most_bytes = 64u << 10;

bool is_bound_elsewhere(const NamedSecret& named, const std::string& target) {
    return !named.targets.empty() &&
           std::ranges::find(named.targets, target) == named.targets.end();
}

/// What every secret must be, wherever it comes from. The message never quotes it.
Result<Secret> checked(Secret secret) {
    const std::string_view text = secret.reveal();
    if (text.empty()) return Error{Errc::invalid, "it is empty"};
    if (text.find('\0') != text.npos) return Error{Errc::invalid, "it holds a NUL byte"};
    if (text.find(mark_begin) != text.npos || text.find(mark_end) != text.npos) {
        return Error{Errc::invalid, "it holds U+FDD0 or U+FDD1, which are reserved"};
    }
    return secret;
}

Result<Secret> checked_file(Result<std::string> text) {
    if (!text) return std::move(text).error();
    if (text->ends_with('\n')) text->pop_back();
    return checked(Secret{std::move(*text)});
}

class SettingsSecrets final : public Secrets {
public:
    SettingsSecrets(const SecretSettings& settings, std::map<std::string, std::string> environment,
                    net::Redactor* redactor)
        : settings_(settings), environment_(std::move(environment)), redactor_(redactor) {}

    Result<Secret> read(const std::string& name, const std::string& target) const override {
        auto secret = find(name, target);
        if (secret && redactor_ != nullptr) redactor_->learn(*secret);
        if (secret) return secret;
        const std::string whose =
            target == for_every_target ? "" : " of target " + in_quotes(target);
        return std::move(secret).error().in(fmt::format("secret {}{}", in_quotes(name), whose));
    }

private:
    Result<Secret> find(const std::string& name, const std::string& target) const {
        if (!is_name(name) || !is_name(target)) {
            return Error{Errc::invalid, "not a name; use a-z, 0-9, \".\", \"_\" and \"-\""};
        }
        const auto named = settings_.named.find(name);
        if (named != settings_.named.end()) return read_named(named->second, target);
        return read_from_folder(name, target);
    }

    Result<Secret> read_named(const NamedSecret& named, const std::string& target) const {
        if (is_bound_elsewhere(named, target)) {
            return Error{Errc::forbidden,
                         "it is for other targets only; add this one to its targets "
                         "in driftless.yaml"};
        }
        if (!named.file.empty()) return checked_file(read_private_file(named.file, most_bytes));
        if (!named.credential.empty()) return read_credential(named.credential);
        const auto variable = environment_.find(named.env);
        if (variable == environment_.end()) {
            return Error{Errc::not_found,
                         fmt::format("the environment of driftless has no {}", named.env)};
        }
        return checked(Secret{variable->second});
    }

    /// The service manager lets nobody but this service read these files, by means (an access
    /// control list) that look like a group's permission.
    Result<Secret> read_credential(const std::string& name) const {
        const auto folder = environment_.find("CREDENTIALS_DIRECTORY");
        if (folder == environment_.end()) {
            return Error{
                Errc::not_found,
                fmt::format("the service has no credentials; add LoadCredential={}:PATH to "
                            "its unit (systemctl edit driftless)",
                            name)};
        }
        return checked_file(read_trusted_file(folder->second + "/" + name, most_bytes));
    }

    Result<Secret> read_from_folder(const std::string& name, const std::string& target) const {
        if (!settings_.folder.empty()) {
            for (const std::string& group : {target, std::string{for_every_target}}) {
                const std::string path = settings_.folder + "/" + group + "/" + name;
                auto secret = checked_file(read_private_file(path, most_bytes));
                if (secret || secret.error().code != Errc::not_found) return secret;
            }
        }
        return Error{Errc::not_found,
                     "driftless.yaml knows no such secret" + did_you_mean(name, names(target))};
    }

    /// What `target` may use.
    std::vector<std::string> names(const std::string& target) const {
        std::vector<std::string> known;
        for (const auto& [name, named] : settings_.named) {
            if (!is_bound_elsewhere(named, target)) known.push_back(name);
        }
        if (settings_.folder.empty()) return known;
        for (const std::string& group : {target, std::string{for_every_target}}) {
            std::error_code problem;
            std::filesystem::directory_iterator files{settings_.folder + "/" + group, problem};
            for (; !problem && files != end(files); files.increment(problem)) {
                known.push_back(files->path().filename());
            }
        }
        return known;
    }

    SecretSettings settings_;
    std::map<std::string, std::string> environment_;
    net::Redactor* redactor_;
};

}  // namespace

std::unique_ptr<Secrets> make_secrets(const SecretSettings& settings,
                                      std::map<std::string, std::string> environment,
                                      net::Redactor* redactor) {
    return std::make_unique<SettingsSecrets>(settings, std::move(environment), redactor);
}

}  // namespace driftless
