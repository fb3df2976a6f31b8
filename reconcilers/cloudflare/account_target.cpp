#include "reconcilers/cloudflare/account_target.hpp"

#include "providers/cloudflare/permissions.hpp"
#include "reconcilers/cloudflare/access_application.hpp"
#include "reconcilers/cloudflare/access_object.hpp"
#include "reconcilers/cloudflare/access_service_token.hpp"
#include "reconcilers/cloudflare/dns_record.hpp"
#include "reconcilers/cloudflare/import_account.hpp"
#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/pages_deployment.hpp"
#include "reconcilers/cloudflare/pages_domain.hpp"
#include "reconcilers/cloudflare/pages_project.hpp"
#include "reconcilers/cloudflare/ruleset_rule.hpp"
#include "reconcilers/cloudflare/tunnel.hpp"
#include "reconcilers/cloudflare/tunnel_config.hpp"
#include "reconcilers/cloudflare/zone_setting.hpp"

namespace driftless::cloudflare {
namespace {

/// The manifest kinds that need a permission, for a person who has to give it.
std::string_view kinds_with(std::string_view permission) {
    static const std::map<std::string_view, std::string_view> kinds{
        {"Zone", "DnsZone, Ruleset, Tunnel, ZoneSettings"},
        {"DNS", "DnsZone, Tunnel"},
        {"Zone Settings", "ZoneSettings"},
        {"Zone WAF", "Ruleset"},
        {"Dynamic URL Redirects", "Ruleset"},
        {"Cache Settings", "Ruleset"},
        {"Cloudflare Tunnel", "Tunnel"},
        {"Access: Apps and Policies", "AccessApplication, AccessPolicy"},
        {"Access: Organizations, Identity Providers, and Groups", "AccessGroup"},
        {"Access: Service Tokens", "AccessServiceToken"},
        {"Pages", "PagesProject"},
    };
    return kinds.at(permission);
}

class AccountTarget final : public Target {
public:
    AccountTarget(AccountParts parts, net::Clock& clock, net::Lane& lane)
        : transport_(std::move(parts.transport)),
          access_{
              .account = Account{*transport_, std::move(parts.account_id), std::move(parts.token)},
              .target = std::move(parts.target),
              .installation = std::move(parts.installation),
              .clock = clock,
              .sink = parts.sink,
              .lane = lane} {
        kinds_.emplace(record_kind, std::make_unique<DnsRecordReconciler>(access_));
        kinds_.emplace(setting_kind, std::make_unique<ZoneSettingReconciler>(access_));
        kinds_.emplace(rule_kind, std::make_unique<RulesetRuleReconciler>(access_));
        kinds_.emplace(tunnel_kind, std::make_unique<TunnelReconciler>(access_));
        kinds_.emplace(tunnel_config_kind, std::make_unique<TunnelConfigReconciler>(access_));
        kinds_.emplace(access_application_kind,
                       std::make_unique<AccessApplicationReconciler>(access_));
        kinds_.emplace(access_service_token_kind,
                       std::make_unique<AccessServiceTokenReconciler>(access_));
        for (const AccessSort sort : {AccessSort::group, AccessSort::policy}) {
            kinds_.emplace(kind_of(sort), std::make_unique<AccessObjectReconciler>(access_, sort));
        }
        kinds_.emplace(pages_project_kind, std::make_unique<PagesProjectReconciler>(access_));
        kinds_.emplace(pages_domain_kind, std::make_unique<PagesDomainReconciler>(access_));
        kinds_.emplace(pages_deployment_kind, std::make_unique<PagesDeploymentReconciler>(access_));
    }

    const Kinds& kinds() const override { return kinds_; }

    asio::awaitable<Result<TargetAbout>> about() override {
        const auto status = co_await access_.account.verify_token();
        if (!status) co_return status.error();
        TargetAbout about;
        about.what = "Cloudflare account " + access_.account.id();
        if (*status != "active") {
            about.warnings.push_back("the token is " + in_quotes(*status) + ", not active");
        }
        for (Permission& permission : co_await try_permissions(access_.account)) {
            const auto kinds = kinds_with(permission.name);
            about.rights.push_back(
                {fmt::format("{} ({})", permission.name, kinds), std::move(permission.read)});
        }
        co_return about;
    }

    /// Cloudflare tells nobody when something changes: only the interval finds it.
    asio::awaitable<Result<void>> watch(std::function<void(Hint)>) override {
        while (true) {
            auto slept = co_await access_.clock.sleep_for(std::chrono::hours{24});
            if (!slept) co_return slept;
        }
    }

    asio::awaitable<Result<Imported>> import_live(ImportWish wish) override {
        return import_account(access_, std::move(wish));
    }

private:
    std::unique_ptr<net::HttpTransport> transport_;
    AccountAccess access_;
    Kinds kinds_;
};

}  // namespace

std::unique_ptr<Target> make_account_target(AccountParts parts, net::Clock& clock,
                                            net::Lane& lane) {
    return std::make_unique<AccountTarget>(std::move(parts), clock, lane);
}

}  // namespace driftless::cloudflare
