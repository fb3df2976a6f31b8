#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/base/percent.hpp"
#include "config/base/secret.hpp"
#include "providers/net/http.hpp"

namespace driftless::cloudflare {

namespace asio = boost::asio;
using json = nlohmann::json;

/// A part of the API with its own codes and permissions: the same number means another thing in
/// another family.
struct Family {
    std::string_view permission;  ///< "DNS": `DNS Read` and `DNS Write` are its permissions
    std::vector<int> absent;      ///< the only codes that mean: it does not exist
    std::vector<int> taken;       ///< codes that mean: another has its name or place
};

/// One call.
struct Call {
    net::Method method = net::Method::get;
    std::string path;  ///< below the base URL, with its query: "/zones?per_page=50"
    json body = nullptr;
    std::chrono::milliseconds deadline{30'000};
    bool secret = false;            ///< its answer holds a secret: no error quotes any of it
    std::string raw = {};           ///< a body as it is, in place of `body`
    std::string content_type = {};  ///< of `raw`
    std::optional<Secret> bearer = std::nullopt;  ///< in place of the account's token
};

/// A list with page and per_page.
struct ListCall {
    std::string path;  ///< with its query, less these two
    std::size_t per_page = 50;
};
using TakeItem = std::function<Result<void>(const json&)>;

/// What a successful answer holds.
struct Answer {
    json result;
    json info;  ///< `result_info`; null where there is none
};

/// One Cloudflare account, as one token sees it. Opens the envelope of each answer and tells errors
/// apart by family and code.
/// https://developers.cloudflare.com/fundamentals/api/
class Account {
public:
    Account(net::HttpTransport& transport, std::string id, Secret token)
        : transport_(transport), id_(std::move(id)), token_(std::move(token)) {}

    [[nodiscard]] const std::string& id() const { return id_; }

    /// Sends once; repeats nothing.
    /// @return `not_found`: a code of `family.absent`, nothing else; `conflict`: one of
    ///         `family.taken`, or status 409; `forbidden`: the token lacks a permission, which is
    ///         named; `unauthenticated`: it is no token at all; `rate_limited` with when to ask
    ///         again; `unavailable`: status 5xx, or what came is no JSON; `invalid`: refused for
    ///         what was sent
    asio::awaitable<Result<Answer>> send(const Family& family, Call call);

    /// Hands every item of a list with page and per_page to `take`, page by page, so that no more
    /// than one lies in memory: asks on until a page is short. What came twice, because the list
    /// moved meanwhile, is left out.
    /// @return an error for the whole when one page can't be had, or `take` refuses an item: half a
    ///         list is none
    asio::awaitable<Result<void>> list(const Family& family, ListCall list, TakeItem take);

    /// "active" and so on. @return as `send`
    asio::awaitable<Result<std::string>> verify_token();

private:
    net::HttpTransport& transport_;
    std::string id_;
    Secret token_;
};

}  // namespace driftless::cloudflare
