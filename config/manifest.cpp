#include "config/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/manifest_document.hpp"
#include "config/values.hpp"

namespace driftless {
namespace {

constexpr std::size_t most_files = 20'000;
constexpr std::size_t longest_path = 1'024;
constexpr std::size_t most_bytes = 16 * YamlLimits{}.bytes;  // of all YAML files together

bool is_yaml(const std::string& path) {
    return path.ends_with(".yaml") || path.ends_with(".yml");
}

/// Why a file cannot be read, before it is.
std::string refusal_of(const FileEntry& entry) {
    if (entry.path.size() > longest_path) {
        return fmt::format("a path of {} bytes; the limit is {}", entry.path.size(), longest_path);
    }
    if (entry.type == FileEntry::Type::link) return "a symbolic link; put the file itself here";
    if (entry.type == FileEntry::Type::submodule) return "a submodule; these are never fetched";
    if (entry.size > YamlLimits{}.bytes) {
        return fmt::format("is {} bytes long; the limit is {}", entry.size, YamlLimits{}.bytes);
    }
    return {};
}

class ManifestsReader {
public:
    ManifestsReader(const Files& files, const std::vector<std::string>& kinds)
        : files_{files}, kinds_{kinds} {}

    Manifests read() {
        if (const auto failure = read_all()) unparsed(std::string{whole_commit}, *failure);
        layer_values();
        return std::move(out_);
    }

private:
    /// @return why the commit as a whole is not read
    std::optional<std::string> read_all() {
        const auto entries = files_.list("");
        if (!entries) return entries.error().message;
        if (entries->size() > most_files) {
            return fmt::format("the commit holds {} files; the limit is {}", entries->size(),
                               most_files);
        }
        std::size_t bytes = 0;
        for (const FileEntry& entry : *entries) {
            if (!is_yaml(entry.path)) continue;
            bytes += entry.size;
            if (bytes > most_bytes) {
                return fmt::format("the YAML files hold more than {} bytes together", most_bytes);
            }
            read_entry(entry);
        }
        return std::nullopt;
    }

    void read_entry(const FileEntry& entry) {
        if (const std::string why = refusal_of(entry); !why.empty()) {
            return unparsed(entry.path, why);
        }
        const auto text = files_.read(entry.path);
        if (!text) return unparsed(entry.path, text.error().message);
        if (!may_hold_manifests(*text)) return;
        const auto documents = read_yaml(*text, entry.path, out_.unparsed);
        if (!documents) return add_unparsed_file(entry.path);
        for (const Node& root : *documents) read_one(root, entry.path);
    }

    void read_one(const Node& root, const std::string& path) {
        auto document = read_document(root, kinds_);
        if (!document) return;
        if (document->targets.empty()) {
            std::ranges::move(document->findings, std::back_inserter(out_.unparsed));
            return add_unparsed_file(path);
        }
        for (const std::string& target : document->targets) add(*document, target, path);
    }

    void add(const ManifestDocument& document, const std::string& target, const std::string& path) {
        auto& addressing = out_.files_of[target];
        if (addressing.empty() || addressing.back() != path) addressing.push_back(path);
        if (!document.findings.empty()) {
            std::ranges::copy(document.findings, std::back_inserter(out_.findings[target]));
        }
        Manifest manifest = document.for_target(target);
        if (manifest.kind.empty() || manifest.name.empty()) return;
        const auto [first, is_new] = places_.emplace(manifest.key(), manifest.place);
        if (!is_new) return twice(manifest, first->second);
        if (manifest.kind != values_kind) {
            out_.all.push_back(std::move(manifest));
        } else if (manifest.spec.is_map()) {
            Node& values = own_values_.try_emplace(target, Node::map({})).first->second;
            Findings conflicts;
            join_values(values, manifest.spec, "", conflicts);
            if (!conflicts.empty()) {
                std::ranges::move(conflicts, std::back_inserter(out_.findings[target]));
            }
        }
    }

    void twice(const Manifest& manifest, const Place& first) {
        out_.findings[manifest.target].push_back(
            {Finding::Severity::error, manifest.place,
             fmt::format("{}/{} is declared twice for target {}, first at {}", manifest.kind,
                         manifest.name, manifest.target, to_string(first))});
    }

    void layer_values() {
        const auto common = own_values_.find(std::string{every_target});
        const Node base = common == own_values_.end() ? Node::map({}) : common->second;
        out_.values.emplace(every_target, base);
        for (const auto& [target, own] : own_values_) {
            if (target != every_target) out_.values.emplace(target, layered(base, own));
        }
    }

    void unparsed(const std::string& path, std::string why) {
        out_.unparsed.push_back({Finding::Severity::error, {path}, std::move(why)});
        add_unparsed_file(path);
    }

    void add_unparsed_file(const std::string& path) {
        auto& known = out_.unparsed_files;
        if (known.empty() || known.back() != path) known.push_back(path);
    }

    const Files& files_;
    const std::vector<std::string>& kinds_;
    Manifests out_;
    std::map<ResourceKey, Place> places_;
    std::map<std::string, Node> own_values_;
};

}  // namespace

Manifests read_manifests(const Files& files, const std::vector<std::string>& kinds) {
    return ManifestsReader{files, kinds}.read();
}

}  // namespace driftless
