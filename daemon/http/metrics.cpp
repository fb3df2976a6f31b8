#include "daemon/http/metrics.hpp"

#include <array>
#include <functional>

#include "daemon/http/exposition.hpp"
#include "daemon/http/gate.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/http/query.hpp"

namespace driftless::http {
namespace {

constexpr std::array statuses{Status::in_sync,  Status::drifted,   Status::progressing,
                              Status::degraded, Status::blocked,   Status::held,
                              Status::conflict, Status::contended, Status::suspended,
                              Status::failed,   Status::unknown};
constexpr std::array target_words{TargetWord::ok, TargetWord::unreachable, TargetWord::unauthorized,
                                  TargetWord::throttled, TargetWord::suspended};
constexpr std::array source_words{
    SourceWord::ok,         SourceWord::stale,   SourceWord::auth_failed, SourceWord::invalid,
    SourceWord::unverified, SourceWord::rewound, SourceWord::empty};

double seconds_of(net::WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double as_number(std::uint64_t count) {
    return static_cast<double>(count);
}

void add_process(Exposition& text, const MetricsView& view) {
    text.gauge("driftless_build_info", "The running version.");
    text.add(1, {{"version", DRIFTLESS_VERSION}});
    text.gauge("process_start_time_seconds", "When the daemon started, in Unix time.");
    text.add(seconds_of(view.measures.started));
    text.counter("process_cpu_seconds_total", "CPU time that the daemon used.");
    text.add(view.usage.cpu_seconds);
    text.gauge("process_resident_memory_bytes", "Memory that the daemon holds.");
    text.add(as_number(view.usage.resident_bytes));
    text.gauge("driftless_ready", "1: a commit is loaded and the store works.");
    text.add(view.ready ? 1 : 0);
    text.gauge("driftless_store_works", "1: the store could be read and written at the last run.");
    text.add(view.overview.store_works ? 1 : 0);
    text.counter("driftless_store_failures_total",
                 "Failed operations of the store: intend and settle are the journal's.");
    for (const char* operation : {"intend", "settle", "learn", "recall", "record"}) {
        const auto found = view.measures.store_failures.find(operation);
        const bool none = found == view.measures.store_failures.end();
        text.add(none ? 0 : as_number(found->second), {{"operation", operation}});
    }
}

void add_sources(Exposition& text, const MetricsView& view) {
    const auto& sources = view.overview.sources;
    text.gauge("driftless_source_status", "1 for the status that a source has.");
    for (const auto& [name, source] : sources) {
        for (const SourceWord word : source_words) {
            const Labels labels{{"source", name}, {"status", driftless::name(word)}};
            text.add(source.word == word ? 1 : 0, labels);
        }
    }
    text.gauge("driftless_source_answered_timestamp_seconds",
               "When a source's remote last answered, in Unix time; none before its first answer.");
    for (const auto& [name, source] : sources) {
        if (source.checked) text.add(seconds_of(*source.checked), {{"source", name}});
    }
    const auto& measured = view.measures.sources;
    text.counter("driftless_source_polls_total", "Looks at a source's remote.");
    for (const auto& [name, source] : measured) {
        text.add(as_number(source.polls), {{"source", name}});
    }
    text.counter("driftless_source_poll_failures_total",
                 "Looks at a source that failed, or whose commit could not be taken.");
    for (const auto& [name, source] : measured) {
        text.add(as_number(source.failures), {{"source", name}});
    }
}

void add_targets(Exposition& text, const MetricsView& view) {
    const auto& targets = view.overview.targets;
    text.gauge("driftless_target_status", "1 for the status that a target has.");
    for (const auto& [name, target] : targets) {
        for (const TargetWord word : target_words) {
            const Labels labels{{"target", name}, {"status", driftless::name(word)}};
            text.add(target.word == word ? 1 : 0, labels);
        }
    }
    text.gauge("driftless_resources", "Resources of a target by their status.");
    for (const auto& [name, target] : targets) {
        std::map<Status, std::uint64_t> counts;
        for (const auto& [key, resource] : target.resources) ++counts[resource.status];
        for (const Status status : statuses) {
            const Labels labels{{"target", name}, {"status", driftless::name(status)}};
            text.add(as_number(counts[status]), labels);
        }
    }
    text.gauge("driftless_held_actions", "Actions that wait for a person's confirm.");
    for (const auto& [name, target] : targets) {
        text.add(as_number(target.plan.held.size()), {{"target", name}});
    }
    text.gauge("driftless_converging", "1: the target's mode is converge; 0: it is observe.");
    for (const auto& [name, target] : targets) {
        text.add(target.mode == Mode::converge ? 1 : 0, {{"target", name}});
    }
    text.gauge("driftless_suspensions", "What people have suspended, a whole target or parts.");
    for (const auto& [name, target] : targets) {
        text.add(as_number(target.suspended.size()), {{"target", name}});
    }
    text.gauge("driftless_commit_findings", "Errors that keep a target from the newest commit.");
    for (const auto& [name, target] : targets) {
        std::uint64_t errors = 0;
        for (const Finding& finding : target.findings) {
            if (finding.severity == Finding::Severity::error) ++errors;
        }
        text.add(as_number(errors), {{"target", name}});
    }
}

constexpr std::array results{"converged", "waiting", "failed", "unreadable", "canceled"};

using OfRuns = std::function<void(const std::string& target, const RunMeasures& runs)>;

/// For every target of the settings, also before its first run.
void each_target(const MetricsView& view, const OfRuns& add) {
    const RunMeasures none;
    for (const auto& [target, status] : view.overview.targets) {
        const auto runs = view.measures.runs.find(target);
        add(target, runs == view.measures.runs.end() ? none : runs->second);
    }
}

void add_run_results(Exposition& text, const MetricsView& view) {
    text.counter("driftless_runs_total", "Runs that ended, by what came of them.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        for (const char* result : results) {
            const auto found = runs.results.find(result);
            const bool none = found == runs.results.end();
            const Labels labels{{"target", target}, {"result", result}};
            text.add(none ? 0 : as_number(found->second), labels);
        }
    });
    text.counter("driftless_run_changes_total", "Calls of runs that changed something.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        text.add(as_number(runs.changes), {{"target", target}});
    });
    text.gauge("driftless_run_failures_in_a_row", "Failed runs since the last good one.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        text.add(as_number(runs.failed_in_a_row), {{"target", target}});
    });
    text.gauge("driftless_last_run_timestamp_seconds", "When the last run ended, in Unix time.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        if (runs.last) text.add(seconds_of(*runs.last), {{"target", target}});
    });
    text.gauge("driftless_last_success_timestamp_seconds",
               "When the last run without a failure ended, in Unix time.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        if (runs.last_good) text.add(seconds_of(*runs.last_good), {{"target", target}});
    });
}

