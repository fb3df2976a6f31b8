#pragma once

#include <set>
#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

/// What an account has of Access: who may come in, and where.
enum class AccessSort { group, policy, application, service_token };

/// "group", "policy", "application", "service token".
std::string_view name(AccessSort sort);

/// One of them, as the API shows it.
struct AccessObject {
    std::string id;
    std::string name;
    json shown;
};

/// A service token as it shows itself once, when it is made or gets another secret.
struct NewServiceToken {
    std::string id;
    std::string client_id;
    Secret client_secret;
};

/// https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/
class Access {
public:
    explicit Access(Account& account) : account_(account) {}

    /// All of them; of policies those that applications share. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<AccessObject>>> list(AccessSort sort);
    /// Not safe to repeat: after an error that is no refusal, list again. Not for service tokens.
    /// @return `conflict`: another has that name, or that domain
    asio::awaitable<Result<AccessObject>> create(AccessSort sort, json body);
    /// Replaces all of it: what `body` lacks goes back to the default; of a service token it stays.
    /// Safe to repeat. @return as `create`, and `not_found`
    asio::awaitable<Result<void>> put(AccessSort sort, std::string id, json body);
    /// Safe to repeat. @return `not_found`: it is gone already; `invalid`: another one names it
    asio::awaitable<Result<void>> remove(AccessSort sort, std::string id);

    /// The words that applications may carry. Safe to repeat.
    asio::awaitable<Result<std::set<std::string>>> tags();
    /// Safe to repeat: one that is there already is enough.
    asio::awaitable<Result<void>> create_tag(std::string tag);

    /// Not safe to repeat: the secret is in this answer alone. @param duration  "8760h", "forever"
    /// @return `conflict`: another has that name
    asio::awaitable<Result<NewServiceToken>> create_service_token(std::string name,
                                                                  std::string duration);
    /// Gives it another secret; the one before ends at once. Safe to repeat.
    asio::awaitable<Result<NewServiceToken>> rotate_service_token(std::string id);

private:
    [[nodiscard]] std::string path(AccessSort sort, const std::string& id = "") const;
    asio::awaitable<Result<NewServiceToken>> secret_from(Call call);

    Account& account_;
};

}  // namespace driftless::cloudflare
