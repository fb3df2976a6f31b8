#include "providers/azure/arm.hpp"

#include <fmt/format.h>

#include "config/base/lower_case.hpp"

namespace driftless::azure {
namespace {

constexpr std::size_t most_pages = 10'000;  // more would be a server that repeats itself

/// The `claims` of a challenge that wants another token: continuous access evaluation.
std::string claims_in(const std::string& challenge) {
    constexpr std::string_view word = "claims=\"";
    const auto begin = challenge.find(word);
    if (begin == std::string::npos) return "";
    const auto end = challenge.find('"', begin + word.size());
    return challenge.substr(begin + word.size(), end - begin - word.size());
}

Error no_json(const net::Response& response, bool secret) {
    const std::string what = secret ? fmt::format("{} bytes", response.body.size())
                                    : in_quotes(response.body.substr(0, 60));
    return {Errc::unavailable,
            fmt::format("HTTP {}: the answer is no JSON but {}", response.status, what)};
}

}  // namespace

/// Where an absolute URL leads away from the endpoint, nothing is sent: the token is for it alone.
asio::awaitable<Result<net::Response>> Arm::exchange(const Call& call) {
    net::Request request;
    request.method = call.method;
    request.target = call.target;
    request.deadline = call.deadline;
    if (!call.target.starts_with('/')) {
        const bool same = lower_case(call.target).starts_with(lower_case(endpoint_) + "/");
        if (!same) {
            const std::string shown = in_quotes(call.target.substr(0, call.target.find('?')));
            co_return Error{Errc::invalid,
                            fmt::format("the answer leads to {}, which is not {}: nothing is sent "
                                        "there",
                                        shown, endpoint_)};
        }
        request.target = call.target.substr(endpoint_.size());
    }
    const auto token = co_await tokens_.token();
    if (!token) co_return token.error();
    request.headers.emplace_back("Authorization", "Bearer " + std::string{token->reveal()});
    request.headers.emplace_back("Accept", "application/json");
    if (!call.body.is_null()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = call.body.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    co_return co_await transport_.send(std::move(request));
}

asio::awaitable<Result<Told>> Arm::tell(Call call) {
    auto response = co_await exchange(call);
    if (response && response->status == 401) {
        tokens_.refused(claims_in(response->header("WWW-Authenticate")));
        response = co_await exchange(call);
    }
    if (!response) co_return std::move(response).error();
    Told told;
    told.answer.status = response->status;
    told.answer.request_id = response->header("x-ms-request-id");
    if (response->status >= 400) {
        const std::string& body = call.secret ? std::string{} : response->body;
        told.refusal = read_refusal(response->status, response->headers, body);
        told.answer.headers = std::move(response->headers);
        co_return told;
    }
    if (!response->body.empty()) {
        told.answer.body = json::parse(response->body, nullptr, false);
        if (told.answer.body.is_discarded()) co_return no_json(*response, call.secret);
    }
    told.answer.headers = std::move(response->headers);
    co_return told;
}

asio::awaitable<Result<Answer>> Arm::send(Call call) {
    auto told = co_await tell(std::move(call));
    if (!told) co_return std::move(told).error();
    if (!told->refusal) co_return std::move(told->answer);
    Error error = error_of(*told->refusal);
    error.retry_after = retry_after(told->answer.headers, told->refusal->message);
    co_return error;
}

asio::awaitable<Result<void>> Arm::list(std::string target, TakeItem take) {
    for (std::size_t page = 0; page < most_pages; ++page) {
        Call call;
        call.target = std::move(target);
        const auto answer = co_await send(std::move(call));
        if (!answer) co_return answer.error();
        const auto value = answer->body.find("value");
        if (!answer->body.is_object() || value == answer->body.end() || !value->is_array()) {
            co_return Error{Errc::unavailable, "the answer holds no list"};
        }
        for (const json& item : *value) {
            if (!item.is_object()) {
                co_return Error{Errc::unavailable, "the answer's list holds what is no object"};
            }
            auto taken = take(item);
            if (!taken) co_return taken;
        }
        const auto next = answer->body.find("nextLink");
        const bool more = next != answer->body.end() && next->is_string() &&
                          !next->get_ref<const std::string&>().empty();
        if (!more) co_return Result<void>{};
        target = next->get<std::string>();
    }
    co_return Error{Errc::unavailable, fmt::format("the list has no end: {} pages", most_pages)};
}

}  // namespace driftless::azure
