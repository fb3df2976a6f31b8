#include "daemon/source_loop.hpp"

#include <spdlog/spdlog.h>

#include "providers/net/retry.hpp"

namespace driftless {

SourceLoop::SourceLoop(SourceParts parts, net::Random& random,
                       const net::asio::any_io_executor& executor, OnLook on_look)
    : settings_(parts.source),
      clock_(parts.clock),
      random_(random),
      states_(std::move(parts)),
      wakeup_(executor),
      on_look_(std::move(on_look)) {}

asio::awaitable<void> SourceLoop::run() {
    const net::Backoff backoff{.first = settings_.interval, .most = std::chrono::minutes{10}};
    int failures = 0;
    auto read_again_at = clock_.now() + read_again_every;
    while (true) {
        if (clock_.now() >= read_again_at) {
            states_.read_again();
            read_again_at = clock_.now() + read_again_every;
        }
        const auto looked = co_await states_.look();
        on_look_(states_.status(), looked);
        std::chrono::milliseconds wait = settings_.interval;
        if (looked) {
            failures = 0;
        } else {
            if (looked.error().code == Errc::canceled) co_return;
            wait = backoff.after(++failures, looked.error(), random_);
            spdlog::warn("source failed source={} error={} retry_in_s={} detail={}", settings_.name,
                         name(looked.error().code),
                         std::chrono::ceil<std::chrono::seconds>(wait).count(),
                         in_quotes(looked.error().message));
        }
        const auto waited = co_await wakeup_.wait_until(clock_, clock_.now() + wait);
        if (!waited) co_return;
    }
}

void SourceLoop::look_now() {
    states_.read_again();
    wakeup_.wake();
}

}  // namespace driftless
