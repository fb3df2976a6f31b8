#pragma once

#include <string>

#include "reconcilers/cloudflare/account_access.hpp"
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
    [[nodiscard]] std::string why_unfit(const Declared& want) const;
    asio::awaitable<Result<Complete<LiveState>>> observe_zone(const Run& run, std::string zone);
    asio::awaitable<Results> apply_in(Run& run, Zone zone, const Step& step);

    AccountAccess& access_;
    MarkedZones marked_;
};

}  // namespace driftless::cloudflare
