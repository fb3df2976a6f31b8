#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

#include "config/base/secret.hpp"
#include "providers/azure/refusals.hpp"
#include "providers/net/http.hpp"

namespace driftless::azure {

namespace asio = boost::asio;

/// Gives the token that a call carries, and fetches one where there is none, or it ages.
class Tokens {
public:
    virtual ~Tokens() = default;
    /// @return `unauthenticated`: the credential was refused; `unavailable`: nobody answers
    virtual asio::awaitable<Result<Secret>> token() = 0;
    /// The one that was given is refused; the next call fetches anew.
    /// @param claims  what the refusal wants of the next one; "" where it says nothing
    virtual void refused(const std::string& claims) = 0;
};

/// One call to Azure Resource Manager.
struct Call {
    net::Method method = net::Method::get;
    /// Path and query below the endpoint, or an absolute URL of the same endpoint, as answers give
    /// it: the next page, an operation.
    std::string target;
    json body = nullptr;
    std::chrono::milliseconds deadline{60'000};
    bool secret = false;  ///< its answer holds secrets: no error quotes any of it
};

struct Answer {
    int status = 0;
    json body;  ///< null for an empty one
    net::Headers headers;
    std::string request_id;  ///< for support
};

/// What came back: a success, or ARM's refusal, which `error_of` puts into words.
struct Told {
    Answer answer;
    std::optional<Refusal> refusal;
};

using TakeItem = std::function<Result<void>(const json&)>;

/// Azure Resource Manager, as one identity sees it.
/// https://learn.microsoft.com/rest/api/azure/
class Arm {
public:
    /// @param endpoint  "https://management.azure.com": what absolute URLs begin with
    Arm(net::HttpTransport& transport, Tokens& tokens, std::string endpoint)
        : transport_(transport), tokens_(tokens), endpoint_(std::move(endpoint)) {}

    /// Sends once; with a new token once more, where the first was refused.
    /// @return any answer that is one; an Error: there was none, or a success that is no JSON
    asio::awaitable<Result<Told>> tell(Call call);

    /// The same, where every refusal is an error.
    /// @return `not_found`: it is absent, nothing else; `conflict`: something else is under way, or
    ///         it has another state; `forbidden`: which action on which scope; `rate_limited` with
    ///         the time; `unavailable`: status 5xx, or what came is no JSON; `invalid`: refused
    asio::awaitable<Result<Answer>> send(Call call);

    /// Hands each item of `value` to `take`, page by page, to the end of `nextLink`.
    /// @return an error for the whole where one page can't be had: half a list is none
    asio::awaitable<Result<void>> list(std::string target, TakeItem take);

private:
    asio::awaitable<Result<net::Response>> exchange(const Call& call);

    net::HttpTransport& transport_;
    Tokens& tokens_;
    std::string endpoint_;
};

}  // namespace driftless::azure
