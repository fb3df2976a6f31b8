#include "tests/support/fake_cloudflare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/support/fake_cloudflare_account.hpp"
#include "tests/support/fake_cloudflare_dns.hpp"

namespace driftless::test {

namespace asio = net::asio;

namespace {

constexpr std::string_view page =
    "<!DOCTYPE html>\n<html><head><title>api.cloudflare.com | {}</title></head>"
    "<body><h1>{}</h1></body></html>\n";

CloudflareAnswer as_page(int status, const std::string& title) {
    return {status,
            fmt::format(fmt::runtime(page), title, title),
            {{"Content-Type", "text/html; charset=UTF-8"}}};
}

Error broken(const CloudflareRequest& request, std::string_view how) {
    return {Errc::unavailable, fmt::format("{}: {}", request.text(), how)};
}

bool has_effect(CloudflareFault fault) {
    using enum CloudflareFault;
    return fault == none || fault == half_body || fault == lost_reply ||
           fault == effect_and_silence;
}

bool is_silent(CloudflareFault fault) {
    return fault == CloudflareFault::silence || fault == CloudflareFault::effect_and_silence;
}

std::vector<std::string> steps_of(const std::string& path) {
    return cloudflare_request(net::Method::get, "/client/v4" + path, {}, {}).steps;
}

}  // namespace

class FakeCloudflare::Transport final : public net::HttpTransport {
public:
    explicit Transport(FakeCloudflare& cloudflare) : cloudflare_(cloudflare) {}

    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        return cloudflare_.send(std::move(request));
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "Cloudflare's API has no streams"};
    }

private:
    FakeCloudflare& cloudflare_;
};

FakeCloudflare::FakeCloudflare(net::Clock& clock, std::uint64_t seed)
    : clock_(clock), world_(clock, seed) {
    for (const auto& routes : {zone_routes(), dns_routes(), tunnel_routes(), access_routes(),
                               ruleset_routes(), pages_routes()}) {
        routes_.insert(routes_.end(), routes.begin(), routes.end());
    }
    token_ = add_token({});
}

FakeCloudflare::~FakeCloudflare() = default;

std::string FakeCloudflare::add_token(CloudflareToken token) {
    if (token.id.empty()) token.id = world_.hex_id();
    std::string secret = "cfat_" + net::random_hex(world_.random, 20);
    world_.tokens[secret] = std::move(token);
    return secret;
}

void FakeCloudflare::deny(const std::string& product, Denial denial) {
    token_of(token_).denied[product] = denial;
}

void FakeCloudflare::allow(const std::string& product) {
    token_of(token_).denied.erase(product);
}

std::string FakeCloudflare::add_zone(const std::string& name, const std::string& plan) {
    CloudflareZone zone;
    zone.id = world_.hex_id();
    zone.name = name;
    zone.plan = plan;
    zone.created_on = world_.now();
    std::string id = zone.id;
    world_.state.zones[id] = std::move(zone);
    return id;
}

json FakeCloudflare::put_record(const std::string& zone_id, const json& body, const json& meta) {
    CloudflareZone& zone = world_.state.zones.at(zone_id);
    try {
        CloudflareRecord record = make_record(world_, zone, body);
        record.meta = meta;
        zone.put(record);
        return shown(record, zone, world_.habits);
    } catch (const CloudflareRefusal& refusal) {
        throw std::invalid_argument(fmt::format("{}: {} ({} {})", body.dump(), refusal.message,
                                                refusal.code, refusal.chain.dump()));
    }
}

json FakeCloudflare::records(const std::string& zone) {
    return ask(net::Method::get, "/zones/" + zone + "/dns_records?per_page=5000000").at("result");
}

json FakeCloudflare::ask(net::Method method, const std::string& target, const json& body) {
    const CloudflareRequest request = cloudflare_request(
        method, "/client/v4" + target, {}, body.is_null() ? std::string{} : body.dump());
    CloudflareToken person;
    return json::parse(routed(request, person).body);
}

std::string FakeCloudflare::connect(const std::string& tunnel_token) {
    const json token = json::parse(from_base64(tunnel_token).value_or(""), nullptr, false);
    const auto found = world_.state.tunnels.find(text_or(token, "t", ""));
    if (found == world_.state.tunnels.end()) return "";
    json& tunnel = found->second;
    const bool is_right = text_or(token, "a", "") == world_.account &&
                          tunnel.at("_secret") == text_or(token, "s", "") &&
                          tunnel.at("deleted_at").is_null();
    if (!is_right) return "";
    CloudflareConnector connector{world_.uuid(), world_.now()};
    tunnel["conns_active_at"] = connector.since;
    tunnel["conns_inactive_at"] = nullptr;
    world_.state.connectors[found->first].push_back(connector);
    return connector.id;
}

void FakeCloudflare::disconnect(const std::string& tunnel, bool lingers) {
    auto& connectors = world_.state.connectors[tunnel];
    for (CloudflareConnector& connector : connectors) connector.running = false;
    if (!lingers) connectors.clear();
    world_.state.tunnels.at(tunnel)["conns_inactive_at"] = world_.now();
}

