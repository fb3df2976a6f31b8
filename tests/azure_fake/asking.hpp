#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>

#include "tests/support/fake_azure.hpp"
#include "tests/support/virtual_clock.hpp"

namespace driftless::test {

struct Given {
    int status = 0;
    json body;
    net::Headers headers;

    [[nodiscard]] std::string header(std::string_view name) const {
        return net::header_of(headers, name);
    }
    [[nodiscard]] std::string code() const { return arm::text_at(body, "/error/code"); }
};

inline net::asio::awaitable<void> one_exchange(FakeAzure& azure, net::Request request,
                                               std::optional<Result<net::Response>>& into) {
    into = co_await azure.send(std::move(request));
}

/// A client that sends one request after the other, in virtual time.
class Asking : public ::testing::Test {
protected:
    boost::asio::io_context io;
    testing::VirtualClock clock;
    FakeAzure azure{clock};
    std::string version = "2025-07-01";

    Asking() {
        azure.habits().long_urls = false;
        azure.put(azure.group_id("rg"), {{"location", "uksouth"}});
    }

    std::string id(const std::string& rest) { return azure.group_id("rg") + "/providers/" + rest; }

    Given send(net::Method method, std::string target, const json& body = nullptr,
               const std::string& token = "t") {
        if (target.find("api-version=") == std::string::npos) {
            target +=
                (target.find('?') == std::string::npos ? "?" : "&") + ("api-version=" + version);
        }
        net::Request request{method, std::move(target)};
        if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
        if (!body.is_null()) request.body = body.dump();
        std::optional<Result<net::Response>> got;
        boost::asio::co_spawn(io, one_exchange(azure, std::move(request), got),
                              boost::asio::detached);
        while (!got && clock.step(io)) {
        }
        if (!got || !*got) return {};
        Given given{(*got)->status, json::parse((*got)->body, nullptr, false), (*got)->headers};
        return given;
    }

    Given get(const std::string& target) { return send(net::Method::get, target); }
    Given put(const std::string& target, const json& body) {
        return send(net::Method::put, target, body);
    }
    Given del(const std::string& target) { return send(net::Method::del, target); }
    Given post(const std::string& target, const json& body = nullptr) {
        return send(net::Method::post, target, body);
    }
    void wait(std::chrono::seconds time) { clock.run_for(io, time); }
};

}  // namespace driftless::test
