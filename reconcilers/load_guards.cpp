#include "reconcilers/load_guards.hpp"

#include <algorithm>

namespace driftless {
namespace {

/// Does `pattern` stand for `text`? `*` stands for any letters, none included.
bool stands_for(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() != '*') {
        return !text.empty() && pattern.front() == text.front() &&
               stands_for(pattern.substr(1), text.substr(1));
    }
    for (std::size_t taken = 0; taken <= text.size(); ++taken) {
        if (stands_for(pattern.substr(1), text.substr(taken))) return true;
    }
    return false;
}

std::string_view take_last_label(std::string_view& host) {
    const std::size_t dot = host.rfind('.');
    const std::string_view label = dot == host.npos ? host : host.substr(dot + 1);
    host = dot == host.npos ? "" : host.substr(0, dot);
    return label;
}

bool is_asked_for_by(const Declared& publisher, const Declared& guard) {
    return std::ranges::any_of(guard.needs, [&publisher](const Need& need) {
        return need.key == publisher.key || need.key == publisher.origin.manifest;
    });
}

bool is_guarded_by(const Declared& publisher, const Declared& guard) {
    for (const std::string& host : publisher.publishes) {
        for (const std::string& guarded : guard.guards) {
            if (may_be_one_host(host, guarded)) return true;
        }
    }
    return false;
}

}  // namespace

bool may_be_one_host(std::string_view one, std::string_view other) {
    while (!one.empty() && !other.empty()) {
        if (one == "*" || other == "*") return true;
        const std::string_view label = take_last_label(one);
        const std::string_view twin = take_last_label(other);
        if (!stands_for(label, twin) && !stands_for(twin, label)) return false;
    }
    return one.empty() && other.empty();
}

void add_needs_of_guarded(std::vector<Declared>& resources) {
    std::vector<const Declared*> guards;
    for (const Declared& declared : resources) {
        if (!declared.guards.empty()) guards.push_back(&declared);
    }
    for (Declared& publisher : resources) {
        for (const Declared* guard : guards) {
            if (guard->key == publisher.key || !is_guarded_by(publisher, *guard)) continue;
            if (is_asked_for_by(publisher, *guard)) continue;
            const auto same = [guard](const Need& need) { return need.key == guard->key; };
            if (std::ranges::none_of(publisher.needs, same)) {
                publisher.needs.push_back({.key = guard->key});
            }
        }
    }
}

}  // namespace driftless
