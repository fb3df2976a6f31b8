#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "daemon/git/source.hpp"
#include "daemon/schedule/status.hpp"
#include "daemon/schedule/tracked.hpp"
#include "daemon/store/store.hpp"
#include "daemon/target_runner.hpp"
#include "reconcilers/expand.hpp"

namespace driftless {

/// What a look at a source means for one of its targets.
struct TargetNews {
    std::optional<Wanted> wanted;  ///< none: what it wanted before stays in force
    Findings findings;             ///< why the newest commit isn't in force
    std::string hold_removals;     ///< why every removal waits; empty for none
};

/// What commits are read with; everything outlives the DesiredStates.
struct SourceParts {
    const SourceSettings& source;
    const Settings& settings;
    git::Source& git;
    Store& store;
    const Expanders& expanders;
    const Secrets& secrets;
    Vault& vault;
    net::Lane& lane;
    net::Clock& clock;
    std::function<void(const std::string& target, TargetNews)> tell;
};

/// The commits of one source, taken target by target: a target without errors takes the newest one,
/// any other keeps its last good commit whole. What cannot be read is never taken for empty.
class DesiredStates {
public:
    explicit DesiredStates(SourceParts parts);

    /// After a start: each target's last good commit, from the clone alone.
    asio::awaitable<void> restore();
    /// One look at the remote; a new commit, or the first after a start, is read and told.
    /// @return why the remote could not be read, or the commit could not be noted
    asio::awaitable<Result<void>> look();
    /// The next look reads the commit again even if the branch stands still: secrets may have
    /// changed.
    void read_again() { read_again_ = true; }
    /// What an earlier commit wanted of a target.
    asio::awaitable<Result<Wanted>> earlier(std::string target, std::string commit);
    /// The target has nothing held any more because of a rewind.
    void hold_ended(const std::string& target);

    [[nodiscard]] const SourceStatus& status() const { return *status_; }
    /// Grows whenever the status may have changed.
    [[nodiscard]] std::uint64_t edits() const { return status_.edits(); }
    [[nodiscard]] const std::vector<std::string>& targets() const { return targets_; }

private:
    asio::awaitable<Result<void>> take(std::string commit);
    asio::awaitable<Result<void>> check_signatures(std::string commit);
    asio::awaitable<Result<std::string>> verified_before(std::string commit);
    asio::awaitable<Result<void>> note_rewind(const std::string& commit);
    asio::awaitable<Result<void>> take_targets(const Loaded& loaded,
                                               std::shared_ptr<const Files> files);
    asio::awaitable<Result<void>> note_taken(const std::string& target, const TargetLoad* load,
                                             const std::string& commit);
    asio::awaitable<Result<Loaded>> load_commit(std::shared_ptr<const Files> files);
    asio::awaitable<void> restore_commit(const std::string& commit,
                                         std::vector<std::string> targets);
    Result<void> remote_failed(Error error);
    Result<void> nothing_there(const std::string& why);
    Result<void> not_verified(const std::string& commit, Error error);
    [[nodiscard]] std::string followed() const;
    [[nodiscard]] std::string verified_what() const;
    void tell_all(const std::string& hold);
    void tell_wanted(const std::string& target, TargetNews news);
    void set_word(const Loaded& loaded);

    SourceParts parts_;
    std::vector<std::string> targets_;
    Tracked<SourceStatus> status_;
    net::SteadyTime seen_{};                   ///< when the last poll was answered
    std::string tip_;                          ///< the last commit that was taken
    std::string looked_at_;                    ///< the last that was read, even if it holds nothing
    std::map<std::string, std::string> told_;  ///< by target: digest of what it was told to want
    std::set<std::string> rewound_;            ///< targets whose removals wait because of a rewind
    bool read_again_ = true;
};

}  // namespace driftless
