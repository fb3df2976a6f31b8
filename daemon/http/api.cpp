#include "daemon/http/api.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/http/body.hpp"
#include "daemon/http/events.hpp"
#include "daemon/http/metrics.hpp"
#include "daemon/http/query.hpp"
#include "daemon/http/views.hpp"

namespace driftless::http {
namespace {

using net::Method;
using net::ServerResponse;

constexpr std::size_t most_history = 1000;
constexpr std::size_t longest_reason = 500;
constexpr std::chrono::minutes between_log_lines{1};

bool is_read(Method method) {
    return method == Method::get || method == Method::head;
}

/// What stands for "{…}" when `path` is of that form: "/plans/{target}", "/plans/mini1" → "mini1".
std::optional<std::string> match(std::string_view form, std::string_view path) {
    const auto brace = form.find('{');
    if (brace == form.npos) return form == path ? std::optional{std::string{}} : std::nullopt;
    if (!path.starts_with(form.substr(0, brace))) return std::nullopt;
    const std::string_view step = path.substr(brace);
    if (step.empty() || step.find('/') != step.npos) return std::nullopt;
    return std::string{step};
}

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

Faults unknown_parameters(const Api::Ask& ask, std::string_view known) {
    Faults faults;
    for (const auto& [name, value] : ask.query) {
        if (!has_word(known, name)) faults.push_back({.detail = "unknown", .parameter = name});
    }
    return faults;
}

ServerResponse wrong_method(const std::string& allowed) {
    auto answer = net::problem(405, "Method Not Allowed", "this address takes " + allowed);
    answer.headers.emplace_back("Allow", allowed);
    return answer;
}

ServerResponse nothing(const std::string& what) {
    return problem(Error{Errc::not_found, what});
}

std::string given(const Api::Ask& ask, const std::string& parameter) {
    const auto found = ask.query.find(parameter);
    return found == ask.query.end() ? std::string{} : found->second;
}

}  // namespace

/// Every address. One more is one more line here, its function, and its part of openapi.json.
std::span<const Api::Route> Api::routes() {
    static const std::array all{
        Route{Method::get, "/", "", &Api::contents},
        Route{Method::get, "/healthz", "", &Api::alive},
        Route{Method::get, "/readyz", "", &Api::ready},
        Route{Method::get, "/metrics", "", &Api::metrics},
        Route{Method::get, "/api/v1/openapi.json", "", &Api::openapi},
        Route{Method::get, "/api/v1/status", "", &Api::status},
        Route{Method::get, "/api/v1/targets", "", &Api::targets},
        Route{Method::get, "/api/v1/resources", "key", &Api::resources},
        Route{Method::get, "/api/v1/plans/{target}", "", &Api::plan},
        Route{Method::get, "/api/v1/runs", "target", &Api::runs},
        Route{Method::get, "/api/v1/history", "key limit", &Api::history},
        Route{Method::get, "/api/v1/removed", "target", &Api::removed},
        Route{Method::get, "/api/v1/events", "", &Api::events},
        Route{Method::post, "/api/v1/reconcile", "", &Api::reconcile},
        Route{Method::post, "/api/v1/confirm", "", &Api::confirm},
        Route{Method::post, "/api/v1/adopt", "", &Api::adopt},
        Route{Method::post, "/api/v1/suspend", "", &Api::suspend},
        Route{Method::post, "/api/v1/resume", "", &Api::resume},
        Route{Method::post, "/api/v1/restore", "", &Api::restore},
        Route{Method::post, "/api/v1/leave", "", &Api::leave},
    };
    return all;
}

ServerResponse Api::reply(int status, const json& body) const {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = dumped(body, parts_.redactor),
            .stream = {}};
}

ServerResponse Api::accepted(const Result<void>& done) const {
    return done ? reply(202, {{"accepted", true}}) : problem(done.error());
}

