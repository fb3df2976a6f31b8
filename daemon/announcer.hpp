#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon/schedule/feed.hpp"
#include "daemon/schedule/measures.hpp"
#include "daemon/schedule/status.hpp"

namespace driftless {

/// What the daemon's parts say of themselves, as events of the feed and as measures. It waits for
/// nobody and holds no secrets: all that it tells is in status too.
class Announcer {
public:
    Announcer(Feed& feed, Measures& measures, net::Clock& clock)
        : feed_(feed), measures_(measures), clock_(clock) {}

    /// A look at a source has ended.
    void looked(const SourceStatus& source, const Result<void>& result);
    /// A target wants another commit. @param seen  when it was found at its source; none for a
    /// commit that was in force before, or that is an older one
    void wanted(const TargetStatus& target, std::optional<net::SteadyTime> seen);
    void run_began(const TargetStatus& target);
    void run_progressed(const TargetStatus& target);
    void run_ended(const TargetStatus& target, const Outcome& outcome);
    void store_failed(const std::string& operation) { ++measures_.store_failures[operation]; }

    /// With more changes than this in one run, an event says how many, and no more.
    static constexpr std::size_t most_resources = 50;

private:
    struct Known {  ///< what was last told of a target
        TargetWord word = TargetWord::ok;
        std::map<ResourceKey, Status> resources;
        std::string held_hash;
        std::string commit;  ///< that is not live yet, since `seen`
        net::SteadyTime seen;
    };
    void measure(const TargetStatus& target, const Outcome& outcome, Known& known);
    void tell_resources(const TargetStatus& target, Known& known);
    void tell_target(const TargetStatus& target, Known& known);

    Feed& feed_;
    Measures& measures_;
    net::Clock& clock_;
    std::map<std::string, Known> targets_;
    std::map<std::string, std::string> sources_;  ///< by name: word and tip, as last told
};

}  // namespace driftless
