#include "reconcilers/azure/soft_deleted.hpp"

#include <fmt/format.h>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"
#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {
namespace {

std::string list_of_deleted(const TypeRow& row, const ResourceId& id) {
    const std::string space = row.type.substr(0, row.type.find('/'));
    const char* word = row.soft == Soft::vault ? "deletedVaults" : "deletedAccounts";
    return fmt::format("/subscriptions/{}/providers/{}/{}?api-version={}", id.subscription(), space,
                       word, row.api_version);
}

/// Vaults have one name worldwide; accounts one in a group and place, and their id says both.
bool is_of(const TypeRow& row, const json& deleted, const ResourceId& id) {
    const std::string name = lower_case(id.name());
    if (lower_case(deleted.value("name", "")) != name) return false;
    const std::string group = fmt::format("/resourcegroups/{}/", lower_case(id.group()));
    return row.soft == Soft::vault ||
           lower_case(deleted.value("id", "")).find(group) != std::string::npos;
}

std::string place_of(const TypeRow& row, const json& deleted) {
    const std::string told =
        text_at(deleted, row.soft == Soft::vault ? "/properties/location" : "/location");
    return location_form(told.empty() ? "LOCATION" : told);
}

std::string ways_out(const TypeRow& row, const json& deleted, const ResourceId& id) {
    const std::string until = text_at(deleted, "/properties/scheduledPurgeDate");
    const std::string kept = until.empty() ? "" : ", which Azure keeps until " + until;
    const std::string place = place_of(row, deleted);
    if (row.soft == Soft::account) {
        return fmt::format(
            "its name belongs to a deleted account{0}: bring that back by properties: {{restore: "
            "true}} in the manifest, or purge it: az cognitiveservices account purge --name {1} "
            "--resource-group {2} --location {3}",
            kept, id.name(), id.group(), place);
    }
    const bool is_protected =
        deleted.value("/properties/purgeProtectionEnabled"_json_pointer, false);
    const std::string purge =
        is_protected ? "it can't be purged before that, since its purge protection is on"
                     : fmt::format("or purge it: az keyvault purge --name {} --location {}",
                                   id.name(), place);
    return fmt::format(
        "its name belongs to a deleted vault{}: bring that back by properties: {{createMode: "
        "recover}} in the manifest; {}",
        kept, purge);
}

}  // namespace

asio::awaitable<void> SoftDeleted::look(Arm& arm, const TypeRow& row,
                                        std::vector<std::string> ids) {
    std::vector<ResourceId> wanted;
    for (const std::string& text : ids) {
        if (auto id = ResourceId::parse(text)) wanted.push_back(*std::move(id));
    }
    if (wanted.empty()) co_return;
    TakeItem take = [&](const json& deleted) -> Result<void> {
        for (const ResourceId& id : wanted) {
            if (!is_of(row, deleted, id)) continue;
            taken_.insert_or_assign(id.folded(), ways_out(row, deleted, id));
        }
        return {};
    };
    const auto listed = co_await arm.list(list_of_deleted(row, wanted.front()), std::move(take));
    static_cast<void>(listed);
}

void SoftDeleted::forget(const std::string& id) {
    taken_.erase(lower_case(id));
}

std::string SoftDeleted::why_taken(const std::string& id) const {
    const auto found = taken_.find(lower_case(id));
    return found == taken_.end() ? "" : found->second;
}

bool brings_back(const TypeRow& row, const json& body) {
    if (row.soft == Soft::vault) {
        return lower_case(text_at(body, "/properties/createMode")) == "recover";
    }
    return row.soft == Soft::account && body.value("/properties/restore"_json_pointer, false);
}

void drop_bringing_back(const TypeRow& row, json& body) {
    if (row.soft == Soft::none || !body.contains("properties")) return;
    for (const char* key : {"createMode", "restore"}) body["properties"].erase(key);
}

}  // namespace driftless::azure
