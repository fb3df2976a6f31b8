#include "reconcilers/azure/type_book.hpp"

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/forms.hpp"

namespace driftless::azure {

const KnownType& TypeBook::of(std::string_view type) {
    const std::string folded = lower_case(type);
    const auto known = types_.find(folded);
    if (known != types_.end()) return known->second;
    TypeRow row = row_for(type, "");
    FieldRules rules = rules_of(row);
    return types_.emplace(folded, KnownType{std::move(row), std::move(rules)}).first->second;
}

std::string lock_of(const TypeRow& row, const ResourceId& id) {
    const std::string wanted = lower_case(row.lock);
    for (Result<ResourceId> at = id; at && !wanted.empty(); at = ResourceId::parse(at->above())) {
        if (lower_case(at->type()) == wanted) return at->folded();
    }
    return "";
}

std::string with_version(const std::string& path, const json& spec, const TypeRow& row) {
    const bool asks = spec.is_object() && spec.contains(version_key);
    return path +
           "?api-version=" + (asks ? spec.at(version_key).get<std::string>() : row.api_version);
}

}  // namespace driftless::azure
