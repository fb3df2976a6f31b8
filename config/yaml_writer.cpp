#include "config/yaml_writer.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>

namespace driftless {
namespace {

constexpr std::size_t widest_list = 80;  // letters in brackets; longer ones get a line an item

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Words that a reader of YAML 1.1 or 1.2 takes for a boolean, nothing or a number.
bool means_more(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    for (const char* word :
         {"true", "false", "yes", "no", "on", "off", "y", "n", "null", ".inf", ".nan"}) {
        if (text == word) return true;
    }
    return false;
}

/// Nothing but a text to everybody who reads YAML: "nginx:1.27", "/srv/data", "web".
bool is_plainly_text(const std::string& text) {
    const auto begins = [](char c) { return is_letter(c) || c == '/' || c == '_'; };
    const auto fits = [](char c) {
        return is_letter(c) || is_digit(c) ||
               std::string_view{"/._-+:@"}.find(c) != std::string_view::npos;
    };
    return !text.empty() && begins(text.front()) && text.back() != ':' &&
           std::ranges::all_of(text, fits) && !means_more(text);
}

void put_scalar(YAML::Emitter& out, const std::string& text, bool plain) {
    if (!plain && !is_plainly_text(text)) out << YAML::DoubleQuoted;
    out << text;
}

bool is_short(const Node& list) {
    std::size_t letters = 0;
    for (const Node& item : list.items) {
        if (!item.is_scalar()) return false;
        letters += item.text.size() + 4;
    }
    return letters <= widest_list;
}

/// `{secret: NAME}` and its like.
bool is_short_map(const Node& map) {
    return map.entries.size() == 1 && map.entries.front().value.is_scalar() &&
           map.entries.front().value.text.size() + map.entries.front().key.size() <= widest_list;
}

void put_node(YAML::Emitter& out, const Node& node, bool outermost) {
    switch (node.kind) {
        case Node::Kind::null: out << YAML::Null; return;
        case Node::Kind::scalar: put_scalar(out, node.text, node.plain); return;
        case Node::Kind::list:
            if (is_short(node)) out << YAML::Flow;
            out << YAML::BeginSeq;
            for (const Node& item : node.items) put_node(out, item, false);
            out << YAML::EndSeq;
            return;
        case Node::Kind::map: break;
    }
    if (node.entries.empty() || (!outermost && is_short_map(node))) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const Node::Entry& entry : node.entries) {
        out << YAML::Key;
        put_scalar(out, entry.key, false);
        out << YAML::Value;
        put_node(out, entry.value, false);
    }
    out << YAML::EndMap;
}

std::string as_comment(const std::string& text) {
    std::string lines;
    std::string line;
    for (const char letter : text + "\n") {
        if (letter != '\n') {
            line += letter;
        } else if (!line.empty()) {
            lines += "# " + line + "\n";
            line.clear();
        }
    }
    return lines;
}

}  // namespace

std::string write_yaml(const Node& node, const std::string& comment) {
    YAML::Emitter out;
    out.SetIndent(2);
    put_node(out, node, true);
    return as_comment(comment) + out.c_str() + "\n";
}

}  // namespace driftless
