#include "config/compose/shape.hpp"

#include "config/base/durations.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/scalars.hpp"
#include "config/compose/short_forms.hpp"

namespace driftless::compose {
namespace {

std::string_view in_words(Form form) {
    switch (form) {
        case Form::boolean: return "true or false";
        case Form::integer: return "a whole number";
        case Form::number: return "a number";
        case Form::size: return "a size as in 64m or 1.5gb";
        case Form::duration: return "a duration as in 30s or 1m30s";
        case Form::mode: return "file permissions as in 0440";
        case Form::pairs:
        case Form::environment: return "a map, or a list of NAME=value";
        case Form::map:
        case Form::named: return "a map";
        case Form::names: return "a list of names, or a map";
        case Form::external: return "true or false";
        case Form::gpus: return "\"all\", or a list";
        case Form::limit: return "a whole number, or a map of soft and hard";
        default: return "a text";
    }
}

constexpr Key boolean_key = [] {
    Key key;
    key.form = Form::boolean;
    return key;
}();

/// The scalar as the only item of a list.
void into_list(Node& node) {
    Node list = Node::list(node.place);
    list.tag = std::exchange(node.tag, "");
    list.items.push_back(std::move(node));
    node = std::move(list);
}

/// The scalar as the only entry of a map.
void into_map(Node& node, const std::string& key) {
    Node map = Node::map(node.place);
    map.tag = std::exchange(node.tag, "");
    put(map, key, std::move(node));
    node = std::move(map);
}

std::optional<std::string> duration_text(const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration || duration->count() < 0) return std::nullopt;
    return to_string(*duration);
}

}  // namespace

void Shaper::expected(const Node& node, const std::string& where, const std::string& what) {
    const bool number = node.plain && sort_of(node) != Sort::text && what == in_words(Form::text);
    context_.error(
        node.place, where,
        "expected " + what + ", found " + described(node) + (number ? "; put it in quotes" : ""));
}

bool Shaper::is_list(const Node& node, const std::string& where) {
    if (!node.is_list()) expected(node, where, "a list");
    return node.is_list();
}

void Shaper::shape(Node& node, const std::string& path, const std::string& where) {
    if (path.empty()) return shape_map(node, path, where);
    const Key* key = find_key(path);
    if (key == nullptr || key->use == Use::refused || key->form == Form::any) return;
    if (node.tag == "!reset" || (node.is_scalar() && sort_of(node) == Sort::null)) {
        std::string tag = std::move(node.tag);
        node = Node{};
        node.tag = std::move(tag);
        return;
    }
    if (node.is_null()) return;  // the check says where nothing may stand
    const bool scalar = key->form <= Form::path;
    if (scalar && !node.is_scalar()) return expected(node, where, std::string{in_words(key->form)});
    return scalar ? shape_scalar(node, *key, where) : shape_other(node, *key, where);
}

void Shaper::shape_scalar(Node& node, const Key& key, const std::string& where) {
    const bool text = key.form == Form::text || key.form == Form::path;
    if (text && sort_of(node) != Sort::text) return expected(node, where, "a text");
    if (key.form == Form::loose) {
        node.text = text_of(node);
        node.plain = false;
    }
    const bool secret = has_marks(node.text);
    if (secret && (key.opened || !(text || key.form == Form::loose)) &&
        !context_.open(node, where)) {
        return;
    }
    if (key.form == Form::path) return shape_path(node, where);
    if (text) node.plain = false;
    if (text || key.form == Form::loose || shape_number(node, key)) return;
    const std::string what{in_words(key.form)};
    if (!secret) return expected(node, where, what);
    context_.error(node.place, where, "expected " + what + ", found a secret that is not one");
}

/// Everything that is read, not kept: booleans, numbers, sizes, durations.
bool Shaper::shape_number(Node& node, const Key& key) {
    std::optional<std::string> text;
    if (key.form == Form::boolean) {
        if (const auto value = read_boolean(node)) text = *value ? "true" : "false";
    } else if (key.form == Form::number) {
        if (const auto value = read_number(node)) text = number_text(*value);
    } else if (key.form == Form::duration) {
        text = duration_text(node.text);
    } else {
        const auto value = key.form == Form::size   ? read_size(node)
                           : key.form == Form::mode ? read_mode(node)
                                                    : read_integer(node);
        if (value) text = std::to_string(*value);
    }
    if (!text) return false;
    node.text = *std::move(text);
    node.plain = key.form != Form::duration;
    return true;
}

void Shaper::shape_path(Node& node, const std::string& where) {
    auto path = resolve_path(folder_, node.text);
    if (!path) return context_.error(node.place, where, path.error().message);
    node.text = *std::move(path);
    node.plain = false;
}

