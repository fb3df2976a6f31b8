#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "providers/net/http.hpp"
#include "tests/support/fake_engine_world.hpp"

namespace driftless::test {

/// Thrown out of a call: the daemon died there. Nothing of ours may go on afterwards.
struct Crash : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return "the daemon died here"; }
};

/// What happens to one request, besides or instead of being answered.
enum class Fault {
    none,
    refused,       ///< nobody listens: no effect
    lost_reply,    ///< the effect happens, the connection breaks before the answer
    server_error,  ///< 500, no effect
    silence,       ///< no effect, no answer until the deadline
    effect_and_silence,
};

struct LoggedRequest {
    SteadyTime at;
    EngineRequest request;
    int status = 0;  ///< 0: there was no answer
};

/// A Docker Engine in memory, behind the seam that production talks through. It may be stopped,
/// started and made to misbehave; each request is logged, also what never got an answer.
class FakeEngine final : public net::HttpTransport {
public:
    /// @param api_minor  it speaks up to API 1.<this>
    FakeEngine(std::string name, net::Clock& clock, int api_minor = 41);
    ~FakeEngine() override;
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;

    net::asio::awaitable<Result<net::Response>> send(net::Request request) override;
    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override;

    EngineWorld world;

    /// Called right before and right after the effect of every request; may throw Crash.
    std::function<void(const EngineRequest&)> before;
    std::function<void(const EngineRequest&)> after;
    std::function<Fault(const EngineRequest&)> fault;
    Milliseconds latency{1};  ///< of each exchange

    [[nodiscard]] const std::vector<LoggedRequest>& log() const { return log_; }
    void clear_log() { log_.clear(); }
    [[nodiscard]] std::vector<std::string> writes() const;  ///< "POST /containers/create?name=x"

    /// The engine's own process ends: containers with it, streams break, nobody answers.
    void stop();
    /// Streams of events break, and nothing else.
    void cut_events();
    /// It comes back, if it was stopped, and starts what its restart policies say.
    void start();

private:
    class Stream;
    struct Subscription;
    struct Waiting;

    net::asio::awaitable<Result<EngineAnswer>> exchange(net::Request request);
    Result<EngineAnswer> carry_out(const EngineRequest& request, const std::string& target,
                                   Fault what);
    std::unique_ptr<net::ResponseStream> subscribe(const EngineRequest& request);
    void publish(const json& event);

    net::Clock& clock_;
    bool stopped_ = false;
    std::vector<LoggedRequest> log_;
    std::vector<std::weak_ptr<Subscription>>
        subscribers_;  // shared with streams that may end first
};

}  // namespace driftless::test
