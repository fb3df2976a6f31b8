#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

#include "providers/docker/engine.hpp"

namespace driftless::docker {

/// "repo:tag", "repo@sha256:…", or a bare repository, which means ":latest".
struct ImageRef {
    std::string repository;  ///< as the engine wants it in `fromImage`
    std::string tag;         ///< tag or digest: never empty
    std::string registry;    ///< "docker.io", "ghcr.io", "localhost:5000"
};
Result<ImageRef> parse_image_ref(std::string_view text);
/// "docker.io/library/nginx:latest" for "nginx": equal texts mean the same image.
std::string normal_image_ref(std::string_view text);
/// The same without tag and digest: "docker.io/library/nginx"; empty for what is no reference.
std::string normal_repository(std::string_view text);

struct PullProgress {
    std::string image;
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_all = 0;  ///< as far as known
    std::string status;
};

struct RegistryLogin {
    std::string username;
    std::string password;
    std::string server;
};

/// The calls that concern images.
/// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Image
class Images {
public:
    explicit Images(Engine& engine) : engine_(engine) {}

    /// @return `not_found` where it is not here
    asio::awaitable<Result<nlohmann::json>> inspect(std::string reference);
    /// Asks the registry which digest a tag stands for now: of the index, where there are several
    /// platforms. Pulls nothing; counts against the registry's limits.
    /// @return as `pull`
    /// https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Distribution
    asio::awaitable<Result<std::string>> digest_in_registry(std::string reference,
                                                            RegistryLogin login);
    /// Pulls one tag or digest and waits for the end. Success only if the stream ended cleanly and
    /// the image is there afterwards. Safe to repeat.
    /// @return `not_found`: no such image or platform; `unauthenticated`, `forbidden`,
    /// `rate_limited`:
    ///         the registry's answer; `unavailable`
    asio::awaitable<Result<void>> pull(std::string reference, std::string platform,
                                       RegistryLogin login,
                                       std::function<void(const PullProgress&)> progress);

private:
    Engine& engine_;
};

}  // namespace driftless::docker
