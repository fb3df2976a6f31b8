#include "daemon/git/child.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/git/library.hpp"
#include "daemon/git/source.hpp"
#include "providers/net/platform.hpp"

namespace driftless::git {
namespace {

using json = nlohmann::json;

constexpr std::size_t most_memory = std::size_t{2} << 30;

std::string line_of(const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A field's text; "" where there is none.
std::string text_of(const json& object, const char* field) {
    const auto found = object.find(field);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json json_of(const Remote& remote) {
    const Login& login = remote.login;
    return {{"url", remote.url},
            {"ref", remote.ref},
            {"range", remote.range},
            {"username", login.username},
            {"password", login.password.reveal()},
            {"ca", login.ca},
            {"key", login.key.reveal()},
            {"passphrase", login.passphrase.reveal()},
            {"knownHosts", login.known_hosts},
            {"knownHostsFile", login.known_hosts_file},
            {"home", login.home}};
}

Remote remote_of(const json& request) {
    const auto secret = [&](const char* field) { return Secret{text_of(request, field)}; };
    Remote remote{.url = text_of(request, "url"), .ref = text_of(request, "ref")};
    remote.range = text_of(request, "range");
    remote.login = {.username = text_of(request, "username"),
                    .password = secret("password"),
                    .ca = text_of(request, "ca"),
                    .key = secret("key"),
                    .passphrase = secret("passphrase"),
                    .known_hosts = text_of(request, "knownHosts"),
                    .known_hosts_file = text_of(request, "knownHostsFile"),
                    .home = text_of(request, "home")};
    return remote;
}

Result<Tip> carry_out(const json& request, const Remote& remote, Authorities& authorities) {
    const std::string op = text_of(request, "op");
    if (op != "ls" && op != "fetch") {
        return Error{Errc::internal, fmt::format("git child: no such op {}", in_quotes(op))};
    }
    if (auto done = authorities.use(remote.login.ca); !done) return std::move(done).error();
    if (op == "ls") return list_ref(remote);
    const FetchLimits usual;
    const FetchLimits limits{.bytes = request.value("bytes", usual.bytes),
                             .objects = request.value("objects", usual.objects)};
    return fetch_ref(remote, text_of(request, "folder"), request.value("anew", false), limits);
}

/// Whatever a library may say: a credential is not in it.
std::string without(std::string text, const Secret& secret) {
    if (secret.reveal().size() < 4) return text;  // it would take the text apart
    for (auto at = text.find(secret.reveal()); at != text.npos; at = text.find(secret.reveal())) {
        text.replace(at, secret.reveal().size(), "(secret)");
    }
    return text;
}

Result<Tip> carried_out(const json& request, Authorities& authorities) {
    if (!request.is_object()) {
        return Error{Errc::internal, "git child: the request is not an object"};
    }
    const Remote remote = remote_of(request);
    auto tip = carry_out(request, remote, authorities);
    if (tip) return tip;
    Error error = std::move(tip).error();
    error.message = without(std::move(error.message), remote.login.password);
    error.message = without(std::move(error.message), remote.login.passphrase);
    return error;
}

Errc errc_named(const std::string& text) {
    for (const Errc code : {Errc::canceled, Errc::conflict, Errc::forbidden, Errc::internal,
                            Errc::invalid, Errc::not_found, Errc::rate_limited, Errc::timed_out,
                            Errc::unauthenticated, Errc::unavailable}) {
        if (text == name(code)) return code;
    }
    return Errc::internal;
}

}  // namespace

std::string list_request(const Remote& remote) {
    json request = json_of(remote);
    request["op"] = "ls";
    return line_of(request);
}

std::string fetch_request(const Remote& remote, const std::string& folder, bool anew,
                          const FetchLimits& limits) {
    json request = json_of(remote);
    request["op"] = "fetch";
    request["folder"] = folder;
    request["anew"] = anew;
    request["bytes"] = limits.bytes;
    request["objects"] = limits.objects;
    return line_of(request);
}

Result<Tip> read_and_carried_out(const std::string& request, Authorities& authorities) {
    try {
        return carried_out(json::parse(request), authorities);
    } catch (const json::exception&) {  // its text may repeat what was asked; that stays in
        return Error{Errc::internal, "git child: the request cannot be read"};
    }
}

std::string answer_to(const std::string& request, Authorities& authorities) {
    const Result<Tip> tip = read_and_carried_out(request, authorities);
    if (tip) return line_of({{"commit", tip->commit}, {"ref", tip->ref}});
    return line_of({{"error", name(tip.error().code)}, {"message", tip.error().message}});
}

Result<Tip> read_answer(const std::string& answer) {
    const json object = json::parse(answer, nullptr, false);
    Tip tip;
    if (object.is_object()) tip = {text_of(object, "commit"), text_of(object, "ref")};
    if (!tip.commit.empty()) return tip;
    const std::string code = object.is_object() ? text_of(object, "error") : std::string();
    if (!code.empty()) return Error{errc_named(code), text_of(object, "message")};
    return Error{Errc::internal,
                 "git child: its answer is not one of ours: " + in_quotes(answer.substr(0, 200))};
}

int run_git_child() {
    net::end_with_parent();
    // A server may list refs without end. A fetch of 10,000,000 objects, the most, needs less.
    net::limit_memory(most_memory);
    const Library library;  // kept, so that it isn't started for each request
    Authorities authorities;
    std::string request;
    while (std::getline(std::cin, request)) {
        std::cout << answer_to(request, authorities) << '\n' << std::flush;
        if (!std::cout) return 1;
    }
    return 0;
}

}  // namespace driftless::git
