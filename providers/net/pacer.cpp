#include "providers/net/pacer.hpp"

#include <algorithm>
#include <deque>

#include "providers/net/deadline.hpp"
#include "providers/net/event.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using Time = SteadyTime::duration;

std::chrono::seconds whole_seconds(Time time) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(time), 1s);
}

bool changes(Method method) {
    return method != Method::get && method != Method::head;
}

}  // namespace

struct Pacer::State {
    State(const asio::any_io_executor& executor, Clock& with, PacerParts from)
        : clock(with), parts(std::move(from)), moved(executor) {}

    /// What the server says is left.
    struct Left {
        std::size_t calls = 0;
        SteadyTime until;  ///< then it counts anew
    };
    /// Somebody who waits; lives in the frame of its coroutine.
    struct Place {
        Place(State& of, std::deque<Place*>& line) : state(of), queue(line) {
            queue.push_back(this);
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            std::erase(queue, this);
            state.moved.notify_all();
        }
        State& state;
        std::deque<Place*>& queue;
    };

    [[nodiscard]] Time every() const {  ///< between two calls, over time
        const auto ours = std::max<std::size_t>(parts.calls * parts.percent / 100, 1);
        return Time{parts.window} / static_cast<Time::rep>(ours);
    }
    [[nodiscard]] Time credit() const {  ///< how far calls may run ahead of that
        const auto burst = std::max<std::size_t>(parts.calls * parts.burst_percent / 100, 1);
        return every() * static_cast<Time::rep>(burst - 1);
    }
    [[nodiscard]] bool is_spent(SteadyTime now) const {
        return left && now < left->until &&
               left->calls <= parts.calls * parts.reserve_percent / 100;
    }
    /// When the next call may go.
    [[nodiscard]] SteadyTime free_at(SteadyTime now) const {
        const auto at = std::max(now, due - credit());
        return is_spent(now) ? std::max(at, left->until) : at;
    }
    [[nodiscard]] Place* first() const {
        const auto& next = was_write ? reads : writes;
        const auto& other = was_write ? writes : reads;
        if (!next.empty()) return next.front();
        return other.empty() ? nullptr : other.front();
    }
    /// How many go before somebody who comes now, in turn.
    [[nodiscard]] std::size_t ahead(bool write) const {
        const std::size_t same = (write ? writes : reads).size();
        const std::size_t other = (write ? reads : writes).size();
        return same + std::min(other, same + 1);
    }
    void spend(SteadyTime now, bool write) {
        due = std::max(due, now) + every();
        if (left && left->calls > 0) --left->calls;
        was_write = write;
    }
    [[nodiscard]] std::optional<Error> silenced(SteadyTime now) const {
        if (now >= silent_until) return std::nullopt;
        const auto time = whole_seconds(silent_until - now);
        return Error{Errc::rate_limited,
                     fmt::format("too many calls for {}: the server wants none for {} s more; "
                                 "nothing is sent until then",
                                 parts.whose, time.count()),
                     time};
    }
    /// Is it more than we wait for?
    [[nodiscard]] std::optional<Error> too_long(Time time) const {
        if (time <= parts.patience) return std::nullopt;
        const auto whole = whole_seconds(time);
        return Error{Errc::rate_limited,
                     fmt::format("the budget of calls for {} ({} in {} s, of which {} % are "
                                 "ours) is spent; the next may go in {} s",
                                 parts.whose, parts.calls, parts.window.count(), parts.percent,
                                 whole.count()),
                     whole};
    }
    void learn(const Allowance& said, SteadyTime now);

    Clock& clock;
    PacerParts parts;
    Event moved;  ///< the line, or what decides when the next may go
    std::deque<Place*> reads;
    std::deque<Place*> writes;
    bool was_write = false;  ///< the last that went
    SteadyTime due{};        ///< of the next call, were all at the same distance
    SteadyTime silent_until{};
    std::optional<Left> left;
};

