#include "providers/cloudflare/pages_assets.hpp"

#include <fmt/format.h>

#include "providers/cloudflare/answers.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::chrono::minutes longest_upload{5};  // 25 MiB by a slow line

const Family tokens{.permission = "Pages", .absent = {8000007}, .taken = {}};
const Family assets{.permission = "", .absent = {}, .taken = {}};

Call call_of(std::string path, const std::vector<std::string>& hashes) {
    Call call;
    call.method = net::Method::post;
    call.path = std::move(path);
    call.body["hashes"] = hashes;
    return call;
}

/// The token ended: told by a code, or in words alone.
bool is_refused(const Result<Answer>& answer) {
    return !answer &&
           (answer.error().code == Errc::unauthenticated || answer.error().code == Errc::forbidden);
}

}  // namespace

void AssetBucket::add(const std::string& hash, const std::string& base64,
                      const std::string& content_type) {
    text_ += text_.empty() ? "[" : ",";
    text_ +=
        fmt::format(R"({{"key":"{}","metadata":{{"contentType":"{}"}},"base64":true,"value":")",
                    hash, content_type);
    text_ += base64;
    text_ += "\"}";
}

std::string AssetBucket::take() && {
    text_ += text_.empty() ? "[]" : "]";
    return std::move(text_);
}

/// @param refused  the token that was; another may have got a new one meanwhile
asio::awaitable<Result<void>> PagesAssets::renew(std::string refused) {
    if (token_ && token_->reveal() != refused) co_return Result<void>{};
    Call call;
    call.path = fmt::format("/accounts/{}/pages/projects/{}/upload-token",
                            percent_encoded(account_.id()), percent_encoded(project_));
    auto answer = co_await account_.send(tokens, std::move(call));
    const std::string doing = "ask for an upload token of Pages project " + in_quotes(project_);
    if (!answer) {
        Error error = std::move(answer).error().in(doing);
        if (error.code == Errc::forbidden) error.message += "; it takes the permission Pages Write";
        co_return error;
    }
    Secret token{answer->result.is_object() ? text_of(answer->result, "jwt") : ""};
    if (token.empty()) co_return Error{Errc::unavailable, doing + ": the answer holds none"};
    token_ = std::move(token);
    co_return Result<void>{};
}

/// Once more with a new token where it is refused.
asio::awaitable<Result<Answer>> PagesAssets::send(Call call) {
    if (!token_) {
        auto asked = co_await renew("");
        if (!asked) co_return std::move(asked).error();
    }
    call.deadline = longest_upload;
    call.bearer = token_;
    Call again = call;
    auto answer = co_await account_.send(assets, std::move(call));
    if (!is_refused(answer)) co_return answer;
    auto renewed = co_await renew(std::string{again.bearer->reveal()});
    if (!renewed) co_return std::move(renewed).error();
    again.bearer = token_;
    answer = co_await account_.send(assets, std::move(again));
    if (is_refused(answer)) {  // it says nothing of the account's own token
        co_return Error{Errc::unavailable,
                        "a new upload token is refused too: " + answer.error().message};
    }
    co_return answer;
}

asio::awaitable<Result<std::vector<std::string>>> PagesAssets::missing(
    std::vector<std::string> hashes) {
    const std::string doing = "ask which files of Pages project " + project_ + " are missing";
    Call call = call_of("/pages/assets/check-missing", std::move(hashes));
    const auto answer = co_await send(std::move(call));
    if (!answer) co_return Error{answer.error()}.in(doing);
    std::vector<std::string> missing;
    if (!answer->result.is_array()) {
        co_return Error{Errc::unavailable, doing + ": the answer's result is no list"};
    }
    for (const json& hash : answer->result) {
        if (hash.is_string()) missing.push_back(hash);
    }
    co_return missing;
}

asio::awaitable<Result<void>> PagesAssets::upload(AssetBucket bucket) {
    Call call;
    call.method = net::Method::post;
    call.path = "/pages/assets/upload";
    call.raw = std::move(bucket).take();
    call.content_type = "application/json";
    auto answer = co_await send(std::move(call));
    if (!answer) co_return std::move(answer).error().in("upload files to Pages");
    co_return Result<void>{};
}

asio::awaitable<Result<void>> PagesAssets::keep(std::vector<std::string> hashes) {
    Call call = call_of("/pages/assets/upsert-hashes", std::move(hashes));
    auto answer = co_await send(std::move(call));
    if (!answer) co_return std::move(answer).error().in("name the files of Pages " + project_);
    co_return Result<void>{};
}

}  // namespace driftless::cloudflare
