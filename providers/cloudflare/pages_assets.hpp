#pragma once

#include <optional>
#include <string>
#include <vector>

#include "providers/cloudflare/account.hpp"

namespace driftless::cloudflare {

inline constexpr std::size_t most_files_of_upload = 2'000;
inline constexpr std::size_t most_bytes_of_upload = 40u << 20;

/// One upload as it grows: the text that is sent, so that each file lies in memory once.
class AssetBucket {
public:
    void add(const std::string& hash, const std::string& base64, const std::string& content_type);
    [[nodiscard]] std::string take() &&;

private:
    std::string text_;
};

/// The files of one project, by their hashes. What was uploaded stays for a while, whichever
/// deployment it was for. A token of a few minutes takes the place of the account's: it is asked
/// for when it is first needed, anew when it is refused, and stands nowhere but in memory.
/// https://developers.cloudflare.com/pages/get-started/direct-upload/
class PagesAssets {
public:
    PagesAssets(Account& account, std::string project)
        : account_(account), project_(std::move(project)) {}

    /// Which of these the service does not have. Changes nothing; safe to repeat.
    asio::awaitable<Result<std::vector<std::string>>> missing(std::vector<std::string> hashes);
    /// Safe to repeat. @return `invalid`: a file is too large, or one of the limits is passed
    asio::awaitable<Result<void>> upload(AssetBucket bucket);
    /// Keeps them from being forgotten. Safe to repeat; without it they are only sent again.
    asio::awaitable<Result<void>> keep(std::vector<std::string> hashes);

private:
    asio::awaitable<Result<void>> renew(std::string refused);
    asio::awaitable<Result<Answer>> send(Call call);

    Account& account_;
    std::string project_;
    std::optional<Secret> token_;
};

}  // namespace driftless::cloudflare
