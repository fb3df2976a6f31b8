#pragma once

#include "daemon/http/control.hpp"
#include "daemon/http/gate.hpp"

namespace driftless::http {

/// The endpoint: which address is answered by what. GET changes nothing.
class Api {
public:
    Api(Control& control, Access access) : control_(control), access_(std::move(access)) {}

    asio::awaitable<net::ServerResponse> handle(net::ServerRequest request);

private:
    asio::awaitable<net::ServerResponse> answer(const net::ServerRequest& request);
    asio::awaitable<net::ServerResponse> read(const std::string& path,
                                              const std::map<std::string, std::string>& query);
    asio::awaitable<net::ServerResponse> write(const std::string& path, const std::string& body);
    net::ServerResponse ready() const;
    net::ServerResponse resources(const std::string& key) const;
    net::ServerResponse plan(const std::string& target) const;
    asio::awaitable<net::ServerResponse> history(std::map<std::string, std::string> query);

    Control& control_;
    Access access_;
};

}  // namespace driftless::http
