#include "providers/cloudflare/account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::size_t most_pages = 10'000;  // more would be a server that repeats itself

const Family tokens{.permission = "", .absent = {}, .taken = {}};

std::string page_of(const std::string& path, std::size_t per_page, std::size_t page) {
    const char joint = path.find('?') == std::string::npos ? '?' : '&';
    return fmt::format("{}{}per_page={}&page={}", path, joint, per_page, page);
}

/// A list as its pages come in.
class Pages {
public:
    Pages(std::size_t asked, TakeItem take) : asked_(asked), take_(std::move(take)) {}
    /// @return was it the last page? `unavailable`: the list is not whole
    Result<bool> add(const Answer& answer);

private:
    Result<void> add_item(const json& item);

    std::size_t asked_;
    TakeItem take_;
    std::size_t taken_ = 0;
    std::unordered_set<std::string> seen_;
};

std::size_t number_in(const json& info, const char* key, std::size_t otherwise) {
    const auto found = info.find(key);
    return found != info.end() && found->is_number_unsigned() ? found->get<std::size_t>()
                                                              : otherwise;
}

Result<void> Pages::add_item(const json& item) {
    if (!item.is_object()) {
        return Error{Errc::unavailable, "the answer's list holds what is no object"};
    }
    const std::string id = text_of(item, "id");
    if (!id.empty() && !seen_.insert(id).second) return {};
    ++taken_;
    return take_(item);
}

Result<bool> Pages::add(const Answer& answer) {
    if (!answer.result.is_array() && !answer.result.is_null()) {
        return Error{Errc::unavailable, "the answer's result is no list"};
    }
    for (const json& item : answer.result) {
        auto added = add_item(item);
        if (!added) return std::move(added).error();
    }
    const std::size_t got = answer.result.size();
    const std::size_t page = std::min(asked_, number_in(answer.info, "per_page", asked_));
    const std::size_t total = number_in(answer.info, "total_count", 0);
    const bool is_full = got >= page && got > 0;
    if (total > 0 ? taken_ >= total : !is_full) return true;
    if (got > 0) return false;
    return Error{Errc::unavailable, fmt::format("the list holds {} of {} things: it changed while "
                                                "it was read, or only a part came",
                                                taken_, total)};
}

}  // namespace

asio::awaitable<Result<Answer>> Account::send(const Family& family, Call call) {
    net::Request request;
    request.method = call.method;
    request.target = std::move(call.path);
    request.deadline = call.deadline;
    const Secret& bearer = call.bearer ? *call.bearer : token_;
    request.headers.emplace_back("Authorization", "Bearer " + std::string{bearer.reveal()});
    request.headers.emplace_back("Accept", "application/json");
    if (!call.raw.empty()) {
        request.headers.emplace_back("Content-Type", std::move(call.content_type));
        request.body = std::move(call.raw);
    } else if (!call.body.is_null()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = call.body.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    const Telling telling{.wrote = call.method != net::Method::get, .secret = call.secret};
    auto response = co_await transport_.send(std::move(request));
    if (!response) co_return std::move(response).error();
    co_return open_answer(family, *response, telling);
}

asio::awaitable<Result<void>> Account::list(const Family& family, ListCall list, TakeItem take) {
    Pages pages{list.per_page, std::move(take)};
    for (std::size_t page = 1; page <= most_pages; ++page) {
        Call call;
        call.path = page_of(list.path, list.per_page, page);
        const auto answer = co_await send(family, std::move(call));
        if (!answer) co_return answer.error();
        const auto is_last = pages.add(*answer);
        if (!is_last) co_return is_last.error();
        if (*is_last) co_return Result<void>{};
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
