#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "config/node.hpp"
#include "config/yaml_events.hpp"
#include "config/yaml_text.hpp"

namespace driftless {
namespace {

constexpr std::string_view merge_key = "<<";

/// From a document as it is written to the tree that it means.
class TreeMaker {
public:
    TreeMaker(const RawDocument& document, const YamlLimits& limits, Findings& findings)
        : nodes_{document.nodes},
          limits_{limits},
          findings_{findings},
          open_(nodes_.size(), false),
          checked_(nodes_.size(), false) {}

    Node make() { return nodes_.empty() ? Node{} : expand(0, 0); }

private:
    Node expand(std::size_t number, std::size_t depth);
    Node expand_alias(const RawNode& alias, std::size_t depth);
    void fill_list(Node& list, const RawNode& raw, std::size_t depth);
    void fill_map(Node& map, std::size_t number, std::size_t depth);
    void merge(Node& map, Node&& from, const Place& key_place);
    [[nodiscard]] const RawNode& resolved(std::size_t number) const;
    [[nodiscard]] bool is_merge(std::size_t key) const;
    void check_keys(std::size_t number);
    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const std::vector<RawNode>& nodes_;
    const YamlLimits& limits_;
    Findings& findings_;
    std::size_t count_ = 0;
    std::vector<bool> open_;     // we are inside of them: meeting one again is a cycle
    std::vector<bool> checked_;  // an aliased map is told of once
};

Node TreeMaker::expand(std::size_t number, std::size_t depth) {
    const RawNode& raw = nodes_[number];
    if (raw.kind == RawNode::Kind::alias) return expand_alias(raw, depth);
    if (++count_ > limits_.nodes) {
        throw Refused{raw.place, fmt::format("more than {} values, aliases counted as often as "
                                             "they are used",
                                             limits_.nodes)};
    }
    Node node;
    node.place = raw.place;
    node.tag = raw.tag;
    if (raw.kind == RawNode::Kind::null) return node;
    if (raw.kind == RawNode::Kind::scalar) {
        node.kind = Node::Kind::scalar;
        node.text = raw.text;
        node.plain = raw.plain;
        return node;
    }
    if (depth >= limits_.depth) {
        throw Refused{raw.place, fmt::format("nested more than {} deep", limits_.depth)};
    }
    open_[number] = true;
    node.kind = raw.kind == RawNode::Kind::list ? Node::Kind::list : Node::Kind::map;
    if (node.is_list()) {
        fill_list(node, raw, depth);
    } else {
        fill_map(node, number, depth);
    }
    open_[number] = false;
    return node;
}

Node TreeMaker::expand_alias(const RawNode& alias, std::size_t depth) {
    if (open_[alias.alias_of]) throw Refused{alias.place, "this alias holds itself"};
    return expand(alias.alias_of, depth);
}

void TreeMaker::fill_list(Node& list, const RawNode& raw, std::size_t depth) {
    list.items.reserve(raw.children.size());
    for (const std::size_t child : raw.children) list.items.push_back(expand(child, depth + 1));
}

void TreeMaker::fill_map(Node& map, std::size_t number, std::size_t depth) {
    const auto& children = nodes_[number].children;
    check_keys(number);
    for (std::size_t at = 0; at + 1 < children.size(); at += 2) {
        if (is_merge(children[at])) continue;
        const RawNode& key = resolved(children[at]);
        if (key.kind != RawNode::Kind::scalar) continue;
        map.entries.push_back(
            {key.text, nodes_[children[at]].place, expand(children[at + 1], depth + 1)});
    }
    // What the map says itself wins over what it merges, wherever it stands.
    for (std::size_t at = 0; at + 1 < children.size(); at += 2) {
        if (!is_merge(children[at])) continue;
        merge(map, expand(children[at + 1], depth), nodes_[children[at]].place);
    }
}

void TreeMaker::merge(Node& map, Node&& from, const Place& key_place) {
    if (from.is_list()) {
        for (Node& item : from.items) {
            if (!item.is_map()) return error(key_place, "<<: expected a list of maps");
            merge(map, std::move(item), key_place);
        }
        return;
    }
    if (!from.is_map()) return error(key_place, "<<: expected a map or a list of maps");
    std::set<std::string> own;
    for (const Node::Entry& entry : map.entries) own.insert(entry.key);
    for (Node::Entry& entry : from.entries) {
        if (!own.contains(entry.key)) map.entries.push_back(std::move(entry));
    }
}

const RawNode& TreeMaker::resolved(std::size_t number) const {
    const RawNode& raw = nodes_[number];
    return raw.kind == RawNode::Kind::alias ? nodes_[raw.alias_of] : raw;
}

bool TreeMaker::is_merge(std::size_t key) const {
    const RawNode& raw = nodes_[key];
    return raw.kind == RawNode::Kind::scalar && raw.plain && raw.text == merge_key;
}

void TreeMaker::check_keys(std::size_t number) {
    if (checked_[number]) return;
    checked_[number] = true;
    std::map<std::string_view, const Place*> seen;
    const auto& children = nodes_[number].children;
    for (std::size_t at = 0; at + 1 < children.size(); at += 2) {
        const RawNode& key = resolved(children[at]);
        const Place& place = nodes_[children[at]].place;
        if (key.kind != RawNode::Kind::scalar) {
            error(place, "a key must be a text; lists, maps and nothing cannot be keys");
            continue;
        }
        const auto [first, is_new] = seen.emplace(key.text, &place);
        if (is_new) continue;
        error(place, fmt::format("{}: the key is there twice, first at line {}, column {}",
                                 in_quotes(key.text), first->second->line, first->second->column));
    }
}

/// The library's words, with our place.
void tell(const YAML::Exception& failure, const std::string& file, Findings& findings) {
    Place place{file};
    if (!failure.mark.is_null()) {
        place.line = failure.mark.line + 1;
        place.column = failure.mark.column + 1;
    }
    findings.push_back(
        {Finding::Severity::error, place, fmt::format("not valid YAML: {}", failure.msg)});
}

/// The library takes a quote without an end for one that ends with the file, and all keys behind it
/// are gone. Where that may be so it reads once more, with an end of the document below: there it
/// refuses.
void refuse_open_quote(const std::string& text, const Place& last, const YamlLimits& limits) {
    const std::string ended = text + "\n...\n";
    std::istringstream stream{ended};
    YAML::Parser parser{stream};
    RawBuilder builder{ended, last.file, limits};
    try {
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception&) {
        throw Refused{last, "not valid YAML: this quote is never closed"};
    }
}

std::vector<Node> read_documents(const std::string& text, const std::string& file,
                                 Findings& findings, const YamlLimits& limits) {
    std::vector<Node> documents;
    try {
        std::istringstream stream{text};
        YAML::Parser parser{stream};
        RawBuilder builder{text, file, limits};
        while (parser.HandleNextDocument(builder)) {
            const RawDocument raw = builder.take();
            documents.push_back(TreeMaker{raw, limits, findings}.make());
        }
        if (builder.last_quoted()) refuse_open_quote(text, *builder.last_quoted(), limits);
    } catch (const Refused& refused) {
        findings.push_back({Finding::Severity::error, refused.place(), refused.what()});
    } catch (const YAML::Exception& failure) {
        tell(failure, file, findings);
    } catch (const std::exception& failure) {
        findings.push_back({Finding::Severity::error,
                            {file},
                            fmt::format("cannot be read as YAML: {}", failure.what())});
    }
    return documents;
}

}  // namespace

Result<std::vector<Node>> read_yaml(const std::string& text, const std::string& file,
                                    Findings& findings, const YamlLimits& limits) {
    const std::size_t before = findings.size();
    std::vector<Node> documents;
    if (const auto clean = clean_text(text, file, limits.bytes, findings)) {
        documents = read_documents(*clean, file, findings, limits);
    }
    if (findings.size() == before) return documents;
    std::string message;
    for (std::size_t at = before; at < findings.size(); ++at) {
        if (at != before) message += '\n';
        message += to_string(findings[at]);
    }
    return Error{Errc::invalid, std::move(message)};
}

}  // namespace driftless