void Pacer::State::learn(const Allowance& said, SteadyTime now) {
    if (said.calls && said.window && *said.calls > 0 && *said.window > 0s) {
        parts.calls = *said.calls;
        parts.window = *said.window;
    }
    if (!said.left || !said.renewed_in) return;
    const auto until = now + std::min(*said.renewed_in, parts.longest_silence);
    // Answers overtake each other: within a window the smaller number is the later one.
    const bool same_window = left && until <= left->until + 2s && now < left->until;
    left = Left{same_window ? std::min(left->calls, *said.left) : *said.left, until};
}

Pacer::Pacer(const asio::any_io_executor& executor, Clock& clock, PacerParts parts)
    : state_(std::make_shared<State>(executor, clock, std::move(parts))) {}

asio::awaitable<Result<void>> Pacer::take(Method method) {
    const auto state = state_;
    const bool write = changes(method);
    const auto came = state->clock.now();
    if (auto silenced = state->silenced(came)) co_return *std::move(silenced);
    const auto ahead = static_cast<Time::rep>(state->ahead(write));
    const auto expected = state->free_at(came) - came + state->every() * ahead;
    if (auto too_long = state->too_long(expected)) co_return *std::move(too_long);
    State::Place place{*state, write ? state->writes : state->reads};
    while (true) {
        const auto now = state->clock.now();
        if (auto silenced = state->silenced(now)) co_return *std::move(silenced);
        Result<void> woken;
        if (state->first() != &place) {
            woken = co_await state->moved.wait();
        } else {
            const auto wait = state->free_at(now) - now;
            if (auto too_long = state->too_long(wait)) co_return *std::move(too_long);
            if (wait <= Time::zero()) {
                state->spend(now, write);
                co_return Result<void>{};
            }
            const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(wait);
            woken = co_await with_deadline(state->clock, rounded, state->moved.wait());
        }
        if (woken.failed() && woken.error().code != Errc::timed_out) {
            co_return std::move(woken).error().in("wait for the next call to be due");
        }
    }
}

Result<void> Pacer::heed(int status, const Headers& headers) {
    State& state = *state_;
    const Allowance said = state.parts.read(status, headers);
    const auto now = state.clock.now();
    state.learn(said, now);
    if (said.refused) {
        const auto silence = std::clamp<std::chrono::seconds>(
            said.silence.value_or(state.parts.silence), 1s, state.parts.longest_silence);
        state.silent_until = std::max(state.silent_until, now + silence);
    }
    state.moved.notify_all();
    if (!said.refused) return {};
    return *state.silenced(now);
}

namespace {

class PacedTransport final : public HttpTransport {
public:
    PacedTransport(std::unique_ptr<HttpTransport> inner, Pacer& pacer)
        : inner_(std::move(inner)), pacer_(pacer) {}

    asio::awaitable<Result<Response>> send(Request request) override {
        auto turn = co_await pacer_.take(request.method);
        if (!turn) co_return std::move(turn).error();
        auto response = co_await inner_->send(std::move(request));
        if (!response) co_return response;
        auto heeded = pacer_.heed(response->status, response->headers);
        if (!heeded) co_return std::move(heeded).error();
        co_return response;
    }

    asio::awaitable<Result<std::unique_ptr<ResponseStream>>> open(Request request) override {
        auto turn = co_await pacer_.take(request.method);
        if (!turn) co_return std::move(turn).error();
        auto stream = co_await inner_->open(std::move(request));
        if (!stream) co_return stream;
        auto heeded = pacer_.heed((*stream)->status(), (*stream)->headers());
        if (!heeded) co_return std::move(heeded).error();
        co_return stream;
    }

private:
    std::unique_ptr<HttpTransport> inner_;
    Pacer& pacer_;
};

}  // namespace

std::unique_ptr<HttpTransport> make_paced_transport(std::unique_ptr<HttpTransport> inner,
                                                    Pacer& pacer) {
    return std::make_unique<PacedTransport>(std::move(inner), pacer);
}

}  // namespace driftless::net
