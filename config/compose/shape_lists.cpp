#include <set>

#include "config/compose/nodes.hpp"
#include "config/compose/scalars.hpp"
#include "config/compose/shape.hpp"
#include "config/compose/short_forms.hpp"

// The lists of a service whose items have a short form.

namespace driftless::compose {
namespace {

/// A short form's scalar, marks opened, and how to say that it is wrong without showing a secret.
class Short {
public:
    Short(Context& context, Node& scalar, const std::string& where)
        : context_(context), place_(scalar.place), where_(where), secret_(has_marks(scalar.text)) {
        open_ = context.open(scalar, where);
    }
    [[nodiscard]] bool open() const { return open_; }
    void wrong(const Error& error) {
        context_.error(place_, where_,
                       secret_ ? "the secret is not what may stand here" : error.message);
    }

private:
    Context& context_;
    Place place_;
    std::string where_;
    bool secret_;
    bool open_ = false;
};

std::string item_of(const std::string& where, std::size_t i) {
    return below(where, std::to_string(i));
}

void default_text(Node& map, const std::string& key, const std::string& text) {
    const Node* value = map.find(key);
    if (value == nullptr || value->is_null()) put_text(map, key, text, map.place);
}

}  // namespace

void Shaper::shape_ports(Node& node, const Key& key, const std::string& where) {
    if (!is_list(node, where)) return;
    std::vector<Node> ports;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        Node& item = node.items[i];
        std::vector<Node> found;
        if (item.is_scalar()) {
            Short text{context_, item, item_of(where, i)};
            auto read = read_port(text_of(item), item.place);
            if (!text.open()) continue;
            if (!read) {
                text.wrong(read.error());
                continue;
            }
            found = *std::move(read);
        } else {
            shape(item, std::string{key.path} + "/*", item_of(where, i));
            if (item.is_map()) finish_port(item, item_of(where, i));
            found.push_back(std::move(item));
        }
        if (!context_.count_ports(found.size(), node.place, where)) return;
        for (Node& port : found) {  // repeats count once
            if (!port.is_map() || seen.insert(port_identity(port)).second)
                ports.push_back(std::move(port));
        }
    }
    node.items = std::move(ports);
}

void Shaper::finish_port(Node& port, const std::string& where) {
    default_text(port, "mode", "ingress");
    default_text(port, "protocol", "tcp");
    const Node* published = port.find("published");
    if (published == nullptr) return;
    if (published->is_null() || published->text.empty()) {
        port.erase("published");
    } else if (!is_port_or_range(published->text)) {
        context_.error(published->place, below(where, "published"),
                       "expected a port or a range as in \"8000-8010\"");
    }
}

void Shaper::shape_mounts(Node& node, const Key& key, const std::string& where) {
    if (!is_list(node, where)) return;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        Node& item = node.items[i];
        if (item.is_scalar()) {
            Short text{context_, item, item_of(where, i)};
            if (!text.open()) continue;
            auto mount = read_mount(text_of(item), item.place);
            if (!mount) {
                text.wrong(mount.error());
                continue;
            }
            item = *std::move(mount);
        } else {
            shape(item, std::string{key.path} + "/*", item_of(where, i));
        }
        if (item.is_map()) finish_mount(item, item_of(where, i));
    }
}

void Shaper::finish_mount(Node& mount, const std::string& where) {
    Node* source = mount.find("source");
    const bool bind = text_at(mount, "type") == "bind";
    if (bind && source != nullptr && source->is_scalar())
        shape_path(*source, below(where, "source"));
    if (bind) {  // only a long form without options wants the path to be there
        const bool missing = mount.find("bind") == nullptr;
        Node& options = missing ? put(mount, "bind", Node::map(mount.place)) : *mount.find("bind");
        if (options.is_map() && options.find("create_host_path") == nullptr) {
            put_plain(options, "create_host_path", missing ? "false" : "true", options.place);
        }
    }
    Node* target = mount.find("target");
    if (target == nullptr || !target->is_scalar()) return;
    while (target->text.size() > 1 && target->text.ends_with('/')) target->text.pop_back();
    if (!target->text.starts_with('/') || target->text == "/") {
        context_.error(
            target->place, below(where, "target"),
            in_quotes(target->text) + " is not a path inside the container; it begins with \"/\"");
    }
}

