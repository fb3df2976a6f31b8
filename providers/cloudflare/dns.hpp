#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"
#include "providers/cloudflare/zones.hpp"

namespace driftless::cloudflare {

/// One record as the API tells it. Which of `content` and `data` counts depends on its type.
struct Record {
    std::string id;
    std::string name;     ///< whole, in ASCII, without a dot at its end
    std::string type;     ///< "A"
    std::string content;  ///< for types with data: composed by the server
    json data;            ///< an object, or null
    json settings;        ///< an object, or null
    int ttl = 1;          ///< seconds; 1: automatic
    std::optional<int> priority;
    bool proxied = false;
    bool read_only = false;  ///< made by a service of Cloudflare's: nobody can change it here
    std::string comment;
    std::vector<std::string> tags;
    std::string modified_on;
};

/// Changes of one zone that come into force together, or none of them. Carried out as deletes,
/// patches, posts.
struct RecordBatch {
    std::vector<std::string> deletes;  ///< ids
    std::vector<json> patches;         ///< with `id`; what they don't name stays
    std::vector<json> posts;

    [[nodiscard]] std::size_t size() const {
        return deletes.size() + patches.size() + posts.size();
    }
};

/// How full a zone is.
struct RecordUsage {
    std::optional<std::size_t> quota;  ///< none: the account has one for all its zones
    std::size_t used = 0;              ///< with those that Cloudflare's own services made
};

/// https://developers.cloudflare.com/api/resources/dns/subresources/records/
class Dns {
public:
    explicit Dns(Account& account) : account_(account) {}

    /// Every record of the zone. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<Record>>> list(std::string zone_id);
    /// Those whose comment begins so, in whatever case. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<Record>>> list_with_comment(std::string zone_id,
                                                                   std::string begin);
    /// How many records the zone has, and may have. Changes nothing; safe to repeat.
    /// https://developers.cloudflare.com/api/resources/dns/subresources/usage/
    asio::awaitable<Result<RecordUsage>> usage(std::string zone_id);
    /// One transaction of at most `Zone::batch_limit()` changes. Not safe to repeat: after an error
    /// that is no refusal, list again. @return the ids of what was posted, in its order.
    ///         `conflict`: a record is there that excludes one of these, or the same; `not_found`:
    ///         one that it deletes or patches is gone; `invalid` with the first reason
    asio::awaitable<Result<std::vector<std::string>>> apply(std::string zone_id, RecordBatch batch);

private:
    asio::awaitable<Result<std::vector<Record>>> list_of(std::string path);

    Account& account_;
};

/// @return `unavailable`: it is no record
Result<Record> parse_record(const json& shown);

}  // namespace driftless::cloudflare
