// The manifest ZoneSettings, expanded.
#include <fmt/format.h>

#include <array>

#include "config/reading.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/node_json.hpp"
#include "reconcilers/cloudflare/zone_setting.hpp"

namespace driftless::cloudflare {
namespace {

/// Settings that no commit can keep.
struct Fickle {
    std::string_view name;
    std::string_view why;
};
constexpr std::array<Fickle, 4> fickle{
    {{"development_mode", "it ends by itself after three hours; switch it on by hand"},
     {"advanced_ddos", "nobody can change it"},
     {"minify", "Cloudflare has ended it, and some zones still show it"},
     {"mobile_redirect", "Cloudflare has ended it, and some zones still show it"}}};

}  // namespace

std::string_view why_not_kept(std::string_view setting) {
    for (const Fickle& one : fickle) {
        if (one.name == setting) return one.why;
    }
    return "";
}

Expanded expand_zone_settings(const Expansion& with) {
    Expanded expanded;
    Node node = with.manifest.spec;
    resolve_references(node, with.references, expanded.findings);
    if (has_errors(expanded.findings)) return expanded;
    MapReader reader{node, "spec", expanded.findings};
    const auto zone = canonical_host(reader.text("zone").value_or(with.manifest.name));
    if (!zone) reader.error(reader.place(), "spec.zone: " + zone.error().message);
    const Node* settings = reader.require("settings");
    if (settings != nullptr && !settings->is_map()) {
        reader.error(settings->place, "spec.settings: expected a map of settings and their values");
    }
    reader.finish();
    if (has_errors(expanded.findings)) return expanded;
    for (const Node::Entry& entry : settings->entries) {
        if (const auto why = why_not_kept(entry.key); !why.empty()) {
            reader.error(entry.key_place,
                         fmt::format("spec.settings.{}: can't be kept: {}", entry.key, why));
            continue;
        }
        Declared declared;
        declared.key = {with.manifest.target, std::string{setting_kind}, *zone + "/" + entry.key};
        declared.collection = settings_collection(*zone);
        declared.spec = {{"zone", *zone}, {"setting", entry.key}, {"value", json_of(entry.value)}};
        declared.origin = {with.files.commit(), entry.key_place, with.manifest.key()};
        declared.protect = with.manifest.protect;
        expanded.resources.push_back(std::move(declared));
    }
    return expanded;
}

}  // namespace driftless::cloudflare
