#pragma once

#include <map>
#include <memory>
#include <string>

#include "daemon/announcer.hpp"
#include "daemon/http/control.hpp"
#include "daemon/restoring.hpp"
#include "daemon/source_loop.hpp"
#include "daemon/target_loop.hpp"

namespace driftless {

/// What a daemon is made of; everything that is referred to outlives it.
struct DaemonParts {
    const Settings& settings;
    net::asio::any_io_executor executor;
    net::Clock& clock;
    net::Random& random;
    net::Lane& lane;  ///< for reading and expanding commits
    Store& store;
    Vault& vault;
    const Secrets& secrets;
    const Expanders& expanders;
    Measures& measures;
    const net::Redactor* redactor = nullptr;                      ///< of the events
    std::map<std::string, std::unique_ptr<git::Source>> sources;  ///< one for each of the settings
    std::map<std::string, std::unique_ptr<Target>> targets;       ///< one for each of the settings
};

/// Owns the parts, starts and stops them: a coroutine for each source, two for each target. None of
/// them waits for another.
class Daemon final : public http::Control {
public:
    explicit Daemon(DaemonParts parts);

    /// Until `stop()`; then no new run begins, current ones end at a step's end, and after
    /// `stop_within` they are canceled. @return `internal`: a part threw
    asio::awaitable<Result<void>> run();
    void stop();

    static constexpr std::chrono::seconds stop_within{30};

    [[nodiscard]] Feed& feed() { return feed_; }

    [[nodiscard]] std::uint64_t edition() const override;
    [[nodiscard]] Overview overview() const override;
    [[nodiscard]] Result<void> find_target(const std::string& name) const override;
    [[nodiscard]] Result<void> ready() const override;
    asio::awaitable<Result<std::vector<HistoryEntry>>> history(std::string key,
                                                               std::size_t limit) override;
    Result<void> reconcile(const std::vector<std::string>& targets) override;
    asio::awaitable<Result<void>> confirm(std::string hash) override;
    asio::awaitable<Result<void>> adopt(ResourceKey key) override;
    asio::awaitable<Result<void>> suspend(Suspension suspension) override;
    asio::awaitable<Result<void>> resume(ResourceKey what) override;
    asio::awaitable<Result<std::vector<Restorable>>> removed(std::string target) override;
    asio::awaitable<Result<void>> restore(ResourceKey key) override;
    asio::awaitable<Result<Inventory>> leave(std::string target) override;

private:
    void make_target(const TargetSettings& settings);
    void make_source(const SourceSettings& settings);
    SourceLoop* source_of(const std::string& target);
    asio::awaitable<Result<Wanted>> earlier(std::string target, std::string commit);
    void tell(TargetLoop& loop, TargetNews news);
    void run_ended(TargetLoop& loop, const Outcome& outcome);
    [[nodiscard]] Error no_target(const std::string& name) const;
    [[nodiscard]] Result<TargetLoop*> loop_of(const std::string& target);
    [[nodiscard]] Result<void> known(const ResourceKey& what);
    asio::awaitable<Result<Losses>> losses_of(std::string target);

    DaemonParts parts_;
    Board board_;
    Feed feed_;
    Announcer announcer_;
    Wakeup stop_;
    std::map<std::string, std::unique_ptr<TargetLoop>> targets_;
    std::map<std::string, std::unique_ptr<SourceLoop>> sources_;
    bool store_works_ = true;
};

/// A target takes its commits from one source only. @return `invalid` with both
Result<void> one_source_each(const Settings& settings);

}  // namespace driftless
