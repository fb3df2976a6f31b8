#include "providers/net/base_url.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

#include "config/base/lower_case.hpp"

namespace driftless::net {
namespace {

namespace asio = boost::asio;

constexpr std::string_view digits = "0123456789";
constexpr std::string_view in_names = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
constexpr std::string_view in_paths =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%/";

bool take(std::string_view& text, std::string_view front) {
    if (!text.starts_with(front)) return false;
    text.remove_prefix(front.size());
    return true;
}

std::string_view take_until(std::string_view& text, std::string_view ends) {
    const auto taken = text.substr(0, text.find_first_of(ends));
    text.remove_prefix(taken.size());
    return taken;
}

bool is_only(std::string_view text, std::string_view letters) {
    return text.find_first_not_of(letters) == text.npos;
}

bool is_v6(const std::string& host) {
    boost::system::error_code wrong;
    (void)asio::ip::make_address_v6(host, wrong);
    return !wrong;
}

bool is_loopback(const std::string& host) {
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(host, no_address);
    return no_address ? host == "localhost" : address.is_loopback();
}

/// Where clouds answer a machine about itself: no packet for it ever leaves the host.
bool is_metadata_service(const std::string& host) {
    return host == "169.254.169.254";
}

/// @return is it one?
bool read_host(std::string_view& rest, BaseUrl& url) {
    if (take(rest, "[")) {
        url.host = lower_case(take_until(rest, "]"));
        return take(rest, "]") && is_v6(url.host) && url.host.find('%') == url.host.npos;
    }
    url.host = lower_case(take_until(rest, ":/?#"));
    const bool has_ends = !url.host.empty() && url.host.front() != '.' && url.host.front() != '-';
    return has_ends && url.host.size() < 254 && is_only(url.host, in_names);
}

bool read_port(std::string_view& rest, BaseUrl& url) {
    if (!take(rest, ":")) return true;
    const auto number = take_until(rest, "/?#");
    const auto* end = number.data() + number.size();
    const auto [stopped, failed] = std::from_chars(number.data(), end, url.port);
    return is_only(number, digits) && failed == std::errc{} && stopped == end && url.port != 0;
}

bool read_prefix(std::string_view rest, BaseUrl& url) {
    if (!rest.empty() && rest.front() != '/') return false;  // a query, a fragment
    while (rest.ends_with('/')) rest.remove_suffix(1);
    url.prefix = rest;
    return is_only(rest, in_paths);
}

}  // namespace

std::string BaseUrl::authority() const {
    const std::string name = is_v6(host) ? "[" + host + "]" : host;
    return port == (tls ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

std::string BaseUrl::text() const {
    return (tls ? "https://" : "http://") + authority() + prefix;
}

Result<BaseUrl> parse_base_url(std::string_view text) {
    const auto wrong = [text](std::string_view why) {
        return Error{Errc::invalid, fmt::format("{}: {}", in_quotes(text), why)};
    };
    BaseUrl url;
    std::string_view rest = text;
    if (take(rest, "http://")) {
        url.tls = false;
        url.port = 80;
    } else if (!take(rest, "https://")) {
        return wrong("expected https://HOST[:PORT][/PATH]");
    }
    if (rest.substr(0, rest.find('/')).find('@') != rest.npos) {
        return Error{Errc::invalid, "a URL that holds a user or a password is not taken"};
    }
    if (!read_host(rest, url)) return wrong("there is no host, or it is not the name of one");
    if (!read_port(rest, url)) return wrong("the port must be 1 to 65535");
    if (!read_prefix(rest, url)) return wrong("after host and port only a path may follow");
    if (url.tls || is_loopback(url.host) || is_metadata_service(url.host)) return url;
    return wrong("http:// is for this machine only (127.0.0.1, ::1, localhost); write https://");
}

}  // namespace driftless::net
