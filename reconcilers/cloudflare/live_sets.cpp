#include "reconcilers/cloudflare/live_sets.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "config/base/vault.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_set.hpp"
#include "reconcilers/rule_book.hpp"
#include "reconcilers/seals.hpp"

namespace driftless::cloudflare {
namespace {

constexpr char joint = '+';

/// A record, and what it means to us.
struct Seen {
    Record record;
    json value;        ///< canonical; what the API said, where that is no value of its type
    CommentMark mark;  ///< of whoever made it
};

Seen seen_of(Record record) {
    Seen seen;
    seen.mark = read_comment(record.comment);
    const DnsType* type = dns_type(record.type);
    seen.value = record.content;
    if (type != nullptr) {
        const json priority = record.priority ? json(*record.priority) : json{};
        json told = told_value(*type, record.data, record.content, priority);
        auto value = canonical_value(*type, told);
        seen.value = value ? *std::move(value) : std::move(told);
    }
    seen.record = std::move(record);
    return seen;
}

using Group = std::vector<const Seen*>;

/// What all of a group have alike; null where they differ.
template <class Get>
json common(const Group& group, Get get) {
    json first = get(*group.front());
    const bool alike =
        std::ranges::all_of(group, [&](const Seen* seen) { return get(*seen) == first; });
    return alike ? first : json{};
}

json flags_of(const json& settings) {
    json flags = json::object();
    for (const char* key : {"flatten_cname", "ipv4_only", "ipv6_only"}) {
        flags[key] = settings.is_object() && settings.contains(key) && settings[key] == true;
    }
    return flags;
}

json spec_of(const std::string& zone, const Group& group) {
    const Record& first = group.front()->record;
    json spec{{"zone", zone}, {"name", first.name}, {"type", first.type}};
    for (const Seen* seen : group) spec["values"].push_back(seen->value);
    spec["ttl"] = common(group, [](const Seen& seen) { return json(seen.record.ttl); });
    spec["proxied"] = common(group, [](const Seen& seen) { return json(seen.record.proxied); });
    spec["comment"] = common(group, [](const Seen& seen) { return json(seen.mark.text); });
    spec["tags"] = common(group, [](const Seen& seen) { return json(seen.record.tags); });
    spec["settings"] =
        common(group, [](const Seen& seen) { return flags_of(seen.record.settings); });
    return spec;
}

/// A value that is an output of another resource and nothing else: what it is by now. Null for all
/// others, and while it is not there.
json late_value(const json& value, const Board& board) {
    const bool is_text = value.is_string();
    const auto refs = late_refs(is_text ? value.get_ref<const std::string&>() : std::string{});
    if (refs.size() != 1 || value != late_mark(refs.front())) return nullptr;
    const auto found = board.find(refs.front());
    return found ? json(*found) : json{};
}

class Sorter {
public:
    explicit Sorter(const ZoneView& view) : view_(view), rules_(view.rules) {
        if (!view.facts.desired) return;
        const std::string collection = collection_of(view.zone);
        for (const Declared& declared : (*view.facts.desired)->resources) {
            if (declared.collection == collection) declared_.emplace(declared.key.name, &declared);
        }
    }

    LiveState sort(const std::vector<Seen>& all);

private:
    void add_group(const std::string& name, const Group& group);
    void add_others(const std::string& name, const Group& group, bool claim);
    Live live_of(const std::string& name, Group group, Owner owner) const;
    [[nodiscard]] std::unordered_set<std::string> known_ids(const std::string& name) const;
    [[nodiscard]] bool agrees(const std::string& name, const json& spec) const;
    [[nodiscard]] bool is_wanted(const std::string& name, const Seen& seen) const;

