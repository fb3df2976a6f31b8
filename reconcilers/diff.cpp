#include "reconcilers/diff.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include "reconcilers/rule_book.hpp"

namespace driftless {
namespace {

bool is_empty(const json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>().empty();
    return value.empty();  // null, [] and {}; a number or a bool is never empty
}

const json& member(const json& map, const std::string& key) {
    static const json none;
    if (!map.is_object()) return none;
    const auto found = map.find(key);
    return found == map.end() ? none : *found;
}

std::optional<double> number_of(const json& value) {
    if (value.is_number()) return value.get<double>();
    if (!value.is_string()) return std::nullopt;
    const json read = json::parse(value.get_ref<const std::string&>(), nullptr, false);
    return read.is_number() ? std::optional{read.get<double>()} : std::nullopt;
}

bool same_number(const json& want, const json& have) {
    if (want.is_number_integer() && have.is_number_integer()) return want == have;
    const auto first = number_of(want);
    return first ? first == number_of(have) : want == have;
}

bool same_caseless(const json& want, const json& have) {
    if (!want.is_string() || !have.is_string()) return want == have;
    return std::ranges::equal(want.get_ref<const std::string&>(),
                              have.get_ref<const std::string&>(), [](char left, char right) {
                                  return std::tolower(static_cast<unsigned char>(left)) ==
                                         std::tolower(static_cast<unsigned char>(right));
                              });
}

bool same_set(const json& want, const json& have) {
    if (want.is_array() != have.is_array() && !want.is_null() && !have.is_null()) return false;
    return std::set<json>(want.begin(), want.end()) == std::set<json>(have.begin(), have.end());
}

bool same(const json& want, const json& have, Compare as);

bool same_list(const json& want, const json& have, Compare as) {
    return std::equal(want.begin(), want.end(), have.begin(), have.end(),
                      [as](const json& left, const json& right) { return same(left, right, as); });
}

bool same(const json& want, const json& have, Compare as) {
    if (is_empty(want) && is_empty(have)) return true;
    if (as == Compare::set) return same_set(want, have);
    if (as == Compare::whole) return want == have;
    if (want.is_array() && have.is_array()) return same_list(want, have, as);
    if (want.is_object() && have.is_object()) {
        return std::ranges::all_of(want.items(), [&](const auto& item) {
            return same(item.value(), member(have, item.key()), as);
        });
    }
    if (as == Compare::number) return same_number(want, have);
    if (as == Compare::caseless) return same_caseless(want, have);
    return want == have;
}

/// A list of maps as a map by one of their fields. What lacks it, or repeats it, goes by its place.
json by_key(const json& list, const std::string& by) {
    json map = json::object();
    std::size_t place = 0;
    for (const json& item : list) {
        const json& key = member(item, by);
        std::string name = key.is_string() ? key.get<std::string>() : key.dump();
        if (key.is_null() || map.contains(name)) name = fmt::format("#{}", place);
        map[name] = item;
        ++place;
    }
    return map;
}

bool holds_maps(const json& list) {
    return std::ranges::any_of(list, [](const json& item) { return item.is_object(); });
}

bool may_be_list(const json& value) {
    return value.is_array() || value.is_null();
}
bool may_be_map(const json& value) {
    return value.is_object() || value.is_null();
}

class Walk {
public:
    explicit Walk(const RuleBook& rules) : rules_(rules) {}

    void compare(const json& want, const json& have, const Ruling& above);
    std::vector<FieldChange> changes() &&;

private:
    void compare_map(const json& want, const json& have, const Ruling& rule);
    void compare_whole_map(const json& want, const json& have, const Ruling& rule);
    void compare_list(const json& want, const json& have, const Ruling& rule);
    void compare_member(const std::string& key, const json& want, const json& have,
                        const Ruling& rule);
    void note(const json& want, const json& have, const Ruling& rule);

    const RuleBook& rules_;
    Steps steps_;
    std::vector<FieldChange> changes_;
};

/// Adds what `have` lacks of `want` at the path where we are, and below.
void Walk::compare(const json& want, const json& have, const Ruling& above) {
    const Ruling rule = rules_.at(steps_, above);
    if (rule.as == Compare::ignored) return;
    if (rule.as == Compare::keyed && may_be_list(want) && may_be_list(have)) {
        return compare_whole_map(by_key(want, rule.by), by_key(have, rule.by), rule);
    }
    const bool maps = may_be_map(want) && may_be_map(have) && want.type() != have.type();
    if (maps || (want.is_object() && have.is_object())) {
        const bool whole = rule.as == Compare::whole;
        return whole ? compare_whole_map(want, have, rule) : compare_map(want, have, rule);
    }
    const bool lists = want.is_array() && have.is_array() && want.size() == have.size();
    if (lists && rule.as != Compare::set && holds_maps(want)) return compare_list(want, have, rule);
    if (!same(want, have, rule.as)) note(want, have, rule);
}

void Walk::compare_map(const json& want, const json& have, const Ruling& rule) {
    for (const auto& [key, value] : want.items()) {
        compare_member(key, value, member(have, key), rule);
    }
}

/// Here it counts whether a key is there at all, be its value empty or not.
void Walk::compare_whole_map(const json& want, const json& have, const Ruling& rule) {
    std::set<std::string> keys;
    for (const auto& item : want.items()) keys.insert(item.key());
    for (const auto& item : have.items()) keys.insert(item.key());
    for (const std::string& key : keys) {
        const json& wanted = member(want, key);
        const json& found = member(have, key);
        if (wanted.is_null() == found.is_null()) {
            compare_member(key, wanted, found, rule);
            continue;
        }
        steps_.push_back(key);
        const Ruling inside = rules_.at(steps_, rule);
        if (inside.as != Compare::ignored) note(wanted, found, inside);
        steps_.pop_back();
    }
}

void Walk::compare_list(const json& want, const json& have, const Ruling& rule) {
    for (std::size_t place = 0; place < want.size(); ++place) {
        compare_member(std::to_string(place), want[place], have[place], rule);
    }
}

void Walk::compare_member(const std::string& key, const json& want, const json& have,
                          const Ruling& rule) {
    steps_.push_back(key);
    compare(want, have, rule);
    steps_.pop_back();
}

void Walk::note(const json& want, const json& have, const Ruling& rule) {
    changes_.push_back({to_pointer(steps_), have, want, rule.replaces, rule.secret});
}

std::vector<FieldChange> Walk::changes() && {
    std::ranges::sort(changes_, {}, &FieldChange::path);
    return std::move(changes_);
}

}  // namespace

std::vector<FieldChange> changed_fields(const json& want, const json& have,
                                        const FieldRules& rules) {
    return changed_fields(want, have, RuleBook{rules});
}

std::vector<FieldChange> changed_fields(const json& want, const json& have, const RuleBook& rules) {
    Walk walk{rules};
    walk.compare(want, have, Ruling{});
    return std::move(walk).changes();
}

}  // namespace driftless
