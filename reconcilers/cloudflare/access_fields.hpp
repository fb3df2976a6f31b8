#pragma once

#include <string_view>
#include <vector>

#include "providers/cloudflare/access.hpp"
#include "reconcilers/diff.hpp"

namespace driftless::cloudflare {

/// A plain field of an object of Access. One that git doesn't name is neither compared nor changed.
struct AccessKey {
    std::string_view name;  ///< as the API names it
    json usual;             ///< what counts where it is left out: also its type
    Compare as = Compare::value;
};
const std::vector<AccessKey>& access_keys(AccessSort sort);

/// "24h" and "1440m" are one. What is no duration stays as it is.
std::string canonical_session(const std::string& text);

/// The one form of a field's value: null is as usual, and within a map so is what is empty or off.
json canonical_field(const AccessKey& key, const json& value);

/// The plain fields of an object that is there, all of them, in their one form.
json plain_fields(AccessSort sort, const json& shown);

/// How the fields of a spec compare: plain ones, and sets of rules.
FieldRules access_field_rules(AccessSort sort);

/// Is what somebody else made just what git declares? Ids that git knows late count as equal: a
/// plan compares them, and holds what differs.
bool looks_as_declared(AccessSort sort, json want, json have);

/// What a `PUT` keeps of an object: all that others may have set, without what the service alone
/// says.
json writable(json shown);

}  // namespace driftless::cloudflare
