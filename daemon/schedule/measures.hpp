#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "providers/net/clock.hpp"

namespace driftless {

/// Times counted by how long they were. Its bounds are a table that outlives it.
class Histogram {
public:
    explicit Histogram(std::span<const double> bounds)
        : bounds_(bounds), counts_(bounds.size() + 1) {}

    void add(std::chrono::nanoseconds time);

    /// How many were at most as long as `bounds()[i]`; the last counts all of them.
    [[nodiscard]] std::vector<std::uint64_t> cumulative() const;
    [[nodiscard]] std::span<const double> bounds() const { return bounds_; }  ///< in seconds
    [[nodiscard]] double sum() const { return sum_; }                         ///< in seconds
    [[nodiscard]] std::uint64_t count() const { return count_; }

private:
    std::span<const double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
    std::uint64_t count_ = 0;
};

inline constexpr std::array run_bounds{0.001, 0.005, 0.01, 0.05, 0.1,   0.5,
                                       1.0,   5.0,   15.0, 60.0, 300.0, 900.0};
inline constexpr std::array live_bounds{1.0,   5.0,   15.0,  30.0,   60.0,
                                        120.0, 300.0, 600.0, 1800.0, 7200.0};
inline constexpr std::array call_bounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0};

/// The runs of one target since the start.
struct RunMeasures {
    std::map<std::string, std::uint64_t> results;  ///< by "converged", "waiting", "failed", …
    Histogram took{run_bounds};
    Histogram commit_to_live{live_bounds};  ///< from a commit seen to in force and healthy
    std::uint64_t changes = 0;
    std::uint64_t failed_in_a_row = 0;
    std::optional<net::WallTime> last;       ///< when the last one ended
    std::optional<net::WallTime> last_good;  ///< when the last one without a failure ended
};

struct SourceMeasures {
    std::uint64_t polls = 0;
    std::uint64_t failures = 0;
};

/// Provider, method, outcome: each of a few words.
using CallKind = std::tuple<std::string, std::string, std::string>;

/// What is counted since the start, for /metrics. The parts of the daemon write it, on the loop.
struct Measures {
    net::WallTime started;
    std::map<std::string, RunMeasures> runs;        ///< by target
    std::map<std::string, SourceMeasures> sources;  ///< by name
    std::map<CallKind, Histogram> calls;
    std::map<std::string, std::uint64_t> store_failures;  ///< by "intend", "settle", "recall", …
    std::map<int, std::uint64_t> answers;                 ///< of the endpoint, by status
    std::map<std::string, std::uint64_t> refusals;        ///< of the endpoint, by reason
    std::uint64_t dropped_readers = 0;                    ///< who followed too slowly

    void called(const std::string& provider, std::string_view method, std::string_view outcome,
                std::chrono::nanoseconds took);
};

}  // namespace driftless
