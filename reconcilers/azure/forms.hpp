#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/desired_state.hpp"
#include "reconcilers/azure/types.hpp"
#include "reconcilers/diff.hpp"

namespace driftless::azure {

/// One form of a resource's body on both sides, so that the core's diff finds the real differences
/// and no others. All of this is pure.
///
/// A spec is the body at its root, less what its id says ("name", "type", "id"), plus
/// "/id", "/type" and "/apiVersion" (keys with a slash, which no body has), which no diff compares.
inline constexpr const char* id_key = "/id";
inline constexpr const char* type_key = "/type";
inline constexpr const char* version_key = "/apiVersion";
/// Tags that are our marks begin so, in any case of letters: no form has them.
inline constexpr std::string_view mark_prefix = "driftless.";

/// The body as git wants it: ids, places, known values and quantities in their one form; what is
/// null or read-only is gone. `body` holds no id_key yet; the caller adds the three keys.
json wanted_form(const TypeRow& row, json body);

/// A live body in the same form, with the three keys.
/// @param want  the declared spec in its form, sealed or not, or null. Where the live one says the
///              same in another way (letters of another case, an element that the service adds, a
///              size that it let grow), it is given as `want` says it.
json live_form(const TypeRow& row, const json& want, json live);

/// How the two are compared. They depend on the type alone: keep them by `row.type`.
FieldRules rules_of(const TypeRow& row);

/// Pointers into `want` of what the service never tells again: passwords, keys, values of secrets.
/// Such a value is compared by the keyed hash of what was sent.
std::vector<std::string> write_only_paths(const TypeRow& row, const json& want);
/// `live` with the values of `from` (a spec) at those paths, where the element that they are in is
/// there: what it looks like if nothing has changed since `from` was sent. Elements of keyed lists
/// are found by their key.
json with_unseen(const TypeRow& row, const json& from, json live);
/// `want` less those paths.
json without_unseen(const TypeRow& row, json want);

/// A live body as it may be sent back with a PUT: without what is read-only, and without what the
/// service would refuse because it doesn't tell it (a secret's name without its value stays).
json writable(const TypeRow& row, json live);

struct GivenOutput {
    std::string field;
    std::string value;
    bool secret = false;
};
/// The outputs that the live body has; ids in their one form.
std::vector<GivenOutput> outputs_of(const TypeRow& row, const json& live);

/// An id in its one form: proper words and types, the subscription in lower case, names as they
/// are. What is no id is given back as it is.
std::string id_form(std::string_view id);
/// "uksouth" of "UK South".
std::string location_form(std::string_view location);
/// "1Gi" of "1.0Gi".
std::string quantity_form(std::string_view quantity);

}  // namespace driftless::azure
