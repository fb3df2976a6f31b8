#include "daemon/schedule/measures.hpp"

#include <algorithm>

namespace driftless {

void Histogram::add(std::chrono::nanoseconds time) {
    const double seconds = std::chrono::duration<double>(time).count();
    const auto bound = std::ranges::lower_bound(bounds_, seconds);
    ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
    sum_ += seconds;
    ++count_;
}

std::vector<std::uint64_t> Histogram::cumulative() const {
    std::vector<std::uint64_t> sums;
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts_) sums.push_back(sum += count);
    return sums;
}

void Measures::called(const std::string& provider, std::string_view method,
                      std::string_view outcome, std::chrono::nanoseconds took) {
    const CallKind kind{provider, method, outcome};
    calls.try_emplace(kind, call_bounds).first->second.add(took);
}

}  // namespace driftless
