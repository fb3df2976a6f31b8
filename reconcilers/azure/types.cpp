#include "reconcilers/azure/types.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/type_data.hpp"

namespace driftless::azure {
namespace {

constexpr std::string_view a_records = "Microsoft.Network/privateDnsZones/A";

/// Without a row, and attached to something else.
constexpr std::array<std::string_view, 2> extensions{"Microsoft.Authorization/locks",
                                                     "Microsoft.Insights/diagnosticSettings"};

bool has(const TypeData& data, std::string_view property) {
    return data.root.child(property) != nullptr;
}

/// A part without a row changes under the lock of what it is a part of.
std::string lock_above(std::string type) {
    while (std::ranges::count(type, '/') > 1) {
        type.resize(type.rfind('/'));
        if (const TypeRow* row = row_of_type(type)) return row->lock;
    }
    return "";
}

/// Of a type without a row. Where nothing is known of it, nothing is left out of what it may have.
TypeRow row_without_table(std::string_view type, const TypeData* data) {
    TypeRow row;
    row.type = data == nullptr ? std::string{type} : data->type;
    if (data != nullptr) {
        row.api_version = data->api_version;
        row.tags = has(*data, "tags");
        row.location = has(*data, "location");
    }
    const bool is_child = std::ranges::count(row.type, '/') > 1;
    row.listing = is_child ? Listing::parent : Listing::group;
    if (std::ranges::find(extensions, row.type) != extensions.end()) row.listing = Listing::scope;
    if (is_child && data == nullptr) row.tags = row.location = false;
    row.outputs = {{"id", "/id"}, {"name", "/name"}};
    row.lock = lock_above(row.type);
    return row;
}

/// "Microsoft.Network/privateDnsZones/TXT": all types of records are alike.
TypeRow row_of_record(std::string_view type) {
    TypeRow row = *row_of_type(a_records);
    row.type = std::string{a_records.substr(0, a_records.size() - 1)};
    row.type += type.substr(row.type.size());
    return row;
}

}  // namespace

const TypeRow* row_of_kind(std::string_view kind) {
    const auto& rows = type_rows();
    const auto found = std::ranges::find(rows, kind, &TypeRow::name);
    return found == rows.end() || kind.empty() ? nullptr : &*found;
}

const TypeRow* row_of_type(std::string_view type) {
    static const auto by_type = [] {
        std::map<std::string, const TypeRow*, std::less<>> known;
        for (const TypeRow& row : type_rows()) known.emplace(lower_case(row.type), &row);
        return known;
    }();
    const auto found = by_type.find(lower_case(type));
    return found == by_type.end() ? nullptr : found->second;
}

TypeRow row_for(std::string_view type, std::string_view api_version) {
    const TypeRow* known = row_of_type(type);
    const TypeData* data = type_data(type);
    const bool is_record = known == nullptr && data != nullptr && data->type == a_records;
    TypeRow row = known != nullptr ? *known
                  : is_record      ? row_of_record(type)
                                   : row_without_table(type, data);
    if (!api_version.empty()) row.api_version = api_version;
    return row;
}

std::string proper_type(std::string_view type) {
    if (const TypeRow* row = row_of_type(type)) return row->type;
    const TypeData* data = type_data(type);
    if (data == nullptr || data->type == a_records) return std::string{type};
    return data->type;
}

}  // namespace driftless::azure
