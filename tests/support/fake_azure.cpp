#include "tests/support/fake_azure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "tests/support/fake_azure_routes.hpp"

namespace driftless::test {

namespace asio = net::asio;
using arm::Answer;
using arm::Refusal;
using arm::Request;

namespace {

constexpr std::string_view page_of_service =
    "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">\n<HTML><HEAD><TITLE>Service "
    "Unavailable</TITLE></HEAD>\n<BODY><h2>Service Unavailable</h2><hr><p>HTTP Error 503. The "
    "service "
    "is unavailable.</p></BODY></HTML>\n";

constexpr std::string_view page_of_proxy =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to the "
    "network</h1></body></html>\n";

Error broken(const Request& request, std::string_view how) {
    return {Errc::unavailable,
            fmt::format("{} {}: {}", net::name(request.method), request.path(), how)};
}

bool has_effect(AzureFault fault) {
    using enum AzureFault;
    return fault == none || fault == half_body || fault == lost_reply ||
           fault == effect_and_silence || fault == server_error_after || fault == page_after;
}

bool is_silent(AzureFault fault) {
    return fault == AzureFault::silence || fault == AzureFault::effect_and_silence;
}

Answer retry_soon() {
    json details = json::array();
    details.push_back({{"code", "RetryableErrorDueToAnotherOperation"},
                       {"message", "Operation is in progress on a dependent resource."}});
    return arm::refused({429,
                         "RetryableError",
                         "A retryable error occurred.",
                         {{"Retry-After", "11"}},
                         std::move(details)});
}

/// What comes in an answer's place.
Answer in_place(AzureFault fault, const AzureFaults& faults, Answer answer) {
    using enum AzureFault;
    switch (fault) {
        case throttled:
            return arm::refused(
                {429,
                 "SubscriptionRequestsThrottled",
                 "Number of requests for subscription exceeded the limit. Please try again "
                 "after the time in Retry-After.",
                 {{"Retry-After", std::to_string(faults.retry_after)}}});
        case retryable: return retry_soon();
        case too_many: return arm::refused({429, "TooManyRequests", "Too many requests."});
        case forbidden:
            return arm::refused(
                {403, "AuthorizationFailed",
                 "The client 'driftless' does not have authorization to perform this "
                 "action or the scope is invalid."});
        case server_error:
        case server_error_after:
            return arm::refused({500, "InternalServerError", "Internal server error occurred."});
        case unavailable:
            return {503,
                    nullptr,
                    {{"Content-Type", "text/html; charset=us-ascii"}},
                    std::string{page_of_service}};
        case page:
        case page_after:
            return {200,
                    nullptr,
                    {{"Content-Type", "text/html; charset=utf-8"}},
                    std::string{page_of_proxy}};
        case gateway_timeout:
            return arm::refused(
                {504, "GatewayTimeout",
                 "The gateway did not receive a response from the provider within the "
                 "specified time period."});
        case empty: return {500};
        case operation_lost:
            return arm::refused({404, "OperationIdNotFound", "The operation id was not found."});
        case poll_bare: return {202};
        default: return answer;
    }
}

std::string text_of(const Answer& answer) {
    if (!answer.page.empty()) return answer.page;
    using Handling = json::error_handler_t;
    return answer.body.is_null() ? "" : answer.body.dump(-1, ' ', false, Handling::replace);
}

}  // namespace

class FakeAzure::Transport final : public net::HttpTransport {
public:
    explicit Transport(FakeAzure& azure) : azure_(azure) {}

    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        return azure_.send(std::move(request));
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "ARM has no streams"};
    }

private:
    FakeAzure& azure_;
};

FakeAzure::FakeAzure(net::Clock& clock, std::uint64_t seed) : clock_(clock), world_(clock, seed) {}

FakeAzure::~FakeAzure() = default;

std::unique_ptr<net::HttpTransport> FakeAzure::transport() {
    return std::make_unique<Transport>(*this);
}

// ---- what stands, and another's hand

std::string FakeAzure::group_id(const std::string& group) const {
    return "/subscriptions/" + world_.subscription + "/resourceGroups/" + group;
}

bool FakeAzure::has(const std::string& id) {
    world_.advance();
    return world_.find(id) != nullptr;
}

json FakeAzure::body(const std::string& id) {
    world_.advance();
    const arm::Thing* thing = world_.find(id);
    return thing == nullptr ? json{} : arm::shown(world_, *thing);
}

std::vector<std::string> FakeAzure::ids(const std::string& type) {
    world_.advance();
    std::vector<std::string> list;
    for (const auto& [key, thing] : world_.things) {
        if (type.empty() || arm::same_word(type, thing.row->type)) list.push_back(thing.id);
    }
    return list;
}

json FakeAzure::ask(net::Method method, const std::string& target, const json& sent) {
    world_.advance();
    const Request request =
        arm::request_of({method, target, {}, sent.is_null() ? std::string{} : sent.dump()});
    return arm::routed(request, world_).body;
}

