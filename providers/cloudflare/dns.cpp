#include "providers/cloudflare/dns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_a_page = 5'000;

const Family dns{.permission = "DNS", .absent = {81044}, .taken = {81053, 81054, 81057, 81058}};

std::string path_to(const std::string& zone_id) {
    return fmt::format("/zones/{}/dns_records", percent_encoded(zone_id));
}

bool flag_in(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && *found == true;
}

std::optional<int> number_in(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number()) return std::nullopt;
    return found->get<int>();
}

std::optional<std::size_t> count_in(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::size_t>();
}

json object_in(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : json{};
}

json body_of(RecordBatch batch) {
    json body = json::object();
    json deletes = json::array();
    for (std::string& id : batch.deletes) deletes.push_back({{"id", std::move(id)}});
    if (!deletes.empty()) body["deletes"] = std::move(deletes);
    if (!batch.patches.empty()) body["patches"] = std::move(batch.patches);
    if (!batch.posts.empty()) body["posts"] = std::move(batch.posts);
    return body;
}

}  // namespace

Result<Record> parse_record(const json& shown) {
    Record record;
    record.id = text_of(shown, "id");
    record.name = text_of(shown, "name");
    record.type = text_of(shown, "type");
    if (record.id.empty() || record.name.empty() || record.type.empty()) {
        return Error{Errc::unavailable, "the answer's record has no id, no name or no type"};
    }
    record.content = text_of(shown, "content");
    record.data = object_in(shown, "data");
    record.settings = object_in(shown, "settings");
    record.ttl = number_in(shown, "ttl").value_or(1);
    record.priority = number_in(shown, "priority");
    record.proxied = flag_in(shown, "proxied");
    record.read_only = flag_in(shown, "locked");
    const json meta = object_in(shown, "meta");
    for (const char* key : {"read_only", "managed_by_apps", "managed_by_argo_tunnel"}) {
        if (meta.is_object() && flag_in(meta, key)) record.read_only = true;
    }
    record.comment = text_of(shown, "comment");
    record.modified_on = text_of(shown, "modified_on");
    const auto tags = shown.find("tags");
    for (const json& tag : tags != shown.end() && tags->is_array() ? *tags : json::array()) {
        if (tag.is_string()) record.tags.push_back(tag.get<std::string>());
    }
    std::ranges::sort(record.tags);
    return record;
}

asio::awaitable<Result<std::vector<Record>>> Dns::list(std::string zone_id) {
    co_return co_await list_of(path_to(zone_id));
}

asio::awaitable<Result<std::vector<Record>>> Dns::list_with_comment(std::string zone_id,
                                                                    std::string begin) {
    co_return co_await list_of(path_to(zone_id) + "?comment.startswith=" + percent_encoded(begin));
}

asio::awaitable<Result<std::vector<Record>>> Dns::list_of(std::string path) {
    ListCall call{std::move(path), most_a_page};
    std::vector<Record> records;
    TakeItem take = [&records](const json& shown) -> Result<void> {
        auto record = parse_record(shown);
        if (!record) return std::move(record).error();
        records.push_back(*std::move(record));
        return {};
    };
    auto listed = co_await account_.list(dns, std::move(call), std::move(take));
    if (!listed) co_return std::move(listed).error().in("list DNS records");
    co_return records;
}

asio::awaitable<Result<RecordUsage>> Dns::usage(std::string zone_id) {
    Call call;
    call.path = path_to(zone_id) + "/usage";
    auto answer = co_await account_.send(dns, std::move(call));
    if (!answer) co_return std::move(answer).error().in("ask how many DNS records there may be");
    const auto used = count_in(answer->result, "record_usage");
    if (!used) {
        co_return Error{Errc::unavailable,
                        "ask how many DNS records there may be: the answer has no record_usage"};
    }
    co_return RecordUsage{count_in(answer->result, "record_quota"), *used};
}

asio::awaitable<Result<std::vector<std::string>>> Dns::apply(std::string zone_id,
                                                             RecordBatch batch) {
    const std::string doing = fmt::format("change {} DNS records", batch.size());
    const std::size_t posts = batch.posts.size();
    Call call;
    call.method = net::Method::post;
    call.path = path_to(zone_id) + "/batch";
    call.body = body_of(std::move(batch));
    call.deadline = std::chrono::seconds{60};
    auto answer = co_await account_.send(dns, std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    std::vector<std::string> ids;
    const auto made = answer->result.find("posts");
    for (const json& one :
         made != answer->result.end() && made->is_array() ? *made : json::array()) {
        if (one.is_object()) ids.push_back(text_of(one, "id"));
    }
    if (ids.size() == posts) co_return ids;
    co_return Error{Errc::unavailable,
                    fmt::format("{}: the answer tells of {} new ones, not of {}; the next look "
                                "shows what is there",
                                doing, ids.size(), posts)};
}

}  // namespace driftless::cloudflare