void add_times(Exposition& text, const MetricsView& view) {
    text.histogram("driftless_run_duration_seconds", "How long runs took.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        text.add(runs.took, {{"target", target}});
    });
    text.histogram("driftless_commit_to_live_seconds",
                   "From a commit seen at its source to in force and healthy.");
    each_target(view, [&text](const std::string& target, const RunMeasures& runs) {
        text.add(runs.commit_to_live, {{"target", target}});
    });
    text.histogram("driftless_provider_request_duration_seconds",
                   "How long calls to providers took; of a stream, until its head.");
    for (const auto& [kind, times] : view.measures.calls) {
        const auto& [provider, method, outcome] = kind;
        text.add(times, {{"provider", provider}, {"method", method}, {"outcome", outcome}});
    }
}

void add_endpoint(Exposition& text, const MetricsView& view) {
    text.counter("driftless_http_responses_total", "Answers of the endpoint, by status.");
    for (const auto& [status, count] : view.measures.answers) {
        text.add(as_number(count), {{"code", std::to_string(status)}});
    }
    text.counter("driftless_http_refused_total",
                 "Requests that were refused before anything was looked at, by reason.");
    for (const char* reason : {"peer", "host", "origin", "token", "type"}) {
        const auto found = view.measures.refusals.find(reason);
        const bool none = found == view.measures.refusals.end();
        text.add(none ? 0 : as_number(found->second), {{"reason", reason}});
    }
    text.gauge("driftless_event_readers", "Who follow the events now.");
    text.add(as_number(view.readers));
    text.counter("driftless_event_readers_dropped_total", "Who followed too slowly.");
    text.add(as_number(view.measures.dropped_readers));
}

/// An address cannot be rebound; a name can, and counts only where the settings list it.
bool is_address(const std::string& host) {
    const std::string text = host.substr(0, host.rfind(':'));
    const bool v6 = host.starts_with('[');
    return v6 || (!text.empty() && text.find_first_not_of("0123456789.") == text.npos);
}

}  // namespace

std::string metrics_text(const MetricsView& view) {
    Exposition text;
    add_process(text, view);
    add_sources(text, view);
    add_targets(text, view);
    add_run_results(text, view);
    add_times(text, view);
    add_endpoint(text, view);
    return std::move(text).take();
}

net::ServerResponse metrics_answer(const Control& control, const Measures& measures,
                                   const Feed& feed) {
    const Overview overview = control.overview();
    net::ServerResponse response;
    response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
    response.body = metrics_text({.overview = overview,
                                  .measures = measures,
                                  .ready = control.ready().ok(),
                                  .readers = feed.readers(),
                                  .usage = net::own_usage()});
    return response;
}

asio::awaitable<net::ServerResponse> MetricsPage::handle(net::ServerRequest request) {
    const bool reads = request.method == net::Method::get || request.method == net::Method::head;
    const auto address = parse_address(request.target);
    const std::string host = request.header("Host");
    if (!is_address(host) && !hosts_.contains(host)) {
        co_return problem(Error{Errc::forbidden,
                                "this Host is not answered; ask by the address, or add the name "
                                "to `http: {hosts: […]}` in driftless.yaml"});
    }
    if (auto refusal = refused_origin(request)) co_return std::move(refusal->response);
    if (!address) co_return problem(address.error());
    if (address->path != "/metrics") {
        co_return problem(Error{Errc::not_found, "only /metrics is here"});
    }
    if (!reads) {
        auto answer = net::problem(405, "Method Not Allowed", "this address takes GET, HEAD");
        answer.headers.emplace_back("Allow", "GET, HEAD");
        co_return answer;
    }
    co_return metrics_answer(control_, measures_, feed_);
}

}  // namespace driftless::http