std::string FakeAzure::put(const std::string& id, const json& sent) {
    world_.advance();
    Request request = arm::request_of({net::Method::put, id, {}, sent.dump()});
    const arm::Row* row = arm::row_of(arm::place_of(request).type);
    if (row == nullptr) throw std::invalid_argument("no such type: " + id);
    request.query.emplace_back("api-version", row->versions.substr(0, row->versions.find(' ')));
    const Answer answer = arm::routed(request, world_);
    arm::Thing* thing = world_.find(id);
    if (answer.status >= 300 || thing == nullptr) {
        throw std::invalid_argument(id + ": " + answer.body.dump());
    }
    thing->seen_from = {};
    const auto operation = world_.operations.find(thing->operation);
    if (operation != world_.operations.end()) {
        operation->second.ends = clock_.now();
        if (row->type == "Microsoft.App/containerApps") {
            for (arm::Revision& revision : world_.apps[arm::low(thing->id)].revisions) {
                const bool waits = revision.ready != net::SteadyTime::max() && !revision.was_ready;
                if (waits) revision.provisioned = revision.ready = clock_.now();
            }
        }
    }
    world_.advance();
    return world_.find(id)->id;
}

void FakeAzure::change(const std::string& id, const json& patch) {
    world_.advance();
    arm::Thing* thing = world_.find(id);
    if (thing == nullptr) throw std::invalid_argument("nothing is at " + id);
    thing->wanted = arm::merged(thing->wanted, patch);
    thing->modified = clock_.wall();
    ++thing->version;
    thing->body = arm::filled(world_, *thing, thing->wanted);
    if (thing->row->type == "Microsoft.App/containerApps") {
        arm::Operation done;
        done.ends = clock_.now();
        arm::begin_app(world_, *thing, done);
        for (arm::Revision& revision : world_.apps[arm::low(thing->id)].revisions) {
            if (revision.trouble.empty()) revision.provisioned = revision.ready = clock_.now();
        }
        world_.advance();
    }
}

void FakeAzure::remove(const std::string& id) {
    world_.advance();
    std::vector<std::string> gone{arm::low(id)};
    for (const arm::Thing* child : world_.below(id)) gone.push_back(arm::low(child->id));
    for (const std::string& one : gone) {
        world_.things.erase(one);
        world_.apps.erase(one);
        world_.executions.erase(one);
    }
}

void FakeAzure::break_image(const std::string& image, const std::string& why) {
    world_.broken_images[image] = why;
}

void FakeAzure::expire(const std::string& token, const std::string& claims) {
    expired_[token] = claims;
}

void FakeAzure::deny(const std::string& action, const std::string& scope) {
    world_.denied.push_back({action, scope});
}

void FakeAzure::fail_operation(const std::string& route, const std::string& code) {
    world_.failing[route] = code;
}

// ---- one exchange

asio::awaitable<Result<net::Response>> FakeAzure::send(net::Request request) {
    const net::SteadyTime deadline = clock_.now() + request.deadline;
    Request asked = arm::request_of(std::move(request));
    asked.route = arm::route_of(asked, world_);
    const auto sent = co_await clock_.sleep_for(latency);
    if (!sent) co_return sent.error();
    const AzureFault fault = fault_for(asked);
    Result<Answer> given = carry_out(asked, fault);
    if (is_silent(fault)) {
        const auto waited = co_await clock_.sleep_until(deadline);
        if (!waited) co_return waited.error();
        co_return Error{Errc::timed_out, asked.path() + ": no answer"};
    }
    if (!given) co_return std::move(given).error();
    net::Response response{given->status, std::move(given->headers), text_of(*given)};
    if (fault == AzureFault::half_body) response.body.resize(response.body.size() / 2);
    co_return response;
}

AzureFault FakeAzure::fault_for(const Request& request) {
    if (faults_.choose) {
        const AzureFault chosen = faults_.choose(request);
        if (chosen != AzureFault::none) return chosen;
    }
    const auto fits = [&request](const AzureFaults::Planned& planned) {
        return planned.route.empty() || arm::same_word(planned.route, request.route);
    };
    const auto next = std::ranges::find_if(faults_.planned, fits);
    if (next == faults_.planned.end()) return AzureFault::none;
    const AzureFault fault = next->fault;
    if (--next->times == 0) faults_.planned.erase(next);
    return fault;
}

void FakeAzure::fail_next(AzureFault fault, const std::string& route, std::size_t times) {
    faults_.planned.push_back({fault, route, times});
}

