#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/azure/container_apps.hpp"
#include "providers/net/clock.hpp"

namespace driftless::azure {

/// What a job's executions tell of it.
struct JobRuns {
    std::string told;     ///< "execution report-abc (2026-11-01T08:58:14+00:00): Succeeded"; ""
    bool failed = false;  ///< the last one that came to an end
    bool runs = false;    ///< one is under way
};
JobRuns told_by(const std::vector<Execution>& executions);

/// Asks jobs for their executions: each every quarter of an hour, and at each look while one runs,
/// so that a look at many jobs stays one list.
class JobWatch {
public:
    /// Changes nothing; where it can't be asked, that is told.
    /// @param fresh  ask in any case
    asio::awaitable<JobRuns> look(ContainerApps jobs, std::string job, net::WallTime now,
                                  bool fresh);

private:
    struct Seen {
        net::WallTime at{};
        JobRuns runs;
    };
    std::map<std::string, Seen> seen_;  ///< by the job's id
};

}  // namespace driftless::azure
