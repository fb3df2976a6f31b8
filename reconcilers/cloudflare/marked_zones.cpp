#include "reconcilers/cloudflare/marked_zones.hpp"

#include <algorithm>

#include "providers/cloudflare/dns.hpp"
#include "reconcilers/cloudflare/marks.hpp"

namespace driftless::cloudflare {
namespace {

const std::string subject = "zones with our mark";

}  // namespace

std::set<std::string> MarkedZones::known(const Facts& facts) {
    std::set<std::string> zones;
    const auto said = facts.learned.find(subject);
    if (said == facts.learned.end() || !said->second.is_array()) return zones;
    for (const json& zone : said->second) {
        if (zone.is_string()) zones.insert(zone.get<std::string>());
    }
    return zones;
}

asio::awaitable<void> MarkedZones::search(Run& run, std::set<std::string> others) {
    std::set<std::string> zones = known(run.facts);
    const bool is_searched = run.facts.learned.contains(subject);
    if (is_searched || std::exchange(asked_, true)) {
        const auto gone =
            std::erase_if(zones, [this](const std::string& zone) { return empty_.contains(zone); });
        if (gone > 0) co_await remember(run, std::move(zones));
        co_return;
    }
    auto all = co_await found(std::move(others));
    // What may not be asked now may be asked after a start; all else at the next look.
    if (!all && all.error().code != Errc::forbidden) asked_ = false;
    if (all) co_await remember(run, *std::move(all));
}

/// @return an error where a zone could not be asked: then nobody knows, and a start asks again
asio::awaitable<Result<std::set<std::string>>> MarkedZones::found(std::set<std::string> others) {
    Zones api{access_.account};
    const auto zones = co_await api.list();
    if (!zones) co_return zones.error();
    const std::string begin = write_comment({access_.installation, false, ""});
    std::set<std::string> marked;
    for (const Zone& zone : *zones) {
        if (others.contains(zone.name)) continue;
        Dns dns{access_.account};
        const auto records = co_await dns.list_with_comment(zone.id, begin);
        if (!records) co_return records.error();
        const bool any = std::ranges::any_of(*records, [this](const Record& record) {
            return read_comment(record.comment).installation == access_.installation;
        });
        if (any) marked.insert(zone.name);
    }
    co_return marked;
}

asio::awaitable<void> MarkedZones::remember(Run& run, std::set<std::string> zones) {
    const json said(zones);
    const auto noted = co_await run.journal.learn(run.facts.target, subject, said);
    if (noted) run.facts.learned.insert_or_assign(subject, said);
}

}  // namespace driftless::cloudflare
