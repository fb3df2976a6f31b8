#pragma once

#include <map>
#include <optional>
#include <string>

#include "providers/cloudflare/dns.hpp"
#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/cloudflare/live_sets.hpp"
#include "reconcilers/cloudflare/marked_zones.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

/// cloudflare.dns_record: all records of one name and type of a zone, as one resource. One list a
/// zone; a step is one batch of the API, so that it comes into force whole or not at all.
/// https://developers.cloudflare.com/api/resources/dns/subresources/records/
class DnsRecordReconciler final : public Reconciler {
public:
    explicit DnsRecordReconciler(AccountAccess& access) : access_(access), marked_(access) {}

    KindRules rules() const override;
    /// Finds what a lost database and a vanished manifest left behind.
    asio::awaitable<void> resolve(Run& run, Scope scope) override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;
    std::string batch_of(const Action& action) const override;
    std::size_t batch_max() const override { return 3'500; }

private:
    /// What is known of a zone's quota; all of it can be asked for again.
    struct Room {
        net::SteadyTime asked{};
        std::optional<RecordUsage> usage;  ///< none: it can't be read
        std::size_t listed = 0;            ///< how many the list showed then
        /// Sets that don't fit, and why; of the latest look.
        std::map<std::string, std::string> refused;
    };

    /// At the list of a zone.
    struct Look {
        std::size_t listed = 0;  ///< records
        bool renew = false;      ///< a person asks: believe nothing remembered
    };

    [[nodiscard]] std::string why_unfit(const Declared& want) const;
    asio::awaitable<Result<Complete<LiveState>>> observe_zone(const Run& run, std::string zone,
                                                              Scope scope);
    asio::awaitable<void> check_room(const ZoneView& view, const LiveState& state,
                                     std::string zone_id, Look look);
    asio::awaitable<Results> apply_in(Run& run, Zone zone, const Step& step);

    AccountAccess& access_;
    MarkedZones marked_;
    std::map<std::string, Room> rooms_;  ///< by zone
};

}  // namespace driftless::cloudflare
