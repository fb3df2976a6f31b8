#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace driftless::azure {

enum class ValueType { text, number, boolean, object, list, map, any };

/// What one place of a resource's body may hold, as the specification of its type says.
struct TypeNode {
    std::string name;  ///< of the property; "[]" an element, "{}" any key, "<field=Value>" what is
                       ///< there in that variant only
    ValueType type = ValueType::object;
    bool required = false;
    bool read_only = false;
    bool write_only = false;
    bool secret = false;
    bool create_only = false;
    bool unchecked = false;     ///< what lies below is cut off
    bool fixed_by_id = false;   ///< the root's id, name, type, apiVersion
    std::string discriminator;  ///< the property that says which variant it is
    const std::vector<std::string>* values = nullptr;  ///< those that are known
    bool closed = false;                               ///< no other value is taken
    std::optional<double> least = {};
    std::optional<double> most = {};
    std::optional<std::size_t> shortest = {};
    std::optional<std::size_t> longest = {};
    std::string pattern;  ///< a regular expression as ECMAScript has them
    std::vector<TypeNode> below = {};

    /// What is known of `key`, of an object in the variant `variant` (its discriminator's value),
    /// of a map or a list ("[]"); nullptr: nothing.
    [[nodiscard]] const TypeNode* child(std::string_view key, std::string_view variant = {}) const;
    /// The names of what an object in that variant may hold and a person may write.
    [[nodiscard]] std::vector<std::string> names(std::string_view variant) const;
    /// The service never answers with it, or masks it.
    [[nodiscard]] bool unseen() const { return write_only || secret; }
};

struct TypeData {
    std::string type;  ///< in its proper case
    std::string api_version;
    TypeNode root;
};

/// What the specification says of a type, in any case of letters; nullptr where none is at hand.
/// All record types of a private zone are as its A records are.
///
/// Embedded from type_data.txt. A line there is "=N A|B" (a list of values), "@TYPE VERSION", or a
/// property, as many blanks in as it lies deep: name, a letter for its type (s i b o a m x) with
/// flags (R required, r read-only, w write-only, S secret, c create-only, u unchecked, I fixed),
/// then "?discriminator", "#least,most", "%shortest,longest", and last "=N" or "!N" (closed), or
/// "~pattern".
const TypeData* type_data(std::string_view type);
/// Every type that is known.
const std::vector<TypeData>& all_type_data();

}  // namespace driftless::azure
