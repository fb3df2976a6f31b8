#include "reconcilers/cloudflare/import_account.hpp"

#include <fmt/format.h>

#include "providers/cloudflare/ruleset_phases.hpp"
#include "providers/cloudflare/rulesets.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/import_access.hpp"
#include "reconcilers/cloudflare/import_pages.hpp"
#include "reconcilers/cloudflare/import_records.hpp"
#include "reconcilers/cloudflare/import_rulesets.hpp"
#include "reconcilers/cloudflare/import_settings.hpp"
#include "reconcilers/cloudflare/import_tunnels.hpp"

namespace driftless::cloudflare {
namespace {

class AccountImport {
public:
    AccountImport(AccountAccess& access, ImportWish wish)
        : access_(access), wish_(std::move(wish)) {}

    asio::awaitable<Result<Imported>> run() {
        auto read = co_await read_zones();
        if (read) read = co_await read_tunnels();
        if (read) read = co_await read_access();
        if (read) read = co_await read_pages();
        if (read && wish_.only.empty()) read = co_await read_rules("", "");
        if (!read) co_return std::move(read).error().in("import");
        ImportView view{.target = access_.target, .installation = access_.installation};
        view.of_tunnels = import_tunnels(tunnels_, zones_, view, made_);
        for (LiveZone& zone : zones_) {
            const auto settings = settings_.find(zone.name);
            const std::string name = zone.name;
            if (is_wanted(name)) import_records(std::move(zone), view, made_);
            if (settings != settings_.end())
                import_settings(name, access_.target, settings->second, made_);
        }
        import_rulesets(rules_, view, made_);
        import_access(access_sorts_, view, made_);
        import_pages(projects_, view, made_);
        co_return std::move(made_);
    }

private:
    [[nodiscard]] bool is_wanted(const std::string& name) const {
        return wish_.only.empty() || wish_.only == name;
    }

    /// A permission that is missing hides that much, and is told; all else ends the import.
    Result<void> may_go_on(const Error& error, std::string what) {
        if (error.code != Errc::forbidden) return error;
        made_.left_out.push_back({std::move(what), error.message});
        return {};
    }

    /// Of a zone that nobody wants the records are read all the same: a tunnel's hostname may lie
    /// there.
    asio::awaitable<Result<void>> read_zones() {
        Zones zones{access_.account};
        const auto listed = co_await zones.list();
        if (!listed) co_return listed.error();
        for (const Zone& zone : *listed) {
            auto read = co_await read_zone(zone);
            if (!read) co_return std::move(read).error().in("zone " + zone.name);
        }
        co_return Result<void>{};
    }

    asio::awaitable<Result<void>> read_zone(Zone zone) {
        const auto name = canonical_host(zone.name);
        if (!name) co_return name.error();
        Dns dns{access_.account};
        auto records = co_await dns.list(zone.id);
        if (!records) co_return may_go_on(records.error(), "zone " + *name);
        zones_.push_back({*name, *std::move(records)});
        if (!is_wanted(*name)) co_return Result<void>{};
        ZoneSettings api{access_.account};
        auto settings = co_await api.list(zone.id);
        auto rest =
            settings ? Result<void>{} : may_go_on(settings.error(), "settings of zone " + *name);
        if (settings) settings_.emplace(*name, *std::move(settings));
        if (rest) rest = co_await read_rules(*name, zone.id);
        co_return rest;
    }

    /// @param zone  empty: the account's own
    asio::awaitable<Result<void>> read_rules(std::string zone, std::string zone_id) {
        const std::string whose = zone.empty() ? "the account" : "zone " + zone;
        const auto heads = co_await list_rulesets(access_.account, zone_id);
        if (!heads) co_return may_go_on(heads.error(), "rulesets of " + whose);
        for (const RulesetHead& head : *heads) {
            if (const auto why = why_not_read(head); !why.empty()) {
                made_.left_out.push_back({fmt::format("{} of {}", told(head), whose), why});
                continue;
            }
            if (!head.is_entry_point()) continue;
            Rulesets api{access_.account, zone_id, head.phase};
            const auto entry = co_await api.read();
            auto read =
                entry ? Result<void>{} : may_go_on(entry.error(), told(head) + " of " + whose);
            if (!read) co_return read;
            if (entry) rules_.push_back({{zone, head.phase}, entry->rules});
        }
        co_return Result<void>{};
    }

    static std::string told(const RulesetHead& head) {
        return head.is_entry_point() ? "rules of " + head.phase : "ruleset " + in_quotes(head.name);
    }
    /// Those that Cloudflare keeps itself are not told.
    static std::string why_not_read(const RulesetHead& head) {
        if (head.kind == "custom") {
            return "a custom ruleset; what executes it names it by its id, and driftless keeps the "
                   "rules of phases only";
        }
        const bool is_known = !head.is_entry_point() || phase_named(head.phase) != nullptr;
        return is_known ? "" : "driftless keeps no rules of this phase";
    }

    asio::awaitable<Result<void>> read_tunnels() {
        Tunnels api{access_.account};
        const auto listed = co_await api.list();
        if (!listed) co_return may_go_on(listed.error(), "the account's tunnels");
        for (const Tunnel& tunnel : *listed) {
            if (!is_wanted(tunnel.name)) continue;
            LiveTunnel live{tunnel, std::nullopt};
            if (tunnel.is_remote) {
                auto config = co_await api.configuration(tunnel.id);
                if (!config) co_return std::move(config).error().in("tunnel " + tunnel.name);
                live.config = *std::move(config);
            }
            tunnels_.push_back(std::move(live));
        }
        co_return Result<void>{};
    }

    asio::awaitable<Result<void>> read_access() {
        Access api{access_.account};
        for (const AccessSort sort : {AccessSort::group, AccessSort::policy,
                                      AccessSort::application, AccessSort::service_token}) {
            const auto listed = co_await api.list(sort);
            if (!listed) {
                auto rest = may_go_on(listed.error(), fmt::format("Access {}s", name(sort)));
                if (!rest) co_return rest;
                continue;
            }
            for (const AccessObject& one : *listed) {
                if (is_wanted(one.name)) access_sorts_[sort].push_back(one);
            }
        }
        co_return Result<void>{};
    }

    asio::awaitable<Result<void>> read_pages() {
        Pages api{access_.account};
        const auto listed = co_await api.list();
        if (!listed) co_return may_go_on(listed.error(), "the account's Pages projects");
        for (const PagesProject& project : *listed)
            if (is_wanted(project.name)) projects_.push_back(project);
        co_return Result<void>{};
    }

    AccountAccess& access_;
    ImportWish wish_;
    std::vector<LiveZone> zones_;
    std::map<std::string, std::vector<ZoneSetting>> settings_;
    std::vector<LiveTunnel> tunnels_;
    LiveAccess access_sorts_;
    std::vector<PagesProject> projects_;
    std::vector<LiveRules> rules_;
    Imported made_;
};

}  // namespace

asio::awaitable<Result<Imported>> import_account(AccountAccess& access, ImportWish wish) {
    AccountImport import{access, std::move(wish)};
    auto made = co_await import.run();
    co_return made;
}

}  // namespace driftless::cloudflare
