#include "config/yaml_events.hpp"

#include <fmt/format.h>
#include <yaml-cpp/mark.h>

#include <algorithm>

#include "config/yaml_text.hpp"

namespace driftless {
namespace {

constexpr std::string_view core = "tag:yaml.org,2002:";

bool is_null_text(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// "" for no tag and for the core ones of lists and maps.
std::string collection_tag(const std::string& tag) {
    if (tag == "?" || tag == "!") return {};
    if (tag == "tag:yaml.org,2002:seq" || tag == "tag:yaml.org,2002:map") return {};
    return tag;
}

/// Fills in what the tag says: the library gives "?" for a plain scalar and "!" for a quoted one;
/// beside a tag of the user's it doesn't tell which, and plain is what `!reset null` means.
void apply_tag(RawNode& node, const std::string& tag) {
    node.plain = tag != "!";
    if (tag == "?" || tag == "!") return;
    if (!tag.starts_with(core)) {
        node.tag = tag;
    } else if (const auto word = std::string_view{tag}.substr(core.size()); word == "str") {
        node.plain = false;
    } else if (word != "int" && word != "float" && word != "bool" && word != "null") {
        node.tag = tag;
    }
    if (node.plain && is_null_text(node.text)) node.kind = RawNode::Kind::null;
}

}  // namespace

/// What is left behind a document's end (`{} x`) the library takes for the next one, and some of it
/// for endlessly many empty ones.
void RawBuilder::OnDocumentStart(const YAML::Mark& mark) {
    const auto begin = std::min(static_cast<std::size_t>(mark.pos), text_.size());
    if (!first_ && !text_.substr(begin).starts_with("---")) {
        throw Refused{place_of(mark), "not valid YAML: something follows the document's end"};
    }
    first_ = false;
    document_ = {};
    open_.clear();
    anchors_.assign(1, 0);
}

Place RawBuilder::place_of(const YAML::Mark& mark) const {
    return {file_, mark.line + 1, mark.column + 1};
}

/// The library marks a value that was left out with the next token, which may be lines below.
Place RawBuilder::place_of_null(const YAML::Mark& mark) const {
    if (open_.empty()) return place_of(mark);
    const RawNode& parent = document_.nodes[open_.back()];
    const bool is_value = parent.kind == RawNode::Kind::map && parent.children.size() % 2 == 1;
    return is_value ? document_.nodes[parent.children.back()].place : parent.place;
}

std::size_t RawBuilder::add(RawNode node, YAML::anchor_t anchor) {
    const std::size_t number = document_.nodes.size();
    if (number > 2 * limits_.nodes) {  // keys are nodes here
        throw Refused{node.place, fmt::format("more than {} values", limits_.nodes)};
    }
    if (const auto why = forbidden_in(node.text + node.tag); !why.empty()) {
        throw Refused{node.place, why};
    }
    document_.nodes.push_back(std::move(node));
    if (!open_.empty()) document_.nodes[open_.back()].children.push_back(number);
    if (anchor != 0) {
        if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
        anchors_[anchor] = number;
    }
    return number;
}

void RawBuilder::enter(RawNode node, YAML::anchor_t anchor) {
    if (open_.size() >= limits_.depth) {
        throw Refused{node.place, fmt::format("nested more than {} deep", limits_.depth)};
    }
    open_.push_back(add(std::move(node), anchor));
}

void RawBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    RawNode node;
    node.place = place_of_null(mark);
    add(std::move(node), anchor);
}

void RawBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    RawNode node;
    node.kind = RawNode::Kind::alias;
    node.place = place_of(mark);
    if (anchor == 0 || anchor >= anchors_.size()) throw Refused{node.place, "an unknown alias"};
    node.alias_of = anchors_[anchor];
    add(std::move(node), 0);
}

void RawBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                          const std::string& value) {
    RawNode node;
    node.kind = RawNode::Kind::scalar;
    node.place = place_of(mark);
    node.text = value;
    last_quoted_.reset();
    if (tag != "?") last_quoted_ = node.place;
    apply_tag(node, tag);
    if (node.kind == RawNode::Kind::null) node.place = place_of_null(mark);
    add(std::move(node), anchor);
}

void RawBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                 YAML::anchor_t anchor, YAML::EmitterStyle::value) {
    RawNode node;
    node.kind = RawNode::Kind::list;
    node.place = place_of(mark);
    node.tag = collection_tag(tag);
    enter(std::move(node), anchor);
}

void RawBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                            YAML::EmitterStyle::value) {
    RawNode node;
    node.kind = RawNode::Kind::map;
    node.place = place_of(mark);
    node.tag = collection_tag(tag);
    enter(std::move(node), anchor);
}

}  // namespace driftless
