#pragma once

#include <optional>
#include <string>

#include "providers/azure/arm.hpp"
#include "providers/azure/credentials.hpp"
#include "providers/net/turns.hpp"

namespace driftless::azure {

/// The token of one scope, fetched when it is needed: by one call at a time, whoever waits for it.
/// It is fetched anew at half of its life, or five minutes before its end; where that fails, the
/// one that is still good goes on. After a failure nobody asks for a while, and all get that error.
class CachedTokens final : public Tokens {
public:
    /// @param scope  "https://management.azure.com/.default"
    CachedTokens(const asio::any_io_executor& executor, net::Clock& clock,
                 std::unique_ptr<TokenSource> source, std::string scope)
        : clock_(clock),
          source_(std::move(source)),
          scope_(std::move(scope)),
          turns_(executor, 1) {}

    asio::awaitable<Result<Secret>> token() override;
    void refused(const std::string& claims) override;

private:
    struct Held {
        Secret token;
        std::string claims;  ///< it was asked for with these
        net::SteadyTime fetched;
        net::SteadyTime renew;  ///< then a new one is asked for
        net::SteadyTime end;
    };
    [[nodiscard]] std::optional<Secret> fresh(net::SteadyTime now) const;
    void keep(AccessToken access, std::string claims);
    void keep(Error error);

    net::Clock& clock_;
    std::unique_ptr<TokenSource> source_;
    std::string scope_;
    net::Turns turns_;
    std::optional<Held> held_;
    std::string claims_;           ///< of the next one
    std::optional<Error> failed_;  ///< what came of the last try
    net::SteadyTime again_{};      ///< no sooner
};

}  // namespace driftless::azure