    const ZoneView& view_;
    RuleBook rules_;
    std::unordered_map<std::string, const Declared*> declared_;
    LiveState state_;
};

LiveState Sorter::sort(const std::vector<Seen>& all) {
    std::map<std::string, Group> groups;
    for (const Seen& seen : all)
        groups[set_name(seen.record.name, seen.record.type)].push_back(&seen);
    state_.reserve(groups.size());
    for (const auto& [name, group] : groups) add_group(name, group);
    return std::move(state_);
}

std::unordered_set<std::string> Sorter::known_ids(const std::string& name) const {
    const ResourceKey key{view_.target, std::string{record_kind}, name};
    const auto entry = view_.facts.inventory.find(key);
    if (entry == view_.facts.inventory.end()) return {};
    const auto ids = split_ids(entry->second.id);
    return {ids.begin(), ids.end()};
}

bool Sorter::is_wanted(const std::string& name, const Seen& seen) const {
    const auto declared = declared_.find(name);
    if (declared == declared_.end()) return false;
    const json& values = declared->second->spec.at("values");
    return std::ranges::any_of(values, [&](const json& value) {
        return value == seen.value || late_value(value, view_.facts.board) == seen.value;
    });
}

bool Sorter::agrees(const std::string& name, const json& spec) const {
    const auto declared = declared_.find(name);
    return declared != declared_.end() && !declared->second->digest.empty() &&
           !holds_marks(declared->second->spec) && declared->second->ignore.empty() &&
           changed_fields(declared->second->spec, spec, rules_).empty();
}

void Sorter::add_group(const std::string& name, const Group& group) {
    const auto known = known_ids(name);
    Group ours;
    Group equal;
    Group others;
    Group fixed;
    for (const Seen* seen : group) {
        const std::string& by = seen->mark.installation;
        if (seen->record.read_only) {
            fixed.push_back(seen);
        } else if (by == view_.installation || (by.empty() && known.contains(seen->record.id))) {
            ours.push_back(seen);
        } else if (by.empty() && is_wanted(name, *seen)) {
            equal.push_back(seen);
        } else {
            others.push_back(seen);
        }
    }
    const DnsType* type = dns_type(group.front()->record.type);
    const bool side_by_side = type != nullptr && type->additive;
    if (!ours.empty()) {
        ours.insert(ours.end(), equal.begin(), equal.end());
        state_.push_back(live_of(name, std::move(ours), Owner::ours));
        add_others(name, others, false);
    } else if (!equal.empty() && (side_by_side || (others.empty() && fixed.empty()))) {
        state_.push_back(live_of(name, std::move(equal), Owner::kin));
        add_others(name, others, false);
    } else {
        others.insert(others.end(), equal.begin(), equal.end());
        const bool in_the_way = declared_.contains(name) && !side_by_side && fixed.empty();
        if (in_the_way) {
            state_.push_back(live_of(name, std::move(others), Owner::foreign));
        } else {
            add_others(name, others, !side_by_side);
        }
    }
    add_others(name, fixed, !side_by_side);
}

void Sorter::add_others(const std::string& name, const Group& group, bool claim) {
    for (const Seen* seen : group) {
        Live live = live_of(name, {seen}, Owner::foreign);
        live.key.name += "/" + seen->record.id;
        if (!claim) live.claims.clear();
        if (seen->record.read_only) live.left_alone = "a service of Cloudflare's made it";
        state_.push_back(std::move(live));
    }
}

Live Sorter::live_of(const std::string& name, Group group, Owner owner) const {
    std::ranges::sort(group, {}, [](const Seen* seen) {
        return std::pair{seen->value.dump(), seen->record.id};
    });
    Live live;
    live.key = {view_.target, std::string{record_kind}, name};
    live.owner = owner;
    live.spec = spec_of(view_.zone, group);
    std::vector<std::string> ids;
    for (const Seen* seen : group) {
        ids.push_back(seen->record.id);
        live.version += seen->record.modified_on + "+";
        live.protect = live.protect || seen->mark.protect;
    }
    live.id = joined_ids(ids);
    const Record& first = group.front()->record;
    live.claims = claims_of(first.name, first.type);
    if (owner == Owner::foreign || !agrees(name, live.spec)) return live;
    live.agrees_with = declared_.at(name)->digest;
    live.spec = nullptr;
    return live;
}

}  // namespace

std::string joined_ids(const std::vector<std::string>& ids) {
    std::string all;
    for (const std::string& id : ids) all += (all.empty() ? "" : std::string(1, joint)) + id;
    return all;
}

std::vector<std::string> split_ids(const std::string& id) {
    std::vector<std::string> ids;
    std::size_t at = 0;
    while (at < id.size()) {
        const std::size_t end = std::min(id.find(joint, at), id.size());
        ids.push_back(id.substr(at, end - at));
        at = end + 1;
    }
    return ids;
}

LiveState live_sets(const ZoneView& view, std::vector<Record> records) {
    std::vector<Seen> all;
    all.reserve(records.size());
    for (Record& record : records) {
        if (auto name = canonical_host(record.name)) record.name = *std::move(name);
        all.push_back(seen_of(std::move(record)));
    }
    return Sorter{view}.sort(all);
}

}  // namespace driftless::cloudflare
