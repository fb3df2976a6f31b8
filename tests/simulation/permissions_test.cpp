// What a token may do, as `driftless doctor` is told it.
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "reconcilers/cloudflare/account_target.hpp"
#include "tests/simulation/cloudflare_fixture.hpp"

namespace driftless::test {
namespace {

using ::testing::SizeIs;

/// To the API's base URL.
class AtBase final : public net::HttpTransport {
public:
    explicit AtBase(std::unique_ptr<net::HttpTransport> inner) : inner_(std::move(inner)) {}
    net::asio::awaitable<Result<net::Response>> send(net::Request request) override {
        request.target.insert(0, "/client/v4");
        return inner_->send(std::move(request));
    }
    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override {
        return inner_->open(std::move(request));
    }

private:
    std::unique_ptr<net::HttpTransport> inner_;
};

class Permissions : public Cloudflare {
protected:
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());

    TargetAbout about(FakeCloudflare& of) {
        cloudflare::AccountParts parts;
        parts.target = "edge";
        parts.installation = "home";
        parts.account_id = of.account();
        parts.token = Secret{of.token()};
        parts.transport = std::make_unique<AtBase>(of.transport());
        const auto target = cloudflare::make_account_target(std::move(parts), clock, *lane);
        auto about = testing::run_on(io, clock, target->about());
        EXPECT_TRUE(about) << about.error().message;
        return about ? *about : TargetAbout{};
    }
    static std::vector<std::string> missing(const TargetAbout& about) {
        std::vector<std::string> lines;
        for (const Right& right : about.rights) {
            if (!right.granted) lines.push_back(right.what + ": " + right.granted.error().message);
        }
        return lines;
    }
};

TEST_F(Permissions, OfATokenThatMayEverythingNoneIsMissing) {
    const TargetAbout all = about(cloudflare);
    EXPECT_THAT(missing(all), IsEmpty());
    EXPECT_THAT(all.rights, SizeIs(11));
    EXPECT_THAT(cloudflare.writes(), IsEmpty());
}

TEST_F(Permissions, AMissingOneIsNamedWithTheKindsThatNeedIt) {
    cloudflare.deny("pages");
    cloudflare.deny("tunnels", {.code = 9109});
    const auto lines = missing(about(cloudflare));
    ASSERT_THAT(lines, SizeIs(2));
    EXPECT_THAT(lines[0], HasSubstr("Cloudflare Tunnel (Tunnel): HTTP 403"));
    EXPECT_THAT(lines[1], HasSubstr("Pages (PagesProject): HTTP 403"));
    EXPECT_THAT(lines[1], HasSubstr("give the token the permission Pages Read"));
}

TEST_F(Permissions, ATokenThatSeesNoZoneIsToldSo) {
    FakeCloudflare empty{clock};
    const auto lines = missing(about(empty));
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0], HasSubstr("give it the permission Zone Read"));
}

}  // namespace
}  // namespace driftless::test
