#include "config/compose/check.hpp"

#include <algorithm>
#include <charconv>

#include "config/base/nearest.hpp"
#include "config/compose/keys.hpp"
#include "config/compose/nodes.hpp"
#include "config/compose/scalars.hpp"

namespace driftless::compose {
namespace {

/// Names of services, networks, volumes, configs and secrets.
bool is_name_of_section(const std::string& name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

/// Do entries have names, so that the rows say "/*"?
bool is_named(const Key* key) {
    return key != nullptr && (key->form == Form::named || key->form == Form::names);
}

bool is_in_range(const std::string& text, const Key& key) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value >= static_cast<double>(key.min) && value <= static_cast<double>(key.max);
}

std::string range_text(const Key& key) {
    if (key.max == INT64_MAX) return fmt::format("at least {}", key.min);
    return fmt::format("from {} to {}", key.min, key.max);
}

}  // namespace

void Checker::check(Node& node, const std::string& path, const std::string& where) {
    const Key* key = find_key(path);
    if (key != nullptr && node.is_null()) {
        if (key->nullable) return;
        return context_.error(node.place, where, "expected a value, found nothing");
    }
    if (node.is_map()) {
        if (is_named(key)) return check_named(node, path, where);
        if (path.empty() || !rows_below(path).empty()) check_map(node, path, where);
        return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        check(node.items[i], path + "/*", below(where, std::to_string(i)));
    }
    if (key == nullptr || !node.is_scalar()) return;
    if (!key->words.empty()) check_words(node, key->words, where);
    if ((key->min != INT64_MIN || key->max != INT64_MAX) && !is_in_range(node.text, *key)) {
        context_.error(node.place, where,
                       "expected " + range_text(*key) + ", found " + context_.quoted(node));
    }
}

void Checker::check_words(const Node& node, std::string_view words, const std::string& where) {
    std::vector<std::string> allowed;
    for (std::size_t at = 0; at <= words.size();) {
        const std::size_t end = std::min(words.find('|', at), words.size());
        allowed.emplace_back(words.substr(at, end - at));
        at = end + 1;
    }
    if (std::ranges::find(allowed, node.text) != allowed.end()) return;
    context_.error(
        node.place, where,
        fmt::format("expected {}, found {}", fmt::join(allowed, ", "), context_.quoted(node)));
}

void Checker::check_named(Node& node, const std::string& path, const std::string& where) {
    std::erase_if(node.entries, [](const auto& entry) { return entry.key.starts_with("x-"); });
    for (auto& [name, place, value] : node.entries) {
        if (!is_name_of_section(name)) {
            context_.error(place, where,
                           in_quotes(name) +
                               " is not a name: letters, digits, \".\", "
                               "\"_\" and \"-\" may stand in one");
        }
        if (value.is_null() && value.place == Place{}) value.place = place;
        if (path == "services" && value.is_map()) check_build(value, below(where, name));
        check(value, path + "/*", below(where, name));
    }
}

void Checker::check_map(Node& node, const std::string& path, const std::string& where) {
    std::erase_if(node.entries, [&](Node::Entry& entry) { return !keep(entry, path, where); });
    for (const Key* key : rows_below(path)) {
        if (!key->required || node.find(name_of(*key)) != nullptr) continue;
        context_.error(node.place, where, "`" + name_of(*key) + "` is missing");
    }
}

bool Checker::keep(Node::Entry& entry, const std::string& path, const std::string& where) {
    if (entry.key.starts_with("x-")) return false;
    const std::string child = path.empty() ? entry.key : path + "/" + entry.key;
    const std::string there = below(where, entry.key);
    const Key* key = find_key(child);
    if (key == nullptr) {
        context_.error(entry.key_place, there,
                       "unknown key" + did_you_mean(entry.key, names_below(path)));
        return false;
    }
    if (key->use == Use::refused) {
        context_.error(entry.key_place, there, std::string{key->why});
        return false;
    }
    if (key->use == Use::ignored) {
        context_.note(entry.key_place, there, std::string{key->why} + "; ignored");
        return false;
    }
    if (entry.value.is_null()) entry.value.place = entry.key_place;
    check(entry.value, child, there);
    return true;
}

/// Before `build` is taken out: what does the service run?
void Checker::check_build(const Node& service, const std::string& where) {
    const Node* image = service.find("image");
    if (image != nullptr && image->is_scalar() && !image->text.empty()) return;
    const Node* build = service.find("build");
    if (build == nullptr) {
        const bool other = service.find("provider") != nullptr;  // which is refused with its reason
        if (!other) context_.error(service.place, where, "`image` is missing");
        return;
    }
    context_.error(build->place, below(where, "build"),
                   "driftless does not build images; build and push it elsewhere and add `image:`");
}

}  // namespace driftless::compose
