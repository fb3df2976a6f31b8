#pragma once

#include <functional>
#include <string>

#include "daemon/desired_states.hpp"
#include "daemon/schedule/schedule.hpp"
#include "daemon/schedule/wakeup.hpp"
#include "daemon/target_runner.hpp"

namespace driftless {

/// One target in the daemon: its runs when they are due, and its provider's events.
class TargetLoop {
public:
    using OnEnd = std::function<void(TargetLoop&, const Outcome&)>;

    /// @param on_end  called after every run
    TargetLoop(RunnerParts parts, const net::asio::any_io_executor& executor, OnEnd on_end);

    asio::awaitable<void> remember() { return runner_.remember(); }  ///< before any target runs
    asio::awaitable<void> run();    ///< until stopped, at a step's end, or canceled
    asio::awaitable<void> watch();  ///< until canceled; connects again by itself

    void tell(TargetNews news);
    void ask(const Scope& scope);  ///< a person's reconcile
    /// Something was suspended or resumed: what is under way ends at its next step.
    asio::awaitable<void> suspensions_changed();
    void board_changed();  ///< looks again if anything here is blocked
    void stop();

    [[nodiscard]] const TargetRunner& runner() const { return runner_; }
    [[nodiscard]] TargetStatus status() const;
    /// Grows whenever what `status` gives may have changed; cheap.
    [[nodiscard]] std::uint64_t edits();

private:
    asio::awaitable<void> run_due();
    void heard(const Hint& hint);
    void mind_sleep();
    void mind_suspensions();
    [[nodiscard]] bool anything_blocked() const;

    Target& target_;
    net::Clock& clock_;
    net::Random& random_;
    TargetRunner runner_;
    Schedule schedule_;
    Wakeup wakeup_;
    OnEnd on_end_;
    std::optional<Due> shown_due_;
    std::uint64_t due_edits_ = 0;
    net::SteadyTime seen_steady_;
    net::WallTime seen_wall_;
    bool connected_ = false;
    bool stopping_ = false;
};

}  // namespace driftless
