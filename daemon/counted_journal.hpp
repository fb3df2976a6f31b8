#pragma once

#include <functional>
#include <string>

#include "reconcilers/reconciler.hpp"

namespace driftless {

/// Told which operation of the store failed: "intend", "settle", "learn", "recall", "record".
using OnStoreFailure = std::function<void(const std::string& operation)>;

/// The same journal, with every failure told.
class CountedJournal final : public Journal {
public:
    CountedJournal(Journal& inner, OnStoreFailure on_failure)
        : inner_(inner), on_failure_(std::move(on_failure)) {}

    asio::awaitable<Result<void>> intend(const std::string& run, const Step& step) override {
        auto noted = co_await inner_.intend(run, step);
        if (!noted && on_failure_) on_failure_("intend");
        co_return noted;
    }
    asio::awaitable<Result<void>> settle(const std::string& run, const Step& step,
                                         const Results& results) override {
        auto noted = co_await inner_.settle(run, step, results);
        if (!noted && on_failure_) on_failure_("settle");
        co_return noted;
    }

    asio::awaitable<Result<void>> learn(std::string target, std::string subject,
                                        json said) override {
        auto noted = co_await inner_.learn(std::move(target), std::move(subject), std::move(said));
        if (!noted && on_failure_) on_failure_("learn");
        co_return noted;
    }

private:
    Journal& inner_;
    OnStoreFailure on_failure_;
};

}  // namespace driftless
