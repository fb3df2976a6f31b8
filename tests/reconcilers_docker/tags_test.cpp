// Whose credentials go where, when images are looked up and pulled.
#include "reconcilers/docker/tags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reconcilers/docker/image_pull.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::docker {
namespace {

using net::Method;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NoJournal final : public Journal {
public:
    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step&, const Results&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> learn(std::string, std::string, json) override {
        co_return Result<void>{};
    }
};

class Credentials : public ::testing::Test {
protected:
    Credentials() {
        transport.ping("1.41");
        (void)run(access.engine.version());
        one.facts.target = "mini1";
    }
    template <class T>
    T run(asio::awaitable<T> work) {
        return testing::run_on(io, clock, std::move(work));
    }

    /// An image of `policy` that is not here, and what engine and registry answer for it.
    void want(const std::string& image, const std::string& policy) {
        Declared want;
        want.key = {"mini1", "docker.container", fmt::format("shop.web.{}", wanted.size() + 1)};
        want.spec = {{"image", image}, {"pull_policy", policy}};
        wanted.push_back(want);
        const std::string name = percent_encoded(image);
        const std::string digest = "sha256:" + std::string(64, 'a');
        transport.answer(Method::get, "/v1.41/distribution/" + name + "/json", 200,
                         R"({"Descriptor":{"digest":")" + digest + R"("}})");
        const json here{{"Id", digest}};
        const std::string inspect = "/v1.41/images/" + name + "/json";
        transport.answer(Method::get, inspect, 404, R"({"message":"No such image"})");
        for (int time = 0; time < 2; ++time) {
            transport.answer(Method::get, inspect, 200, here.dump());
        }
        for (const std::string& other : {normal_repository(image) + "@" + digest, digest}) {
            transport.answer(Method::get, "/v1.41/images/" + percent_encoded(other) + "/json", 404,
                             R"({"message":"No such image"})");
        }
        const auto ref = parse_image_ref(image);
        transport.stream(Method::post,
                         fmt::format("/v1.41/images/create?fromImage={}&tag={}",
                                     percent_encoded(ref->repository), ref->tag),
                         {});
    }
    void look_up_and_pull() {
        DesiredState desired{"mini1", "c0ffee", wanted, {}};
        one.facts.desired = Complete<DesiredState>::vouched(std::move(desired));
        run(resolve_tags_of_all());
        Step step;
        for (const Declared& want : (*one.facts.desired)->resources) {
            Action action;
            action.key = want.key;
            action.want = want;
            step.actions.push_back(std::move(action));
        }
        for (const auto& result : run(pull_images(access, one, std::move(step)))) {
            EXPECT_TRUE(result) << result.error().message;
        }
    }
    asio::awaitable<bool> resolve_tags_of_all() {
        co_await resolve_tags(access, one, Scope{});
        co_return true;
    }
    /// Every request that carried credentials, with whose: "GET /…: ghcr".
    std::vector<std::string> logins() {
        std::vector<std::string> all;
        for (const net::Request& request : transport.seen()) {
            for (const auto& [name, value] : request.headers) {
                if (name != "X-Registry-Auth") continue;
                all.push_back(std::string{net::name(request.method)} + " " + request.target + " " +
                              opened(std::string{value}));
            }
        }
        return all;
    }
    static std::string opened(const std::string& header) {
        const std::string digits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        std::string text;
        unsigned bits = 0;
        int count = 0;
        for (const char letter : header) {
            if (letter == '=') break;
            bits = bits << 6 | static_cast<unsigned>(digits.find(letter));
            count += 6;
            if (count >= 8) text += static_cast<char>(bits >> (count -= 8) & 255);
        }
        const json login = json::parse(text);
        return login["password"].get<std::string>() + " for " +
               login["serveraddress"].get<std::string>();
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
    EngineAccess access{.engine = Engine{transport},
                        .target = "mini1",
                        .installation = "test",
                        .logins = {{"ghcr.io", {"bnx", "of ghcr", "ghcr.io"}},
                                   {"localhost:5000", {"bnx", "of 5000", "localhost:5000"}},
                                   {"docker.io", {"bnx", "of hub", "docker.io"}}},
                        .self = "",
                        .width = 1,
                        .clock = clock,
                        .lane = *lane};
    test::ToyVault vault;
    NoJournal journal;
    struct Run one {
        .id = "r", .trigger = "commit", .facts = {}, .vault = vault, .journal = journal,
        .clock = clock, .files = nullptr, .stop_asked = nullptr, .progress = nullptr
    };
    std::vector<Declared> wanted;
};

TEST_F(Credentials, GoToTheirOwnRegistryForLookUpAndPull) {
    want("ghcr.io/bnx/web:1", "always");
    want("web:1", "missing");
    want("localhost:5000/web:1", "missing");
    look_up_and_pull();
    EXPECT_THAT(
        logins(),
        ElementsAre("GET /v1.41/distribution/ghcr.io%2Fbnx%2Fweb%3A1/json of ghcr for ghcr.io",
                    "POST /v1.41/images/create?fromImage=ghcr.io%2Fbnx%2Fweb&tag=1 of ghcr for "
                    "ghcr.io",
                    "POST /v1.41/images/create?fromImage=localhost%3A5000%2Fweb&tag=1 of 5000 for "
                    "localhost:5000",
                    "POST /v1.41/images/create?fromImage=web&tag=1 of hub for "
                    "https://index.docker.io/v1/"));
}

TEST_F(Credentials, GoToNoRegistryThatOnlyLooksLikeTheirs) {
    for (const char* image :
         {"ghcr.io.evil.example/bnx/web:1", "evil.example/ghcr.io/web:1", "localhost:5001/web:1",
          "localhost/web:1", "docker.io.example/web:1"}) {
        want(image, "always");
    }
    look_up_and_pull();
    EXPECT_THAT(logins(), IsEmpty());
}

}  // namespace
}  // namespace driftless::docker
