#include "providers/cloudflare/settings.hpp"

#include <fmt/format.h>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

const Family settings{.permission = "Zone Settings", .absent = {}, .taken = {}};

/// This one has its value under another name than all the others.
std::string_view value_name(const std::string& id) {
    return id == "ssl_recommender" ? "enabled" : "value";
}

std::string path_to(const std::string& zone_id) {
    return fmt::format("/zones/{}/settings", percent_encoded(zone_id));
}

Result<ZoneSetting> parse_setting(const json& shown) {
    ZoneSetting setting;
    if (shown.is_object()) setting.id = text_of(shown, "id");
    if (setting.id.empty()) {
        return Error{Errc::unavailable, "the answer's list holds what is no setting"};
    }
    const auto value = shown.find(std::string{value_name(setting.id)});
    if (value != shown.end()) setting.value = *value;
    const auto editable = shown.find("editable");
    setting.editable = editable == shown.end() || *editable != false;
    setting.modified_on = text_of(shown, "modified_on");
    return setting;
}

}  // namespace

asio::awaitable<Result<std::vector<ZoneSetting>>> ZoneSettings::list(std::string zone_id) {
    const std::string doing = "list the zone's settings";
    Call call;
    call.path = path_to(zone_id);
    const auto answer = co_await account_.send(settings, std::move(call));
    if (!answer) co_return Error{answer.error()}.in(doing);
    std::vector<ZoneSetting> all;
    if (!answer->result.is_array() || answer->result.empty()) {
        co_return Error{Errc::unavailable,
                        doing + ": the answer holds none, and every zone has some"};
    }
    for (const json& shown : answer->result) {
        auto setting = parse_setting(shown);
        if (!setting) co_return std::move(setting).error().in(doing);
        all.push_back(*std::move(setting));
    }
    co_return all;
}

asio::awaitable<Result<void>> ZoneSettings::change(std::string zone_id, ZoneSetting setting) {
    Call call;
    call.method = net::Method::patch;
    call.path = path_to(zone_id) + "/" + percent_encoded(setting.id);
    call.body = {{std::string{value_name(setting.id)}, setting.value}};
    auto answer = co_await account_.send(settings, std::move(call));
    if (!answer) co_return std::move(answer).error().in("change setting " + setting.id);
    co_return Result<void>{};
}

}  // namespace driftless::cloudflare
