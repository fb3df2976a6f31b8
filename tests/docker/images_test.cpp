#include "providers/docker/images.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::docker {
namespace {

using net::Method;
using testing::run_on;

const std::string digest = "sha256:" + std::string(64, 'a');

struct RefCase {
    std::string text;
    std::string repository;
    std::string tag;
    std::string registry;
    std::string normal;
};

TEST(ImageRef, IsReadAsTheEngineReadsIt) {
    const RefCase cases[]{
        {"nginx", "nginx", "latest", "docker.io", "docker.io/library/nginx:latest"},
        {"nginx:1.27", "nginx", "1.27", "docker.io", "docker.io/library/nginx:1.27"},
        {"bnx/web", "bnx/web", "latest", "docker.io", "docker.io/bnx/web:latest"},
        {"docker.io/nginx", "docker.io/nginx", "latest", "docker.io",
         "docker.io/library/nginx:latest"},
        {"index.docker.io/a/b:c", "index.docker.io/a/b", "c", "docker.io", "docker.io/a/b:c"},
        {"ghcr.io/a/b:v1", "ghcr.io/a/b", "v1", "ghcr.io", "ghcr.io/a/b:v1"},
        {"localhost:5000/a", "localhost:5000/a", "latest", "localhost:5000",
         "localhost:5000/a:latest"},
        {"localhost/a:x", "localhost/a", "x", "localhost", "localhost/a:x"},
        {"a@" + digest, "a", digest, "docker.io", "docker.io/library/a@" + digest},
        {"a:v1@" + digest, "a", digest, "docker.io", "docker.io/library/a@" + digest},
    };
    for (const auto& want : cases) {
        const auto ref = parse_image_ref(want.text);
        ASSERT_TRUE(ref) << want.text;
        EXPECT_EQ(ref->repository, want.repository);
        EXPECT_EQ(ref->tag, want.tag);
        EXPECT_EQ(ref->registry, want.registry);
        EXPECT_EQ(normal_image_ref(want.text), want.normal);
    }
}

TEST(ImageRef, RefusesWhatIsNone) {
    for (const std::string& text :
         {std::string{}, std::string{"Nginx"}, std::string{"a b"}, std::string{"a:"},
          std::string{"a:-x"}, std::string{"a@sha256:short"}, std::string{"a//b"},
          std::string{"/a"}, std::string{"a/"}, std::string{"a\nb"}, std::string{"a?b"},
          std::string(64, 'a'), digest}) {
        EXPECT_FALSE(parse_image_ref(text)) << text;
        EXPECT_EQ(normal_image_ref(text), text);
    }
}

struct ImagesTest : ::testing::Test {
    ImagesTest() {
        transport.ping("1.41");
        (void)run_on(io, clock, engine.version());
    }
    Result<void> pull(RegistryLogin login = {}) {
        std::function<void(const PullProgress&)> progress = [this](const PullProgress& now) {
            last = now;
        };
        return run_on(io, clock, images.pull("web:1", "", std::move(login), progress));
    }

    const std::string target = "/v1.41/images/create?fromImage=web&tag=1";
    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Engine engine{transport};
    Images images{engine};
    PullProgress last;
};

TEST_F(ImagesTest, APullIsDoneWhenTheStreamEndedAndTheImageIsThere) {
    transport.stream(
        Method::post, target,
        {R"({"status":"Pulling from library/web","id":"1"})"
         R"({"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"l1"})",
         R"({"status":"Downloading","progressDetail":{"current":5,"total":50},"id":"l2"})"
         R"({"status":"Pull complete","progressDetail":{},"id":"l1"})"});
    transport.answer(Method::get, "/v1.41/images/web%3A1/json", 200, R"({"Id":"sha256:1"})");
    const auto pulled = pull();
    ASSERT_TRUE(pulled) << pulled.error().message;
    EXPECT_EQ(last.bytes_done, 105u);
    EXPECT_EQ(last.bytes_all, 150u);
    EXPECT_EQ(last.image, "web:1");
}

TEST_F(ImagesTest, APullWithoutTheImageAfterwardsFailed) {
    transport.stream(Method::post, target, {R"({"status":"done"})"});
    transport.answer(Method::get, "/v1.41/images/web%3A1/json", 404,
                     R"({"message":"No such image"})");
    EXPECT_EQ(pull().error().code, Errc::not_found);
}

struct PullCase {
    const char* message;
    Errc code;
};

TEST_F(ImagesTest, AFailureInTheStreamIsOneWhateverTheStatusSaid) {
    const PullCase cases[]{
        {"manifest for web:1 not found: manifest unknown", Errc::not_found},
        {"no matching manifest for linux/arm64/v8 in the manifest list entries", Errc::not_found},
        {"toomanyrequests: You have reached your pull rate limit", Errc::rate_limited},
        {"unauthorized: authentication required", Errc::unauthenticated},
        {"denied: requested access to the resource is denied", Errc::forbidden},
        {"write /var/lib/docker: no space left on device", Errc::unavailable},
    };
    for (const auto& [message, code] : cases) {
        transport.stream(
            Method::post, target,
            {fmt::format(R"({{"errorDetail":{{"message":"{0}"}},"error":"{0}"}})", message)});
        const auto pulled = pull();
        ASSERT_FALSE(pulled);
        EXPECT_EQ(pulled.error().code, code) << message;
        EXPECT_NE(pulled.error().message.find(message), std::string::npos);
    }
}

TEST_F(ImagesTest, ACutOffStreamFailed) {
    transport.stream(Method::post, target, {R"({"status":"Downloading")"});
    EXPECT_EQ(pull().error().code, Errc::unavailable);
    transport.stream(Method::post, target, {R"({"status":"x"})"}, true);
    EXPECT_EQ(pull().error().code, Errc::unavailable);
}

