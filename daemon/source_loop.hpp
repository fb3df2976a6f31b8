#pragma once

#include "daemon/desired_states.hpp"
#include "daemon/schedule/wakeup.hpp"

namespace driftless {

/// One source in the daemon: looks at its remote every interval, or when it is asked to.
class SourceLoop {
public:
    using OnLook = std::function<void(const SourceStatus&, const Result<void>&)>;

    /// @param on_look  called after every look
    SourceLoop(SourceParts parts, net::Random& random, const net::asio::any_io_executor& executor,
               OnLook on_look);

    asio::awaitable<void> run();  ///< until canceled
    void look_now();              ///< reads the commit again too: secrets may have changed

    DesiredStates& states() { return states_; }
    [[nodiscard]] const DesiredStates& states() const { return states_; }

    /// A commit that stands still is read again so often, for secrets that changed.
    static constexpr std::chrono::minutes read_again_every{5};

private:
    const SourceSettings& settings_;
    net::Clock& clock_;
    net::Random& random_;
    DesiredStates states_;
    Wakeup wakeup_;
    OnLook on_look_;
};

}  // namespace driftless
