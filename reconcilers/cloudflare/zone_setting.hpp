#pragma once

#include <map>
#include <string>

#include "providers/cloudflare/settings.hpp"
#include "reconcilers/cloudflare/account_access.hpp"
#include "reconcilers/expand.hpp"
#include "reconcilers/reconciler.hpp"

namespace driftless::cloudflare {

/// Which list call shows the settings of a zone.
std::string settings_collection(const std::string& zone);

/// Why no commit can keep this setting as it is; "" for all others.
std::string_view why_not_kept(std::string_view setting);
/// The value that git would have: with early data on, Cloudflare shows a third one of tls_1_3.
json declared_value(const ZoneSetting& setting);

/// ZoneSettings: the settings of one zone that git names, cloudflare.zone_setting each. All others
/// are left as they are.
Expanded expand_zone_settings(const Expansion& with);

/// cloudflare.zone_setting. Each is always there, so none is made and none is removed: one that git
/// no longer names is let go as it is. One list a zone shows them all.
/// https://developers.cloudflare.com/api/resources/zones/subresources/settings/
class ZoneSettingReconciler final : public Reconciler {
public:
    explicit ZoneSettingReconciler(AccountAccess& access) : access_(access) {}

    KindRules rules() const override;
    asio::awaitable<Reads> observe(Run& run, Scope scope) override;
    asio::awaitable<Results> apply(Run& run, Step step) override;

private:
    using Settings = std::map<std::string, ZoneSetting>;

    asio::awaitable<Result<Complete<LiveState>>> observe_zone(const Run& run, std::string zone);
    asio::awaitable<Result<Done>> carry_out(Run& run, const Action& action);
    [[nodiscard]] std::string why_unfit(const Declared& want) const;

    AccountAccess& access_;
    std::map<std::string, Settings> seen_;  ///< by zone, as of the last look: for `why_unfit`
};

}  // namespace driftless::cloudflare
