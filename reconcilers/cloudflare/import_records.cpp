#include "reconcilers/cloudflare/import_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reconcilers/cloudflare/dns_lint.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_set.hpp"

namespace driftless::cloudflare {
namespace {

using Group = std::vector<const Record*>;

/// What all of a group have alike; `usual` where they differ.
template <class Get>
auto common(const Group& group, Get get, bool& differs) {
    auto first = get(*group.front());
    const bool alike =
        std::ranges::all_of(group, [&](const Record* record) { return get(*record) == first; });
    differs = differs || !alike;
    return alike ? first : decltype(first){};
}

std::vector<std::string> flags_that_are_on(const Record& record) {
    std::vector<std::string> on;
    for (const char* key : {"flatten_cname", "ipv4_only", "ipv6_only"}) {
        const json& all = record.settings;
        if (all.is_object() && all.contains(key) && all[key] == true) on.emplace_back(key);
    }
    return on;
}

std::string looked_after(const std::string& by, const std::string& installation) {
    if (by == installation) return "driftless looks after it already";
    return "another driftless looks after it: installation " + in_quotes(by);
}

class RecordImport {
public:
    RecordImport(LiveZone& zone, const ImportView& view, Imported& made)
        : zone_(zone), view_(view), made_(made) {
        words_.zone = zone.name;
        words_.target = view.target;
        words_.comment = fmt::format(
            "Written by `driftless import {}`. What it doesn't say counts as usual: an automatic "
            "ttl, not proxied.",
            view.target);
    }

    void run() {
        std::map<std::pair<std::string, std::string>, Group> groups;  // the zone's own name first
        for (Record& record : zone_.records) {
            if (auto name = canonical_host(record.name)) record.name = *std::move(name);
            const std::string below = record.name == zone_.name ? "" : record.name;
            groups[{below, record.type}].push_back(&record);
        }
        for (const auto& [place, group] : groups) add(group);
        write_zone(std::move(words_), made_);
    }

private:
    void add(Group group) {
        const Record& first = *group.front();
        const std::string name = set_name(first.name, first.type);
        if (view_.of_tunnels.contains(name)) return;
        const std::string what = "record " + name;
        const DnsType* type = dns_type(first.type);
        const auto leave_out = [&](std::string why) {
            made_.left_out.push_back({what, std::move(why)});
        };
        if (type == nullptr) return leave_out("records of this type have no manifest");
        const auto fixed = std::erase_if(group, [](const Record* one) { return one->read_only; });
        const bool in_the_way = fixed > 0 && !type->additive;
        if (fixed > 0)
            leave_out("a service of Cloudflare's made it, and nobody can change it here");
        if (group.empty() || in_the_way) return;
        for (const Record* record : group) {
            const std::string by = read_comment(record->comment).installation;
            if (!by.empty()) return leave_out(looked_after(by, view_.installation));
        }
        auto set = words_of(*type, group, what);
        if (!set) return leave_out(set.error().message);
        words_.sets.push_back(*std::move(set));
    }

    Result<SetWords> words_of(const DnsType& type, const Group& group, const std::string& what) {
        SetWords set;
        set.what = what;
        set.place = {"live", static_cast<int>(words_.sets.size()) + 1, 1};
        set.name = group.front()->name;
        set.type = &type;
        for (const Record* record : group) {
            const json priority = record->priority ? json(*record->priority) : json{};
            auto value =
                canonical_value(type, told_value(type, record->data, record->content, priority));
            if (!value) return std::move(value).error();
            if (auto why = trouble_with_text(*value); !why.empty())
                return Error{Errc::invalid, std::move(why)};
            set.values.push_back(*std::move(value));
        }
        sort_values(set.values);
        bool differs = false;
        set.ttl = common(
            group, [](const Record& one) { return one.ttl; }, differs);
        set.proxied = common(
            group, [](const Record& one) { return one.proxied; }, differs);
        if (set.proxied) set.ttl.reset();
        set.comment = common(
            group, [](const Record& one) { return one.comment; }, differs);
        set.tags = common(
            group, [](const Record& one) { return one.tags; }, differs);
        set.settings = common(group, flags_that_are_on, differs);
        if (differs) {
            note(what +
                 ": its records differ in more than their values, as one declared set "
                 "can't; what differs is not written, and stays as it is");
        }
        check_comment(set);
        return set;
    }

    void check_comment(SetWords& set) {
        const bool is_text = trouble_with_text(set.comment).empty();
        const std::string why =
            is_text ? trouble_with_comment(set.comment) : "no manifest can say it";
        if (set.comment.empty() || why.empty()) return;
        note(fmt::format("{}: its comment is not written, and stays as it is: {}", set.what, why));
        set.comment.clear();
    }

    void note(std::string text) { words_.notes.push_back(std::move(text)); }

    LiveZone& zone_;
    const ImportView& view_;
    Imported& made_;
    ZoneWords words_;
};

}  // namespace

void import_records(LiveZone zone, const ImportView& view, Imported& made) {
    RecordImport{zone, view, made}.run();
}

}  // namespace driftless::cloudflare