std::unique_ptr<net::HttpTransport> FakeCloudflare::transport() {
    return std::make_unique<Transport>(*this);
}

// ---- one exchange

asio::awaitable<Result<net::Response>> FakeCloudflare::send(net::Request request) {
    const net::SteadyTime deadline = clock_.now() + request.deadline;
    CloudflareRequest asked =
        cloudflare_request(request.method, std::move(request.target), std::move(request.headers),
                           std::move(request.body));
    std::vector<std::string> ids;
    if (const CloudflareRoute* route = route_of(asked, ids)) {
        asked.route = fmt::format("{} {}", net::name(route->method), route->path);
    }
    const auto sent = co_await clock_.sleep_for(latency);
    if (!sent) co_return sent.error();
    const CloudflareFault fault = fault_for(asked);
    Result<CloudflareAnswer> given = carry_out(asked, fault);
    if (is_silent(fault)) {
        const auto waited = co_await clock_.sleep_until(deadline);
        if (!waited) co_return waited.error();
        co_return Error{Errc::timed_out, asked.text() + ": no answer"};
    }
    if (!given) co_return std::move(given).error();
    co_return net::Response{given->status, std::move(given->headers), std::move(given->body)};
}

CloudflareFault FakeCloudflare::fault_for(const CloudflareRequest& request) {
    if (faults_.choose) {
        const CloudflareFault chosen = faults_.choose(request);
        if (chosen != CloudflareFault::none) return chosen;
    }
    const auto fits = [&request](const CloudflareFaults::Planned& planned) {
        return planned.route.empty() || planned.route == request.route;
    };
    const auto next = std::ranges::find_if(faults_.planned, fits);
    if (next == faults_.planned.end()) return CloudflareFault::none;
    const CloudflareFault fault = next->fault;
    if (--next->times == 0) faults_.planned.erase(next);
    return fault;
}

void FakeCloudflare::fail_next(CloudflareFault fault, const std::string& route, std::size_t times) {
    faults_.planned.push_back({fault, route, times});
}

/// The effect of a request, with what befalls it.
Result<CloudflareAnswer> FakeCloudflare::carry_out(const CloudflareRequest& request,
                                                   CloudflareFault fault) {
    using enum CloudflareFault;
    log_.push_back({clock_.now(), request, 0});
    const std::size_t entry = log_.size() - 1;  // a hook may clear or fill the log
    if (before) before(request);
    CloudflareAnswer answer;
    if (has_effect(fault)) answer = handle(request);
    if (fault == refused) return broken(request, "connection refused");
    if (fault == silence) return answer;
    const net::Headers wait{{"Retry-After", std::to_string(faults_.retry_after.count())}};
    if (fault == rate_limited) {
        answer = cloudflare_refusal({429, faults_.rate_limit_code, "Rate limited"});
        answer.headers.insert(answer.headers.end(), wait.begin(), wait.end());
    }
    if (fault == rate_limited_bare) answer = as_page(429, "429: Too Many Requests");
    if (fault == forbidden) answer = cloudflare_refusal({403, 10000, "Authentication error"});
    if (fault == server_error) answer = cloudflare_refusal({500, 1000, "Internal server error"});
    if (fault == bad_gateway) answer = as_page(502, "502: Bad gateway");
    if (fault == html) answer = as_page(200, "Just a moment...");
    if (fault == half_body) answer.body.resize(answer.body.size() / 2);
    if (entry < log_.size()) log_[entry].status = fault == lost_reply ? 0 : answer.status;
    if (has_effect(fault) && after) after(request);
    if (fault == lost_reply) return broken(request, "connection reset");
    return answer;
}

// ---- what every request meets before it is answered

