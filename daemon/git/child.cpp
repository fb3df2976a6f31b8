#include "daemon/git/child.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/git/library.hpp"
#include "daemon/git/source.hpp"

namespace driftless::git {
namespace {

using json = nlohmann::json;

std::string line_of(const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A field's text; "" where there is none.
std::string text_of(const json& object, const char* field) {
    const auto found = object.find(field);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<std::string> carry_out(const json& request) {
    if (!request.is_object())
        return Error{Errc::internal, "git child: the request is not an object"};
    const std::string op = text_of(request, "op");
    const Remote remote{text_of(request, "url"), text_of(request, "ref")};
    if (op == "ls") return list_ref(remote);
    if (op == "fetch") {
        const bool anew = request.value("anew", json(false)) == json(true);
        return fetch_ref(remote, text_of(request, "folder"), anew);
    }
    return Error{Errc::internal, fmt::format("git child: no such op {}", in_quotes(op))};
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
    return line_of({{"op", "ls"}, {"url", remote.url}, {"ref", remote.ref}});
}

std::string fetch_request(const Remote& remote, const std::string& folder, bool anew) {
    return line_of({{"op", "fetch"},
                    {"url", remote.url},
                    {"ref", remote.ref},
                    {"folder", folder},
                    {"anew", anew}});
}

std::string answer_to(const std::string& request) {
    const auto commit = carry_out(json::parse(request, nullptr, false));
    if (commit) return line_of({{"commit", *commit}});
    return line_of({{"error", name(commit.error().code)}, {"message", commit.error().message}});
}

Result<std::string> read_answer(const std::string& answer) {
    const json object = json::parse(answer, nullptr, false);
    const std::string commit = object.is_object() ? text_of(object, "commit") : std::string();
    if (!commit.empty()) return commit;
    const std::string code = object.is_object() ? text_of(object, "error") : std::string();
    if (!code.empty()) return Error{errc_named(code), text_of(object, "message")};
    return Error{Errc::internal,
                 "git child: its answer is not one of ours: " + in_quotes(answer.substr(0, 200))};
}

int run_git_child() {
    const Library library;  // kept, so that it isn't started for each request
    std::string request;
    while (std::getline(std::cin, request)) {
        std::cout << answer_to(request) << '\n' << std::flush;
        if (!std::cout) return 1;
    }
    return 0;
}

}  // namespace driftless::git
