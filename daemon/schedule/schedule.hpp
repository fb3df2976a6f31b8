#pragma once

#include <optional>
#include <string>

#include "config/settings.hpp"
#include "daemon/schedule/order.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/retry.hpp"
#include "reconcilers/reconcile.hpp"
#include "reconcilers/target.hpp"

namespace driftless {

/// When a run is due, and why.
struct Due {
    net::SteadyTime at;
    std::string why;  ///< "interval", "event", "back-off after 3 failures"
    bool operator==(const Due&) const = default;
};

/// When one target runs next, and how much it looks at. Pure: every time is handed in.
///
/// A full look at the start, at each new commit, whenever events were missed, and an interval after
/// the last one; a look at single resources once their events have settled; another look while
/// something is under way, and after every change. After a failure of the target all of
/// these wait for the back-off, save what a person asks for and, unless the provider told us to
/// wait, a new commit or a provider that is back. What failed alone has a back-off of its own: it
/// waits, and all else goes on.
class Schedule {
public:
    Schedule(const Policy& policy, net::Random& random);

    void start(net::SteadyTime now);
    void new_commit(net::SteadyTime now);
    /// Another target's resources changed, for which some of ours wait.
    void board_changed(net::SteadyTime now);
    void hint(net::SteadyTime now, const Hint& hint);
    /// Events were missed: the provider, or the machine, was away.
    void back_again(net::SteadyTime now);
    void ask(net::SteadyTime now, const Scope& scope);  ///< by a person
    /// A full look at a time that is known, unless one comes before.
    void remind(net::SteadyTime at, const std::string& why);
    void failed(net::SteadyTime now, const Error& error);

    [[nodiscard]] std::optional<Due> next() const;
    /// The order for a run that begins now: all that is due, in one.
    Order take(net::SteadyTime now);
    /// The run of the last order came to its end.
    void ended(net::SteadyTime now, const Outcome& outcome);

    /// Objects are looked at one by one, whatever is remembered, at least this often.
    static constexpr std::chrono::minutes fresh_every{30};

private:
    struct Look {
        net::SteadyTime at;
        std::string why;
        bool fresh = false;
    };

    void look(net::SteadyTime at, const std::string& why, bool fresh = false);
    void press(net::SteadyTime now, const std::string& why, bool fresh);
    void settle(net::SteadyTime now);
    [[nodiscard]] bool anything_hinted() const { return hinted_all_ || !hinted_.empty(); }
    [[nodiscard]] net::SteadyTime full_due() const;
    [[nodiscard]] net::SteadyTime allowed(net::SteadyTime at) const;
    void note_failures(net::SteadyTime now, const Outcome& outcome);
    void forget_what_works(const Outcome& outcome);
    [[nodiscard]] std::chrono::nanoseconds jittered(std::chrono::seconds interval);

    const Policy& policy_;
    net::Random& random_;
    net::Backoff backoff_{.first = std::chrono::seconds{2}, .most = std::chrono::minutes{10}};
    std::optional<Look> full_;
    std::optional<Scope> asked_;  ///< by a person, since `asked_at_`
    net::SteadyTime asked_at_{};
    std::set<ResourceKey> hinted_;
    bool hinted_all_ = false;
    net::SteadyTime first_hint_{};
    net::SteadyTime settled_at_{};
    std::optional<net::SteadyTime> listening_by_;  ///< since the start, until events are heard
    std::optional<net::SteadyTime> not_before_;
    bool told_to_wait_ = false;
    int failures_ = 0;
    std::map<ResourceKey, Again> again_;  ///< what failed alone
    std::optional<net::SteadyTime> last_fresh_;
    Order running_;
};

}  // namespace driftless
