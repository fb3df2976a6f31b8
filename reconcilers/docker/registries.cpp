#include "reconcilers/docker/registries.hpp"

#include "providers/docker/images.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;

/// Where a registry does not say for how long.
constexpr std::chrono::seconds usual_wait = 10min;

std::string registry_of(const std::string& reference) {
    const auto parsed = parse_image_ref(reference);
    return parsed ? parsed->registry : std::string{};
}

}  // namespace

const Error* Registries::refusal_of(const std::string& reference, net::SteadyTime now) const {
    if (refusals_.empty()) return nullptr;
    const auto found = refusals_.find(registry_of(reference));
    return found == refusals_.end() || found->second.until <= now ? nullptr : &found->second.error;
}

/// The wait is the registry's, not the engine's: without it nobody takes it for one of all calls.
Error Registries::refused(const std::string& reference, Error error, net::SteadyTime now,
                          net::WallTime wall) {
    const std::string registry = registry_of(reference);
    if (error.code != Errc::rate_limited) {
        refusals_.erase(registry);
        return error;
    }
    const auto wait = error.retry_after.value_or(usual_wait);
    error.retry_after.reset();
    error.message +=
        fmt::format("; {} is not asked again before {}", registry, net::to_string(wall + wait));
    refusals_.insert_or_assign(registry, Refusal{error, now + wait});
    return error;
}

void Registries::ask_again(const std::string& reference) {
    refusals_.erase(registry_of(reference));
}

}  // namespace driftless::docker
