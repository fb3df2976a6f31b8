#include "tests/support/fake_engine.hpp"

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

#include "providers/net/event.hpp"
#include "tests/support/fake_engine_query.hpp"

namespace driftless::test {

namespace asio = net::asio;

namespace {

constexpr std::string_view restarted = "the engine was stopped";

Error broken(const EngineRequest& request, std::string_view how) {
    return {Errc::unavailable, fmt::format("{}: {}", request.text(), how)};
}

}  // namespace

/// One reader of events: what it has not read yet.
struct FakeEngine::Subscription {
    EngineRequest request;
    std::deque<std::string> lines;
    bool cut_off = false;
    net::Event* wake = nullptr;  ///< while somebody waits

    void rouse() const {
        if (wake != nullptr) wake->notify_all();
    }
};

/// While it lives, events wake the reader.
struct FakeEngine::Waiting {
    Waiting(Subscription& reader, net::Event& wake) : reader_(reader) { reader_.wake = &wake; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { reader_.wake = nullptr; }

private:
    Subscription& reader_;
};

/// An answer that arrives over time: events, or the body of a pull in two parts.
class FakeEngine::Stream final : public net::ResponseStream {
public:
    Stream(FakeEngine& engine, std::shared_ptr<Subscription> subscription)
        : engine_(engine), subscription_(std::move(subscription)) {}
    Stream(FakeEngine& engine, EngineAnswer answer) : engine_(engine), answer_(std::move(answer)) {}

    [[nodiscard]] int status() const override { return answer_.status; }
    [[nodiscard]] const net::Headers& headers() const override { return answer_.headers; }

    asio::awaitable<Result<std::string>> read(std::chrono::milliseconds idle) override {
        if (!subscription_) co_return co_await read_answer(idle);
        const SteadyTime end = engine_.clock_.now() + idle;
        while (true) {
            engine_.world.settle();
            if (subscription_->cut_off) co_return broken(subscription_->request, restarted);
            if (!subscription_->lines.empty()) {
                std::string line = std::move(subscription_->lines.front());
                subscription_->lines.pop_front();
                co_return line;
            }
            if (engine_.clock_.now() >= end) co_return Error{Errc::timed_out, "events: none came"};
            co_await wait_until(std::min(end, engine_.world.next_due().value_or(end)));
        }
    }

private:
    asio::awaitable<void> wait_until(SteadyTime when) {
        using namespace asio::experimental::awaitable_operators;
        net::Event wake{co_await asio::this_coro::executor};
        const Waiting waiting{*subscription_, wake};
        co_await (wake.wait() || engine_.clock_.sleep_until(when));
    }
    asio::awaitable<Result<std::string>> read_answer(std::chrono::milliseconds idle) {
        if (answer_.not_before) {
            const SteadyTime end = engine_.clock_.now() + idle;
            const SteadyTime ready = *answer_.not_before;
            const auto slept = co_await engine_.clock_.sleep_until(std::min(end, ready));
            if (!slept) co_return slept.error();
            if (ready > end) co_return Error{Errc::timed_out, "no more of the answer came"};
        }
        const std::size_t half = (answer_.body.size() + 1) / 2;  // split where no line ends
        std::string part = answer_.body.substr(0, half);
        answer_.body.erase(0, half);
        co_return part;
    }

