#include "reconcilers/azure/ignored_fields.hpp"

#include <algorithm>

#include "reconcilers/azure/forms.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless::azure {
namespace {

const json& member(const json& object, const std::string& key) {
    static const json none;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : none;
}

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// One path that a manifest ignores, on its way down both bodies.
class Keeper {
public:
    Keeper(const RuleBook& rules, const std::string& path) : rules_(rules), path_(steps_of(path)) {}

    void keep(json& value, const json& live, const Ruling& above = {}) {
        const Ruling rule = rules_.at(at_, above);
        if (value.is_object()) {
            keep_members(value, live, rule);
        } else if (value.is_array()) {
            keep_elements(value, live, rule);
        }
    }

private:
    [[nodiscard]] bool fits(const std::string& step) const {
        return path_[at_.size()] == "*" || path_[at_.size()] == step;
    }
    [[nodiscard]] bool is_last() const { return at_.size() + 1 == path_.size(); }

    void keep_members(json& object, const json& live, const Ruling& rule) {
        for (auto item = object.begin(); item != object.end();) {
            const json& there = member(live, item.key());
            if (!fits(item.key())) {
                ++item;
            } else if (!is_last()) {
                below(item.key(), *item, there, rule);
                ++item;
            } else if (there.is_null()) {
                item = object.erase(item);
            } else {
                *item = there;
                ++item;
            }
        }
    }

    void keep_elements(json& list, const json& live, const Ruling& rule) {
        const bool keyed = rule.as == Compare::keyed;
        for (std::size_t place = 0; place < list.size(); ++place) {
            json& element = list[place];
            const json& key = member(element, rule.by);
            const std::string step = keyed ? text_of(key) : std::to_string(place);
            const json* there = keyed ? keyed_as(live, rule.by, key) : at_place(live, place);
            if (there == nullptr || !fits(step)) continue;
            if (is_last()) {
                element = *there;
            } else {
                below(step, element, *there, rule);
            }
        }
    }

    static const json* keyed_as(const json& live, const std::string& by, const json& key) {
        if (!live.is_array()) return nullptr;
        const auto twin =
            std::ranges::find_if(live, [&](const json& other) { return member(other, by) == key; });
        return twin == live.end() ? nullptr : &*twin;
    }
    static const json* at_place(const json& live, std::size_t place) {
        return live.is_array() && place < live.size() ? &live[place] : nullptr;
    }

    void below(const std::string& step, json& value, const json& live, const Ruling& rule) {
        at_.push_back(step);
        keep(value, live, rule);
        at_.pop_back();
    }

    const RuleBook& rules_;
    Steps path_;
    Steps at_;
};

}  // namespace

void keep_ignored(const TypeRow& row, const std::vector<std::string>& ignore, const json& live,
                  json& spec) {
    if (ignore.empty()) return;
    const RuleBook rules{rules_of(row)};
    for (const std::string& path : ignore) {
        if (!steps_of(path).empty()) Keeper{rules, path}.keep(spec, live);
    }
}

}  // namespace driftless::azure
