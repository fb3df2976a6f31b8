#include "reconcilers/azure/job_runs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr auto asked_every = 15min;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, lower_case(word)) != words.end();
}

bool runs(const Execution& execution) {
    return is_one_of(execution.status, {"running", "processing", "unknown"});
}

bool failed(const Execution& execution) {
    return is_one_of(execution.status, {"failed", "degraded"});
}

}  // namespace

JobRuns told_by(const std::vector<Execution>& executions) {
    JobRuns told;
    const Execution* last = nullptr;
    const Execution* last_ended = nullptr;
    for (const Execution& execution : executions) {
        const auto takes = [&execution](const Execution*& place) {
            if (place == nullptr || place->started <= execution.started) place = &execution;
        };
        takes(last);
        if (!runs(execution)) takes(last_ended);
    }
    if (last == nullptr) return told;
    told.runs = runs(*last);
    told.failed = last_ended != nullptr && failed(*last_ended);
    const Execution& one = told.failed ? *last_ended : *last;
    told.told = fmt::format("execution {} ({}): {}", one.name, one.started, one.status);
    return told;
}

asio::awaitable<JobRuns> JobWatch::look(ContainerApps jobs, std::string job, net::WallTime now,
                                        bool fresh) {
    const auto known = seen_.find(job);
    const bool is_recent = known != seen_.end() && !known->second.runs.runs && !fresh &&
                           now >= known->second.at && now - known->second.at < asked_every;
    if (is_recent) co_return known->second.runs;
    const auto executions = co_await jobs.executions(job);
    Seen seen{now, {}};
    if (executions) {
        seen.runs = told_by(*executions);
    } else {
        seen.runs.told = "its executions can't be read: " + executions.error().message;
    }
    const JobRuns found = seen.runs;
    seen_.insert_or_assign(std::move(job), std::move(seen));
    co_return found;
}

}  // namespace driftless::azure
