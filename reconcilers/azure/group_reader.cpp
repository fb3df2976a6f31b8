#include "reconcilers/azure/group_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/type_data.hpp"

namespace driftless::azure {
namespace {

constexpr const char* resources_version = "2021-04-01";
constexpr const char* group_type = "Microsoft.Resources/resourceGroups";
constexpr const char* zone_type = "microsoft.network/privatednszones";
constexpr const char* endpoint_type = "microsoft.network/privateendpoints";
/// Attached to a group or to anything in it: one list of the group shows both.
constexpr std::array attached{"Microsoft.Authorization/roleAssignments",
                              "Microsoft.Authorization/locks", "Microsoft.Consumption/budgets"};
/// Parts that are not asked for: their values are for those who may read the vault.
constexpr std::string_view secrets_of_vault = "microsoft.keyvault/vaults/secrets";

json list_at(const json& body, const char* pointer) {
    const json::json_pointer at{pointer};
    return body.contains(at) && body.at(at).is_array() ? body.at(at) : json::array();
}

bool is_known(const std::string& type) {
    return row_of_type(type) != nullptr || type_data(type) != nullptr;
}

/// The types of what stands right below such a resource, as far as they are known here.
std::set<std::string> parts_of(const std::string& type) {
    std::set<std::string> parts;
    const std::string before = lower_case(type) + "/";
    const auto add = [&](const std::string& other) {
        const std::string folded = lower_case(other);
        const bool is_part = folded.starts_with(before) &&
                             folded.find('/', before.size()) == std::string::npos &&
                             folded != secrets_of_vault;
        if (is_part) parts.insert(proper_type(other));
    };
    for (const TypeRow& row : type_rows()) add(row.type);
    for (const TypeData& data : all_type_data()) add(data.type);
    return parts;
}

/// "2026-01-01-preview" only where there is no other.
std::string newest_of(const json& provider, const std::string& type) {
    std::string newest;
    std::string newest_preview;
    for (const json& one : list_at(provider, "/resourceTypes")) {
        if (lower_case(text_at(one, "/resourceType")) != lower_case(type)) continue;
        for (const json& each : list_at(one, "/apiVersions")) {
            const std::string version = each.is_string() ? each.get<std::string>() : "";
            std::string& best = version.ends_with("preview") ? newest_preview : newest;
            best = std::max(best, version);
        }
    }
    return newest.empty() ? newest_preview : newest;
}

std::string last_word(const std::string& type) {
    return type.substr(type.rfind('/') + 1);
}

}  // namespace

asio::awaitable<Result<std::vector<LiveThing>>> GroupReader::read() {
    const auto there = co_await read_itself();
    if (!there) co_return there.error();
    if (!*there) co_return std::vector<LiveThing>{};
    auto read = co_await list_top();
    if (read) read = co_await read_known();
    if (read) read = co_await read_unknown();
    if (read) read = co_await read_parts();
    if (read) read = co_await read_attached();
    if (!read) co_return std::move(read).error();
    std::ranges::sort(things_, {}, [](const LiveThing& one) { return one.id.folded(); });
    co_return std::move(things_);
}

/// @return false: there is no such group
asio::awaitable<Result<bool>> GroupReader::read_itself() {
    Call call;
    call.target = group_ + "?api-version=" + row_for(group_type, "").api_version;
    const auto answer = co_await access_.arm.send(std::move(call));
    if (answer) {
        add(answer->body);
        co_return true;
    }
    if (answer.error().code != Errc::not_found) co_return answer.error();
    left_out_.push_back({"resource group " + group_.substr(group_.rfind('/') + 1),
                         "there is no such group in the subscription"});
    co_return false;
}

asio::awaitable<Result<void>> GroupReader::list_top() {
    TakeItem take = [this](const json& item) -> Result<void> {
        auto id = ResourceId::parse(id_form(text_at(item, "/id")));
        if (!id) return id.error();
        listed_.push_back({*std::move(id), text_at(item, "/managedBy")});
        return {};
    };
    co_return co_await access_.arm.list(
        fmt::format("{}/resources?api-version={}", group_, resources_version), std::move(take));
}

/// Of a type that is known here, one list shows all.
asio::awaitable<Result<void>> GroupReader::read_known() {
    std::set<std::string> types;
    for (const Listed& one : listed_) {
        const std::string type = proper_type(one.id.type());
        const bool is_top = std::ranges::count(type, '/') == 1;
        if (is_top && is_known(type)) types.insert(type);
    }
    for (const std::string& type : types) {
        auto taken = co_await take_list(fmt::format("{}/providers/{}", group_, type),
                                        row_for(type, "").api_version, type);
        if (!taken) co_return taken;
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> GroupReader::read_unknown() {
    const std::set<std::string> of_endpoints = interfaces_of_endpoints();
    for (const Listed& one : listed_) {
        if (is_known(one.id.type()) || seen_.contains(one.id.folded())) continue;
        if (of_endpoints.contains(one.id.folded())) {
            left_out_.push_back({one.id.shown(), "its private endpoint makes and removes it"});
            continue;
        }
        if (!one.managed_by.empty()) {
            left_out_.push_back({one.id.shown(), one.managed_by + " looks after it"});
            continue;
        }
        auto read = co_await read_one(one);
        if (!read) co_return read;
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> GroupReader::read_one(Listed listed) {
    const auto version = co_await newest_version(listed.id.type());
    if (!version) co_return may_go_on(version.error(), listed.id.shown());
    Call call;
    call.target = listed.id.text() + "?api-version=" + *version;
    const auto answer = co_await access_.arm.send(std::move(call));
    if (!answer) co_return may_go_on(answer.error(), listed.id.shown());
    add(answer->body);
    co_return Result<void>{};
}

/// https://learn.microsoft.com/rest/api/resources/providers/get
asio::awaitable<Result<std::string>> GroupReader::newest_version(std::string type) {
    const auto known = versions_.find(lower_case(type));
    if (known != versions_.end()) co_return known->second;
    const std::size_t slash = type.find('/');
    Call call;
    call.target = fmt::format("{}/providers/{}?api-version={}",
                              group_.substr(0, lower_case(group_).find("/resourcegroups/")),
                              type.substr(0, slash), resources_version);
    const auto answer = co_await access_.arm.send(std::move(call));
    if (!answer) co_return answer.error();
    const std::string newest = newest_of(answer->body, type.substr(slash + 1));
    if (newest.empty()) {
        co_return Error{Errc::invalid,
                        fmt::format("Azure names no api-version of {}", in_quotes(type))};
    }
    versions_[lower_case(type)] = newest;
    co_return newest;
}

/// What is found is asked for its own parts in turn.
asio::awaitable<Result<void>> GroupReader::read_parts() {
    for (std::size_t at = 0; at < things_.size(); ++at) {
        const ResourceId id = things_[at].id;
        if (lower_case(things_[at].row.type) == zone_type) {
            auto records = co_await take_list(id.text() + "/ALL", things_[at].row.api_version,
                                              "records of " + id.shown());
            if (!records) co_return records;
        }
        for (const std::string& type : parts_of(things_[at].row.type)) {
            if (type == "Microsoft.Network/privateDnsZones/A") continue;
            const std::string word = last_word(type);
            auto taken = co_await take_list(fmt::format("{}/{}", id.text(), word),
                                            row_for(type, "").api_version,
                                            fmt::format("{} of {}", word, id.shown()));
            if (!taken) co_return taken;
        }
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> GroupReader::read_attached() {
    for (const char* type : attached) {
        auto taken = co_await take_list(fmt::format("{}/providers/{}", group_, type),
                                        row_for(type, "").api_version, type);
        if (!taken) co_return taken;
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> GroupReader::take_list(std::string path, std::string version,
                                                     std::string what) {
    TakeItem take = [this](const json& item) -> Result<void> {
        add(item);
        return {};
    };
    auto listed =
        co_await access_.arm.list(fmt::format("{}?api-version={}", path, version), std::move(take));
    if (listed || listed.error().code == Errc::not_found) co_return Result<void>{};
    co_return may_go_on(listed.error(), std::move(what));
}

/// What Azure refuses hides that much, and is told; where it can't answer, nothing is told at all.
Result<void> GroupReader::may_go_on(const Error& error, std::string what) {
    const bool refused = error.code == Errc::forbidden || error.code == Errc::invalid ||
                         error.code == Errc::not_found;
    if (!refused) return error;
    left_out_.push_back({std::move(what), error.message});
    return {};
}

/// A list of a group shows what holds from above as well: that is no part of it.
void GroupReader::add(const json& body) {
    auto id = ResourceId::parse(id_form(text_at(body, "/id")));
    if (!id) return;
    const std::string folded = id->folded();
    const std::string group = lower_case(group_);
    const bool within = folded == group || folded.starts_with(group + "/");
    if (!within || !seen_.insert(folded).second) return;
    const auto version = versions_.find(lower_case(id->type()));
    TypeRow row = row_for(id->type(), version == versions_.end() ? "" : version->second);
    things_.push_back({*std::move(id), std::move(row), body});
}

std::set<std::string> GroupReader::interfaces_of_endpoints() const {
    std::set<std::string> ids;
    for (const LiveThing& thing : things_) {
        if (lower_case(thing.row.type) != endpoint_type) continue;
        for (const json& one : list_at(thing.body, "/properties/networkInterfaces"))
            ids.insert(lower_case(text_at(one, "/id")));
    }
    return ids;
}

}  // namespace driftless::azure
