#include "reconcilers/cloudflare/set_changes.hpp"

#include <algorithm>

#include "reconcilers/cloudflare/dns_types.hpp"
#include "reconcilers/cloudflare/live_sets.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_set.hpp"

namespace driftless::cloudflare {
namespace {

/// A record that is there, and its value as the plan saw it.
struct There {
    std::string id;
    json value;
};

std::vector<There> records_of(const Live& live) {
    std::vector<There> records;
    const json values =
        live.spec.is_object() ? live.spec.value("values", json::array()) : json::array();
    for (const std::string& id : split_ids(live.id)) {
        const std::size_t at = records.size();
        records.push_back({id, at < values.size() ? values[at] : json{}});
    }
    return records;
}

/// All that a request says of a record but its value.
json attributes_of(const Action& action, const json& spec, const std::string& installation) {
    json body{{"name", spec.at("name")}, {"type", spec.at("type")}};
    const json have = action.have && action.have->spec.is_object() ? action.have->spec : json{};
    const auto there = [&have](const char* key, const json& otherwise) {
        return have.is_object() && have.contains(key) && !have[key].is_null() ? have[key]
                                                                              : otherwise;
    };
    body["ttl"] = spec.contains("ttl") ? spec["ttl"] : there("ttl", 1);
    if (spec.value("proxied", false)) body["ttl"] = 1;
    for (const char* key : {"proxied", "tags", "settings"}) {
        if (spec.contains(key)) body[key] = spec[key];
    }
    CommentMark mark;
    mark.installation = installation;
    mark.protect = action.want->protect;
    mark.text = spec.contains("comment") ? spec["comment"].get<std::string>()
                                         : there("comment", "").get<std::string>();
    body["comment"] = write_comment(mark);
    return body;
}

bool changes_all(const Action& action) {
    return std::ranges::any_of(action.fields, [](const FieldChange& change) {
        return !change.path.starts_with("/values");
    });
}

Result<std::vector<json>> values_of(const DnsType& type, const json& spec) {
    std::vector<json> values;
    for (const json& value : spec.at("values")) {
        auto canonical = canonical_value(type, value);
        if (!canonical) return std::move(canonical).error();
        values.push_back(*std::move(canonical));
    }
    sort_values(values);
    return values;
}

class Change {
public:
    Change(const Action& action, const json& spec, const std::string& installation)
        : action_(action),
          type_(*dns_type(spec.at("type").get<std::string>())),
          attributes_(attributes_of(action, spec, installation)) {}

    SetChange of(const std::vector<json>& wanted, std::vector<There> there) {
        const bool anew = action_.verb == Verb::replace;  // of another type
        std::vector<There> free;
        if (anew) free = std::exchange(there, {});
        for (There& record : there) {
            if (std::ranges::find(wanted, record.value) == wanted.end()) free.push_back(record);
        }
        for (const json& value : wanted) {
            const auto kept = std::ranges::find(there, value, &There::value);
            if (kept != there.end()) {
                keep(*kept);
            } else if (!anew && !free.empty()) {
                patch(free.back().id, value);
                free.pop_back();
            } else {
                post(value);
            }
        }
        for (const There& record : free) change_.batch.deletes.push_back(record.id);
        return std::move(change_);
    }

private:
    json body_of(const json& value) const {
        json body = attributes_;
        body.update(value_body(type_, value));
        return body;
    }
    void keep(const There& record) {
        change_.ids.push_back(record.id);
        if (!changes_all(action_)) return;
        json body = body_of(record.value);
        body["id"] = record.id;
        change_.batch.patches.push_back(std::move(body));
    }
    void patch(const std::string& id, const json& value) {
        change_.ids.push_back(id);
        json body = body_of(value);
        body["id"] = id;
        change_.batch.patches.push_back(std::move(body));
    }
    void post(const json& value) {
        change_.ids.emplace_back();
        change_.batch.posts.push_back(body_of(value));
    }

    const Action& action_;
    const DnsType& type_;
    json attributes_;
    SetChange change_;
};

}  // namespace

Result<SetChange> change_of(const Action& action, const json& spec,
                            const std::string& installation) {
    std::vector<There> there;
    if (action.have) there = records_of(*action.have);
    const bool removes = action.verb == Verb::remove;
    if (removes || action.verb == Verb::adopt) {
        SetChange change;
        for (const There& record : there) {
            (removes ? change.batch.deletes : change.ids).push_back(record.id);
        }
        return change;
    }
    const DnsType& type = *dns_type(spec.at("type").get<std::string>());
    const auto wanted = values_of(type, spec);
    if (!wanted) return wanted.error();
    return Change{action, spec, installation}.of(*wanted, std::move(there));
}

}  // namespace driftless::cloudflare
