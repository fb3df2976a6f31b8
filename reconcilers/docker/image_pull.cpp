#include "reconcilers/docker/image_pull.hpp"

#include "providers/net/task_group.hpp"
#include "reconcilers/docker/json_reading.hpp"

namespace driftless::docker {
namespace {

/// One image, wanted by one or more actions.
struct Wanted {
    std::string reference;
    std::string platform;
    bool always = false;  ///< its tag is followed
    bool never = false;
    ResourceKey key;  ///< the first that wants it, for progress
    Result<void> result;
};

constexpr std::size_t pulls_at_once = 3;

bool needs_image(const Action& action) {
    return action.want && (action.verb == Verb::create || action.verb == Verb::replace ||
                           action.verb == Verb::finish);
}

RegistryLogin login_for(const EngineAccess& access, const std::string& reference) {
    const auto parsed = parse_image_ref(reference);
    if (!parsed) return {};
    const auto found = access.logins.find(parsed->registry);
    return found == access.logins.end() ? RegistryLogin{} : found->second;
}

std::string progress_text(const PullProgress& now) {
    constexpr double megabyte = 1'000'000.0;
    return fmt::format("pulling {}: {:.1f} of {:.1f} MB", now.image,
                       static_cast<double>(now.bytes_done) / megabyte,
                       static_cast<double>(now.bytes_all) / megabyte);
}

asio::awaitable<Result<void>> look(EngineAccess& access, const Wanted& wanted) {
    const auto image = co_await access.images.inspect(wanted.reference);
    if (!image) co_return image.error();
    ImageDefaults defaults = image_defaults(*image);
    access.image_ids[wanted.reference] = defaults.id;
    access.image_defaults.insert_or_assign(defaults.id, std::move(defaults));
    co_return Result<void>{};
}

asio::awaitable<void> bring(EngineAccess& access, Run& run, Wanted& wanted) {
    if (!wanted.always) {
        wanted.result = co_await look(access, wanted);
        const bool missing = !wanted.result && wanted.result.error().code == Errc::not_found;
        if (!missing || wanted.never) co_return;
    }
    RegistryLogin login = login_for(access, wanted.reference);
    const ResourceKey key = wanted.key;
    std::function<void(const PullProgress&)> tell = [&run, key](const PullProgress& now) {
        if (run.progress) run.progress({key, progress_text(now)});
    };
    wanted.result = co_await access.images.pull(wanted.reference, wanted.platform, std::move(login),
                                                std::move(tell));
    if (wanted.result) wanted.result = co_await look(access, wanted);
}

}  // namespace

asio::awaitable<Results> pull_images(EngineAccess& access, Run& run, Step step) {
    std::map<std::string, Wanted> wanted;
    for (const Action& action : step.actions) {
        if (!needs_image(action)) continue;
        const json& spec = action.want->spec;
        const std::string reference = spec.value("image", "");
        const std::string platform = spec.value("platform", "");
        Wanted& one = wanted[reference + " " + platform];
        const std::string policy = spec.value("pull_policy", "");
        if (one.reference.empty()) one.key = action.key;
        one.reference = reference;
        one.platform = platform;
        one.always = one.always || (policy == "always" && action.verb != Verb::finish);
        one.never = policy == "never";
    }
    std::vector<asio::awaitable<void>> work;
    for (auto& [name, one] : wanted) work.push_back(bring(access, run, one));
    const auto joined = co_await net::side_by_side(std::move(work), pulls_at_once);
    Results results;
    for (const Action& action : step.actions) {
        results.emplace_back(Done{});
        if (!joined) results.back() = joined.error();
        if (!joined || !needs_image(action)) continue;
        const json& spec = action.want->spec;
        const auto& result =
            wanted.at(spec.value("image", "") + " " + spec.value("platform", "")).result;
        if (!result)
            results.back() =
                Error{result.error()}.in("get image " + in_quotes(spec.value("image", "")));
    }
    co_return results;
}

}  // namespace driftless::docker
