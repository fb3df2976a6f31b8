#pragma once

#include <map>
#include <span>

#include "daemon/http/control.hpp"
#include "daemon/http/gate.hpp"
#include "daemon/http/pages.hpp"
#include "daemon/schedule/feed.hpp"
#include "daemon/schedule/measures.hpp"

namespace driftless::http {

/// What the endpoint is made of; everything that is referred to outlives it.
struct ApiParts {
    Control& control;
    Feed& feed;
    Measures& measures;
    net::Clock& clock;
    Access access;
    const net::Redactor* redactor = nullptr;  ///< takes secrets out of every answer
};

/// The endpoint: which address is answered by what. GET changes nothing.
class Api {
public:
    explicit Api(ApiParts parts)
        : parts_(std::move(parts)), pages_(parts_.control, parts_.redactor) {}

    asio::awaitable<net::ServerResponse> handle(net::ServerRequest request);

    /// What an address is asked.
    struct Ask {
        const net::ServerRequest& request;
        std::map<std::string, std::string> query;
        std::string step;  ///< what stands for "{…}" in the path
    };
    using Answer = asio::awaitable<net::ServerResponse> (Api::*)(const Ask& ask);
    /// One address that is answered: a line of the table in api.cpp.
    struct Route {
        net::Method method;
        std::string_view path;   ///< "/api/v1/plans/{target}"; "{…}" is one step
        std::string_view query;  ///< names that it takes: "key limit"
        Answer answer;
    };
    static std::span<const Route> routes();
    [[nodiscard]] const Pages& pages() const { return pages_; }

private:
    asio::awaitable<net::ServerResponse> answer(const net::ServerRequest& request);
    net::ServerResponse refuse(Refusal refusal);
    [[nodiscard]] net::ServerResponse reply(int status, const nlohmann::json& body) const;
    [[nodiscard]] net::ServerResponse accepted(const Result<void>& done) const;

    asio::awaitable<net::ServerResponse> contents(const Ask& ask);
    asio::awaitable<net::ServerResponse> alive(const Ask& ask);
    asio::awaitable<net::ServerResponse> ready(const Ask& ask);
    asio::awaitable<net::ServerResponse> metrics(const Ask& ask);
    asio::awaitable<net::ServerResponse> openapi(const Ask& ask);
    asio::awaitable<net::ServerResponse> status(const Ask& ask);
    asio::awaitable<net::ServerResponse> targets(const Ask& ask);
    asio::awaitable<net::ServerResponse> resources(const Ask& ask);
    asio::awaitable<net::ServerResponse> plan(const Ask& ask);
    asio::awaitable<net::ServerResponse> runs(const Ask& ask);
    asio::awaitable<net::ServerResponse> history(const Ask& ask);
    asio::awaitable<net::ServerResponse> events(const Ask& ask);
    asio::awaitable<net::ServerResponse> reconcile(const Ask& ask);
    asio::awaitable<net::ServerResponse> confirm(const Ask& ask);
    asio::awaitable<net::ServerResponse> adopt(const Ask& ask);
    asio::awaitable<net::ServerResponse> suspend(const Ask& ask);
    asio::awaitable<net::ServerResponse> resume(const Ask& ask);
    asio::awaitable<net::ServerResponse> removed(const Ask& ask);
    asio::awaitable<net::ServerResponse> restore(const Ask& ask);
    asio::awaitable<net::ServerResponse> leave(const Ask& ask);

    ApiParts parts_;
    Pages pages_;
    std::map<std::string, net::SteadyTime> told_;  ///< by reason: when a refusal was last logged
};

/// The description of all this: daemon/http/openapi.json, embedded at build.
std::string_view openapi_document();

}  // namespace driftless::http