asio::awaitable<ServerResponse> Api::handle(net::ServerRequest request) {
    auto refusal = refused(request, parts_.access);
    // Not in one expression: GCC 12 destroys what a conditional with a co_await gives twice.
    ServerResponse response;
    if (refusal) {
        response = refuse(*std::move(refusal));
    } else {
        response = co_await answer(request);
    }
    const bool is_problem = response.status >= 400;  // all else was cleaned when it was made
    if (is_problem && parts_.redactor != nullptr) {
        response.body = parts_.redactor->redacted(std::move(response.body));
    }
    ++parts_.measures.answers[response.status];
    co_return response;
}

/// Counted each time, and logged once a minute: whoever is refused must not fill the log.
ServerResponse Api::refuse(Refusal refusal) {
    const auto count = ++parts_.measures.refusals[refusal.reason];
    const auto now = parts_.clock.now();
    const auto told = told_.find(refusal.reason);
    if (told == told_.end() || now - told->second >= between_log_lines) {
        spdlog::warn("request refused reason={} status={} count={}", refusal.reason,
                     refusal.response.status, count);
        told_[refusal.reason] = now;
    }
    return std::move(refusal.response);
}

asio::awaitable<ServerResponse> Api::answer(const net::ServerRequest& request) {
    auto address = parse_address(request.target);
    if (!address) co_return problem(address.error());
    Ask ask{.request = request, .query = std::move(address->query), .step = {}};
    std::string allowed;
    for (const Route& route : routes()) {
        auto step = match(route.path, address->path);
        if (!step) continue;
        if (route.method != (is_read(request.method) ? Method::get : request.method)) {
            allowed = route.method == Method::get ? "GET, HEAD" : "POST";
            continue;
        }
        ask.step = *std::move(step);
        if (const auto faults = unknown_parameters(ask, route.query); !faults.empty()) {
            co_return problem(faults);
        }
        co_return co_await (this->*route.answer)(ask);
    }
    if (!allowed.empty()) co_return wrong_method(allowed);
    co_return nothing("nothing at " + in_quotes(address->path));
}

/// What there is, for whoever opens the printed address.
asio::awaitable<ServerResponse> Api::contents(const Ask&) {
    json links = json::array();
    for (const Route& route : routes()) {
        if (route.path == "/") continue;
        links.push_back({{"method", net::name(route.method)}, {"path", route.path}});
    }
    const json view{
        {"name", "driftless"}, {"version", DRIFTLESS_VERSION}, {"links", std::move(links)}};
    co_return reply(200, view);
}

asio::awaitable<ServerResponse> Api::alive(const Ask&) {
    co_return reply(200, {{"status", "alive"}});
}

asio::awaitable<ServerResponse> Api::ready(const Ask&) {
    const auto ready = parts_.control.ready();
    co_return ready ? reply(200, {{"status", "ready"}}) : problem(ready.error());
}

asio::awaitable<ServerResponse> Api::metrics(const Ask&) {
    co_return metrics_answer(parts_.control, parts_.measures, parts_.feed);
}

asio::awaitable<ServerResponse> Api::openapi(const Ask&) {
    ServerResponse response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = openapi_document();
    co_return response;
}

asio::awaitable<ServerResponse> Api::status(const Ask& ask) {
    const Pages::Make make = [](const Overview& overview) { return view_of(overview); };
    co_return pages_.answer("status", ask.request.header("If-None-Match"), make);
}

asio::awaitable<ServerResponse> Api::targets(const Ask& ask) {
    const Pages::Make make = [](const Overview& overview) { return targets_view(overview); };
    co_return pages_.answer("targets", ask.request.header("If-None-Match"), make);
}

asio::awaitable<ServerResponse> Api::resources(const Ask& ask) {
    const std::string key = given(ask, "key");
    if (key.empty()) {
        const Pages::Make make = [](const Overview& overview) {
            return resources_view(overview, "");
        };
        co_return pages_.answer("resources", ask.request.header("If-None-Match"), make);
    }
    const json view = resources_view(parts_.control.overview(), key);
    if (view["resources"].empty()) co_return nothing("no resource " + in_quotes(key));
    co_return pages_.answer(view, ask.request.header("If-None-Match"));
}

asio::awaitable<ServerResponse> Api::plan(const Ask& ask) {
    const std::string& target = ask.step;
    if (const auto known = parts_.control.find_target(target); !known) {
        co_return problem(known.error());
    }
    const Pages::Make make = [&target](const Overview& overview) {
        return view_of(overview.targets.at(target).plan);
    };
    co_return pages_.answer("plans/" + target, ask.request.header("If-None-Match"), make);
}

