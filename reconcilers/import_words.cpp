#include "reconcilers/import_words.hpp"

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "config/yaml_text.hpp"

namespace driftless {
namespace {

constexpr std::size_t longest_name = 63;  // of a manifest

/// An import reads no file of a commit.
class NoFiles final : public Files {
public:
    [[nodiscard]] std::string commit() const override { return "import"; }
    [[nodiscard]] Result<FileEntry> find(const std::string& path) const override {
        return none(path);
    }
    [[nodiscard]] Result<std::vector<FileEntry>> list(const std::string& folder) const override {
        return none(folder);
    }
    [[nodiscard]] Result<std::string> read(const std::string& path) const override {
        return none(path);
    }
    [[nodiscard]] Result<std::string> read_large(const std::string& path,
                                                 std::size_t) const override {
        return none(path);
    }

private:
    static Error none(const std::string& path) {
        return {Errc::not_found, in_quotes(path) + " is not there"};
    }
};

}  // namespace

std::string manifest_name(const std::string& text) {
    std::string name;
    for (const char letter : lower_case(text)) {
        const bool fits = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                          (!name.empty() && (letter == '.' || letter == '_' || letter == '-'));
        if (fits) name += letter;
        if (!fits && !name.empty() && name.back() != '-') name += '-';
    }
    name.resize(std::min(name.size(), longest_name));
    while (name.ends_with('-')) name.pop_back();
    return name.empty() ? "unnamed" : name;
}

Node text_node(const std::string& text) {
    return Node::scalar(text, {});
}

Node manifest_head(const std::string& kind, const std::string& name, const std::string& target) {
    Node node = Node::map({});
    node["apiVersion"] = text_node("driftless/v1");
    node["kind"] = text_node(kind);
    Node metadata = Node::map({});
    metadata["name"] = text_node(name);
    node["metadata"] = std::move(metadata);
    node["target"] = text_node(target);
    node["spec"] = Node::map({});
    return node;
}

Expanded expand_alone(const Node& document, Expanded (*expand)(const Expansion&),
                      const std::string& installation, const TargetSettings& settings) {
    const std::string target = document.find("target")->text;
    const Manifest manifest{.kind = document.find("kind")->text,
                            .name = document.find("metadata")->find("name")->text,
                            .target = target,
                            .labels = {},
                            .was = {},
                            .depends_on = {},
                            .depends_on_places = {},
                            .protect = false,
                            .ignore = {},
                            .spec = *document.find("spec"),
                            .place = {}};
    const NoFiles files;
    const References none{
        .values = nullptr, .secrets = nullptr, .vault = nullptr, .target = target};
    return expand({manifest, files, none, settings, installation});
}

std::string trouble_with_text(const json& value) {
    if (value.is_string()) return forbidden_in(value.get_ref<const std::string&>());
    if (!value.is_structured()) return "";
    for (const auto& [key, member] : value.items()) {
        if (std::string why = trouble_with_text(member); !why.empty()) return why;
    }
    return "";
}

}  // namespace driftless