/// The effect of a request, with what befalls it.
Result<Answer> FakeAzure::carry_out(const Request& request, AzureFault fault) {
    using enum AzureFault;
    log_.push_back({clock_.now(), request, 0});
    const std::size_t entry = log_.size() - 1;  // a hook may clear or fill the log
    if (before) before(request);
    world_.advance();
    Answer answer;
    if (has_effect(fault)) answer = handle(request);
    if (fault == refused) return broken(request, "connection refused");
    if (fault == silence) return answer;
    answer = in_place(fault, faults_, std::move(answer));
    if (answer.page.empty() && !answer.body.is_null()) {
        answer.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    }
    const std::string id = world_.new_uuid();
    for (const char* header : {"x-ms-request-id", "x-ms-correlation-request-id"}) {
        answer.headers.emplace_back(header, id);
    }
    answer.headers.emplace_back("x-ms-routing-request-id", "UKSOUTH:20260101T000000Z:" + id);
    if (entry < log_.size()) log_[entry].status = fault == lost_reply ? 0 : answer.status;
    if (has_effect(fault) && after) after(request);
    if (fault == lost_reply) return broken(request, "connection reset");
    return answer;
}

/// Who asks.
Answer FakeAzure::handle(const Request& request) {
    if (auto answer = arm::token_call(request, world_)) return *answer;
    if (arm::low(request.path()) == "/metadata/endpoints") {
        return {200,
                {{"authentication", {{"loginEndpoint", "https://login.microsoftonline.com"}}}}};
    }
    const std::string given = net::header_of(request.headers, "Authorization");
    const std::string begin = "Bearer ";
    const bool is_bearer = given.starts_with(begin) && given.size() > begin.size();
    const auto expired = expired_.find(is_bearer ? given.substr(begin.size()) : "");
    const bool has_ended = is_bearer && world_.has_ended(given.substr(begin.size()));
    if (is_bearer && expired == expired_.end() && !has_ended) return admitted(request);
    std::string challenge = "Bearer authorization_uri=\"https://login.microsoftonline.com/" +
                            world_.tenant +
                            "\", error=\"invalid_token\", error_description=\"The access token is "
                            "invalid or expired.\"";
    if (expired != expired_.end() && !expired->second.empty()) {
        challenge =
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/"
            "oauth2/authorize\", error=\"insufficient_claims\", claims=\"" +
            expired->second + "\"";
    }
    return arm::refused({401,
                         is_bearer ? "ExpiredAuthenticationToken" : "AuthenticationFailed",
                         is_bearer
                             ? "The access token expiry UTC time is earlier than current UTC time."
                             : "Authentication failed. The 'Authorization' header is missing.",
                         {{"WWW-Authenticate", challenge}}});
}

/// Counts, and says how much is left: a bucket a principal and sort of call, filled by the second.
Answer FakeAzure::admitted(const Request& request) {
    using enum net::Method;
    const char* const sort = request.method == del ? "deletes"
                             : request.writes()    ? "writes"
                                                   : "reads";
    const bool reads = !request.writes();
    const arm::Habits& habits = world_.habits;
    const double most = reads ? habits.reads : habits.writes;
    const double refill = reads ? habits.read_refill : habits.write_refill;
    arm::Bucket& bucket =
        world_.buckets[net::header_of(request.headers, "Authorization") + " " + sort];
    const double passed = std::chrono::duration<double>(clock_.now() - bucket.at).count();
    bucket.left = bucket.left < 0 ? most : std::min(most, bucket.left + passed * refill);
    bucket.at = clock_.now();
    const bool is_over = habits.counts_calls && bucket.left < 1;
    bucket.left = std::max(0.0, bucket.left - 1);  // a refused one counts as well
    Answer answer;
    if (is_over) {
        const int wait = static_cast<int>(std::ceil(1 / refill)) + 4;
        answer = arm::refused({429,
                               "SubscriptionRequestsThrottled",
                               fmt::format("Number of {} for subscription '{}' exceeded the limit.",
                                           sort, world_.subscription),
                               {{"Retry-After", std::to_string(wait)}}});
    } else {
        answer = arm::routed(request, world_);
    }
    answer.headers.emplace_back(fmt::format("x-ms-ratelimit-remaining-subscription-{}", sort),
                                std::to_string(static_cast<int>(bucket.left)));
    answer.headers.emplace_back(
        fmt::format("x-ms-ratelimit-remaining-subscription-global-{}", sort),
        std::to_string(static_cast<int>(15 * most - (most - bucket.left)) - 1));
    return answer;
}

// ---- what was asked

std::map<std::string, std::size_t> FakeAzure::calls() const {
    std::map<std::string, std::size_t> counts;
    for (const AzureLogged& entry : log_) ++counts[entry.request.route];
    return counts;
}

std::vector<std::string> FakeAzure::writes() const {
    std::vector<std::string> list;
    for (const AzureLogged& entry : log_) {
        const Request& request = entry.request;
        const bool only_asks = request.route == "TOKEN" ||
                               arm::low(request.route).find(":list") != std::string::npos ||
                               arm::low(request.route).find(":check") != std::string::npos ||
                               arm::low(request.route).find(":sharedkeys") != std::string::npos;
        if (!request.writes() || only_asks) continue;
        list.push_back(fmt::format("{} {}", net::name(request.method), request.path()));
    }
    return list;
}

}  // namespace driftless::test
