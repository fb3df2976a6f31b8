#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/store.hpp"
#include "tests/simulation/fuse.hpp"

namespace driftless::test {

/// The real store, whose every write may be the last thing that the daemon did.
class FusedStore final : public Store {
public:
    FusedStore(std::unique_ptr<Store> store, Fuse& fuse) : store_(std::move(store)), fuse_(fuse) {}

    asio::awaitable<Result<void>> intend(const std::string& run, const Step& step) override {
        return write("intend " + to_string(step.actions.front().key), store_->intend(run, step));
    }
    asio::awaitable<Result<void>> settle(const std::string& run, const Step& step,
                                         const Results& results) override {
        return write("settle " + to_string(step.actions.front().key),
                     store_->settle(run, step, results));
    }
    asio::awaitable<Result<void>> learn(std::string target, std::string subject,
                                        json said) override {
        const std::string what = "learn " + subject;
        return write(what, store_->learn(std::move(target), std::move(subject), std::move(said)));
    }
    asio::awaitable<Result<void>> record(const Outcome& outcome, bool converging) override {
        return write("record " + outcome.target, store_->record(outcome, converging));
    }
    asio::awaitable<Result<void>> took_commit(std::string target, std::string source,
                                              std::string commit,
                                              std::vector<std::string> files) override {
        return write("took_commit", store_->took_commit(std::move(target), std::move(source),
                                                        std::move(commit), std::move(files)));
    }
    asio::awaitable<Result<void>> confirm(std::string target, std::string hash) override {
        return write("confirm", store_->confirm(std::move(target), std::move(hash)));
    }
    asio::awaitable<Result<void>> permit_adoption(ResourceKey key) override {
        return write("permit_adoption", store_->permit_adoption(std::move(key)));
    }
    asio::awaitable<Result<void>> hold_removals(std::string target, std::string why) override {
        return write("hold_removals", store_->hold_removals(std::move(target), std::move(why)));
    }
    asio::awaitable<Result<void>> took_tip(std::string source, std::string commit,
                                           std::string author) override {
        return write("took_tip",
                     store_->took_tip(std::move(source), std::move(commit), std::move(author)));
    }

    asio::awaitable<Result<void>> verified(std::string source, std::string what,
                                           std::string commit) override {
        return write("verified",
                     store_->verified(std::move(source), std::move(what), std::move(commit)));
    }
    asio::awaitable<Result<std::string>> verified_tip(std::string source,
                                                      std::string what) override {
        fuse_.die_again();
        return store_->verified_tip(std::move(source), std::move(what));
    }

    asio::awaitable<Result<void>> suspend(Suspension suspension) override {
        return write("suspend", store_->suspend(std::move(suspension)));
    }
    asio::awaitable<Result<void>> resume(ResourceKey what) override {
        return write("resume", store_->resume(std::move(what)));
    }
    asio::awaitable<Result<void>> restore(std::vector<Restore> restores) override {
        return write("restore", store_->restore(std::move(restores)));
    }
    asio::awaitable<Result<void>> end_restores(std::vector<ResourceKey> keys) override {
        return write("end_restores", store_->end_restores(std::move(keys)));
    }
    void run_began(const std::string& run, const std::string& trigger) override {
        store_->run_began(run, trigger);
    }
    /// No plan needs it: nothing is lost where it is missing.
    asio::awaitable<Result<void>> ended(std::string target, LastRun run) override {
        fuse_.die_again();
        if (fuse_.disk) co_return *fuse_.disk;
        co_return co_await store_->ended(std::move(target), std::move(run));
    }
    asio::awaitable<Result<std::vector<LastRun>>> runs(std::string target,
                                                       std::size_t limit) override {
        fuse_.die_again();
        return store_->runs(std::move(target), limit);
    }
    asio::awaitable<Result<std::vector<Removed>>> removed(std::string target) override {
        fuse_.die_again();
        return store_->removed(std::move(target));
    }
    asio::awaitable<Result<Inventory>> leave(std::string target) override {
        return store_->leave(std::move(target));
    }
    asio::awaitable<Result<void>> copy_to(std::string path) override {
        return store_->copy_to(std::move(path));
    }

    asio::awaitable<Result<TargetMemory>> recall(std::string target) override {
        fuse_.die_again();
        return store_->recall(std::move(target));
    }
    asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string key,
                                                               std::size_t limit) override {
        fuse_.die_again();
        return store_->history(std::move(key), limit);
    }
    asio::awaitable<Result<std::string>> tip_of(std::string source) override {
        fuse_.die_again();
        return store_->tip_of(std::move(source));
    }
    [[nodiscard]] std::string lost() const override { return store_->lost(); }

private:
    asio::awaitable<Result<void>> write(std::string what, asio::awaitable<Result<void>> work) {
        fuse_.pass("before journal " + what);
        if (fuse_.disk) co_return *fuse_.disk;
        auto written = co_await std::move(work);
        fuse_.pass("after journal " + what);
        co_return written;
    }

    std::unique_ptr<Store> store_;
    Fuse& fuse_;
};

}  // namespace driftless::test
