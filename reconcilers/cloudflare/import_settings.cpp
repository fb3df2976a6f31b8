#include "reconcilers/cloudflare/import_settings.hpp"

#include <fmt/format.h>

#include "config/yaml_writer.hpp"
#include "reconcilers/cloudflare/node_json.hpp"
#include "reconcilers/cloudflare/set_words.hpp"
#include "reconcilers/cloudflare/zone_setting.hpp"

namespace driftless::cloudflare {
void import_settings(const std::string& zone, const std::string& target,
                     const std::vector<ZoneSetting>& settings, Imported& made) {
    Node chosen = Node::map({});
    for (const ZoneSetting& setting : settings) {
        const bool is_chosen = !setting.modified_on.empty() && !setting.value.is_null();
        if (!is_chosen || !setting.editable) continue;
        std::string why{why_not_kept(setting.id)};
        if (why.empty()) why = trouble_with_text(setting.value);
        if (why.empty()) {
            chosen[setting.id] = node_of(declared_value(setting));
        } else {
            made.left_out.push_back({fmt::format("setting {} of zone {}", setting.id, zone), why});
        }
    }
    if (chosen.entries.empty()) return;
    const std::string name = manifest_name(zone);
    Node document = manifest_head("ZoneSettings", name, target);
    Node& spec = document["spec"];
    if (name != zone) spec["zone"] = text_node(zone);
    spec["settings"] = std::move(chosen);
    ImportedManifest manifest{.name = zone, .what = "settings of zone " + zone};
    manifest.files[zone + ".settings.yaml"] = write_yaml(
        document, fmt::format("Written by `driftless import {}`: the settings that were ever "
                              "changed. All others are left as they are.",
                              target));
    manifest.has_folder = false;
    made.manifests.push_back(std::move(manifest));
}

}  // namespace driftless::cloudflare
