#include "daemon/http/gate.hpp"

#include "daemon/http/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace driftless::http {
namespace {

using MayRefuse = std::optional<Refusal>;

Refusal forbidden(const char* reason, const char* detail) {
    return {reason, problem(Error{Errc::forbidden, detail})};
}

bool is_header(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    });
}

std::ptrdiff_t count_of(const net::ServerRequest& request, std::string_view header) {
    return std::ranges::count_if(request.headers,
                                 [&](const auto& pair) { return is_header(pair.first, header); });
}

bool is_write(const net::ServerRequest& request) {
    return request.method != net::Method::get && request.method != net::Method::head;
}

MayRefuse refused_peer(const net::Peer& peer, const Access& access) {
    const bool owner = peer.uid && (*peer.uid == access.owner || *peer.uid == 0);
    if (owner) return std::nullopt;
    return forbidden("peer", "this socket answers its owner only");
}

MayRefuse refused_host(const net::ServerRequest& request, const Access& access) {
    const bool one = count_of(request, "Host") == 1;
    if (one && access.hosts.contains(request.header("Host"))) return std::nullopt;
    return forbidden("host",
                     "this Host is not answered; `http: {hosts: […]}` in driftless.yaml adds one");
}

MayRefuse refused_token(const net::ServerRequest& request, const Access& access) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string header = request.header("Authorization");
    const bool bearer = header.size() > scheme.size() &&
                        is_header(std::string_view{header}.substr(0, scheme.size()), scheme);
    if (bearer && !access.token.empty() &&
        access.token.same_as(Secret{header.substr(scheme.size())})) {
        return std::nullopt;
    }
    auto answer = problem(Error{Errc::unauthenticated,
                                "writes over TCP need `Authorization: Bearer` with the token of "
                                "the state folder; the Unix socket needs none"});
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return Refusal{"token", std::move(answer)};
}

MayRefuse refused_type(const net::ServerRequest& request) {
    const std::string type = request.header("Content-Type");
    const std::string_view media = std::string_view{type}.substr(0, type.find(';'));
    if (is_header(media, "application/json")) return std::nullopt;
    return Refusal{"type", net::problem(415, "Unsupported Media Type",
                                        "send JSON, with Content-Type: application/json")};
}

MayRefuse refused_tcp(const net::ServerRequest& request, const Access& access) {
    if (auto refusal = refused_host(request, access)) return refusal;
    if (auto refusal = refused_origin(request)) return refusal;
    return is_write(request) ? refused_token(request, access) : std::nullopt;
}

}  // namespace

std::set<std::string> own_hosts(std::uint16_t port, const std::vector<std::string>& more) {
    std::set<std::string> hosts;
    std::vector<std::string> names{"127.0.0.1", "localhost", "[::1]"};
    names.insert(names.end(), more.begin(), more.end());
    for (const std::string& name : names) hosts.insert(fmt::format("{}:{}", name, port));
    hosts.insert(more.begin(), more.end());  // behind a proxy, the port is another
    return hosts;
}

std::optional<Refusal> refused_origin(const net::ServerRequest& request) {
    const std::string site = request.header("Sec-Fetch-Site");
    const std::string origin = request.header("Origin");
    const std::string host = request.header("Host");
    const bool one = count_of(request, "Origin") <= 1 && count_of(request, "Sec-Fetch-Site") <= 1;
    const bool same_site = site.empty() || site == "same-origin" || site == "none";
    const bool same_origin =
        origin.empty() || origin == "http://" + host || origin == "https://" + host;
    if (one && same_site && same_origin) return std::nullopt;
    return forbidden("origin", "requests from pages of other sites are not answered");
}

std::optional<Refusal> refused(const net::ServerRequest& request, const Access& access) {
    const bool local = request.peer.kind == net::Peer::Kind::unix_socket;
    if (auto refusal = local ? refused_peer(request.peer, access) : refused_tcp(request, access)) {
        return refusal;
    }
    return is_write(request) ? refused_type(request) : std::nullopt;
}

}  // namespace driftless::http
