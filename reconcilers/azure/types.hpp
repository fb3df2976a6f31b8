#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace driftless::azure {

/// Which list call shows a type's resources. The address is `ResourceId::list()` of any of them.
enum class Listing {
    group,         ///< all of the type in one resource group
    parent,        ///< the children of one parent
    scope,         ///< what is attached to one scope; it shows what lies below and above, too
    subscription,  ///< all of the type in the subscription
    none,          ///< each by its own read
};
enum class Write {
    put,    ///< the whole resource: what is left out may be removed
    patch,  ///< only what changes; a creation is a PUT all the same
};
enum class Removal {
    remove,  ///< DELETE
    reset,   ///< it is always there: a removal gives it back its own value (`reset_body`)
    never,   ///< git's end of it is an end of our care
};
/// What holds the name of a removed one, for days.
enum class Soft { none, vault, account };

/// What `{from: Kind/name, field: FIELD}` takes.
struct Output {
    std::string field;
    std::string at;       ///< JSON pointer into the live body; "/id" and "/name" are there always
    bool secret = false;  ///< never shown
};
/// A list that is compared by one field of its elements.
struct KeyedList {
    std::string path;  ///< "/properties/template/containers/*/env"; `*` is any element or key
    std::string by;
};
/// What the service makes of a value: both are one.
struct SameValue {
    std::string path;
    std::string sent;
    std::string told;
};
/// A value that the service leaves out of its answers, or adds by itself.
struct UsualValue {
    std::string path;
    std::string value;  ///< JSON
};

/// All that is known of one type. A type without a row is handled by its type data alone.
/// What Azure takes and driftless doesn't send.
struct RefusedField {
    std::string path;  ///< below the spec: "properties.createTenantProperties"
    std::string why;
};

struct TypeRow {
    std::string name;         ///< the manifest kind: "ContainerApp"; "" without one
    std::string type;         ///< "Microsoft.App/containerApps"
    std::string api_version;  ///< what our forms were made from
    Listing listing = Listing::group;
    bool tags = true;
    bool location = true;
    std::string name_pattern = {};    ///< where the type data tells less than the service asks
    std::string usual_location = {};  ///< where it always lives: "global"
    bool data = false;                ///< a removal or replacement waits for a person
    std::string lock = {};            ///< writes below one resource of this type go one at a time
    std::vector<std::string> after = {};  ///< those of the same target go first
    std::vector<Output> outputs = {};
    Write write = Write::put;
    std::string implied = {};  ///< JSON: what a manifest means that doesn't say it
    Removal removal = Removal::remove;
    std::string reset_body = {};  ///< JSON; for Removal::reset
    Soft soft = Soft::none;
    std::vector<KeyedList> keyed = {};
    std::vector<std::string> sets = {};        ///< lists without order
    std::vector<std::string> wholes = {};      ///< maps that are ours as a whole: keys count
    std::vector<std::string> quantities = {};  ///< "1.0Gi"
    std::vector<std::string> caseless = {};    ///< besides ids and what the type data lists
    std::vector<SameValue> same = {};
    std::vector<UsualValue> dropped = {};       ///< inside of a list: the answer is without it
    std::vector<UsualValue> added = {};         ///< elements that stand in an answer's list unasked
    std::vector<std::string> left_alone = {};   ///< the service moves it: never compared
    std::vector<std::string> untold = {};       ///< the answer may leave it out: then it is so
    std::vector<std::string> create_only = {};  ///< besides those that the type data names
    std::vector<RefusedField> refused = {};
};

/// The row of a manifest kind, or nullptr: "ContainerApp".
const TypeRow* row_of_kind(std::string_view kind);
/// The row of a type, in any case of letters, or nullptr.
const TypeRow* row_of_type(std::string_view type);
/// The row of any type: what the table has, else what the type data tells, else the most careful
/// one.
/// @param api_version  "": the row's, or the type data's
TypeRow row_for(std::string_view type, std::string_view api_version);
/// All rows, for lists of kinds. They live as long as the program.
const std::vector<TypeRow>& type_rows();

/// "Microsoft.App/containerApps" of "microsoft.app/CONTAINERAPPS", where the type is known; else
/// as it is.
std::string proper_type(std::string_view type);

}  // namespace driftless::azure
