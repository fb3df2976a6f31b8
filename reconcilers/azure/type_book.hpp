#pragma once

#include <map>
#include <string>

#include "providers/azure/resource_id.hpp"
#include "reconcilers/azure/types.hpp"
#include "reconcilers/diff.hpp"

namespace driftless::azure {

/// A type, and how its resources are compared.
struct KnownType {
    TypeRow row;
    FieldRules rules;
};

/// The types that a target meets, each looked up once; what `of` gives lives as long as the book.
class TypeBook {
public:
    const KnownType& of(std::string_view type);

private:
    std::map<std::string, KnownType> types_;  ///< by folded name
};

/// The word under which writes go one at a time: the resource itself, or the one above it whose
/// type is the row's `lock`. "" where nothing has to wait.
std::string lock_of(const TypeRow& row, const ResourceId& id);

/// "/subscriptions/…?api-version=2026-01-01": the version that the spec asks for, else the row's.
std::string with_version(const std::string& path, const json& spec, const TypeRow& row);

}  // namespace driftless::azure
