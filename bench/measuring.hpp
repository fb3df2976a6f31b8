#pragma once

#include <sys/resource.h>

#include <ctime>

#include "providers/net/platform.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless {

inline constexpr double mib = 1 << 20;

/// Writes nothing down.
class NoJournal final : public Journal {
    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step&, const Results&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> learn(std::string, std::string, json) override {
        co_return Result<void>{};
    }
};

inline double cpu_ms() {
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

inline double resident_mib() {
    return static_cast<double>(net::own_usage().resident_bytes) / mib;
}

inline double peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace driftless
