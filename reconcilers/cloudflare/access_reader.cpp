#include "reconcilers/cloudflare/access_reader.hpp"

#include <fmt/format.h>

#include "config/base/durations.hpp"
#include "config/base/vault.hpp"
#include "reconcilers/cloudflare/access_fields.hpp"
#include "reconcilers/cloudflare/live_access.hpp"
#include "reconcilers/cloudflare/node_json.hpp"

namespace driftless::cloudflare {
namespace {

/// A list or a map, as it stands.
void read_structure(MapReader& reader, const AccessKey& key, json& spec) {
    const std::string name{key.name};
    const Node* node = reader.get(name);
    if (node == nullptr) return;
    const bool fits = key.usual.is_array() ? node->is_list() : node->is_map();
    if (!fits) {
        return reader.error(node->place, fmt::format("{}: expected a {}", reader.where(name),
                                                     key.usual.is_array() ? "list" : "map"));
    }
    spec[name] = canonical_field(key, json_of(*node));
}

void read_text(MapReader& reader, AccessSort sort, const AccessKey& key, json& spec) {
    const std::string name{key.name};
    const auto text = reader.text(name);
    if (!text) return;
    spec[name] = canonical_field(key, *text);
    if (!name.ends_with("duration") || has_marks(*text)) return;
    const bool is_word = *text == "forever" && sort == AccessSort::service_token;
    if (is_word || parse_duration(*text)) return;
    reader.error(reader.get(name)->place,
                 fmt::format("{}: expected a duration such as 24h or 1h30m, found {}",
                             reader.where(name), in_quotes(*text)));
}

}  // namespace

Declared access_resource(AccessSort sort, const Expansion& with) {
    const std::string kind{kind_of(sort)};
    Declared declared;
    declared.key = {with.manifest.target, kind, with.manifest.name};
    declared.collection = access_collection(sort);
    declared.origin = {with.files.commit(), with.manifest.place, with.manifest.key()};
    declared.protect = with.manifest.protect;
    for (const std::string& earlier : with.manifest.was) {
        declared.was.push_back({declared.key.target, kind, earlier});
    }
    return declared;
}

std::string read_access_name(MapReader& reader, const std::string& otherwise) {
    const auto name = reader.text("name");
    if (!name) return otherwise;
    const bool is_plain = !name->empty() && !has_marks(*name);
    if (!is_plain) reader.error(reader.get("name")->place, "spec.name: expected a plain text");
    return *name;
}

void read_plain_fields(MapReader& reader, AccessSort sort, json& spec) {
    for (const AccessKey& key : access_keys(sort)) {
        const std::string name{key.name};
        if (key.usual.is_structured()) {
            read_structure(reader, key, spec);
        } else if (key.usual.is_string()) {
            read_text(reader, sort, key, spec);
        } else if (const auto flag = reader.boolean(name)) {
            spec[name] = *flag;
        }
    }
}

}  // namespace driftless::cloudflare
