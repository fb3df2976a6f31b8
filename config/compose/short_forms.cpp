#include "config/compose/short_forms.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "config/compose/nodes.hpp"

namespace driftless::compose {
namespace {

struct Range {
    int first = 0;
    int last = 0;
    [[nodiscard]] int size() const { return last - first + 1; }
};

Error bad(const std::string& text, const std::string& why) {
    return {Errc::invalid, in_quotes(text) + ": " + why};
}

std::vector<std::string> split(std::string_view text, char by) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(by, at), text.size());
        parts.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::optional<int> port_number(std::string_view text) {
    int value = 0;
    const char* end = text.data() + text.size();
    const auto [at, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc{} || at != end || value < 0 || value > 65535) return std::nullopt;
    return value;
}

std::optional<Range> port_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = port_number(text.substr(0, dash));
    const auto last = dash == text.npos ? first : port_number(text.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    return Range{*first, *last};
}

bool is_address(const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_protocol(const std::string& text) {
    return text == "tcp" || text == "udp" || text == "sctp";
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return text;
}

/// "[ip:][host:]container" in three texts.
struct PortParts {
    std::string address;
    std::string host;
    std::string container;
};

PortParts port_parts(const std::string& text) {
    PortParts parts;
    const std::size_t last = text.rfind(':');
    parts.container = last == text.npos ? text : text.substr(last + 1);
    if (last == text.npos) return parts;
    const std::string front = text.substr(0, last);
    const std::size_t colon = front.rfind(':');
    const bool only_address = front.starts_with('[') && front.ends_with(']');
    parts.host = colon == front.npos || only_address ? front : front.substr(colon + 1);
    if (only_address) {
        parts.host.clear();
        parts.address = front;
    } else if (colon != front.npos) {
        parts.address = front.substr(0, colon);
    }
    if (parts.address.starts_with('[') && parts.address.ends_with(']')) {
        parts.address = parts.address.substr(1, parts.address.size() - 2);
    }
    return parts;
}

Node port_node(int target, std::string published, const PortParts& parts,
               const std::string& protocol, const Place& place) {
    Node port = Node::map(place);
    put_text(port, "mode", "ingress", place);
    put_plain(port, "target", std::to_string(target), place);
    if (!published.empty()) put_text(port, "published", std::move(published), place);
    if (!parts.address.empty()) put_text(port, "host_ip", parts.address, place);
    put_text(port, "protocol", protocol, place);
    return port;
}

void set_option(Node& mount, const std::string& group, const std::string& key, Node value) {
    Node* map = mount.find(group);
    if (map == nullptr) map = &put(mount, group, Node::map(value.place));
    put(*map, key, std::move(value));
}

/// One word after the second colon: "ro", "z", "rshared", "nocopy".
bool read_mount_option(Node& mount, const std::string& word, const Place& place) {
    constexpr std::array<std::string_view, 6> propagations{"private", "rprivate", "shared",
                                                           "rshared", "slave",    "rslave"};
    const bool bind = text_at(mount, "type") == "bind";
    if (word == "ro" || word == "rw") {
        if (word == "ro") put_plain(mount, "read_only", "true", place);
    } else if (word == "z" || word == "Z") {
        set_option(mount, "bind", "selinux", Node::scalar(word, place));
    } else if (word == "nocopy" && !bind) {
        set_option(mount, "volume", "nocopy", Node::scalar("true", place, true));
    } else if (bind && std::ranges::find(propagations, word) != propagations.end()) {
        set_option(mount, "bind", "propagation", Node::scalar(word, place));
    } else {
        // Docker Desktop's old hints about caches; they have no effect any more
        return word == "cached" || word == "delegated" || word == "consistent";
    }
    return true;
}

bool is_letter(const std::string& text) {
    return text.size() == 1 &&
           ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

}  // namespace

std::string port_identity(const Node& port) {
    return text_at(port, "host_ip") + ":" + text_at(port, "published") + ":" +
           text_at(port, "target") + "/" + text_at(port, "protocol");
}

bool is_port_or_range(const std::string& text) {
    return port_range(text).has_value();
}

Result<std::vector<std::string>> read_exposed(const std::string& text) {
    const std::size_t slash = text.find('/');
    const auto range = port_range(std::string_view{text}.substr(0, slash));
    const std::string protocol = slash == text.npos ? "" : lower(text.substr(slash));
    if (!range || range->first == 0 || (!protocol.empty() && !is_protocol(protocol.substr(1)))) {
        return bad(text, "not a port");
    }
    std::vector<std::string> ports;
    for (int port = range->first; port <= range->last; ++port) {
        ports.push_back(std::to_string(port) + protocol);
    }
    return ports;
}

Result<std::vector<Node>> read_port(const std::string& text, const Place& place) {
    const std::size_t slash = text.rfind('/');
    const std::string protocol = slash == text.npos ? "tcp" : lower(text.substr(slash + 1));
    if (!is_protocol(protocol)) return bad(text, "the protocol is tcp, udp or sctp");
    const PortParts parts = port_parts(text.substr(0, slash));
    const auto inside = port_range(parts.container);
    if (!inside || inside->first == 0) {
        return bad(text, "expected a port as in \"80\", \"8080:80\" or \"127.0.0.1:8080:80/udp\"");
    }
    const auto outside = parts.host.empty() ? std::optional{Range{}} : port_range(parts.host);
    if (!outside) return bad(text, in_quotes(parts.host) + " is not a port or a range of ports");
    if (!parts.address.empty() && !is_address(parts.address)) {
        return bad(text, in_quotes(parts.address) + " is not an IP address");
    }
    const bool pick = inside->size() == 1 && outside->size() > 1;  // the engine picks a free one
    if (!parts.host.empty() && !pick && inside->size() != outside->size()) {
        return bad(text, "the two ranges differ in length");
    }
    std::vector<Node> ports;
    for (int i = 0; i < inside->size(); ++i) {
        const bool open = parts.host.empty();
        std::string published = open ? "" : pick ? parts.host : std::to_string(outside->first + i);
        ports.push_back(port_node(inside->first + i, std::move(published), parts, protocol, place));
    }
    return ports;
}

Result<Node> read_mount(const std::string& text, const Place& place) {
    const auto parts = split(text, ':');
    if (std::ranges::find(parts, "") != parts.end()) {
        return bad(text, text.empty() ? "expected a path" : "empty section between colons");
    }
    if (parts.size() > 1 && is_letter(parts[0])) {
        return bad(text, "Compose takes a one-letter name for a Windows drive; use a longer name");
    }
    if (parts.size() > 3) return bad(text, "too many colons");
    Node mount = Node::map(place);
    const std::string source = parts.size() > 1 ? parts[0] : "";
    const bool bind =
        !source.empty() && std::string_view{"./~"}.find(source[0]) != std::string_view::npos;
    put_text(mount, "type", bind ? "bind" : "volume", place);
    if (!source.empty()) put_text(mount, "source", source, place);
    put_text(mount, "target", parts.size() > 1 ? parts[1] : parts[0], place);
    if (bind) set_option(mount, "bind", "create_host_path", Node::scalar("true", place, true));
    if (parts.size() < 3) return mount;
    for (const std::string& word : split(parts[2], ',')) {
        if (!read_mount_option(mount, word, place)) {
            return bad(text, "unknown option " + in_quotes(word) +
                                 "; there are ro, rw, z, Z, nocopy and a bind's propagation");
        }
    }
    return mount;
}

Result<Node> read_device(const std::string& text, const Place& place) {
    const auto parts = split(text, ':');
    if (parts.size() > 3 || std::ranges::find(parts, "") != parts.end()) {
        return bad(text, "expected \"/dev/host\", \"/dev/host:/dev/inside\" or \"…:…:rwm\"");
    }
    const auto slash = text.find('/');
    const bool named = slash != text.npos && slash > 0 && text.find('=', slash) != text.npos;
    if (named) {  // by a file of the host: whole, and never in parts
        Node device = Node::map(place);
        put_text(device, "source", text, place);
        put_text(device, "target", text, place);
        put_text(device, "permissions", "rwm", place);
        return device;
    }
    if (!parts[0].starts_with('/')) {
        return bad(text, "expected an absolute path, or a name of CDI: vendor.com/class=one");
    }
    // "/dev/a:rw": the second part may be the permissions
    const bool permissions = parts.size() == 2 && !parts[1].starts_with('/');
    Node device = Node::map(place);
    put_text(device, "source", parts[0], place);
    put_text(device, "target", parts.size() > 1 && !permissions ? parts[1] : parts[0], place);
    const std::string allowed = parts.size() == 3 ? parts[2] : permissions ? parts[1] : "rwm";
    put_text(device, "permissions", allowed, place);
    return device;
}

Result<std::vector<std::string>> read_host(const std::string& text) {
    std::size_t sign = text.find('=');
    if (sign == text.npos) sign = text.find(':');
    if (sign == text.npos) return bad(text, "expected \"name=address\"");
    return read_host(text.substr(0, sign), text.substr(sign + 1));
}

Result<std::vector<std::string>> read_host(const std::string& name, const std::string& addresses) {
    std::vector<std::string> hosts;
    for (std::string address : split(addresses, ',')) {
        if (address.starts_with('[') && address.ends_with(']')) {
            address = address.substr(1, address.size() - 2);
        }
        if (name.empty() || (address != "host-gateway" && !is_address(address))) {
            return bad(name + "=" + address, "expected a name and an IP address, or host-gateway");
        }
        hosts.push_back(name + "=" + address);
    }
    return hosts;
}

}  // namespace driftless::compose
