#include "providers/cloudflare/zones.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_a_page = 50;
constexpr std::size_t batch_of_free = 200;
constexpr std::size_t batch_of_paid = 3'500;

const Family zones{.permission = "Zone", .absent = {}, .taken = {}};

Result<Zone> parse_zone(const json& shown) {
    Zone zone{text_of(shown, "id"), text_of(shown, "name"), ""};
    if (zone.id.empty() || zone.name.empty()) {
        return Error{Errc::unavailable, "the answer's zone has no id or no name"};
    }
    const auto plan = shown.find("plan");
    if (plan != shown.end() && plan->is_object()) zone.plan = text_of(*plan, "legacy_id");
    return zone;
}

}  // namespace

std::size_t Zone::batch_limit() const {
    const bool paid = plan == "pro" || plan == "business" || plan == "enterprise";
    return paid ? batch_of_paid : batch_of_free;
}

asio::awaitable<Result<Zone>> Zones::find(std::string name) {
    const std::string doing = "find zone " + in_quotes(name);
    Call call;
    call.path = fmt::format("/zones?account.id={}&name={}&per_page={}",
                            percent_encoded(account_.id()), percent_encoded(name), most_a_page);
    auto answer = co_await account_.send(zones, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    for (const json& one : answer->result) {
        if (!one.is_object() || text_of(one, "name") != name) continue;
        auto zone = parse_zone(one);
        if (!zone) co_return std::move(zone).error().in(doing);
        co_return zone;
    }
    co_return Error{Errc::not_found,
                    doing + ": account " + account_.id() +
                        " has no such zone, or the token may not see it; add the zone there, or "
                        "give the token Zone Read for it"};
}

asio::awaitable<Result<std::vector<Zone>>> Zones::list() {
    std::vector<Zone> all;
    TakeItem take = [&all](const json& shown) -> Result<void> {
        auto zone = parse_zone(shown);
        if (!zone) return std::move(zone).error();
        all.push_back(*std::move(zone));
        return {};
    };
    ListCall call{"/zones?account.id=" + percent_encoded(account_.id()), most_a_page};
    auto listed = co_await account_.list(zones, std::move(call), std::move(take));
    if (!listed) co_return std::move(listed).error().in("list the account's zones");
    std::ranges::sort(all, {}, &Zone::name);
    co_return all;
}

}  // namespace driftless::cloudflare
