#include "config/git_url.hpp"

#include <algorithm>
#include <cctype>

#include "config/settings_grammar.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest_path = 1024;
constexpr std::size_t longest_name = 253;

Error refusal(std::string why) {
    return {Errc::invalid, std::move(why)};
}

bool is_plain(char c, std::string_view also) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (std::isalnum(byte) != 0 || also.find(c) != also.npos);
}

bool is_user(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && text.front() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_plain(c, "._-+"); });
}

bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && text.front() != '-' &&
           text.front() != '.' &&
           std::ranges::all_of(text, [](char c) { return is_plain(c, ".-"); });
}

bool is_ipv6(std::string_view text) {
    return text.find(':') != text.npos && std::ranges::all_of(text, [](char c) {
               return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
           });
}

bool goes_up(std::string_view path) {
    return (std::string(path) + "/").find("/../") != std::string::npos || path.starts_with("../");
}

/// No quotes and no backslash either: the path becomes one word of a command on the server.
bool is_path(std::string_view text) {
    return !text.empty() && text != "/" && text.size() <= longest_path && !goes_up(text) &&
           text.find("%0") == text.npos && text.find("%1") == text.npos &&
           std::ranges::all_of(text, [](char c) { return is_plain(c, "/._-+~%@=,:&"); });
}

/// "HOST", "HOST:PORT", "[IPv6]:PORT" into `url`.
bool read_host(std::string_view text, GitUrl& url) {
    std::string_view host = text;
    std::string_view port;
    const std::size_t end = text.starts_with('[') ? text.find(']') : 0;
    if (end == text.npos) return false;
    const std::size_t colon = text.find(':', end);
    if (colon != text.npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        const bool digits = std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
        if (port.empty() || port.size() > 5 || !digits) return false;
        url.port = static_cast<unsigned>(std::stoul(std::string{port}));
        if (url.port == 0 || url.port > 65535) return false;
    }
    const bool is_v6 = host.starts_with('[') && host.ends_with(']');
    if (is_v6) host = host.substr(1, host.size() - 2);
    url.host = std::string{host};
    std::ranges::transform(url.host, url.host.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return is_v6 ? is_ipv6(host) : is_host_name(host);
}

Result<GitUrl> parse_remote(GitScheme scheme, std::string_view rest, std::string_view form) {
    GitUrl url;
    url.scheme = scheme;
    url.port = scheme == GitScheme::https ? 443 : 22;
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view authority = rest.substr(0, slash);
    url.path = std::string{rest.substr(slash)};
    const std::size_t at = authority.rfind('@');
    const auto user = authority.substr(0, at == authority.npos ? 0 : at);
    const bool has_login = scheme == GitScheme::https && rest.find('@') != rest.npos;
    if (has_login || user.find(':') != user.npos) {
        return refusal(
            "a credential never stands in a URL, where it would be shown; put it under auth");
    }
    if (at != authority.npos) {
        if (!is_user(user)) return refusal(fmt::format("expected {}", form));
        url.user = std::string{user};
        authority = authority.substr(at + 1);
    }
    if (!read_host(authority, url) || !is_path(url.path)) {
        return refusal(fmt::format("expected {}, of plain letters", form));
    }
    return url;
}

/// git@github.com:bnx/infra.git
Result<GitUrl> parse_short(std::string_view text, std::size_t at, std::size_t colon) {
    GitUrl url;
    url.scheme = GitScheme::ssh;
    url.port = 22;
    url.user = std::string{text.substr(0, at)};
    url.path = std::string{text.substr(colon + 1)};
    const auto host = text.substr(at + 1, colon - at - 1);
    const bool is_safe = !url.path.starts_with('-') && is_path(url.path);
    if (is_user(url.user) && is_safe && read_host(host, url)) return url;
    return refusal("expected USER@HOST:PATH, of plain letters");
}

}  // namespace

std::string GitUrl::origin() const {
    constexpr std::string_view names[]{"file", "https", "ssh"};
    return fmt::format("{}://{}:{}", names[static_cast<std::size_t>(scheme)], host, port);
}

Result<GitUrl> parse_git_url(std::string_view text) {
    const auto after = [text](std::string_view scheme) { return text.substr(scheme.size()); };
    if (text.starts_with("https://")) {
        return parse_remote(GitScheme::https, after("https://"), "https://HOST[:PORT]/PATH");
    }
    if (text.starts_with("ssh://")) {
        return parse_remote(GitScheme::ssh, after("ssh://"), "ssh://USER@HOST[:PORT]/PATH");
    }
    if (text.starts_with("http://") || text.starts_with("git://")) {
        return refusal(
            "this protocol is not encrypted, so anybody between could change what is "
            "read; use https:// or ssh://");
    }
    if (is_file_url(text)) {
        GitUrl url;
        url.path = std::string{after("file://")};
        return url;
    }
    const std::size_t at = text.find('@');
    const std::size_t colon = at == text.npos ? at : text.find(':', at);
    if (text.find("://") == text.npos && colon != text.npos) return parse_short(text, at, colon);
    const bool may_hold_password = at != text.npos;
    return refusal(
        "expected https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH or "
        "file:///PATH" +
        (may_hold_password ? "" : ", found " + in_quotes(text)));
}

}  // namespace driftless
