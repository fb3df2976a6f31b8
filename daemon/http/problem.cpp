#include "daemon/http/problem.hpp"

#include <nlohmann/json.hpp>

namespace driftless::http {
namespace {

using json = nlohmann::json;

struct Kind {
    int status;
    std::string_view title;
};

Kind kind_of(Errc code) {
    switch (code) {
        case Errc::invalid: return {400, "The request is not as it should be"};
        case Errc::unauthenticated: return {401, "The credential is missing or wrong"};
        case Errc::forbidden: return {403, "This is not allowed from where it comes"};
        case Errc::not_found: return {404, "There is no such thing"};
        case Errc::conflict: return {409, "The thing is in another state"};
        case Errc::rate_limited: return {429, "Too many requests"};
        case Errc::internal: return {500, "A fault of ours"};
        default: return {503, "Not available now"};
    }
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

net::ServerResponse problem(const Error& error, const Faults& faults) {
    const auto [status, title] = kind_of(error.code);
    json body{{"type", fmt::format("urn:driftless:error:{}", name(error.code))},
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
