#include "providers/azure/cached_tokens.hpp"

#include <algorithm>

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds spare = 5min;  // before its end a token is as good as over
constexpr std::chrono::seconds least = 30s;   // between two fetches of one that is good
constexpr std::chrono::seconds pause = 10s;   // after a failure, where nobody said how long
constexpr std::chrono::seconds longest = 10min;
constexpr std::chrono::seconds settled = 10s;  // calls that left with the old token have come back

}  // namespace

std::optional<Secret> CachedTokens::fresh(net::SteadyTime now) const {
    if (!held_ || now >= held_->end) return std::nullopt;
    const bool waits = failed_ && now < again_;
    if (now >= held_->renew && !waits) return std::nullopt;
    return held_->token;
}

void CachedTokens::keep(AccessToken access, std::string claims) {
    const auto now = clock_.now();
    const auto renew = std::max(std::min(access.good_for / 2, access.good_for - spare), least);
    failed_.reset();
    if (claims_ == claims) claims_.clear();
    held_ =
        Held{std::move(access.token), std::move(claims), now, now + renew, now + access.good_for};
}

void CachedTokens::keep(Error error) {
    if (error.code == Errc::canceled) return;  // ours alone: the next one asks at once
    const auto wait = std::clamp(error.retry_after.value_or(pause), pause, longest);
    again_ = clock_.now() + wait;
    failed_ = std::move(error);
}

asio::awaitable<Result<Secret>> CachedTokens::token() {
    if (auto known = fresh(clock_.now())) co_return *std::move(known);
    auto turn = co_await turns_.take();
    if (!turn) co_return std::move(turn).error().in("wait for a token");
    if (auto known = fresh(clock_.now())) co_return *std::move(known);
    if (failed_ && clock_.now() < again_) co_return *failed_;
    std::string claims = claims_;
    auto fetched = co_await source_->fetch(scope_, claims);
    if (fetched) {
        keep(*std::move(fetched), std::move(claims));
        co_return held_->token;
    }
    keep(fetched.error());
    const bool still_good = held_ && clock_.now() < held_->end;
    if (still_good) co_return held_->token;
    co_return std::move(fetched).error();
}

void CachedTokens::refused(const std::string& claims) {
    // Calls that left together are refused together: the new token is not the one they mean.
    const bool is_news = held_ && (clock_.now() >= held_->fetched + settled ||
                                   (!claims.empty() && claims != held_->claims));
    if (!is_news) return;
    claims_ = claims;
    held_.reset();
}

}  // namespace driftless::azure
