#include "providers/docker/calls.hpp"

#include <algorithm>

namespace driftless::docker {
namespace {

using net::Method;

/// Takes the next step off the front of a path: "/a/b" gives "a" and leaves "/b".
std::string_view take_step(std::string_view& path) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto step = path.substr(0, end);
    path.remove_prefix(end);
    return step;
}

bool matches(std::string_view path, std::string_view pattern) {
    while (path.starts_with('/') && pattern.starts_with('/')) {
        const auto step = take_step(path);
        const auto wanted = take_step(pattern);
        if (step.empty() || step == "." || step == "..") return false;
        if (wanted != "*" && wanted != step) return false;
    }
    return path.empty() && pattern.empty();
}

/// Is `step` a version: "v1.41"?
bool is_version(std::string_view step) {
    return step.size() > 3 && step.starts_with("v1.") &&
           step.find_first_not_of("0123456789", 3) == std::string_view::npos;
}

std::string_view without_version(std::string_view path) {
    auto rest = path;
    if (rest.starts_with('/') && is_version(take_step(rest))) return rest;
    return path;
}

}  // namespace

const std::vector<Call>& allowed_calls() {
    static const std::vector<Call> calls{
        {Method::get, "/_ping"},
        {Method::get, "/version"},
        {Method::get, "/info"},
        {Method::get, "/events"},
        {Method::get, "/containers/json"},
        {Method::get, "/containers/*/json"},
        {Method::get, "/containers/*/logs"},
        {Method::get, "/containers/*/archive"},
        {Method::head, "/containers/*/archive"},
        {Method::post, "/containers/create"},
        {Method::post, "/containers/*/start"},
        {Method::post, "/containers/*/stop"},
        {Method::post, "/containers/*/rename"},
        {Method::post, "/containers/*/update"},
        {Method::put, "/containers/*/archive"},
        {Method::del, "/containers/*"},
        {Method::get, "/images/*/json"},
        {Method::post, "/images/create"},
        {Method::get, "/distribution/*/json"},
        {Method::get, "/networks"},
        {Method::get, "/networks/*"},
        {Method::post, "/networks/create"},
        {Method::post, "/networks/*/connect"},
        {Method::post, "/networks/*/disconnect"},
        {Method::del, "/networks/*"},
        {Method::get, "/volumes"},
        {Method::get, "/volumes/*"},
        {Method::post, "/volumes/create"},
        {Method::del, "/volumes/*"},
    };
    return calls;
}

bool is_allowed(net::Method method, std::string_view target) {
    const auto path = without_version(target.substr(0, target.find('?')));
    return std::ranges::any_of(allowed_calls(), [&](const Call& call) {
        return call.method == method && matches(path, call.path);
    });
}

}  // namespace driftless::docker
