#pragma once

#include <memory>
#include <string>

#include "providers/net/allowance.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless::net {

/// A vendor's budget of calls, and how much of it is ours. The rest is for people at the dashboard,
/// and for whoever else has the same account.
struct PacerParts {
    std::string whose;  ///< for messages: "the Cloudflare token \"cf\""
    std::size_t calls = 1'200;
    std::chrono::seconds window{300};
    std::size_t percent = 25;        ///< of the budget: what we take at most, hour after hour
    std::size_t burst_percent = 50;  ///< of the budget: what may go at once after a rest, besides
    std::size_t reserve_percent =
        5;  ///< of the budget: never touched once the server says what is left
    std::chrono::seconds silence{300};            ///< after a refusal that doesn't say how long
    std::chrono::seconds longest_silence{3'600};  ///< whatever a refusal says
    std::chrono::seconds patience{60};            ///< whoever would wait longer is told so instead
    ReadAllowance read = read_allowance;
};

/// Paces the calls that are made with one credential, by all who share it: keeps to the budget,
/// learns from answers what is left of it, and is silent when a server wants that. Reads and writes
/// that wait go in turn, each kind in its own order, so that neither starves behind the other.
class Pacer {
public:
    Pacer(const asio::any_io_executor& executor, Clock& clock, PacerParts parts);

    /// Until the next call may be sent.
    /// @return `rate_limited`, at once and with the time: while silence is kept, and where the wait
    ///         would be over `patience`; `canceled`
    asio::awaitable<Result<void>> take(Method method);
    /// What an answer says. @return `rate_limited`: the call was refused, and silence begins
    Result<void> heed(int status, const Headers& headers);

private:
    struct State;
    std::shared_ptr<State> state_;  // a canceled coroutine's frame may outlive us
};

/// The same transport, at the pace of `pacer`, which outlives it. A request's deadline counts from
/// when it is sent. An answer that refuses the call as one too many is an Error here,
/// `rate_limited` with the time to wait, as is every call until then, without being sent.
std::unique_ptr<HttpTransport> make_paced_transport(std::unique_ptr<HttpTransport> inner,
                                                    Pacer& pacer);

}  // namespace driftless::net
