#include "reconcilers/azure/ignored_fields.hpp"

#include "reconcilers/azure/body_paths.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/rule_book.hpp"

namespace driftless::azure {
namespace {

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// One path that a manifest ignores, on its way down both bodies.
class Keeper {
public:
    Keeper(const RuleBook& rules, const std::string& path) : rules_(rules), path_(steps_of(path)) {}

    void keep(json& value, json& live, const Ruling& above = {}) {
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
            json there = field_of(live, item.key());
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

    void keep_elements(json& list, json& live, const Ruling& rule) {
        const bool keyed = rule.as == Compare::keyed;
        for (std::size_t place = 0; place < list.size(); ++place) {
            json& element = list[place];
            const std::string step =
                keyed ? text_of(field_of(element, rule.by)) : std::to_string(place);
            json* there = keyed ? twin_of(element, live, rule.by) : at_place(live, place);
            if (there == nullptr || !fits(step)) continue;
            if (is_last()) {
                element = *there;
            } else {
                below(step, element, *there, rule);
            }
        }
    }

    static json* at_place(json& live, std::size_t place) {
        return live.is_array() && place < live.size() ? &live[place] : nullptr;
    }

    void below(const std::string& step, json& value, json& live, const Ruling& rule) {
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
    json there = live;
    const RuleBook rules{rules_of(row)};
    for (const std::string& path : ignore) {
        if (!steps_of(path).empty()) Keeper{rules, path}.keep(spec, there);
    }
}

}  // namespace driftless::azure
