#include "config/manifest_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/base/nearest.hpp"
#include "config/reading.hpp"
#include "config/settings_grammar.hpp"

namespace driftless {
namespace {

constexpr std::string_view api_version = "driftless/v1";
constexpr std::string_view api_group = "driftless/";
constexpr std::string_view version_key = "apiVersion";

bool is_ours(const Node::Entry& entry) {
    return entry.value.is_scalar() && entry.value.text.starts_with(api_group);
}

/// The entry that makes a document ours, or nullptr. A slip in its key is not left unseen.
const Node::Entry* version_of(const Node& root) {
    const std::vector<std::string> name{std::string{version_key}};
    const auto found = std::ranges::find_if(root.entries, [&name](const Node::Entry& entry) {
        return is_ours(entry) && !nearest(entry.key, name).empty();
    });
    return found == root.entries.end() ? nullptr : &*found;
}

/// Does "driftless/" stand behind a key, or at the begin of a line?
bool has_our_value(std::string_view text) {
    for (std::size_t at = text.find(api_group); at != text.npos;
         at = text.find(api_group, at + 1)) {
        const std::size_t before = text.substr(0, at).find_last_not_of(" \t\"'");
        if (before == text.npos || text[before] == ':' || text[before] == '\n') return true;
    }
    return false;
}

class DocumentReader {
public:
    DocumentReader(const Node& root, const std::vector<std::string>& kinds, ManifestDocument& out)
        : kinds_{kinds}, out_{out}, root_{root, "", out.findings} {}

    void read(const Node::Entry& version) {
        out_.manifest.place = root_.place();
        read_version(version);
        read_kind();
        read_targets();
        read_metadata();
        read_depends_on();
        read_policy();
        if (const Node* spec = root_.require("spec")) {
            const MapReader checked{*spec, "spec", out_.findings};  // tells what is no map
            out_.manifest.spec = *spec;
        }
        root_.finish();
    }

private:
    void read_version(const Node::Entry& version) {
        root_.get(std::string{version_key});
        if (version.key != version_key || version.value.text == api_version) return;
        root_.error(version.value.place,
                    fmt::format("apiVersion: {} is not known; this driftless reads {}",
                                in_quotes(version.value.text), api_version));
    }

    void read_kind() {
        root_.require("kind");
        const auto kind = root_.text("kind");
        if (!kind) return;
        out_.manifest.kind = *kind;
        if (*kind == values_kind || std::ranges::find(kinds_, *kind) != kinds_.end()) return;
        std::string near = did_you_mean(*kind, kinds_);
        if (near.empty()) near = fmt::format("; known are {}", fmt::join(kinds_, ", "));
        root_.error(root_.get("kind")->place,
                    fmt::format("kind: {} is not known{}", in_quotes(*kind), near));
    }

    void read_targets() {
        const std::string what = "a target's name, [a-z0-9][a-z0-9-]{0,62}";
        const Node* one = root_.get("target");
        const Node* several = root_.get("targets");
        if (one != nullptr && several != nullptr) {
            return root_.error(several->place,
                               "targets: is there beside target; leave one of both");
        }
        if (one != nullptr) {
            if (auto name = read_text(root_, "target", "", is_target_name, what); !name.empty()) {
                out_.targets.push_back(std::move(name));
            }
        } else if (several != nullptr) {
            read_several(*several, what);
        } else if (out_.manifest.kind == values_kind) {
            out_.targets.emplace_back(every_target);
        } else {
            root_.error(root_.place(), "target: is missing; name one, or several with targets");
        }
    }

    void read_several(const Node& several, const std::string& what) {
        auto names = read_texts(root_, "targets", is_target_name, what);
        if (several.is_list() && several.items.empty()) {
            root_.error(several.place, "targets: names none");
        }
        std::ranges::sort(names);
        if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
            root_.error(several.place,
                        fmt::format("targets: {} is there twice", in_quotes(*twice)));
            names.erase(std::unique(names.begin(), names.end()), names.end());
        }
        out_.targets = std::move(names);
    }

    void read_metadata() {
        const Node* node = root_.require("metadata");
        if (node == nullptr) return;
        const std::string what = "[a-z0-9][a-z0-9._-]{0,62}";
        MapReader map{*node, "metadata", out_.findings};
        if (node->is_map()) map.require("name");
        out_.manifest.name = read_text(map, "name", "", is_name, what);
        out_.manifest.labels = map.text_map("labels");
        out_.manifest.was = read_texts(map, "was", is_name, what);
        map.finish();
    }

    void read_depends_on() {
        const Node* node = root_.get("dependsOn");
        for (const std::string& text : root_.texts("dependsOn")) {
            const auto& items = node->items;
            const Place& place = std::ranges::find(items, text, &Node::text)->place;
            auto key = parse_manifest_ref(text, {});
            if (!key) {
                root_.error(place, std::move(key).error().in("dependsOn").message);
                continue;
            }
            out_.manifest.depends_on.push_back(*std::move(key));
            out_.manifest.depends_on_places.push_back(place);
        }
    }

    void read_policy() {
        const Node* node = root_.get("policy");
        if (node == nullptr) return;
        MapReader map{*node, "policy", out_.findings};
        out_.manifest.protect = map.boolean("protect").value_or(false);
        out_.manifest.ignore = read_texts(
            map, "ignore", [](std::string_view text) { return text.starts_with('/'); },
            "a path such as /services/web/environment/BUILD_ID");
        map.finish();
    }

    const std::vector<std::string>& kinds_;
    ManifestDocument& out_;
    MapReader root_;
};

}  // namespace

Manifest ManifestDocument::for_target(const std::string& target) const {
    Manifest copy = manifest;
    copy.target = target;
    for (ResourceKey& key : copy.depends_on) {
        if (key.target.empty()) key.target = target;
    }
    return copy;
}

bool may_hold_manifests(const std::string& text) {
    if (text.find('\0') == text.npos) return has_our_value(text);
    std::string letters = text;  // in UTF-16 each letter has a NUL beside it
    std::erase(letters, '\0');
    return has_our_value(letters);
}

std::optional<ManifestDocument> read_document(const Node& root,
                                              const std::vector<std::string>& kinds) {
    const Node::Entry* version = version_of(root);
    if (version == nullptr) return std::nullopt;
    ManifestDocument document;
    refuse_tags(root, document.findings);
    DocumentReader{root, kinds, document}.read(*version);
    return document;
}

}  // namespace driftless
