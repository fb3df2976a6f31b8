// DNS records: one by one, in batches, exported.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/fake_cloudflare_dns.hpp"
#include "tests/support/fake_cloudflare_record.hpp"

namespace driftless::test {

namespace {

const CloudflareRecord& record_in(const CloudflareZone& zone, const std::string& id) {
    const auto found = zone.records.find(id);
    if (found == zone.records.end()) throw CloudflareRefusal{404, 81044, "Record does not exist."};
    return *found->second;
}

void must_be_free(const CloudflareRecord& record) {
    if (!record.read_only()) return;
    throw CloudflareRefusal{400, 1046,
                            "This record is managed by Email Routing. Disable Email Routing to "
                            "modify/remove this record."};
}

std::vector<SharedRecord> at_name(const CloudflareZone& zone, const std::string& name,
                                  const std::string& without_id) {
    std::vector<SharedRecord> list;
    const auto ids = zone.by_name.find(name);
    if (ids == zone.by_name.end()) return list;
    for (const std::string& id : ids->second) {
        if (id != without_id) list.push_back(zone.records.at(id));
    }
    return list;
}

bool is_address(const std::string& type) {
    return type == "A" || type == "AAAA";
}

/// Which types may not stand beside each other. At the apex a CNAME is flattened, so only what
/// would be another address excludes it; below an NS all else belongs to the delegated zone.
void must_fit_beside(const CloudflareRecord& record, const CloudflareRecord& other,
                     const CloudflareZone& zone) {
    const bool apex = record.name == zone.name;
    const auto excludes = [apex](const std::string& type) {
        return !apex || is_address(type) || type == "CNAME";
    };
    if (record.type == "CNAME" && excludes(other.type)) {
        throw CloudflareRefusal{400, 81053,
                                "An A, AAAA, or CNAME record with that host already exists."};
    }
    if (other.type == "CNAME" && excludes(record.type)) {
        throw CloudflareRefusal{400, 81054, "A CNAME record with that host already exists."};
    }
    const bool delegates = (record.type == "NS") != (other.type == "NS");
    const bool signs = record.type == "DS" || other.type == "DS";
    if (!apex && delegates && !signs) {
        throw CloudflareRefusal{
            400, 81057, "The record already exists: NS records exclude others with that host."};
    }
}

void must_fit(const CloudflareRecord& record, const CloudflareZone& zone,
              const CloudflareHabits& habits) {
    const std::string identity = identity_of(record);
    std::size_t bytes = record.content.size();
    bool delegated = false;
    for (const SharedRecord& other : at_name(zone, record.name, record.id)) {
        if (identity_of(*other) == identity) {
            throw CloudflareRefusal{400, 81058, "An identical record already exists."};
        }
        must_fit_beside(record, *other, zone);
        bytes += other->content.size();
        delegated = delegated || other->type == "NS";
    }
    if (record.type == "DS" && !delegated) {
        refuse_record(habits, 0, "DS records need an NS record with the same name.");
    }
    if (bytes > 8192) {
        throw CloudflareRefusal{400, 83011,
                                "The content of all records of a name exceeds 8192 bytes."};
    }
}

void stamp(CloudflareRecord& record, const CloudflareRecord* before, const std::string& now) {
    record.modified_on = now;
    record.created_on = before == nullptr ? now : before->created_on;
    const bool commented =
        before == nullptr ? !record.comment.empty() : record.comment != before->comment;
    const bool tagged = before == nullptr ? !record.tags.empty() : record.tags != before->tags;
    if (before != nullptr) {
        record.comment_modified_on = before->comment_modified_on;
        record.tags_modified_on = before->tags_modified_on;
    }
    if (commented) record.comment_modified_on = now;
    if (tagged) record.tags_modified_on = now;
}

}  // namespace

// ---- the four things that can be done to a record

CloudflareRecord make_record(CloudflareWorld& world, CloudflareZone& zone, const json& body) {
    CloudflareRecord record = record_of(body, zone, world.habits);
    must_fit(record, zone, world.habits);
    if (zone.records.size() >= world.record_quota(zone)) {
        throw CloudflareRefusal{400, 81045,
                                fmt::format("Record quota exceeded: {} of {}.", zone.records.size(),
                                            world.record_quota(zone))};
    }
    record.id = world.hex_id();
    record.number = ++world.made;
    stamp(record, nullptr, world.now());
    zone.put(record);
    return record;
}

namespace {

CloudflareRecord replace_record(CloudflareWorld& world, CloudflareZone& zone, const std::string& id,
                                const json& body) {
    const SharedRecord before = std::make_shared<CloudflareRecord>(record_in(zone, id));
    must_be_free(*before);
    CloudflareRecord record = record_of(body, zone, world.habits);
    record.id = id;
    record.number = before->number;
    must_fit(record, zone, world.habits);
    record.meta = before->meta;
    stamp(record, before.get(), world.now());
    zone.put(record);
    return record;
}

CloudflareRecord patch_record(CloudflareWorld& world, CloudflareZone& zone, const std::string& id,
                              const json& changes) {
    json body = sent_form(record_in(zone, id));
    if (!changes.is_object()) refuse_record(world.habits, 0, "A DNS record must be an object.");
    for (const auto& [key, value] : changes.items()) body[key] = value;  // data as a whole
    return replace_record(world, zone, id, body);
}

CloudflareRecord remove_record(CloudflareWorld& world, CloudflareZone& zone,
                               const std::string& id) {
    CloudflareRecord record = record_in(zone, id);
    must_be_free(record);
    const std::vector<SharedRecord> others = at_name(zone, record.name, id);
    const auto is = [](const char* type) {
        return [type](const SharedRecord& other) { return other->type == type; };
    };
    if (record.type == "NS" && std::ranges::any_of(others, is("DS")) &&
        std::ranges::none_of(others, is("NS"))) {
        refuse_record(world.habits, 0, "The last NS record can't go before the DS records.");
    }
    zone.erase(id);
    return record;
}

// ---- endpoints

CloudflareAnswer create(CloudflareCall& call) {
    CloudflareZone& zone = call.zone();
    const CloudflareRecord record = make_record(call.world, zone, body_of(call.request));
    return cloudflare_answer(shown(record, zone, call.world.habits));
}

CloudflareAnswer get(CloudflareCall& call) {
    const CloudflareZone& zone = call.zone();
    return cloudflare_answer(shown(record_in(zone, call.ids.at(1)), zone, call.world.habits));
}

CloudflareAnswer put(CloudflareCall& call) {
    CloudflareZone& zone = call.zone();
    const auto record = replace_record(call.world, zone, call.ids.at(1), body_of(call.request));
    return cloudflare_answer(shown(record, zone, call.world.habits));
}

CloudflareAnswer patch(CloudflareCall& call) {
    CloudflareZone& zone = call.zone();
    const auto record = patch_record(call.world, zone, call.ids.at(1), body_of(call.request));
    return cloudflare_answer(shown(record, zone, call.world.habits));
}

CloudflareAnswer remove(CloudflareCall& call) {
    const CloudflareRecord record = remove_record(call.world, call.zone(), call.ids.at(1));
    return cloudflare_answer({{"id", record.id}});
}

CloudflareAnswer usage(CloudflareCall& call) {
    const CloudflareZone& zone = call.zone();
    json quota = call.world.record_quota(zone);
    if (call.world.habits.account_has_record_quota) quota = nullptr;
    return cloudflare_answer({{"record_quota", quota}, {"record_usage", zone.records.size()}});
}

/// In this order, whatever the body's; all of it or nothing; only the first error is told.
CloudflareAnswer batch(CloudflareCall& call) {
    CloudflareZone& zone = call.zone();
    const json body = body_of(call.request);
    std::size_t count = 0;
    for (const char* part : {"deletes", "patches", "puts", "posts"}) {
        const json list = member_or(body, part, json::array());
        if (!list.is_array())
            refuse_record(call.world.habits, 0, fmt::format("{} must be a list.", part));
        count += list.size();
    }
    const std::size_t most = zone.paid() ? 3500 : 200;
    if (count == 0) refuse_record(call.world.habits, 0, "The batch holds no changes.");
    if (count > most) {
        refuse_record(call.world.habits, 0,
                      fmt::format("The batch holds {} changes, the limit is {}.", count, most));
    }
    CloudflareZone copy = zone;
    const auto each = [&](const char* part, const auto& change) {
        json results = json::array();
        for (const json& item : member_or(body, part, json::array())) {
            results.push_back(
                shown(change(text_or(item, "id", ""), item), zone, call.world.habits));
        }
        return results;
    };
    CloudflareWorld& world = call.world;
    json results = json::object();
    results["deletes"] = each("deletes", [&](const std::string& id, const json&) {
        return remove_record(world, copy, id);
    });
    results["patches"] = each("patches", [&](const std::string& id, json item) {
        item.erase("id");
        return patch_record(world, copy, id, item);
    });
    results["puts"] = each("puts", [&](const std::string& id, const json& item) {
        return replace_record(world, copy, id, item);
    });
    results["posts"] = each("posts", [&](const std::string&, const json& item) {
        return make_record(world, copy, item);
    });
    for (const char* part : {"deletes", "patches", "puts", "posts"}) {
        if (!body.contains(part)) results.erase(part);
    }
    zone = std::move(copy);
    return cloudflare_answer(std::move(results));
}

/// A zone file: https://developers.cloudflare.com/dns/manage-dns-records/how-to/import-and-export/
CloudflareAnswer exported(CloudflareCall& call) {
    const CloudflareZone& zone = call.zone();
    std::map<std::string, std::string> by_type;
    for (const auto& [id, record] : zone.records) {
        std::string content = record->content;
        const bool host = record->type == "CNAME" || record->type == "NS" ||
                          record->type == "PTR" || record->type == "MX";
        if (host && content != ".") content += '.';
        if (record->type == "MX") content = fmt::format("{} {}", *record->priority, content);
        if (record->type == "TXT") content = txt_content(content, true);
        if (record->type == "LOC") content = content.substr(3);  // without its "IN "
        by_type[record->type] +=
            fmt::format("{}.\t{}\tIN\t{}\t{}{}\n", record->name, record->ttl, record->type, content,
                        record->proxied ? " ; cf_tags=cf-proxied:true" : "");
    }
    std::string text =
        fmt::format(";;\n;; Domain:     {}.\n;; Exported:   {}\n;;\n", zone.name, call.world.now());
    for (const auto& [type, lines] : by_type)
        text += fmt::format("\n;; {} Records\n{}", type, lines);
    return {200, std::move(text), {{"Content-Type", "text/plain; charset=utf-8"}}};
}

}  // namespace

std::vector<CloudflareRoute> dns_routes() {
    using net::Method;
    const std::string records = "/zones/{}/dns_records";
    return {
        {Method::get, records, "dns", list_records},
        {Method::post, records, "dns", create},
        {Method::post, records + "/batch", "dns", batch},
        {Method::get, records + "/export", "dns", exported},
        {Method::get, records + "/usage", "dns", usage},
        {Method::get, records + "/{}", "dns", get},
        {Method::put, records + "/{}", "dns", put},
        {Method::patch, records + "/{}", "dns", patch},
        {Method::del, records + "/{}", "dns", remove},
    };
}

}  // namespace driftless::test
