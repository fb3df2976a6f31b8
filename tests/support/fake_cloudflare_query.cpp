// The list of a zone's records: filters, order, pages.
#include <algorithm>

#include "tests/support/fake_cloudflare_dns.hpp"

namespace driftless::test {

namespace {

/// One wish of a query, "name.startswith=www": whether a record grants it.
bool text_fits(std::string_view how, const std::string& value, const std::string& wish) {
    const std::string have = lower(value);
    const std::string want = lower(wish);
    if (how.empty() || how == "exact") return have == want;
    if (how == "contains") return have.find(want) != std::string::npos;
    if (how == "startswith") return have.starts_with(want);
    if (how == "endswith") return have.ends_with(want);
    if (how == "present") return !have.empty();
    if (how == "absent") return have.empty();
    return true;
}

/// "name:value", or a name alone.
bool tag_fits(std::string_view how, const std::vector<std::string>& tags, const std::string& wish) {
    const std::string want = lower(wish);
    const std::string name = want.substr(0, want.find(':'));
    const std::string value = want.size() > name.size() ? want.substr(name.size() + 1) : "";
    const auto fits = [&](const std::string& tag) {
        const std::string have = lower(tag);
        if (have.substr(0, have.find(':')) != name) return false;
        if (how == "present" || how == "absent") return true;
        const std::string rest = have.size() > name.size() ? have.substr(name.size() + 1) : "";
        return text_fits(how, rest, value);
    };
    return std::ranges::any_of(tags, fits) != (how == "absent");
}

bool found_by_search(const CloudflareRecord& record, const std::string& wish) {
    return text_fits("contains", record.name, wish) ||
           text_fits("contains", record.content, wish) ||
           text_fits("contains", record.comment, wish);
}

/// What a query asks of each record; those of tags apart, they are matched by a rule of their own.
struct Wishes {
    std::vector<std::pair<std::string, std::string>> fields, tags;
    bool any_field = false, any_tag = false;
};

Wishes wishes_of(const CloudflareRequest& request) {
    Wishes wishes;
    wishes.any_field = request.query_or("match", "all") == "any";
    wishes.any_tag = request.query_or("tag_match", "all") == "any";
    for (const auto& pair : request.query) {
        const std::string field = pair.first.substr(0, pair.first.find('.'));
        if (field == "tag") wishes.tags.push_back(pair);
        for (const char* known : {"name", "content", "comment", "type", "proxied", "search"}) {
            if (field == known) wishes.fields.push_back(pair);
        }
    }
    return wishes;
}

bool grants(const CloudflareRecord& record, const std::string& key, const std::string& wish) {
    const std::size_t dot = key.find('.');
    const std::string field = key.substr(0, dot);
    const std::string how = dot == std::string::npos ? "" : key.substr(dot + 1);
    if (field == "name") return text_fits(how, record.name, wish);
    if (field == "content") return text_fits(how, record.content, wish);
    if (field == "comment") return text_fits(how, record.comment, wish);
    if (field == "tag") return tag_fits(how, record.tags, wish);
    if (field == "type") return text_fits("", record.type, wish);
    if (field == "proxied") return record.proxied == (wish == "true");
    return found_by_search(record, wish);
}

bool all_granted(const CloudflareRecord& record,
                 const std::vector<std::pair<std::string, std::string>>& wishes, bool any) {
    const auto is_granted = [&record](const auto& wish) {
        return grants(record, wish.first, wish.second);
    };
    if (wishes.empty()) return true;
    return any ? std::ranges::any_of(wishes, is_granted) : std::ranges::all_of(wishes, is_granted);
}

void sort(std::vector<SharedRecord>& records, const CloudflareRequest& request) {
    const std::string by = request.query_or("order", "type");
    const bool down = request.query_or("direction", "asc") == "desc";
    const auto key = [&by](const CloudflareRecord& record) {
        const bool number = by == "ttl" || by == "proxied";
        const int value = by == "ttl" ? record.ttl : record.proxied ? 1 : 0;
        const std::string& text = by == "name"      ? record.name
                                  : by == "content" ? record.content
                                                    : record.type;
        return std::pair{number ? value : 0, number ? std::string{} : text};
    };
    std::ranges::stable_sort(records, [&](const SharedRecord& a, const SharedRecord& b) {
        return down ? key(*b) < key(*a) : key(*a) < key(*b);
    });
}

}  // namespace

CloudflareAnswer list_records(CloudflareCall& call) {
    const CloudflareZone& zone = call.zone();
    const Wishes wishes = wishes_of(call.request);
    std::vector<SharedRecord> found;
    for (const auto& [id, record] : zone.records) {
        if (all_granted(*record, wishes.fields, wishes.any_field) &&
            all_granted(*record, wishes.tags, wishes.any_tag)) {
            found.push_back(record);
        }
    }
    std::ranges::sort(found, {}, [](const SharedRecord& record) { return record->number; });
    sort(found, call.request);
    const Page page = page_of(call.request, found.size(), {1, 5'000'000, 100, 1004});
    json result = json::array();
    for (std::size_t at = page.begin; at < page.end; ++at) {
        result.push_back(shown(*found[at], zone, call.world.habits));
    }
    return paged_answer(std::move(result), page, found.size());
}

}  // namespace driftless::test
