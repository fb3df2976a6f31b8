#include "reconcilers/docker/image_pull.hpp"

#include "providers/net/task_group.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/tags.hpp"

namespace driftless::docker {
namespace {

/// One image, wanted by one or more actions.
struct Wanted {
    std::string key;
    std::string reference;
    std::string
        digest;  ///< which of those that the tag ever stood for; empty: the one that is here
    std::string platform;
    bool never = false;
    std::optional<Error> trouble = std::nullopt;  ///< what it stands for now could not be found out
    ResourceKey first;                            ///< that wants it, for progress
    Result<void> result;
};

constexpr std::size_t pulls_at_once = 3;

bool needs_image(const Action& action) {
    return action.want && (action.verb == Verb::create || action.verb == Verb::replace ||
                           action.verb == Verb::finish);
}

/// New content with `pull_policy: always` waits until the registry answers. What only has to come
/// back, comes back with the image that is here.
bool must_be_newest(const Action& action) {
    const bool is_new = !action.repair && !action.back &&
                        (action.verb == Verb::create || action.verb == Verb::replace);
    return is_new && follows_always(action.want->spec);
}

std::string progress_text(const PullProgress& now) {
    constexpr double megabyte = 1'000'000.0;
    return fmt::format("pulling {}: {:.1f} of {:.1f} MB", now.image,
                       static_cast<double>(now.bytes_done) / megabyte,
                       static_cast<double>(now.bytes_all) / megabyte);
}

/// Is the wanted image here, by this name? @return `not_found`, also where the name stands for
/// another one
asio::awaitable<Result<void>> look(EngineAccess& access, const Wanted& wanted, std::string name) {
    const auto image = co_await access.images.inspect(name);
    if (!image) co_return image.error();
    ImageDefaults defaults = image_defaults(*image);
    const std::string id = defaults.id;
    const bool is_it = wanted.digest.empty() || is_image(defaults, wanted.digest);
    access.image_defaults.insert_or_assign(id, std::move(defaults));
    if (!is_it) {
        co_return Error{Errc::not_found,
                        fmt::format("{} is not {}", in_quotes(name), wanted.digest)};
    }
    access.images_here[wanted.key] = ImageHere{id, std::move(name)};
    co_return Result<void>{};
}

/// The names that it may be here by: its tag; where that stands for another one by now, its digest
/// in the registry; where it never was in one, its id.
std::vector<std::string> names_of(const Wanted& wanted) {
    std::vector<std::string> names{wanted.reference};
    if (wanted.digest.empty()) return names;
    names.push_back(normal_repository(wanted.reference) + "@" + wanted.digest);
    names.push_back(wanted.digest);
    return names;
}

bool is_asked_for(const Run& run, const Wanted& wanted) {
    return run.facts.scope.renew || run.facts.retry.contains(wanted.first);
}

asio::awaitable<Result<void>> pull(EngineAccess& access, Run& run, const Wanted& wanted,
                                   std::string name) {
    if (is_asked_for(run, wanted)) access.registries.ask_again(name);
    if (const Error* refusal = access.registries.refusal_of(name, run.clock.now())) {
        co_return Error{*refusal};
    }
    RegistryLogin login = login_for(access, name);
    const ResourceKey key = wanted.first;
    std::function<void(const PullProgress&)> tell = [&run, key](const PullProgress& now) {
        if (run.progress) run.progress({key, progress_text(now)});
    };
    auto pulled = co_await access.images.pull(name, wanted.platform, std::move(login), tell);
    if (!pulled) {
        co_return access.registries.refused(name, std::move(pulled).error(), run.clock.now(),
                                            run.clock.wall());
    }
    co_return co_await look(access, wanted, std::move(name));
}

asio::awaitable<void> bring(EngineAccess& access, Run& run, Wanted& wanted) {
    if (wanted.trouble) {
        wanted.result = *wanted.trouble;
        co_return;
    }
    const std::vector<std::string> names = names_of(wanted);
    for (const std::string& name : names) {
        wanted.result = co_await look(access, wanted, name);
        const bool missing = !wanted.result && wanted.result.error().code == Errc::not_found;
        if (!missing) co_return;
    }
    if (wanted.never) co_return;
    wanted.result = co_await pull(access, run, wanted, wanted.reference);
    const bool moved = !wanted.result && wanted.result.error().code == Errc::not_found;
    if (moved && names.size() > 1) wanted.result = co_await pull(access, run, wanted, names[1]);
}

void add_wanted(EngineAccess& access, const Action& action, std::map<std::string, Wanted>& all) {
    const json& spec = action.want->spec;
    Wanted& wanted = all[image_key(spec)];
    if (wanted.reference.empty()) wanted.first = action.key;
    wanted.key = image_key(spec);
    wanted.reference = spec.value("image", "");
    wanted.digest = spec.value("image_digest", "");
    wanted.platform = spec.value("platform", "");
    wanted.never = spec.value("pull_policy", "") == "never";
    const Error* trouble = trouble_with_tag(access, spec);
    if (trouble != nullptr && must_be_newest(action)) wanted.trouble = *trouble;
}

}  // namespace

asio::awaitable<Results> pull_images(EngineAccess& access, Run& run, Step step) {
    std::map<std::string, Wanted> wanted;
    for (const Action& action : step.actions) {
        if (needs_image(action)) add_wanted(access, action, wanted);
    }
    std::vector<asio::awaitable<void>> work;
    for (auto& [key, one] : wanted) work.push_back(bring(access, run, one));
    const auto joined = co_await net::side_by_side(std::move(work), pulls_at_once);
    Results results;
    for (const Action& action : step.actions) {
        results.emplace_back(Done{});
        if (!joined) results.back() = joined.error();
        if (!joined || !needs_image(action)) continue;
        const auto& result = wanted.at(image_key(action.want->spec)).result;
        const bool may_lack_it = action.back;  // the one before comes back, made already
        if (!result && !may_lack_it)
            results.back() = Error{result.error()}.in(
                "get image " + in_quotes(action.want->spec.value("image", "")));
    }
    co_return results;
}

}  // namespace driftless::docker
