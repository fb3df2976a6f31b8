#include "reconcilers/cloudflare/tunnel_lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "config/base/vault.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::array<std::string_view, 6> schemes{"http", "https", "tcp", "ssh", "rdp", "smb"};
constexpr std::array<std::string_view, 3> words{"hello_world", "bastion", "socks-proxy"};
constexpr std::string_view status_word = "http_status:";
// Below these of a country people register names: "briefhours.co.uk" is a zone, "co.uk" is none.
constexpr std::array<std::string_view, 8> public_labels{"ac",  "co",  "com", "edu",
                                                        "gov", "net", "or",  "org"};

template <class List>
bool is_one_of(const List& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

std::string trouble_with_status(std::string_view code) {
    const bool is_code = code.size() == 3 && code.front() >= '1' && code.front() <= '5' &&
                         std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    return is_code ? "" : "expected a status of HTTP after http_status:, such as http_status:404";
}

std::string trouble_with_url(std::string_view scheme, std::string_view rest) {
    if (!is_one_of(schemes, scheme)) {
        return fmt::format("no service has the scheme {}; there are {}, unix: and http_status:",
                           scheme, fmt::join(schemes, ", "));
    }
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') return "it names no host";
    if (rest.find_first_of("/?#") != rest.npos) {
        return "a path has no place in it: each request keeps its own; leave it out";
    }
    return "";
}

}  // namespace

std::string trouble_with_service(const std::string& service) {
    if (has_marks(service) || is_one_of(words, service)) return "";
    if (service.starts_with(status_word)) {
        return trouble_with_status(std::string_view{service}.substr(status_word.size()));
    }
    for (const std::string_view unix : {"unix:", "unix+tls:"}) {
        if (!service.starts_with(unix)) continue;
        const bool is_path = service.size() > unix.size() && service[unix.size()] == '/';
        return is_path ? "" : "expected the path of a socket after " + std::string{unix};
    }
    const std::size_t end = service.find("://");
    if (end == service.npos) {
        return "it has no scheme; write it as http://HOST:PORT, or http_status:404";
    }
    const std::string_view all = service;
    return trouble_with_url(all.substr(0, end), all.substr(end + 3));
}

std::string trouble_with_wildcard(const std::string& hostname) {
    const std::size_t star = hostname.find('*');
    if (star == hostname.npos) return "";
    const bool leads = star == 0 && hostname.starts_with("*.") && hostname.rfind('*') == 0;
    return leads ? "" : "a wildcard stands alone as the first label, as in *.example.com";
}

Result<std::string> zone_for(const std::string& hostname, const std::vector<std::string>& zones) {
    std::string best;
    for (const std::string& zone : zones) {
        const bool within = hostname == zone || hostname.ends_with("." + zone);
        if (within && zone.size() > best.size()) best = zone;
    }
    if (!best.empty()) return best;
    if (!zones.empty()) {
        return Error{Errc::invalid,
                     fmt::format("it lies in none of spec.zones: {}", fmt::join(zones, ", "))};
    }
    const std::size_t last = hostname.rfind('.');
    if (last == hostname.npos || last == 0) {
        return Error{Errc::invalid, "it names no zone; write it whole, as app.example.com"};
    }
    const std::size_t before = hostname.rfind('.', last - 1);
    std::string zone = before == hostname.npos ? hostname : hostname.substr(before + 1);
    const bool is_public =
        hostname.size() - last == 3 &&
        is_one_of(public_labels, std::string_view{zone}.substr(0, zone.find('.')));
    if (is_public || zone.starts_with('*')) {
        return Error{Errc::invalid,
                     fmt::format("{} is no zone of yours; name the one that it lies in under "
                                 "spec.zones",
                                 zone)};
    }
    return zone;
}

}  // namespace driftless::cloudflare
