#pragma once

#include <deque>
#include <map>

#include "providers/net/http.hpp"

namespace driftless::testing {

namespace asio = boost::asio;

/// A server of recorded answers, in memory. Each answer is used once, in order, for its method and
/// target; a request that nobody recorded is a failed test and answers 599.
class FakeTransport final : public net::HttpTransport {
public:
    /// @param target  "/v1.41/containers/json?all=1", all of it
    void answer(net::Method method, std::string target, int status, std::string body,
                net::Headers headers = {});
    /// No answer at all.
    void fail(net::Method method, std::string target, Error error);
    /// A body that comes in pieces; `cut_off`: then the connection breaks.
    void stream(net::Method method, std::string target, std::vector<std::string> pieces,
                bool cut_off = false);
    /// The answer of an engine to GET /_ping; stays for all of them.
    void ping(std::string version);

    asio::awaitable<Result<net::Response>> send(net::Request request) override;
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override;

    /// All that was asked, in order, pings too.
    [[nodiscard]] const std::vector<net::Request>& seen() const { return seen_; }
    /// "GET /v1.41/version" of each.
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    struct Answer {
        Result<net::Response> response;
        std::vector<std::string> pieces;
        bool cut_off = false;
    };
    Answer next(const net::Request& request);

    std::map<std::string, std::deque<Answer>> answers_;
    std::string version_;
    std::vector<net::Request> seen_;
};

}  // namespace driftless::testing