CloudflareAnswer FakeCloudflare::handle(const CloudflareRequest& request) {
    const std::string given = net::header_of(request.headers, "Authorization");
    if (given.empty()) {
        return cloudflare_refusal(
            {400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"});
    }
    const std::string begin = "Bearer ";
    if (!given.starts_with(begin) ||
        given.find_first_of(" \t", begin.size()) != std::string::npos) {
        json chain = json::array();
        chain.push_back({{"code", 6111}, {"message", "Invalid format for Authorization header"}});
        return cloudflare_refusal({400, 6003, "Invalid request headers", std::move(chain)});
    }
    if (!request.steps.empty() && request.steps.front() == "pages") {
        CloudflareToken upload;  // its own bearer, with no quota
        return routed(request, upload);
    }
    const auto token = world_.tokens.find(given.substr(begin.size()));
    if (token == world_.tokens.end() || token->second.status != "active") {
        const bool asks_itself = request.route.ends_with("/tokens/verify");
        return cloudflare_refusal(asks_itself
                                      ? CloudflareRefusal{401, 1000, "Invalid API Token"}
                                      : CloudflareRefusal{403, 9109, "Invalid access token"});
    }
    return admitted(request, token->second);
}

/// Counts, and says how much is left.
CloudflareAnswer FakeCloudflare::admitted(const CloudflareRequest& request,
                                          CloudflareToken& token) {
    const auto seconds_to = [this](net::SteadyTime when) {
        return std::chrono::ceil<std::chrono::seconds>(when - clock_.now()).count();
    };
    const net::SteadyTime now = clock_.now();
    if (now >= token.window_ends) {
        token.window_ends = now + faults_.window;
        token.used = 0;
    }
    if (now >= token.blocked_until && ++token.used > faults_.quota) {
        token.blocked_until = now + faults_.window;
    }
    const bool blocked = now < token.blocked_until;
    CloudflareAnswer answer =
        blocked ? cloudflare_refusal({429, faults_.rate_limit_code, "Rate limited"})
                : routed(request, token);
    const auto left = blocked ? 0 : faults_.quota - std::min(faults_.quota, token.used);
    answer.headers.emplace_back(
        "Ratelimit", fmt::format("\"default\";r={};t={}", left,
                                 seconds_to(blocked ? token.blocked_until : token.window_ends)));
    answer.headers.emplace_back(
        "Ratelimit-Policy",
        fmt::format("\"default\";q={};w={}", faults_.quota, faults_.window.count()));
    if (blocked) {
        answer.headers.emplace_back("Retry-After", std::to_string(seconds_to(token.blocked_until)));
    }
    return answer;
}

const CloudflareRoute* FakeCloudflare::route_of(const CloudflareRequest& request,
                                                std::vector<std::string>& ids) const {
    for (const CloudflareRoute& route : routes_) {
        const std::vector<std::string> pattern = steps_of(route.path);
        if (route.method != request.method || pattern.size() != request.steps.size()) continue;
        ids.clear();
        bool fits = true;
        for (std::size_t at = 0; at < pattern.size() && fits; ++at) {
            if (pattern[at] == "{}") ids.push_back(request.steps[at]);
            fits = pattern[at] == "{}" || pattern[at] == request.steps[at];
        }
        if (fits) return &route;
    }
    return nullptr;
}

CloudflareAnswer FakeCloudflare::routed(const CloudflareRequest& request, CloudflareToken& token) {
    CloudflareCall call{request, world_, token};
    const CloudflareRoute* route = route_of(request, call.ids);
    try {
        if (route == nullptr) throw CloudflareRefusal{400, 7000, "No route for that URI"};
        const bool of_account = route->path.starts_with("/accounts/{}");
        const auto denied = token.denied.find(route->product);
        const bool refused =
            denied != token.denied.end() && (request.writes() || !denied->second.writes);
        if (refused || (of_account && call.ids.at(0) != world_.account)) {
            const int code = refused ? denied->second.code : 10000;
            throw CloudflareRefusal{403, code,
                                    code == 9109 ? "Unauthorized to access requested resource"
                                                 : "Authentication error"};
        }
        if (request.writes()) {
            remember();
            return plain(route->answer(call));
        }
        return read(*route, call);
    } catch (const CloudflareRefusal& refusal) {
        return cloudflare_refusal(refusal);
    }
}

CloudflareAnswer FakeCloudflare::plain(CloudflareAnswer answer) const {
    const bool done = answer.status > 200 && answer.status < 300;
    if (!world_.habits.plain_status || !done) return answer;
    if (answer.body.empty()) return cloudflare_answer(nullptr);
    answer.status = 200;
    return answer;
}

/// A read, of what is or of what was.
CloudflareAnswer FakeCloudflare::read(const CloudflareRoute& route, CloudflareCall& call) {
    if (faults_.stale_for.count() == 0) return route.answer(call);
    const CloudflareState now = world_.state;
    see_the_past();
    try {
        CloudflareAnswer answer = route.answer(call);
        world_.state = now;
        return answer;
    } catch (const CloudflareRefusal&) {
        world_.state = now;
        throw;
    }
}

void FakeCloudflare::remember() {
    if (faults_.stale_for.count() == 0) return past_.clear();
    past_.emplace_back(clock_.now(), world_.state);
    while (past_.size() > 1 && past_[1].first + faults_.stale_for < clock_.now()) past_.pop_front();
}

/// The state as it was `stale_for` ago: the first that was still so then.
void FakeCloudflare::see_the_past() {
    const net::SteadyTime then = clock_.now() - faults_.stale_for;
    const auto was =
        std::ranges::find_if(past_, [then](const auto& it) { return it.first > then; });
    if (was != past_.end()) world_.state = was->second;
}

// ---- what was asked

std::map<std::string, std::size_t> FakeCloudflare::calls() const {
    std::map<std::string, std::size_t> counts;
    for (const CloudflareLogged& entry : log_) {
        ++counts[entry.request.route.empty() ? entry.request.text() : entry.request.route];
    }
    return counts;
}

std::vector<std::string> FakeCloudflare::writes() const {
    const auto changes = [](const CloudflareRequest& request) {
        const bool only_asks = request.route == "POST /pages/assets/check-missing" ||
                               request.query_or("dry_run", "false") == "true";
        return request.writes() && !only_asks;
    };
    std::vector<std::string> list;
    for (const CloudflareLogged& entry : log_) {
        if (changes(entry.request)) list.push_back(entry.request.text());
    }
    return list;
}

}  // namespace driftless::test