void Shaper::shape_other(Node& node, const Key& key, const std::string& where) {
    const std::string path{key.path};
    const bool scalar = node.is_scalar();
    switch (key.form) {
        case Form::map: return shape_map(node, path, where);
        case Form::named: return shape_named(node, path, where);
        case Form::one_or_list:
            if (scalar) into_list(node);
            return shape_list(node, path, where);
        case Form::list: return shape_list(node, path, where);
        case Form::pairs:
        case Form::environment: return shape_pairs(node, key, where);
        case Form::command:
        case Form::health_test: return shape_command(node, key, where);
        case Form::ports: return shape_ports(node, key, where);
        case Form::mounts: return shape_mounts(node, key, where);
        case Form::devices: return shape_devices(node, key, where);
        case Form::grants: return shape_grants(node, key, where);
        case Form::env_files: return shape_env_files(node, key, where);
        case Form::hosts: return shape_hosts(node, where);
        case Form::names: return shape_names(node, key, where);
        case Form::extends:
            if (scalar) into_map(node, "service");
            return shape_map(node, path, where);
        case Form::build:
            if (scalar) into_map(node, "context");
            return;
        case Form::external:
            if (!scalar) return shape_map(node, path, where);
            if (!shape_number(node, boolean_key)) expected(node, where, "true or false");
            return;
        case Form::limit:
            if (scalar) {
                Node hard = node;
                into_map(node, "soft");
                put(node, "hard", std::move(hard));
            }
            return shape_map(node, path, where);
        case Form::gpus:
            if (scalar && node.text == "all") {
                into_map(node, "count");
                into_list(node);
            }
            return shape_list(node, path, where);
        default: return;
    }
}

void Shaper::shape_map(Node& node, const std::string& path, const std::string& where) {
    if (!node.is_map()) return expected(node, where, "a map");
    for (auto& [key, place, value] : node.entries) {
        shape(value, path.empty() ? key : path + "/" + key, below(where, key));
    }
}

void Shaper::shape_named(Node& node, const std::string& path, const std::string& where) {
    if (!node.is_map()) return expected(node, where, "a map");
    for (auto& [key, place, value] : node.entries) {
        if (!key.starts_with("x-")) shape(value, path + "/*", below(where, key));
    }
}

void Shaper::shape_list(Node& node, const std::string& path, const std::string& where) {
    if (!is_list(node, where)) return;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        shape(node.items[i], path + "/*", below(where, std::to_string(i)));
    }
}

void Shaper::shape_command(Node& node, const Key& key, const std::string& where) {
    if (node.is_list()) return shape_list(node, std::string{key.path}, where);
    if (!node.is_scalar() || sort_of(node) != Sort::text) {
        return expected(node, where, "a text or a list of texts");
    }
    Node list = Node::list(node.place);
    const auto add = [&](std::string word) {
        list.items.push_back(Node::scalar(std::move(word), node.place));
    };
    if (key.form == Form::health_test) {
        add("CMD-SHELL");
        add(node.text);
    } else {
        auto words = split_words(node.text);
        if (!words) return context_.error(node.place, where, words.error().message);
        for (std::string& word : *words) add(std::move(word));
    }
    list.tag = std::move(node.tag);
    node = std::move(list);
}

void Shaper::shape_pairs(Node& node, const Key& key, const std::string& where) {
    if (!node.is_map() && !node.is_list()) {
        return expected(node, where, std::string{in_words(key.form)});
    }
    if (node.is_list()) {
        Node map = Node::map(node.place);
        map.tag = std::move(node.tag);
        for (const Node& item : node.items) {
            if (!add_pair(map, item, key, where)) return;
        }
        node = std::move(map);
        return;
    }
    for (auto& [name, place, value] : node.entries) {
        if (value.tag == "!reset") continue;
        if (value.is_map() || value.is_list()) {
            expected(value, below(where, name), "a text, number, boolean or nothing");
        } else if (sort_of(value) == Sort::null) {
            if (key.form == Form::pairs) value = Node::scalar("", place);
            if (key.form == Form::environment) value = Node{};
            value.place = place;
        } else {
            value.text = text_of(value);
            value.plain = false;
        }
        if (key.form == Form::environment && name.find('=') != std::string::npos) {
            context_.error(place, where, in_quotes(name) + " cannot be a variable's name");
        }
    }
}

/// "NAME=value" or "NAME"
bool Shaper::add_pair(Node& map, const Node& item, const Key& key, const std::string& where) {
    if (!item.is_scalar() || sort_of(item) != Sort::text) {
        expected(item, where, "a text as in NAME=value");
        return false;
    }
    const std::size_t sign = item.text.find('=');
    const std::string name = item.text.substr(0, sign);
    if (has_marks(name)) {
        context_.error(item.place, where,
                       "a secret cannot be part of a name; write NAME=${SECRET}");
        return false;
    }
    if (name.empty() || name.front() == ' ' || name.back() == ' ') {
        context_.error(item.place, where, in_quotes(name) + " is not a name; write NAME=value");
        return false;
    }
    Node value;
    value.place = item.place;
    if (sign != std::string::npos) {
        value = Node::scalar(item.text.substr(sign + 1), item.place);
    } else if (key.form == Form::pairs) {
        value = Node::scalar("", item.place);
    }
    put(map, name, std::move(value));
    return true;
}

}  // namespace driftless::compose