asio::awaitable<ServerResponse> Api::runs(const Ask& ask) {
    const std::string target = given(ask, "target");
    if (const auto known = parts_.control.find_target(target); !known) {
        co_return problem(known.error());
    }
    const Pages::Make make = [&target](const Overview& overview) {
        return runs_view(overview, target);
    };
    co_return pages_.answer("runs/" + target, ask.request.header("If-None-Match"), make);
}

asio::awaitable<ServerResponse> Api::history(const Ask& ask) {
    std::size_t limit = 50;
    if (const std::string text = given(ask, "limit"); ask.query.contains("limit")) {
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (failed != std::errc{} || end != text.data() + text.size()) {
            const Faults faults{{.detail = "expected a whole number", .parameter = "limit"}};
            co_return problem(faults);
        }
    }
    const auto entries =
        co_await parts_.control.history(given(ask, "key"), std::min(limit, most_history));
    if (!entries) co_return problem(entries.error());
    co_return reply(200, view_of(*entries));
}

asio::awaitable<ServerResponse> Api::events(const Ask& ask) {
    co_return follow(parts_.feed, parts_.clock, parts_.measures,
                     ask.request.header("Last-Event-ID"));
}

asio::awaitable<ServerResponse> Api::reconcile(const Ask& ask) {
    Body body{ask.request.body};
    const auto names = body.names("targets");
    if (!body.finish()) co_return problem(body.faults());
    co_return accepted(parts_.control.reconcile(names));
}

asio::awaitable<ServerResponse> Api::confirm(const Ask& ask) {
    Body body{ask.request.body};
    auto hash = body.text("hash");
    if (!body.finish()) co_return problem(body.faults());
    const auto done = co_await parts_.control.confirm(*std::move(hash));
    co_return accepted(done);
}

asio::awaitable<ServerResponse> Api::adopt(const Ask& ask) {
    Body body{ask.request.body};
    auto key = body.key("key");
    if (!body.finish()) co_return problem(body.faults());
    const auto done = co_await parts_.control.adopt(*std::move(key));
    co_return accepted(done);
}

asio::awaitable<ServerResponse> Api::suspend(const Ask& ask) {
    Body body{ask.request.body};
    auto what = body.key_or_target("name");
    const auto time = body.duration("for");
    Suspension suspension;
    suspension.reason = body.words("reason", longest_reason);
    if (!body.finish()) co_return problem(body.faults());
    suspension.what = *std::move(what);
    if (time) suspension.until = parts_.clock.wall() + *time;
    const auto done = co_await parts_.control.suspend(std::move(suspension));
    co_return accepted(done);
}

asio::awaitable<ServerResponse> Api::resume(const Ask& ask) {
    Body body{ask.request.body};
    auto what = body.key_or_target("name");
    if (!body.finish()) co_return problem(body.faults());
    const auto done = co_await parts_.control.resume(*std::move(what));
    co_return accepted(done);
}

asio::awaitable<ServerResponse> Api::removed(const Ask& ask) {
    std::string target = given(ask, "target");
    if (const auto known = parts_.control.find_target(target); !known) {
        co_return problem(known.error());
    }
    const auto removed = co_await parts_.control.removed(std::move(target));
    if (!removed) co_return problem(removed.error());
    co_return reply(200, view_of(*removed));
}

asio::awaitable<ServerResponse> Api::restore(const Ask& ask) {
    Body body{ask.request.body};
    auto key = body.key("key");
    if (!body.finish()) co_return problem(body.faults());
    const auto done = co_await parts_.control.restore(*std::move(key));
    co_return accepted(done);
}

asio::awaitable<ServerResponse> Api::leave(const Ask& ask) {
    Body body{ask.request.body};
    auto target = body.text("target");
    if (!body.finish()) co_return problem(body.faults());
    const auto had = co_await parts_.control.leave(*std::move(target));
    if (!had) co_return problem(had.error());
    co_return reply(200, view_of(*had));
}

}  // namespace driftless::http
