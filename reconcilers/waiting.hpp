#pragma once

#include <vector>

#include "reconcilers/planning.hpp"

namespace driftless {

/// One draft waits for another.
struct Wait {
    enum class Enough {
        done,
        begun,  ///< a claim is free as soon as its holder's action was begun
        ended,  ///< its failure is no obstacle
        look,   ///< only the next look tells: not in this run
    };
    std::size_t on = 0;
    Enough enough = Enough::done;
    Until until = Until::ready;  ///< how far it must be, for people
};

/// "waits until mini1/docker.container/db is ready: …"
std::string waits_until(const ResourceKey& key, Until until, const std::string& why);

/// Which drafts wait for which, by needs and by claims. What can't go at all is marked as blocked.
class Waiting {
public:
    explicit Waiting(Planning& planning);
    void weigh();

    [[nodiscard]] const std::vector<Wait>& of(std::size_t draft) const { return waits_[draft]; }
    /// Those that wait for a claim that this removal sets free.
    [[nodiscard]] const std::vector<std::size_t>& successors(std::size_t draft) const {
        return successors_[draft];
    }
    [[nodiscard]] bool makes_room(std::size_t draft) const { return !successors_[draft].empty(); }
    /// Lets a draft only go out of service now: what it waits for, its finish waits for.
    void step_aside(std::size_t draft);
    [[nodiscard]] const std::vector<Wait>& later(std::size_t draft) const { return later_[draft]; }
    /// Does it wait for itself, through others, and would it end that to go out of service first?
    [[nodiscard]] bool opens_circle(std::size_t draft) const;
    /// Does something that is out of service wait for it, maybe through others?
    [[nodiscard]] bool is_urgent(std::size_t draft) const;
    /// Who else holds one of these claims: "port 80/tcp is held by …"; empty where nobody does.
    [[nodiscard]] std::string who_holds(const Action& action,
                                        const std::vector<std::string>& claims) const;
    /// It goes without any of its waits.
    void forget_waits(std::size_t draft) { waits_[draft].clear(); }
    /// Puts the waits of a draft that goes into its action.
    void write_to(std::size_t draft);

private:
    void needs_of(std::size_t draft);
    void need(std::size_t draft, const Need& need);
    void need_here(std::size_t draft, const ResourceKey& key, const Need& need);
    void need_draft(std::size_t draft, std::size_t on, const Need& need);
    void need_resting(std::size_t draft, const ResourceKey& key, const Need& need);
    void need_posted(std::size_t draft, const ResourceKey& key, const Need& need);
    void claims_of(std::size_t draft);
    void claim(std::size_t draft, const std::string& claim, const Live& holder);
    void follow_successors(std::size_t removal);
    void needs_of_the_dropped();
    void need_of_the_dropped(const ResourceKey& dependent, const ResourceKey& key);
    void still_needed(std::size_t removal, const ResourceKey& dependent);
    void keep_needed(std::size_t removal, const ResourceKey& dependent);
    void claim_of_one_that_may_return(std::size_t draft, const std::string& claim);
    void claims_to_come_back(std::size_t draft);
    [[nodiscard]] std::vector<bool> all_before(std::size_t draft, bool with_later) const;
    void add(std::size_t draft, Wait wait);
    void block(std::size_t draft, std::string why, bool passing);

    Planning& p_;
    std::vector<std::vector<Wait>> waits_;
    std::vector<std::vector<Wait>> later_;
    std::vector<std::vector<std::size_t>> successors_;
    ByKey<std::size_t> draft_of_;
    ByKey<const Rest*> rest_of_;
    ByKey<const Held*> held_of_;
    /// By claim: what may still go back to it, should its new content not work.
    std::unordered_map<std::string, const Live*> may_return_;
    ByKey<std::vector<std::size_t>> removals_of_;  ///< by key, and by manifest
};

}  // namespace driftless