    FakeEngine& engine_;
    std::shared_ptr<Subscription> subscription_;  // the engine holds a weak one
    EngineAnswer answer_;
};

FakeEngine::FakeEngine(std::string name, net::Clock& clock, int api_minor)
    : world(std::move(name), clock), clock_(clock) {
    world.api_minor = api_minor;
    world.on_event = [this](const json& event) { publish(event); };
}

FakeEngine::~FakeEngine() = default;

// ---- one exchange

asio::awaitable<Result<EngineAnswer>> FakeEngine::exchange(net::Request request) {
    const EngineRequest asked = [&request] {
        EngineRequest parts = request_of(request.method, request.target);
        parts.body = std::move(request.body);
        return parts;
    }();
    const SteadyTime deadline = clock_.now() + request.deadline;
    const auto sent = co_await clock_.sleep_for(latency);
    if (!sent) co_return sent.error();
    const Fault what = fault ? fault(asked) : Fault::none;
    Result<EngineAnswer> given = carry_out(asked, request.target, what);
    SteadyTime ready = clock_.now();
    if (given && given->not_before) ready = *given->not_before;
    const bool silent =
        what == Fault::silence || what == Fault::effect_and_silence || ready > deadline;
    const auto waited = co_await clock_.sleep_until(silent ? deadline : ready);
    if (!waited) co_return waited.error();
    world.settle();
    if (silent) co_return Error{Errc::timed_out, asked.text() + ": no answer"};
    co_return given;
}

/// The effect of a request, with what befalls it.
Result<EngineAnswer> FakeEngine::carry_out(const EngineRequest& request, const std::string& target,
                                           Fault what) {
    log_.push_back({clock_.now(), request, 0});
    if (before) before(request);
    if (stopped_ || what == Fault::refused) return broken(request, "connection refused");
    if (what == Fault::silence) return EngineAnswer{};
    if (what == Fault::server_error) return refusal(500, "internal error");
    const int minor = minor_of(target).value_or(world.api_minor);
    EngineAnswer given =
        minor > world.api_minor
            ? refusal(400,
                      fmt::format(
                          "client version 1.{} is too new. Maximum supported API version is 1.{}",
                          minor, world.api_minor))
        : request.path == "/events" ? EngineAnswer{}
                                    : world.handle(request);
    log_.back().status = given.status;
    if (after) after(request);
    if (what == Fault::lost_reply) return broken(request, "connection reset");
    return given;
}

asio::awaitable<Result<net::Response>> FakeEngine::send(net::Request request) {
    auto given = co_await exchange(std::move(request));
    if (!given) co_return std::move(given).error();
    co_return net::Response{given->status, std::move(given->headers), std::move(given->body)};
}

asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> FakeEngine::open(
    net::Request request) {
    const EngineRequest asked = request_of(request.method, request.target);
    if (asked.path != "/events") {  // headers come at once, the body when it is ready
        log_.push_back({clock_.now(), asked, 0});
        if (before) before(asked);
        const Fault what = fault ? fault(asked) : Fault::none;
        if (stopped_ || what == Fault::refused) co_return broken(asked, "connection refused");
        EngineAnswer given =
            what == Fault::server_error ? refusal(500, "internal error") : world.handle(asked);
        log_.back().status = given.status;
        if (after) after(asked);
        if (what == Fault::lost_reply) co_return broken(asked, "connection reset");
        co_return std::unique_ptr<net::ResponseStream>{
            std::make_unique<Stream>(*this, std::move(given))};
    }
    auto given = co_await exchange(std::move(request));
    if (!given) co_return std::move(given).error();
    if (given->status != 200) {
        co_return std::unique_ptr<net::ResponseStream>{
            std::make_unique<Stream>(*this, std::move(*given))};
    }
    co_return subscribe(asked);
}

std::vector<std::string> FakeEngine::writes() const {
    std::vector<std::string> list;
    for (const LoggedRequest& entry : log_) {
        if (entry.request.writes()) list.push_back(entry.request.text());
    }
    return list;
}

// ---- events

std::unique_ptr<net::ResponseStream> FakeEngine::subscribe(const EngineRequest& request) {
    auto subscription = std::make_shared<Subscription>();
    subscription->request = request;
    subscribers_.push_back(subscription);
    return std::make_unique<Stream>(*this, std::move(subscription));
}

void FakeEngine::publish(const json& event) {
    std::erase_if(subscribers_, [](const auto& reader) { return reader.expired(); });
    const std::string type = event["Type"].get<std::string>();
    const std::string action = event["Action"].get<std::string>();
    const std::string word = action.substr(0, action.find(':'));
    for (const auto& weak : subscribers_) {
        const auto reader = weak.lock();
        if (!passes(reader->request, {{"type", {type}}, {"event", {action, word}}})) continue;
        reader->lines.push_back(event.dump() + "\n");
        reader->rouse();
    }
}

// ---- the engine's own life

void FakeEngine::stop() {
    world.kill_all_containers();
    stopped_ = true;
    cut_events();
}

void FakeEngine::cut_events() {
    for (const auto& weak : subscribers_) {
        if (const auto reader = weak.lock()) {
            reader->cut_off = true;
            reader->rouse();
        }
    }
}

void FakeEngine::start() {
    if (!std::exchange(stopped_, false)) return;
    world.start_by_restart_policy();
}

}  // namespace driftless::test
