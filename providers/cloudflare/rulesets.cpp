#include "providers/cloudflare/rulesets.hpp"

#include <fmt/format.h>

#include <charconv>

#include "providers/cloudflare/answers.hpp"
#include "providers/cloudflare/ruleset_phases.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_heads_a_page = 50;
constexpr std::size_t most_pages = 100;

std::string path_of(const Account& account, const std::string& zone_id, const std::string& below) {
    return zone_id.empty() ? fmt::format("/accounts/{}/{}", percent_encoded(account.id()), below)
                           : fmt::format("/zones/{}/{}", percent_encoded(zone_id), below);
}

/// Where the next page begins; "" on the last.
std::string cursor_in(const json& info) {
    if (!info.is_object()) return "";
    const auto cursors = info.find("cursors");
    const bool is_new = cursors != info.end() && cursors->is_object();
    return is_new ? text_of(*cursors, "after") : text_of(info, "cursor");
}

Result<void> take_heads(const json& shown, std::vector<RulesetHead>& all) {
    if (shown.is_null()) return {};
    if (!shown.is_array()) return Error{Errc::unavailable, "the answer's result is no list"};
    for (const json& one : shown) {
        if (!one.is_object() || text_of(one, "id").empty() || text_of(one, "phase").empty())
            return Error{Errc::unavailable, "the list holds what is no ruleset"};
        all.push_back({text_of(one, "id"), text_of(one, "name"), text_of(one, "kind"),
                       text_of(one, "phase")});
    }
    return {};
}

/// A version is a number in a text.
std::int64_t version_of(const json& shown) {
    const std::string text = text_of(shown, "version");
    std::int64_t version = 0;
    const char* end = text.data() + text.size();
    const auto [at, failed] = std::from_chars(text.data(), end, version);
    return failed == std::errc{} && at == end ? version : 0;
}

}  // namespace

json as_sent(json rule) {
    for (const char* key : {"version", "last_updated", "categories"}) rule.erase(key);
    return rule;
}

Result<EntryPoint> parse_entry_point(const json& shown) {
    EntryPoint entry;
    entry.version = shown.is_object() ? version_of(shown) : 0;
    if (entry.version <= 0) {
        return Error{Errc::unavailable, "the answer's result is no ruleset with a version"};
    }
    entry.description = text_of(shown, "description");
    const auto rules = shown.find("rules");
    if (rules == shown.end() || rules->is_null()) return entry;
    if (!rules->is_array()) return Error{Errc::unavailable, "the ruleset's rules are no list"};
    for (const json& rule : *rules) {
        const bool is_rule = rule.is_object() && !text_of(rule, "id").empty();
        if (!is_rule) return Error{Errc::unavailable, "the ruleset holds what is no rule"};
    }
    entry.rules = *rules;
    return entry;
}

asio::awaitable<Result<std::vector<RulesetHead>>> list_rulesets(Account& account,
                                                                std::string zone_id) {
    const std::string doing = "list rulesets";
    const Family mine{
        .permission = zone_id.empty() ? "Account Rulesets" : "Zone WAF", .absent = {}, .taken = {}};
    const std::string path = path_of(account, zone_id, "rulesets");
    std::vector<RulesetHead> all;
    std::string cursor;
    for (std::size_t page = 0; page < most_pages; ++page) {
        Call call;
        call.path = fmt::format("{}?per_page={}", path, most_heads_a_page);
        if (!cursor.empty()) call.path += "&cursor=" + percent_encoded(cursor);
        const auto answer = co_await account.send(mine, std::move(call));
        if (!answer) co_return Error{answer.error()}.in(doing);
        auto taken = take_heads(answer->result, all);
        if (!taken) co_return std::move(taken).error().in(doing);
        const std::string next = cursor_in(answer->info);
        if (next.empty() || next == cursor) co_return all;
        cursor = next;
    }
    co_return Error{Errc::unavailable,
                    fmt::format("{}: the list has no end: {} pages", doing, most_pages)};
}

std::string Rulesets::path() const {
    return path_of(account_, zone_id_,
                   fmt::format("rulesets/phases/{}/entrypoint", percent_encoded(phase_)));
}

/// 10001: no such ruleset; 10003: the phase has no entry point yet.
Family Rulesets::family() const {
    const Phase* phase = phase_named(phase_);
    Family family{.permission = "", .absent = {10001, 10003}, .taken = {}};
    if (phase == nullptr) return family;
    family.permission = zone_id_.empty() ? phase->account_permission : phase->permission;
    return family;
}

asio::awaitable<Result<EntryPoint>> Rulesets::read() {
    const std::string doing = "read the rules of " + phase_;
    const Family mine = family();
    Call call;
    call.path = path();
    const auto answer = co_await account_.send(mine, std::move(call));
    if (!answer && answer.error().code == Errc::not_found) co_return EntryPoint{};
    if (!answer) co_return Error{answer.error()}.in(doing);
    auto entry = parse_entry_point(answer->result);
    if (!entry) co_return std::move(entry).error().in(doing);
    co_return entry;
}

asio::awaitable<Result<Answer>> Rulesets::send_rules(EntryPoint entry, bool dry) {
    const Family mine = family();
    Call call;
    call.method = net::Method::put;
    call.path = path() + (dry ? "?dry_run=true" : "");
    call.body = {{"description", std::move(entry.description)}, {"rules", std::move(entry.rules)}};
    co_return co_await account_.send(mine, std::move(call));
}

asio::awaitable<Result<EntryPoint>> Rulesets::put(EntryPoint entry) {
    const std::string doing = "put the rules of " + phase_;
    const auto answer = co_await send_rules(std::move(entry), false);
    if (!answer) co_return Error{answer.error()}.in(doing);
    auto now = parse_entry_point(answer->result);
    if (!now) co_return std::move(now).error().in(doing);
    co_return now;
}

asio::awaitable<Result<void>> Rulesets::check(EntryPoint entry) {
    const auto answer = co_await send_rules(std::move(entry), true);
    if (!answer) co_return Error{answer.error()}.in("check the rules of " + phase_);
    co_return Result<void>{};
}

}  // namespace driftless::cloudflare
