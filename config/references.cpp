#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "config/base/nearest.hpp"
#include "config/manifest.hpp"
#include "config/settings_grammar.hpp"

namespace driftless {
namespace {

constexpr std::size_t deepest = 16;  // values that name values

bool is_field(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

/// The text of `{key: TEXT}`, or nullptr where the node is something else.
const Node* only(const Node& node, std::string_view key) {
    if (node.entries.size() != 1 || node.entries.front().key != key) return nullptr;
    const Node& value = node.entries.front().value;
    return value.is_scalar() ? &value : nullptr;
}

bool is_late_value(const Node& node) {
    if (node.entries.size() != 2) return false;
    const Node* from = node.find("from");
    const Node* field = node.find("field");
    return from != nullptr && field != nullptr && from->is_scalar() && field->is_scalar();
}

Result<LateRef> parse_late_value(const Node& node, const std::string& target) {
    auto key = parse_manifest_ref(node.find("from")->text, target);
    if (!key) return std::move(key).error().in("from");
    const std::string& field = node.find("field")->text;
    if (!is_field(field)) {
        return Error{Errc::invalid, fmt::format("field: {} is not a field", in_quotes(field))};
    }
    return LateRef{*std::move(key), field};
}

/// The keys below `node`, for the nearest one.
std::vector<std::string> keys_of(const Node& node) {
    std::vector<std::string> keys;
    for (const Node::Entry& entry : node.entries) keys.push_back(entry.key);
    return keys;
}

class Resolver {
public:
    Resolver(const References& with, Findings& findings) : with_{with}, findings_{findings} {}

    void resolve(Node& node, std::size_t depth) {
        if (++count_ > YamlLimits{}.nodes) {
            if (count_ == YamlLimits{}.nodes + 1) {
                error(node.place, fmt::format("more than {} values with what it refers to",
                                              YamlLimits{}.nodes));
            }
            return;
        }
        if (const Node* secret = only(node, "secret")) return put_secret(node, *secret);
        if (const Node* value = only(node, "value")) return put_value(node, *value, depth);
        if (is_late_value(node)) return put_late_value(node);
        for (Node& item : node.items) resolve(item, depth);
        for (Node::Entry& entry : node.entries) resolve(entry.value, depth);
    }

    std::vector<LateRef> take() { return std::move(late_); }

private:
    void put_secret(Node& node, const Node& name) {
        if (with_.secrets == nullptr) {
            return error(name.place,
                         fmt::format("secret {}: there are none here", in_quotes(name.text)));
        }
        assert(with_.vault != nullptr);
        if (!is_name(name.text)) {
            return error(name.place,
                         fmt::format("secret: {} is not a secret's name", in_quotes(name.text)));
        }
        const auto secret = with_.secrets->read(name.text, with_.target);
        if (!secret) {
            return error(name.place, fmt::format("secret {}: {}", in_quotes(name.text),
                                                 secret.error().message));
        }
        if (secret->empty()) {
            return error(name.place, fmt::format("secret {}: is empty", in_quotes(name.text)));
        }
        node = Node::scalar(with_.vault->mark(*secret), node.place);
    }

    void put_late_value(Node& node) {
        auto ref = parse_late_value(node, with_.target);
        if (!ref) return error(node.place, ref.error().message);
        node = Node::scalar(late_mark(*ref), node.place);
        late_.push_back(*std::move(ref));
    }

    void put_value(Node& node, const Node& path, std::size_t depth) {
        if (depth >= deepest) {
            return error(path.place, fmt::format("value {}: values name each other in a circle",
                                                 in_quotes(path.text)));
        }
        const Node* value = look_up(path);
        if (value == nullptr) return;
        Node copy = *value;  // apart from `path`, which goes with the node
        node = std::move(copy);
        resolve(node, depth + 1);
    }

    const Node* look_up(const Node& path) {
        const Node none;
        const Node* at = with_.values == nullptr ? &none : with_.values;
        std::string_view left = path.text;
        while (true) {
            const std::string_view key = left.substr(0, left.find('.'));
            const Node* next = at->find(key);
            if (next == nullptr) {
                error(path.place,
                      fmt::format("value {}: there is none for target {}{}", in_quotes(path.text),
                                  with_.target, did_you_mean(key, keys_of(*at))));
                return nullptr;
            }
            if (key.size() == left.size()) return next;
            left.remove_prefix(key.size() + 1);
            at = next;
        }
    }

    void error(const Place& place, std::string message) {
        findings_.push_back({Finding::Severity::error, place, std::move(message)});
    }

    const References& with_;
    Findings& findings_;
    std::size_t count_ = 0;
    std::vector<LateRef> late_;
};

}  // namespace

Result<ResourceKey> parse_manifest_ref(std::string_view text, const std::string& target) {
    const std::size_t slash = text.find('/');
    const std::size_t at = text.find('@');
    if (slash != text.npos) {
        const auto kind = text.substr(0, slash);
        const auto name = text.substr(slash + 1, at == text.npos ? at : at - slash - 1);
        const bool other = at != text.npos && at > slash;
        const auto where = other ? text.substr(at + 1) : std::string_view{target};
        const bool named = !other || is_target_name(where);
        if (is_object_name(kind) && is_name(name) && named) {
            return ResourceKey{std::string{where}, std::string{kind}, std::string{name}};
        }
    }
    return Error{Errc::invalid,
                 fmt::format("expected Kind/name or Kind/name@target, found {}", in_quotes(text))};
}

std::vector<LateRef> resolve_references(Node& node, const References& with, Findings& findings) {
    Resolver resolver{with, findings};
    resolver.resolve(node, 0);
    return resolver.take();
}

std::vector<std::pair<LateRef, Place>> places_of_late_values(const Node& node,
                                                             const std::string& target) {
    std::vector<std::pair<LateRef, Place>> found;
    if (is_late_value(node)) {
        if (auto ref = parse_late_value(node, target)) {
            found.emplace_back(*std::move(ref), node.find("from")->place);
        }
        return found;
    }
    const auto below = [&found, &target](const Node& child) {
        std::ranges::move(places_of_late_values(child, target), std::back_inserter(found));
    };
    std::ranges::for_each(node.items, below);
    for (const Node::Entry& entry : node.entries) below(entry.value);
    return found;
}

}  // namespace driftless
