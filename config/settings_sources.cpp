#include "config/settings_sources.hpp"

#include <fmt/format.h>

#include "config/base/resource_key.hpp"
#include "config/git_url.hpp"
#include "config/semver.hpp"
#include "config/settings_grammar.hpp"
#include "config/settings_names.hpp"

namespace driftless {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

bool is_user_name(std::string_view text) {
    return is_printable_text(text) && text.size() <= 256 && text.find(':') == text.npos;
}

/// Reads one source, key by key.
class SourceReader {
public:
    SourceReader(const Node::Entry& entry, const Settings& settings, Findings& findings)
        : map_(entry.value, "sources." + entry.key, findings),
          settings_(settings),
          findings_(findings) {
        source_.name = entry.key;
        source_.place = entry.key_place;
    }

    SourceSettings read() {
        read_url();
        read_ref();
        source_.path = read_text(map_, "path", source_.path, is_absolute_path,
                                 "a folder of the repository such as /apps");
        source_.interval = read_duration(map_, "interval", source_.interval, seconds{1}, hours{24});
        read_auth();
        read_verify();
        read_limits();
        if (const auto rewind = map_.one_of("rewind", {"hold", "allow"})) {
            source_.hold_rewinds = *rewind == "hold";
        }
        source_.targets = read_target_names(map_, settings_);
        map_.finish();
        return std::move(source_);
    }

private:
    void read_url() {
        const Node* node = map_.require("url");
        const auto text = map_.text("url");
        if (node == nullptr || !text) return;
        auto url = parse_git_url(*text);
        if (!url) return map_.error(node->place, map_.where("url") + ": " + url.error().message);
        source_.url = *text;
        scheme_ = url->scheme;
    }

    /// One of branch, tag and semver.
    void read_ref() {
        source_.branch = read_text(map_, "branch", source_.branch, is_branch, "a branch");
        source_.tag = read_text(map_, "tag", "", is_branch, "a tag");
        source_.semver = map_.text("semver").value_or("");
        if (const Node* range = map_.get("semver")) {
            auto parsed = VersionRange::parse(source_.semver);
            if (!parsed) {
                map_.error(range->place, map_.where("semver") + ": " + parsed.error().message);
            }
        }
        const Node* first = nullptr;
        for (const char* key : {"branch", "tag", "semver"}) {
            const Node* node = map_.get(key);
            if (node != nullptr && first != nullptr) {
                map_.error(node->place,
                           map_.where(key) + ": a source follows one of branch, tag and semver");
            }
            if (first == nullptr) first = node;
        }
        if (!source_.tag.empty() || !source_.semver.empty()) source_.branch.clear();
    }

    void read_auth() {
        const Node* node = map_.get("auth");
        if (node == nullptr) {
            if (scheme_ == GitScheme::ssh) {
                map_.error(map_.place(), map_.where("auth") +
                                             ": is missing; ssh needs {sshKey: FILE, "
                                             "knownHosts: FILE}");
            }
            return;
        }
        MapReader auth{*node, map_.where("auth"), findings_};
        if (scheme_ == GitScheme::https) read_https_auth(auth);
        if (scheme_ == GitScheme::ssh) read_ssh_auth(auth);
        if (scheme_ == GitScheme::file) {
            map_.error(node->place, map_.where("auth") + ": a file:// source needs none");
            return;
        }
        if (scheme_) auth.finish();  // what else may stand there depends on the url
    }

    void read_https_auth(MapReader& auth) {
        source_.auth.ca = read_text(auth, "ca", "", is_absolute_path, "an absolute path");
        const Node* token = auth.get("token");
        const Node* password = auth.get("password");
        const std::string username = read_text(auth, "username", "", is_user_name, "a user's name");
        if (token != nullptr && (password != nullptr || auth.get("username") != nullptr)) {
            auth.error(token->place, auth.where("token") +
                                         ": either this, or username and password; a token that "
                                         "needs a user's name is a password");
        } else if (token != nullptr) {
            source_.auth.username = token_user;
            source_.auth.password_secret =
                read_secret_name(*token, auth.where("token"), settings_, findings_);
        } else if (password != nullptr || auth.get("username") != nullptr) {
            auth.require("username");
            if (auth.require("password") == nullptr) return;
            source_.auth.username = username;
            source_.auth.password_secret =
                read_secret_name(*password, auth.where("password"), settings_, findings_);
        }
    }

    void read_ssh_auth(MapReader& auth) {
        auth.require("sshKey");
        auth.require("knownHosts");
        source_.auth.ssh_key = read_text(auth, "sshKey", "", is_absolute_path, "an absolute path");
        source_.auth.known_hosts =
            read_text(auth, "knownHosts", "", is_absolute_path, "an absolute path");
        if (const Node* passphrase = auth.get("passphrase")) {
            source_.auth.passphrase_secret =
                read_secret_name(*passphrase, auth.where("passphrase"), settings_, findings_);
        }
    }

    void read_verify() {
        const Node* node = map_.get("verify");
        if (node == nullptr) return;
        MapReader verify{*node, map_.where("verify"), findings_};
        SourceVerify read;
        verify.require("signers");
        read.signers = read_text(verify, "signers", "", is_absolute_path, "an absolute path");
        if (const auto commits = verify.one_of("commits", {"tip", "all"})) {
            read.every_commit = *commits == "all";
        }
        verify.finish();
        source_.verify = std::move(read);
    }

    void read_limits() {
        const Node* node = map_.get("limits");
        if (node == nullptr) return;
        MapReader limits{*node, map_.where("limits"), findings_};
        if (const auto megabytes = limits.integer("megabytes", 1, 1'000'000)) {
            source_.limits.bytes = static_cast<std::size_t>(*megabytes) << 20;
        }
        if (const auto objects = limits.integer("objects", 1, 10'000'000)) {
            source_.limits.objects = static_cast<unsigned>(*objects);
        }
        source_.limits.deadline =
            read_duration(limits, "deadline", source_.limits.deadline, seconds{1}, hours{6});
        limits.finish();
    }

    /// Hosts take a token as the password of any user, save those that ask for just this one.
    static constexpr const char* token_user = "x-access-token";

    MapReader map_;
    const Settings& settings_;
    Findings& findings_;
    SourceSettings source_;
    std::optional<GitScheme> scheme_;  ///< none: the url is wrong, so nobody knows what fits it
};

}  // namespace

std::map<std::string, SourceSettings> read_sources(const Node& node, const Settings& settings,
                                                   Findings& findings) {
    MapReader map{node, "sources", findings};
    std::map<std::string, SourceSettings> sources;
    for (const Node::Entry& entry : node.entries) {
        if (!is_name(entry.key)) {
            map.error(entry.key_place,
                      fmt::format("sources: {} is not a name; expected [a-z0-9][a-z0-9._-]{{0,62}}",
                                  in_quotes(entry.key)));
            continue;
        }
        sources.emplace(entry.key, SourceReader{entry, settings, findings}.read());
    }
    return sources;
}

std::string shown_ref(const SourceSettings& source) {
    if (!source.semver.empty()) return "semver " + in_quotes(source.semver);
    return source.tag.empty() ? "branch " + source.branch : "tag " + source.tag;
}

}  // namespace driftless
