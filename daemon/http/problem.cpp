#include "daemon/http/problem.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cassert>

namespace driftless::http {
namespace {

using json = nlohmann::json;

ProblemKind kind_of(Errc code) {
    const auto kinds = problem_kinds();
    const auto found = std::ranges::find(kinds, code, &ProblemKind::code);
    assert(found != kinds.end());
    return *found;
}

json faults_view(const Faults& faults) {
    json view = json::array();
    for (const Fault& fault : faults) {
        json one{{"detail", fault.detail}};
        if (!fault.pointer.empty()) one["pointer"] = fault.pointer;
        if (!fault.parameter.empty()) one["parameter"] = fault.parameter;
        view.push_back(std::move(one));
    }
    return view;
}

}  // namespace

std::span<const ProblemKind> problem_kinds() {
    static constexpr std::string_view later = "Not available now";
    static constexpr std::array kinds{
        ProblemKind{Errc::canceled, 503, later},
        ProblemKind{Errc::conflict, 409, "The thing is in another state"},
        ProblemKind{Errc::forbidden, 403, "This is not allowed from where it comes"},
        ProblemKind{Errc::internal, 500, "A fault of ours"},
        ProblemKind{Errc::invalid, 400, "The request is not as it should be"},
        ProblemKind{Errc::not_found, 404, "There is no such thing"},
        ProblemKind{Errc::rate_limited, 429, "Too many requests"},
        ProblemKind{Errc::timed_out, 503, later},
        ProblemKind{Errc::unauthenticated, 401, "The credential is missing or wrong"},
        ProblemKind{Errc::unavailable, 503, later},
    };
    return kinds;
}

net::ServerResponse problem(const Error& error, const Faults& faults) {
    const auto [code, status, title] = kind_of(error.code);
    json body{{"type", fmt::format("urn:driftless:error:{}", name(code))},
              {"title", title},
              {"status", status},
              {"detail", error.message}};
    if (!faults.empty()) body["errors"] = faults_view(faults);
    net::ServerResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", "application/problem+json");
    if (error.retry_after) {
        response.headers.emplace_back("Retry-After", std::to_string(error.retry_after->count()));
    }
    response.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return response;
}

net::ServerResponse problem(const Faults& faults) {
    const Fault& first = faults.front();
    const std::string& where = first.parameter.empty() ? first.pointer : first.parameter;
    const std::string detail = where.empty() ? first.detail : where + ": " + first.detail;
    return problem(Error{Errc::invalid, detail}, faults);
}

}  // namespace driftless::http
