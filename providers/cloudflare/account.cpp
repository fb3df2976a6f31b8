#include "providers/cloudflare/account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_pages = 10'000;  // more would be a server that repeats itself

const Family tokens{.name = "tokens", .permission = "", .absent = {}, .taken = {}};

std::string page_of(const std::string& path, std::size_t per_page, std::size_t page) {
    const char joint = path.find('?') == std::string::npos ? '?' : '&';
    return fmt::format("{}{}per_page={}&page={}", path, joint, per_page, page);
}

/// A list as its pages come in.
struct Collected {
    std::vector<json> items;

    /// @return was it the last page? `unavailable`: the list is not whole
    Result<bool> add(Answer answer, std::size_t asked);

private:
    std::unordered_set<std::string> seen_;
};

std::size_t number_in(const json& info, const char* key, std::size_t otherwise) {
    const auto found = info.find(key);
    return found != info.end() && found->is_number_unsigned() ? found->get<std::size_t>()
                                                              : otherwise;
}

Result<bool> Collected::add(Answer answer, std::size_t asked) {
    if (!answer.result.is_array() && !answer.result.is_null()) {
        return Error{Errc::unavailable, "the answer's result is no list"};
    }
    const std::size_t got = answer.result.size();
    for (json& item : answer.result) {
        if (!item.is_object()) {
            return Error{Errc::unavailable, "the answer's list holds what is no object"};
        }
        const std::string id = text_of(item, "id");
        if (id.empty() || seen_.insert(id).second) items.push_back(std::move(item));
    }
    const std::size_t page = std::min(asked, number_in(answer.info, "per_page", asked));
    const std::size_t total = number_in(answer.info, "total_count", 0);
    if (got >= page && got > 0) return false;
    if (items.size() >= total) return true;
    if (got > 0) return false;
    return Error{Errc::unavailable, fmt::format("the list holds {} of {} things: it changed while "
                                                "it was read, or only a part came",
                                                items.size(), total)};
}

}  // namespace

asio::awaitable<Result<Answer>> Account::send(const Family& family, Call call) {
    net::Request request;
    request.method = call.method;
    request.target = std::move(call.path);
    request.deadline = call.deadline;
    request.headers.emplace_back("Authorization", "Bearer " + std::string{token_.reveal()});
    request.headers.emplace_back("Accept", "application/json");
    if (!call.body.is_null()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = call.body.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    const bool writes = call.method != net::Method::get;
    auto response = co_await transport_.send(std::move(request));
    if (!response) co_return std::move(response).error();
    co_return open_answer(family, *response, writes);
}

asio::awaitable<Result<std::vector<json>>> Account::list(const Family& family, std::string path,
                                                         std::size_t per_page) {
    Collected all;
    for (std::size_t page = 1; page <= most_pages; ++page) {
        Call call;
        call.path = page_of(path, per_page, page);
        auto answer = co_await send(family, std::move(call));
        if (!answer) co_return std::move(answer).error();
        const auto is_last = all.add(*std::move(answer), per_page);
        if (!is_last) co_return is_last.error();
        if (*is_last) co_return std::move(all.items);
    }
    co_return Error{Errc::unavailable, fmt::format("the list has no end: {} pages", most_pages)};
}

asio::awaitable<Result<std::string>> Account::verify_token() {
    Call call;
    call.path = "/accounts/" + percent_encoded(id_) + "/tokens/verify";
    auto answer = co_await send(tokens, std::move(call));
    if (!answer && answer.error().code != Errc::rate_limited &&
        answer.error().code != Errc::unavailable) {  // perhaps a user's
        Call of_user;
        of_user.path = "/user/tokens/verify";
        answer = co_await send(tokens, std::move(of_user));
    }
    if (!answer) co_return std::move(answer).error().in("verify the token");
    co_return text_of(answer->result, "status");
}

}  // namespace driftless::cloudflare
