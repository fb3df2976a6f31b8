#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/net/http.hpp"
#include "tests/support/fake_cloudflare_world.hpp"

namespace driftless::test {

/// What happens to one request, besides or instead of being answered.
enum class CloudflareFault {
    none,
    refused,            ///< nobody listens: no effect
    rate_limited,       ///< 429 with Retry-After, no effect
    rate_limited_bare,  ///< 429 without, in HTML as the edge sends it
    forbidden,          ///< 403, code 10000, no effect
    server_error,       ///< 500 with an envelope, no effect
    bad_gateway,        ///< 502 in HTML, no effect
    html,               ///< 200 and a page instead of JSON, no effect
    half_body,          ///< the effect happens, half the answer arrives and looks whole
    lost_reply,         ///< the effect happens, the connection breaks before the answer
    silence,            ///< no effect, no answer until the deadline
    effect_and_silence,
};

/// What makes it misbehave.
struct CloudflareFaults {
    /// Asked for each request, first.
    std::function<CloudflareFault(const CloudflareRequest&)> choose;
    /// Then the next of these, if its route fits ("POST /zones/{}/dns_records"; empty: any).
    struct Planned {
        CloudflareFault fault;
        std::string route;
        std::size_t times = 1;
    };
    std::deque<Planned> planned;
    std::chrono::milliseconds stale_for{0};  ///< reads see what was so long ago
    std::chrono::seconds retry_after{30};
    std::size_t quota =
        1200;  ///< calls of a token in `window`; over it all are blocked for another
    std::chrono::seconds window{300};
    int rate_limit_code = 10429;
};

struct CloudflareLogged {
    net::SteadyTime at;
    CloudflareRequest request;
    int status = 0;  ///< 0: there was no answer
};

/// Cloudflare's API v4 in memory, stateful, in virtual time, behind the seam that production talks
/// through. It answers as the service does (what it rewrites, refuses and hides), not as our client
/// would like. https://developers.cloudflare.com/api/
class FakeCloudflare {
public:
    explicit FakeCloudflare(net::Clock& clock, std::uint64_t seed = 1);
    ~FakeCloudflare();
    FakeCloudflare(const FakeCloudflare&) = delete;
    FakeCloudflare& operator=(const FakeCloudflare&) = delete;

    [[nodiscard]] std::string account() const { return world_.account; }
    [[nodiscard]] std::string token() const { return token_; }  ///< may do everything
    /// Another one, with less. @return what goes behind "Bearer "
    std::string add_token(CloudflareToken token);
    CloudflareToken& token_of(const std::string& secret) { return world_.tokens.at(secret); }
    /// Refuses one product to the token of `token()`: zones, dns, zone_settings, tunnels,
    /// tunnel_token, access, access_groups, service_tokens, pages, rulesets.
    void deny(const std::string& product, Denial denial = {});
    void allow(const std::string& product);

    /// @param plan  free, pro, business, enterprise. @return its id
    std::string add_zone(const std::string& name, const std::string& plan = "free");
    /// A record as a person or a service of Cloudflare made it: checked and rewritten, never
    /// counted. @param meta  {"read_only": true, "email_routing": true}. @return as a list shows it
    json put_record(const std::string& zone, const json& body, const json& meta = json::object());
    /// All records of a zone, as a list shows them, by type and age.
    [[nodiscard]] json records(const std::string& zone);
    /// What a person does at the dashboard, now: no token, no fault, not counted, not logged.
    /// @param target  without /client/v4. @return the envelope
    json ask(net::Method method, const std::string& target, const json& body = nullptr);

    /// A cloudflared connects to a tunnel, with what GET …/token gives. @return its id; "" where
    /// the token isn't (or is no longer) right
    std::string connect(const std::string& tunnel_token);
    /// All of a tunnel's end. @param lingers  the service goes on showing them until a clean-up
    void disconnect(const std::string& tunnel, bool lingers = false);

    /// A transport to it; it must not outlive this.
    std::unique_ptr<net::HttpTransport> transport();
    /// Answers one request, faults included, when its time has come.
    net::asio::awaitable<Result<net::Response>> send(net::Request request);

    CloudflareFaults& faults() { return faults_; }
    CloudflareHabits& habits() { return world_.habits; }
    CloudflareWorld& world() { return world_; }
    /// The next so many requests (of that route) meet this.
    void fail_next(CloudflareFault fault, const std::string& route = "", std::size_t times = 1);
    /// Called right before and right after the effect of every request; may throw.
    std::function<void(const CloudflareRequest&)> before;
    std::function<void(const CloudflareRequest&)> after;
    std::chrono::milliseconds latency{20};  ///< of each exchange

    /// How often each route was called: "GET /zones/{}/dns_records".
    [[nodiscard]] std::map<std::string, std::size_t> calls() const;
    [[nodiscard]] std::size_t call_count() const { return log_.size(); }
    [[nodiscard]] const std::vector<CloudflareLogged>& log() const { return log_; }
    void clear_log() { log_.clear(); }
    /// "POST /zones/…/dns_records"; dry runs and questions are none.
    [[nodiscard]] std::vector<std::string> writes() const;

private:
    class Transport;

    CloudflareFault fault_for(const CloudflareRequest& request);
    Result<CloudflareAnswer> carry_out(const CloudflareRequest& request, CloudflareFault fault);
    CloudflareAnswer handle(const CloudflareRequest& request);
    CloudflareAnswer admitted(const CloudflareRequest& request, CloudflareToken& token);
    CloudflareAnswer routed(const CloudflareRequest& request, CloudflareToken& token);
    const CloudflareRoute* route_of(const CloudflareRequest& request,
                                    std::vector<std::string>& ids) const;
    CloudflareAnswer read(const CloudflareRoute& route, CloudflareCall& call);
    [[nodiscard]] CloudflareAnswer plain(CloudflareAnswer answer) const;
    void remember();
    void see_the_past();

    net::Clock& clock_;
    CloudflareWorld world_;
    std::vector<CloudflareRoute> routes_;
    CloudflareFaults faults_;
    std::string token_;
    std::vector<CloudflareLogged> log_;
    std::deque<std::pair<net::SteadyTime, CloudflareState>> past_;  ///< until when it was so
};

}  // namespace driftless::test
