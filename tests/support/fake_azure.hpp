#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "providers/net/http.hpp"
#include "tests/support/fake_azure_world.hpp"

namespace driftless::test {

using json = nlohmann::json;

/// What happens to one request, besides or instead of being answered.
enum class AzureFault {
    none,
    refused,             ///< nobody listens: no effect
    throttled,           ///< 429 SubscriptionRequestsThrottled with Retry-After
    retryable,           ///< 429 RetryableError: not throttling, RA 11
    too_many,            ///< 429 TooManyRequests without Retry-After
    forbidden,           ///< 403 AuthorizationFailed
    server_error,        ///< 500 InternalServerError, no effect
    server_error_after,  ///< 500, but the effect happened
    unavailable,         ///< 503, a page of HTML
    page,                ///< 200, a page of HTML: no effect
    page_after,          ///< the same, but the effect happened
    gateway_timeout,     ///< 504 GatewayTimeout
    empty,               ///< 500 without a body
    half_body,           ///< the effect happens, half the answer arrives and looks whole
    lost_reply,          ///< the effect happens, the connection breaks before the answer
    silence,             ///< no effect, no answer until the deadline
    effect_and_silence,
    operation_lost,  ///< of a poll: 404 OperationIdNotFound
    poll_bare,       ///< of a poll: 202 without Location and Retry-After
};

struct AzureFaults {
    /// Asked for each request, first.
    std::function<AzureFault(const arm::Request&)> choose;
    /// Then the next of these, if its route fits (empty: any): see arm::Request::route.
    struct Planned {
        AzureFault fault;
        std::string route;
        std::size_t times = 1;
    };
    std::deque<Planned> planned;
    int retry_after = 17;  ///< seconds, of `throttled`
};

struct AzureLogged {
    net::SteadyTime at;
    arm::Request request;
    int status = 0;  ///< 0: there was no answer
};

/// Azure Resource Manager in memory, stateful, in virtual time, behind the seam that production
/// talks through. It answers as the service does (codes, headers, what it rewrites, refuses and
/// takes its time for), not as our client would like. Any token is let in, for any subscription;
/// management, IMDS, IDENTITY_ENDPOINT and login hosts are all served by the one transport.
/// https://learn.microsoft.com/rest/api/azure/
class FakeAzure {
public:
    explicit FakeAzure(net::Clock& clock, std::uint64_t seed = 1);
    ~FakeAzure();
    FakeAzure(const FakeAzure&) = delete;
    FakeAzure& operator=(const FakeAzure&) = delete;

    [[nodiscard]] const std::string& subscription() const { return world_.subscription; }
    [[nodiscard]] const std::string& tenant() const { return world_.tenant; }
    [[nodiscard]] std::string token() const { return "eyJ0eXAiOiJKV1QifQ.fake"; }

    /// A transport to it; it must not outlive this.
    std::unique_ptr<net::HttpTransport> transport();
    /// Answers one request, faults included, when its time has come.
    net::asio::awaitable<Result<net::Response>> send(net::Request request);

    // What stands. Ids in letters of any case.
    [[nodiscard]] bool has(const std::string& id);
    /// As a GET shows it now; null where there is nothing.
    [[nodiscard]] json body(const std::string& id);
    /// All ids, as the service writes them, of a type ("": of all).
    [[nodiscard]] std::vector<std::string> ids(const std::string& type = "");
    /// "/subscriptions/S/resourceGroups/GROUP"
    [[nodiscard]] std::string group_id(const std::string& group) const;

    // What another hand does: no token, no fault, not counted, not logged.
    /// Made (or changed) and done at once. @return its id as the service writes it
    std::string put(const std::string& id, const json& body);
    /// A merge patch of what was sent, by somebody else; done at once.
    void change(const std::string& id, const json& patch);
    void remove(const std::string& id);  ///< with all below it, at once
    /// The next request of any sort, as a person's: to its answer. @param target  with api-version
    json ask(net::Method method, const std::string& target, const json& sent = nullptr);
    /// Time that the virtual clock passed has its effects now.
    void settle() { world_.advance(); }

    /// Revisions made with it from now on never get ready; jobs fail.
    void break_image(const std::string& image, const std::string& why = "ErrImagePull: not found");
    void mend_image(const std::string& image) { world_.broken_images.erase(image); }

    /// 401 ExpiredAuthenticationToken. @param claims  what the answer asks for, if anything
    void expire(const std::string& token, const std::string& claims = "");
    /// It counts again, as if a new one had been fetched.
    void renew(const std::string& token) { expired_.erase(token); }
    /// 403 for an action at a scope and below: "Microsoft.App/containerApps/write",
    /// "Microsoft.App/*"
    void deny(const std::string& action, const std::string& scope = "");
    void allow() { world_.denied.clear(); }
    /// The next operation of such a write ends as Failed, with this code.
    void fail_operation(const std::string& route, const std::string& code);
    /// Operations of such writes never end.
    void never_end(const std::string& route) { world_.endless.insert(route); }
    void end_again() { world_.endless.clear(); }

    AzureFaults& faults() { return faults_; }
    arm::Habits& habits() { return world_.habits; }
    arm::World& world() { return world_; }
    /// The next so many requests (of that route) meet this.
    void fail_next(AzureFault fault, const std::string& route = "", std::size_t times = 1);
    /// Called right before and right after the effect of every request; may throw.
    std::function<void(const arm::Request&)> before;
    std::function<void(const arm::Request&)> after;
    std::chrono::milliseconds latency{20};  ///< of each exchange

    /// How often each route was called: "PUT Microsoft.App/containerApps".
    [[nodiscard]] std::map<std::string, std::size_t> calls() const;
    [[nodiscard]] std::size_t call_count() const { return log_.size(); }
    [[nodiscard]] const std::vector<AzureLogged>& log() const { return log_; }
    void clear_log() { log_.clear(); }
    /// "PUT /subscriptions/…": every change, and what reads secrets by POST isn't one.
    [[nodiscard]] std::vector<std::string> writes() const;

private:
    class Transport;

    AzureFault fault_for(const arm::Request& request);
    Result<arm::Answer> carry_out(const arm::Request& request, AzureFault fault);
    arm::Answer handle(const arm::Request& request);
    arm::Answer admitted(const arm::Request& request);

    net::Clock& clock_;
    arm::World world_;
    AzureFaults faults_;
    std::map<std::string, std::string> expired_;  ///< token: claims
    std::vector<AzureLogged> log_;
};

}  // namespace driftless::test
