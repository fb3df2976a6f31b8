#include "config/compose/merge.hpp"

#include <algorithm>

#include "config/compose/keys.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/short_forms.hpp"

namespace driftless::compose {
namespace {

constexpr std::string_view reset = "!reset";
constexpr std::string_view override_tag = "!override";

Merge rule_of(const Key* key) {
    if (key == nullptr) return Merge::deep;
    return key->use == Use::taken ? key->merge : Merge::replace;  // what we don't take has no form
}

std::string child_of(const std::string& path, const Key* key, const std::string& name) {
    if (path.empty()) return name;
    const bool named = key != nullptr && (key->form == Form::named || key->form == Form::names);
    return path + "/" + (named ? "*" : name);
}

/// What makes an item of a list one of its kind; empty: nothing does.
std::string identity(const Node& item, Merge rule) {
    switch (rule) {
        case Merge::unique: return item.text;
        case Merge::by_path: return text_at(item, "path");
        case Merge::by_target: return text_at(item, "target");
        case Merge::by_port: return port_identity(item);
        case Merge::by_subnet: return text_at(item, "subnet");
        case Merge::by_mount_path: return item.text.substr(0, item.text.find(':'));
        default: return "";
    }
}

void merge_lists(Context& context, Node& base, Node over, const std::string& path,
                 const std::string& where) {
    const Merge rule = rule_of(find_key(path));
    for (Node& item : over.items) {
        const std::string wanted = identity(item, rule);
        const auto same = [&](const Node& other) { return identity(other, rule) == wanted; };
        const auto found =
            wanted.empty() ? base.items.end() : std::ranges::find_if(base.items, same);
        if (found == base.items.end()) {
            base.items.push_back(std::move(item));
        } else if (rule == Merge::by_subnet) {
            merge_into(context, *found, std::move(item), path + "/*", where);
        } else {
            *found = std::move(item);
        }
    }
}

bool names_another_driver(const Node& base, const Node& over) {
    const std::string before = text_at(base, "driver");
    const std::string after = text_at(over, "driver");
    return !before.empty() && !after.empty() && before != after;
}

void merge_maps(Context& context, Node& base, Node over, const std::string& path,
                const std::string& where) {
    const Key* key = find_key(path);
    if (rule_of(key) == Merge::logging && names_another_driver(base, over)) {
        base = std::move(over);
        return;
    }
    const bool values = key != nullptr && key->form == Form::environment;  // nothing replaces, too
    for (auto& [name, place, value] : over.entries) {
        Node* there = base.find(name);
        if (there == nullptr) {
            base.entries.push_back({name, place, std::move(value)});
        } else if (values && value.tag.empty()) {
            *there = std::move(value);
        } else {
            merge_into(context, *there, std::move(value), child_of(path, key, name),
                       below(where, name));
        }
    }
}

}  // namespace

void merge_into(Context& context, Node& base, Node over, const std::string& path,
                const std::string& where) {
    if (over.tag == reset || over.tag == override_tag) {
        base = std::move(over);
    } else if (base.tag == reset) {
        base = std::move(over);
        base.tag = override_tag;
    } else if (over.is_null()) {
        return;  // nothing says nothing
    } else if (base.is_null() || rule_of(find_key(path)) == Merge::replace) {
        std::string tag = std::move(base.tag);
        base = std::move(over);
        base.tag = std::move(tag);
    } else if (base.is_map() && over.is_map()) {
        merge_maps(context, base, std::move(over), path, where);
    } else if (base.is_list() && over.is_list()) {
        merge_lists(context, base, std::move(over), path, where);
    } else if (base.kind == over.kind) {
        base = std::move(over);
    } else {
        context.error(over.place, where,
                      "is of another form than at " + to_string(base.place) +
                          ", so it cannot be "
                          "merged; write !override to replace it");
    }
}

void drop_tags(Node& node) {
    node.tag.clear();
    std::erase_if(node.entries, [](const Node::Entry& entry) { return entry.value.tag == reset; });
    std::erase_if(node.items, [](const Node& item) { return item.tag == reset; });
    for (Node& item : node.items) drop_tags(item);
    for (Node::Entry& entry : node.entries) drop_tags(entry.value);
}

}  // namespace driftless::compose