void Shaper::shape_devices(Node& node, const Key& key, const std::string& where) {
    if (!is_list(node, where)) return;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        Node& item = node.items[i];
        if (item.is_scalar()) {
            Short text{context_, item, item_of(where, i)};
            if (!text.open()) continue;
            auto device = read_device(text_of(item), item.place);
            if (device) {
                item = *std::move(device);
            } else {
                text.wrong(device.error());
            }
            continue;
        }
        shape(item, std::string{key.path} + "/*", item_of(where, i));
        if (!item.is_map()) continue;
        default_text(item, "target", text_at(item, "source"));
        default_text(item, "permissions", "rwm");
    }
}

void Shaper::shape_grants(Node& node, const Key& key, const std::string& where) {
    if (!is_list(node, where)) return;
    const bool secrets = key.path.ends_with("secrets");
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        Node& item = node.items[i];
        if (item.is_scalar()) {
            Node map = Node::map(item.place);
            put(map, "source", std::move(item));
            item = std::move(map);
        }
        shape(item, std::string{key.path} + "/*", item_of(where, i));
        if (!item.is_map()) continue;
        default_text(item, "target", text_at(item, "source"));
        Node& target = *item.find("target");
        if (target.text.starts_with('/')) continue;
        target.text = (secrets ? "/run/secrets/" : "/") + target.text;
    }
}

void Shaper::shape_env_files(Node& node, const Key& key, const std::string& where) {
    if (node.is_scalar()) {
        Node list = Node::list(node.place);
        list.tag = std::exchange(node.tag, "");
        list.items.push_back(std::move(node));
        node = std::move(list);
    }
    if (!is_list(node, where)) return;
    for (Node& item : node.items) {
        if (!item.is_scalar()) continue;
        Node map = Node::map(item.place);
        put(map, "path", std::move(item));
        item = std::move(map);
    }
    shape_list(node, std::string{key.path}, where);
}

void Shaper::shape_hosts(Node& node, const std::string& where) {
    if (!node.is_list() && !node.is_map()) return expected(node, where, "a list or a map");
    Node list = Node::list(node.place);
    list.tag = node.tag;
    const auto add = [&](Node scalar, const std::string& name) {
        if (!scalar.is_scalar()) return expected(scalar, where, "an address");
        Short text{context_, scalar, where};
        if (!text.open()) return;
        auto hosts = name.empty() ? read_host(scalar.text) : read_host(name, scalar.text);
        if (!hosts) return text.wrong(hosts.error());
        for (std::string& host : *hosts) {
            list.items.push_back(Node::scalar(std::move(host), scalar.place));
        }
    };
    for (Node& item : node.items) add(std::move(item), "");
    for (auto& [name, place, value] : node.entries) {
        if (!value.is_list()) {
            add(std::move(value), name);
        } else {
            for (Node& item : value.items) add(std::move(item), name);
        }
    }
    node = std::move(list);
}

void Shaper::shape_names(Node& node, const Key& key, const std::string& where) {
    if (node.is_list()) {
        Node map = Node::map(node.place);
        map.tag = node.tag;
        for (Node& item : node.items) {
            if (!item.is_scalar()) return expected(item, where, "a name");
            if (!context_.open(item, where)) return;
            if (map.find(item.text) != nullptr) {
                return context_.error(item.place, where, in_quotes(item.text) + " is listed twice");
            }
            Node value;
            value.place = item.place;
            if (key.path.ends_with("depends_on")) {
                value = Node::map(item.place);
                put_text(value, "condition", "service_started", item.place);
            }
            put(map, item.text, std::move(value));
        }
        node = std::move(map);
    }
    shape_named(node, std::string{key.path}, where);
}

}  // namespace driftless::compose
