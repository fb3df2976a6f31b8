#include "providers/net/pooled_transport.hpp"

#include <algorithm>
#include <vector>

#include "providers/net/deadline.hpp"
#include "providers/net/turns.hpp"

namespace driftless::net {
namespace {

bool is_clean(std::string_view text) {
    return std::ranges::none_of(text, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return byte < 0x20 || byte == 0x7F;
    });
}

/// Could a part of the request end its line and begin another?
Result<void> check(const Request& request) {
    bool clean = is_clean(request.target) && request.target.find(' ') == std::string::npos;
    for (const auto& [name, value] : request.headers)
        clean = clean && is_clean(name) && is_clean(value);
    if (clean && request.target.starts_with('/')) return {};
    return Error{Errc::invalid, fmt::format("{} {}: not a request that can be sent",
                                            name(request.method), in_quotes(request.target))};
}

/// A connection that rested longer is not trusted: servers, and what lies between, drop such
/// without a word.
constexpr std::chrono::seconds longest_rest{60};

bool is_safe(Method method) {
    return method == Method::get || method == Method::head;
}

class Stream final : public ResponseStream {
public:
    Stream(Clock& clock, std::unique_ptr<Connection> connection, ResponseHead head)
        : clock_(clock), connection_(std::move(connection)), head_(std::move(head)) {}

    [[nodiscard]] int status() const override { return head_.status; }
    [[nodiscard]] const Headers& headers() const override { return head_.headers; }
    asio::awaitable<Result<std::string>> read(std::chrono::milliseconds idle) override {
        co_return co_await with_deadline(clock_, idle, connection_->read_some());
    }

private:
    Clock& clock_;
    std::unique_ptr<Connection> connection_;
    ResponseHead head_;
};

using StreamResult = Result<std::unique_ptr<ResponseStream>>;

class PooledTransport final : public HttpTransport {
public:
    PooledTransport(const asio::any_io_executor& executor, Clock& clock,
                    std::unique_ptr<Dialer> dialer, std::size_t width)
        : clock_(clock), dialer_(std::move(dialer)), turns_(executor, width) {}

    asio::awaitable<Result<Response>> send(Request request) override {
        if (auto sound = check(request); !sound) co_return std::move(sound).error();
        const auto turn = co_await turns_.take();
        if (!turn) co_return turn.error();
        co_return co_await with_deadline(clock_, request.deadline, exchange(request));
    }

    asio::awaitable<StreamResult> open(Request request) override {
        if (auto sound = check(request); !sound) co_return std::move(sound).error();
        co_return co_await with_deadline(clock_, request.deadline, begin(request));
    }

private:
    asio::awaitable<Result<Response>> exchange(const Request& request) {
        if (auto kept = take_kept()) {
            auto response = co_await kept->exchange(request);
            const bool closed_unseen = response.failed() && kept->is_unanswered() &&
                                       response.error().code == Errc::unavailable;
            if (!closed_unseen || !is_safe(request.method)) {
                keep(std::move(kept));
                co_return response;
            }
        }
        auto fresh = co_await dialer_->dial();
        if (!fresh) co_return std::move(fresh).error();
        auto response = co_await (*fresh)->exchange(request);
        keep(*std::move(fresh));
        co_return response;
    }

    asio::awaitable<StreamResult> begin(const Request& request) {
        auto connection = co_await dialer_->dial();
        if (!connection) co_return std::move(connection).error();
        auto head = co_await (*connection)->begin(request);
        if (!head) co_return std::move(head).error();
        std::unique_ptr<ResponseStream> stream =
            std::make_unique<Stream>(clock_, *std::move(connection), *std::move(head));
        co_return stream;
    }

    struct Kept {
        std::unique_ptr<Connection> connection;
        SteadyTime since;
        WallTime wall;  ///< goes on while the machine sleeps
    };

    /// The one used last: so that few stay open.
    std::unique_ptr<Connection> take_kept() {
        std::erase_if(kept_, [this](const Kept& kept) { return is_old(kept); });
        while (!kept_.empty()) {
            auto connection = std::move(kept_.back().connection);
            kept_.pop_back();
            if (connection->is_reusable()) return connection;
        }
        return nullptr;
    }

    void keep(std::unique_ptr<Connection> connection) {
        if (!connection->is_reusable()) return;
        kept_.push_back({std::move(connection), clock_.now(), clock_.wall()});
    }

    [[nodiscard]] bool is_old(const Kept& kept) const {
        return clock_.now() - kept.since > longest_rest || clock_.wall() - kept.wall > longest_rest;
    }

    Clock& clock_;
    std::unique_ptr<Dialer> dialer_;
    Turns turns_;
    std::vector<Kept> kept_;  ///< the longest rested first
};

}  // namespace

std::unique_ptr<HttpTransport> make_pooled_transport(const asio::any_io_executor& executor,
                                                     Clock& clock, std::unique_ptr<Dialer> dialer,
                                                     std::size_t width) {
    return std::make_unique<PooledTransport>(executor, clock, std::move(dialer), width);
}

}  // namespace driftless::net