TEST_F(ImagesTest, ARefusalBeforeTheStreamCarriesTheRegistrysReason) {
    transport.answer(Method::post, target, 500,
                     R"({"message":"Get https://r/v2/: unauthorized: authentication required"})");
    EXPECT_EQ(pull().error().code, Errc::unauthenticated);
    transport.answer(Method::post, target, 404, R"({"message":"pull access denied for web"})");
    EXPECT_EQ(pull().error().code, Errc::not_found);
}

TEST_F(ImagesTest, ALoginGoesIntoTheHeaderAndNowhereElse) {
    transport.stream(Method::post, target, {});
    transport.answer(Method::get, "/v1.41/images/web%3A1/json", 200, "{}");
    ASSERT_TRUE(pull({"bnx", "~~~???", ""}));
    const auto& asked = transport.seen().at(1);
    EXPECT_EQ(
        net::header_of(asked.headers, "X-Registry-Auth"),
        "eyJwYXNzd29yZCI6In5-fj8_PyIsInNlcnZlcmFkZHJlc3MiOiJodHRwczovL2luZGV4LmRvY2tlci5pby92MS8i"
        "LCJ1c2VybmFtZSI6ImJueCJ9");
    EXPECT_EQ(asked.target.find("~~~"), std::string::npos);
    EXPECT_TRUE(asked.body.empty());
}

TEST_F(ImagesTest, TheLoginOfAnotherRegistryNamesThatAndIsPadded) {
    const std::string at = "/v1.41/images/create?fromImage=ghcr.io%2Fbnx%2Fweb&tag=1";
    transport.stream(Method::post, at, {});
    transport.answer(Method::get, "/v1.41/images/ghcr.io%2Fbnx%2Fweb%3A1/json", 200, "{}");
    const std::function<void(const PullProgress&)> nobody;
    ASSERT_TRUE(run_on(
        io, clock, images.pull("ghcr.io/bnx/web:1", "", {"bnx", "pässword?>", "ghcr.io"}, nobody)));
    EXPECT_EQ(net::header_of(transport.seen().at(1).headers, "X-Registry-Auth"),
              "eyJwYXNzd29yZCI6InDDpHNzd29yZD8-Iiwic2VydmVyYWRkcmVzcyI6ImdoY3IuaW8iLCJ1c2VybmFtZSI6"
              "ImJueCJ9");
    transport.stream(Method::post, at, {});
    transport.answer(Method::get, "/v1.41/images/ghcr.io%2Fbnx%2Fweb%3A1/json", 200, "{}");
    ASSERT_TRUE(
        run_on(io, clock, images.pull("ghcr.io/bnx/web:1", "", {"bnx", "a", "ghcr.io"}, nobody)));
    const std::string padded{net::header_of(transport.seen().at(3).headers, "X-Registry-Auth")};
    EXPECT_EQ(padded.size() % 4, 0u) << padded;
    EXPECT_TRUE(padded.ends_with("=")) << padded;
}

TEST_F(ImagesTest, NobodyLogsInWhereThereIsNoLogin) {
    transport.stream(Method::post, target, {});
    transport.answer(Method::get, "/v1.41/images/web%3A1/json", 200, "{}");
    ASSERT_TRUE(pull());
    for (const net::Request& request : transport.seen()) {
        EXPECT_EQ(net::header_of(request.headers, "X-Registry-Auth"), "");
    }
}

TEST_F(ImagesTest, ATagIsLookedUpInItsRegistryWithItsLogin) {
    const std::string at = "/v1.41/distribution/web%3A1/json";
    transport.answer(Method::get, at, 200,
                     fmt::format(R"({{"Descriptor":{{"mediaType":"x","digest":"{}","size":1}},)"
                                 R"("Platforms":[]}})",
                                 digest));
    const auto found = run_on(io, clock, images.digest_in_registry("web:1", {"bnx", "~~~???", ""}));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, digest);
    EXPECT_EQ(
        net::header_of(transport.seen().at(1).headers, "X-Registry-Auth"),
        "eyJwYXNzd29yZCI6In5-fj8_PyIsInNlcnZlcmFkZHJlc3MiOiJodHRwczovL2luZGV4LmRvY2tlci5pby92MS8i"
        "LCJ1c2VybmFtZSI6ImJueCJ9");
}

TEST_F(ImagesTest, ALookUpThatFailsSaysHow) {
    struct Case {
        int status;
        Errc code;
        const char* message;
    };
    const Case cases[]{
        {401, Errc::unauthenticated, "unauthorized: authentication required"},
        {500, Errc::unauthenticated, "Get https://r/v2/: unauthorized: authentication required"},
        {403, Errc::forbidden, "denied: requested access to the resource is denied"},
        {404, Errc::not_found, "manifest unknown: manifest unknown"},
        {500, Errc::rate_limited, "toomanyrequests: You have reached your pull rate limit"},
        {429, Errc::rate_limited, "toomanyrequests: Rate exceeded"},
        {500, Errc::unavailable, "Get https://r/v2/: dial tcp: connect: connection refused"},
    };
    for (const auto& [status, code, message] : cases) {
        transport.answer(Method::get, "/v1.41/distribution/web%3A1/json", status,
                         fmt::format(R"({{"message":"{}"}})", message));
        const auto found = run_on(io, clock, images.digest_in_registry("web:1", {}));
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, code) << message;
        EXPECT_NE(found.error().message.find(message), std::string::npos) << found.error().message;
    }
    transport.answer(Method::get, "/v1.41/distribution/web%3A1/json", 200, R"({"Descriptor":{}})");
    EXPECT_EQ(run_on(io, clock, images.digest_in_registry("web:1", {})).error().code,
              Errc::invalid);
}

}  // namespace
}  // namespace driftless::docker
