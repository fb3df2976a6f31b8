#include "daemon/http/events.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <memory>

#include "daemon/http/problem.hpp"

namespace driftless::http {
namespace {

namespace asio = net::asio;

/// What one connection is told.
class Telling {
public:
    Telling(Feed& feed, net::Clock& clock, Measures& measures, std::string_view last_id)
        : reader_(feed, last_id), clock_(clock), measures_(measures) {}

    asio::awaitable<void> run(net::Outlet& outlet) {
        auto written = co_await outlet.write("retry: 2000\n\n");
        while (written) {
            std::string text = reader_.pending();
            if (text.empty()) {
                const auto waited = co_await reader_.wait_until(clock_, clock_.now() + heartbeat);
                if (!waited) co_return;
                text = reader_.pending();
            }
            const std::size_t size = text.size();
            if (size == 0) text = ": nothing new\n\n";
            written = co_await write_or_drop(outlet, std::move(text));
            if (written) reader_.sent(size);
        }
        if (written.error().code == Errc::canceled) co_return;
        if (written.error().code == Errc::unavailable) co_return;
        ++measures_.dropped_readers;
        spdlog::info("slow reader of events dropped detail={}", in_quotes(written.error().message));
    }

private:
    asio::awaitable<Result<void>> write_or_drop(net::Outlet& outlet, std::string text) {
        using namespace asio::experimental::awaitable_operators;
        auto writing = outlet.write(std::move(text));
        auto falling_behind = reader_.overrun();
        auto first = co_await (std::move(writing) || std::move(falling_behind));
        if (first.index() == 0) co_return std::get<0>(std::move(first));
        if (std::get<1>(first).failed()) co_return std::get<1>(std::move(first));
        co_return Error{Errc::timed_out, "it fell too far behind"};
    }

    Feed::Reader reader_;
    net::Clock& clock_;
    Measures& measures_;
};

asio::awaitable<void> tell(std::shared_ptr<Telling> telling, net::Outlet& outlet) {
    co_await telling->run(outlet);
}

}  // namespace

net::ServerResponse follow(Feed& feed, net::Clock& clock, Measures& measures,
                           const std::string& last_id) {
    if (feed.is_full()) {
        return problem(Error{.code = Errc::unavailable,
                             .message = fmt::format("{} readers follow already; read the status, "
                                                    "or come again later",
                                                    Feed::most_readers),
                             .retry_after = std::chrono::seconds{30}});
    }
    // Shared, since a std::function must be copyable. It counts as a reader from now on.
    auto telling = std::make_shared<Telling>(feed, clock, measures, last_id);
    net::ServerResponse response;
    response.headers = {{"Content-Type", "text/event-stream"}, {"X-Accel-Buffering", "no"}};
    response.stream = [telling](net::Outlet& outlet) { return tell(telling, outlet); };
    return response;
}

}  // namespace driftless::http
