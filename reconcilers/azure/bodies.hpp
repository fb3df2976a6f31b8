#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "reconcilers/azure/types.hpp"

namespace driftless::azure {

using json = nlohmann::json;

/// What a new resource is made of.
/// @param spec  opened; its "id", "type" and "apiVersion" are for us
/// @param mark  the text of our tag
json body_to_create(const TypeRow& row, json spec, const std::string& mark);

/// What changes one that is there, so that nothing that git doesn't name is lost: by PATCH the
/// declared fields alone; by PUT the live body with them put in.
/// @param live  as it was read right before
json body_to_update(const TypeRow& row, json spec, const json& live, const std::string& mark);

}  // namespace driftless::azure
