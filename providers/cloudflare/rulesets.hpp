#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// The rules of one phase of a zone or of the account. No ruleset and one without rules are equal.
struct EntryPoint {
    std::int64_t version = 0;  ///< counts up with each change; 0: there is none yet
    std::string description;
    json rules = json::array();  ///< as the API tells them, in their order
};

/// A ruleset, without its rules.
struct RulesetHead {
    std::string id;
    std::string name;
    std::string kind;  ///< "zone", "root": an entry point; "custom"; "managed": Cloudflare's own
    std::string phase;

    [[nodiscard]] bool is_entry_point() const { return kind == "zone" || kind == "root"; }
};

/// All of a zone, or of the account. Changes nothing; safe to repeat.
/// @param zone_id  empty: the account's own
/// https://developers.cloudflare.com/api/resources/rulesets/methods/list/
asio::awaitable<Result<std::vector<RulesetHead>>> list_rulesets(Account& account,
                                                                std::string zone_id);

/// The entry point of one phase: there is one a phase, and a PUT makes it where there is none.
/// https://developers.cloudflare.com/api/resources/rulesets/subresources/phases/
class Rulesets {
public:
    /// @param zone_id  empty: the account's own
    Rulesets(Account& account, std::string zone_id, std::string phase)
        : account_(account), zone_id_(std::move(zone_id)), phase_(std::move(phase)) {}

    /// Changes nothing; safe to repeat.
    asio::awaitable<Result<EntryPoint>> read();
    /// Replaces all rules. One with an id or a ref that is there already goes on as that one. Safe
    /// to repeat.
    /// @param entry  its rules without what the service alone says of them: see `as_sent`
    /// @return what is there now; `invalid`: an expression, a parameter or the plan's quota; the
    ///         answer names the first that is wrong, and nothing has changed
    asio::awaitable<Result<EntryPoint>> put(EntryPoint entry);
    /// Asks whether `put` would be taken. Changes nothing, yet needs the right to write.
    asio::awaitable<Result<void>> check(EntryPoint entry);

private:
    [[nodiscard]] std::string path() const;
    [[nodiscard]] Family family() const;
    asio::awaitable<Result<Answer>> send_rules(EntryPoint entry, bool dry);

    Account& account_;
    std::string zone_id_;
    std::string phase_;
};

/// A rule of an answer as a request may have it: all of it but what the service alone says.
json as_sent(json rule);

/// @return `unavailable`: it is no ruleset
Result<EntryPoint> parse_entry_point(const json& shown);

}  // namespace driftless::cloudflare
