#pragma once

#include "daemon/store/records.hpp"

namespace driftless {

/// A run, as history names it.
struct RunName {
    std::string id;
    std::string trigger;
};

/// Writes down what is about to be sent: who asked, and why.
Result<void> write_intents(Records& records, const RunName& run, const Step& step,
                           net::WallTime now);

/// Writes down what came of it, and brings the inventory up to date.
Result<void> write_results(Records& records, const RunName& run, const Step& step,
                           const Results& results, net::WallTime now);

/// Takes from a run's end what later plans need.
Result<void> write_outcome(Records& records, const Outcome& outcome, bool converging,
                           net::WallTime now);

}  // namespace driftless
