#pragma once

#include <gtest/gtest.h>

#include "tests/support/fake_cloudflare.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {
using namespace std::chrono_literals;
using net::Method;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::run_on;

/// An answer, taken apart.
struct Given {
    int status = 0;
    json body;
    net::Headers headers;
    std::string text;  ///< as it came

    [[nodiscard]] const json& result() const { return body.at("result"); }
    /// The first error's code, of its chain where it has one.
    [[nodiscard]] int code() const {
        const json& error = body.at("errors").at(0);
        return error.value("error_chain", json::array({error})).at(0).at("code");
    }
};

/// A client with a token, a Free and a Pro zone, in virtual time.
class Cloudflare : public ::testing::Test {
protected:
    /// As a client with the token sends it.
    Given send(Method method, const std::string& path, const json& body = nullptr) {
        net::Request request{method, "/client/v4" + path};
        request.headers = {{"Authorization", "Bearer " + token}, {"Content-Type", type}};
        if (!body.is_null()) request.body = body.dump();
        auto answer = testing::run_on(io, clock, transport->send(std::move(request)));
        if (!answer) return {0, nullptr, {}, answer.error().message};
        return {answer->status, json::parse(answer->body, nullptr, false), answer->headers,
                answer->body};
    }
    Given post(const json& record, const std::string& in = "") {
        return send(Method::post, "/zones/" + (in.empty() ? zone : in) + "/dns_records", record);
    }
    Given list(const std::string& query = "") {
        return send(Method::get, "/zones/" + zone + "/dns_records" + query);
    }
    std::string made(const json& record, const std::string& in = "") {
        const Given given = post(record, in);
        EXPECT_EQ(given.status, 200) << given.text;
        return given.status == 200 ? given.result().at("id").get<std::string>() : "";
    }
    static std::vector<std::string> names(const Given& given) {
        std::vector<std::string> list;
        for (const json& record : given.result()) list.push_back(record.at("name"));
        return list;
    }

    testing::asio::io_context io;
    testing::VirtualClock clock;
    FakeCloudflare cloudflare{clock};
    std::unique_ptr<net::HttpTransport> transport = cloudflare.transport();
    std::string zone = cloudflare.add_zone("bnx.dev");
    std::string pro = cloudflare.add_zone("briefhours.com", "pro");
    std::string token = cloudflare.token();
    std::string type = "application/json";
};

}  // namespace driftless::test
