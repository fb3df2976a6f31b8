#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/finding.hpp"
#include "config/base/word.hpp"
#include "daemon/store/last_run.hpp"
#include "daemon/store/suspension.hpp"
#include "providers/net/clock.hpp"
#include "reconcilers/reconcile.hpp"

namespace driftless {

enum class TargetWord { ok, unreachable, unauthorized, throttled, suspended };
std::string_view name(TargetWord word);
std::span<const Word> target_words();  ///< in their order

enum class SourceWord { ok, stale, auth_failed, invalid, unverified, rewound, empty };
std::string_view name(SourceWord word);
std::span<const Word> source_words();  ///< in their order

/// How the reason of a hold begins that a rewritten branch caused: it ends once nothing waits.
inline constexpr std::string_view rewind_hold = "rewound: ";

/// Why something is left alone: "until 2026-01-01T12:30:00.000Z: we move the disk".
std::string why_of(const Suspension& suspension);

/// What a target's error means for its word: "unreachable", "unauthorized", "throttled".
TargetWord word_for(const Error& error);

inline constexpr std::size_t most_runs = 50;  ///< that are kept of a target

/// What may be known of one target at any moment. It holds no secrets.
struct TargetStatus {
    std::string name;
    TargetWord word = TargetWord::ok;
    std::string detail;  ///< why the word isn't `ok`
    Mode mode = Mode::observe;
    std::vector<Suspension> suspended;  ///< by a person: this target, or something on it
    std::string source;                 ///< where its commit comes from
    std::string commit;                 ///< in force: the last that it took as a whole
    Findings findings;                  ///< what keeps it from taking a newer one
    std::string hold_removals;          ///< why every removal waits
    std::map<ResourceKey, ResourceStatus> resources;
    Plan plan;             ///< of the last run that looked at everything
    std::string running;   ///< the run that is under way; empty for none
    std::string progress;  ///< "pulling nginx:1.27: 12.1 of 40.3 MB"
    std::optional<LastRun> last;
    std::deque<LastRun> runs;  ///< the last ones, newest first, at most `most_runs`
    std::optional<net::WallTime> next_due;
    std::string next_why;  ///< "interval", "back-off after 3 failures"
};

/// What may be known of one source.
struct SourceStatus {
    std::string name;
    std::string url;
    std::string branch;  ///< what it follows: "main", "tag v1.2", "semver \"^1\" (v1.4.2)"
    SourceWord word = SourceWord::stale;
    std::string detail;                    ///< why the word isn't `ok`
    std::string tip;                       ///< the newest commit that was read
    std::optional<net::WallTime> checked;  ///< when the remote last answered
    Findings findings;  ///< of files that could not be read, and of targets that are not ours
};

/// Everything that status shows, in one value.
struct Overview {
    std::string installation;
    std::string lost;  ///< why the store forgot everything, if it did
    bool store_works = true;
    std::map<std::string, SourceStatus> sources;
    std::map<std::string, TargetStatus> targets;
};

}  // namespace driftless
