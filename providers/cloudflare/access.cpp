#include "providers/cloudflare/access.hpp"

#include <fmt/format.h>

#include <utility>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

// 12135: no such object; 12152: no such group; 11021: no such application; 12132: the name or
// domain is another's.
const Family groups{.permission = "Access: Organizations, Identity Providers, and Groups",
                    .absent = {12135, 12152},
                    .taken = {12132}};
const Family apps_and_policies{
    .permission = "Access: Apps and Policies", .absent = {12135, 11021}, .taken = {12132}};
const Family service_tokens{
    .permission = "Access: Service Tokens", .absent = {12135}, .taken = {12132}};

constexpr std::size_t tags_a_page = 50;

const Family& family_of(AccessSort sort) {
    if (sort == AccessSort::group) return groups;
    return sort == AccessSort::service_token ? service_tokens : apps_and_policies;
}

std::string_view word(AccessSort sort) {
    switch (sort) {
        case AccessSort::group: return "groups";
        case AccessSort::policy: return "policies";
        case AccessSort::application: return "apps";
        case AccessSort::service_token: return "service_tokens";
    }
    return "";
}

/// What a page holds where nobody asks for another size.
std::size_t page_of(AccessSort sort) {
    return sort == AccessSort::policy ? 100 : 1'000;
}

Result<AccessObject> parse_object(const json& shown) {
    AccessObject object;
    if (shown.is_object()) object = {text_of(shown, "id"), text_of(shown, "name"), shown};
    if (!object.id.empty()) return object;
    return Error{Errc::unavailable, "the answer holds what has no id"};
}

/// The call before may have been carried out though its answer was lost.
bool is_there_already(const Error& error) {
    return error.code == Errc::conflict;
}

}  // namespace

std::string_view name(AccessSort sort) {
    switch (sort) {
        case AccessSort::group: return "group";
        case AccessSort::policy: return "policy";
        case AccessSort::application: return "application";
        case AccessSort::service_token: return "service token";
    }
    return "";
}

std::string Access::path(AccessSort sort, const std::string& id) const {
    std::string path =
        fmt::format("/accounts/{}/access/{}", percent_encoded(account_.id()), word(sort));
    if (!id.empty()) path += "/" + percent_encoded(id);
    return path;
}

asio::awaitable<Result<std::vector<AccessObject>>> Access::list(AccessSort sort) {
    ListCall call{path(sort), page_of(sort)};
    std::vector<AccessObject> all;
    TakeItem take = [&all](const json& shown) -> Result<void> {
        auto object = parse_object(shown);
        if (!object) return std::move(object).error();
        all.push_back(*std::move(object));
        return {};
    };
    auto listed = co_await account_.list(family_of(sort), std::move(call), std::move(take));
    if (!listed) {
        co_return std::move(listed).error().in(fmt::format("list Access {}", word(sort)));
    }
    co_return all;
}

asio::awaitable<Result<AccessObject>> Access::create(AccessSort sort, json body) {
    const std::string doing =
        fmt::format("create Access {} {}", name(sort), in_quotes(text_of(body, "name")));
    Call call;
    call.method = net::Method::post;
    call.path = path(sort);
    call.body = std::move(body);
    auto answer = co_await account_.send(family_of(sort), std::move(call));
    if (!answer) co_return std::move(answer).error().in(doing);
    auto object = parse_object(answer->result);
    if (!object) co_return std::move(object).error().in(doing);
    co_return object;
}

asio::awaitable<Result<void>> Access::put(AccessSort sort, std::string id, json body) {
    Call call;
    call.method = net::Method::put;
    call.path = path(sort, id);
    call.body = std::move(body);
    auto answer = co_await account_.send(family_of(sort), std::move(call));
    if (answer) co_return Result<void>{};
    co_return std::move(answer).error().in(fmt::format("change Access {} {}", name(sort), id));
}

asio::awaitable<Result<void>> Access::remove(AccessSort sort, std::string id) {
    Call call;
    call.method = net::Method::del;
    call.path = path(sort, id);
    auto answer = co_await account_.send(family_of(sort), std::move(call));
    if (answer) co_return Result<void>{};
    co_return std::move(answer).error().in(fmt::format("delete Access {} {}", name(sort), id));
}

asio::awaitable<Result<std::set<std::string>>> Access::tags() {
    ListCall call{fmt::format("/accounts/{}/access/tags", percent_encoded(account_.id())),
                  tags_a_page};
    std::set<std::string> all;
    TakeItem take = [&all](const json& shown) -> Result<void> {
        all.insert(text_of(shown, "name"));
        return {};
    };
    auto listed = co_await account_.list(apps_and_policies, std::move(call), std::move(take));
    if (!listed) co_return std::move(listed).error().in("list Access tags");
    co_return all;
}

asio::awaitable<Result<void>> Access::create_tag(std::string tag) {
    const std::string doing = "create Access tag " + in_quotes(tag);
    Call call;
    call.method = net::Method::post;
    call.path = fmt::format("/accounts/{}/access/tags", percent_encoded(account_.id()));
    call.body = {{"name", std::move(tag)}};
    auto answer = co_await account_.send(apps_and_policies, std::move(call));
    if (answer || is_there_already(answer.error())) co_return Result<void>{};
    co_return std::move(answer).error().in(doing);
}

asio::awaitable<Result<NewServiceToken>> Access::secret_from(Call call) {
    call.method = net::Method::post;
    call.secret = true;
    const auto answer = co_await account_.send(service_tokens, std::move(call));
    if (!answer) co_return answer.error();
    NewServiceToken token;
    if (answer->result.is_object()) {
        token = {text_of(answer->result, "id"), text_of(answer->result, "client_id"),
                 Secret{text_of(answer->result, "client_secret")}};
    }
    if (!token.id.empty() && !token.client_id.empty() && !token.client_secret.empty()) {
        co_return token;
    }
    co_return Error{Errc::unavailable, "the answer lacks an id or the secret"};
}

asio::awaitable<Result<NewServiceToken>> Access::create_service_token(std::string name,
                                                                      std::string duration) {
    const std::string doing = "create Access service token " + in_quotes(name);
    Call call;
    call.path = path(AccessSort::service_token);
    call.body = {{"name", std::move(name)}, {"duration", std::move(duration)}};
    auto made = co_await secret_from(std::move(call));
    if (!made) made = std::move(made).error().in(doing);
    co_return made;
}

asio::awaitable<Result<NewServiceToken>> Access::rotate_service_token(std::string id) {
    Call call;
    call.path = path(AccessSort::service_token, id) + "/rotate";
    call.body = json::object();
    auto made = co_await secret_from(std::move(call));
    if (!made) made = std::move(made).error().in("rotate Access service token " + id);
    co_return made;
}

}  // namespace driftless::cloudflare
