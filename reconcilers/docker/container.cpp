#include "reconcilers/docker/container.hpp"

#include "providers/net/deadline.hpp"
#include "providers/net/task_group.hpp"
#include "reconcilers/docker/api_needs.hpp"
#include "reconcilers/docker/container_observe.hpp"
#include "reconcilers/docker/container_steps.hpp"
#include "reconcilers/docker/image_pull.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/normalise.hpp"
#include "reconcilers/docker/tags.hpp"

namespace driftless::docker {
namespace {

/// What it is stays as it is: the inventory alone says from now on that it is ours.
asio::awaitable<Result<Done>> adopt_container(ContainerChange change) {
    Done done;
    done.id = change.action.have->id;
    co_return done;
}

asio::awaitable<Result<Done>> carry_out(ContainerChange change) {
    switch (change.action.verb) {
        case Verb::create: return create_container(change);
        case Verb::update: return update_container(change);
        case Verb::replace: return replace_container(change);
        case Verb::finish: return finish_container(change);
        case Verb::remove: return remove_container(change);
        case Verb::adopt: break;
    }
    return adopt_container(change);
}

asio::awaitable<void> carry_out_into(ContainerChange change, Result<Done>& result) {
    result = co_await net::no_throw(carry_out(change));
    if (result) co_return;
    const std::string doing =
        fmt::format("{} container {}", name(change.action.verb), in_quotes(change.action.key.name));
    result = std::move(result).error().in(doing);
}

/// What the container holds itself, as if the image gave it: nothing of it can be drift.
ImageDefaults as_given(const json& container) {
    json inspected{{"Id", shown_text(container, "/Image")}, {"Config", at(container, "/Config")}};
    return image_defaults(inspected);
}

}  // namespace

asio::awaitable<Result<ImageDefaults>> defaults_of(EngineAccess& access, const json& container) {
    const std::string id = shown_text(container, "/Image");
    const auto known = access.image_defaults.find(id);
    if (known != access.image_defaults.end()) co_return known->second;
    const auto image = co_await access.images.inspect(id);
    if (!image && image.error().code == Errc::not_found) co_return as_given(container);
    if (!image) co_return image.error();
    ImageDefaults defaults = image_defaults(*image);
    access.image_defaults.insert_or_assign(id, defaults);
    co_return defaults;
}

KindRules ContainerReconciler::rules() const {
    KindRules rules;
    rules.fields = container_rules();
    rules.unfit = [this](const Declared& want) {
        return beyond_api(want, access_.engine.known_version());
    };
    rules.steps_aside = true;
    return rules;
}

asio::awaitable<void> ContainerReconciler::resolve(Run& run, Scope scope) {
    co_await resolve_tags(access_, run, std::move(scope));
}

asio::awaitable<Reads> ContainerReconciler::observe(Run& run, Scope scope) {
    co_return co_await observe_containers(access_, run, std::move(scope));
}

asio::awaitable<Results> ContainerReconciler::prepare(Run& run, Step step) {
    co_return co_await pull_images(access_, run, std::move(step));
}

asio::awaitable<Results> ContainerReconciler::apply(Run& run, Step step) {
    Results results(step.actions.size(), Result<Done>{Done{}});
    std::vector<asio::awaitable<void>> work;
    for (std::size_t i = 0; i < step.actions.size(); ++i) {
        const ContainerChange change{access_, run, step.actions[i]};
        work.push_back(carry_out_into(change, results[i]));
    }
    const auto joined = co_await net::side_by_side(std::move(work), access_.width);
    if (!joined) co_return Results(step.actions.size(), Result<Done>{joined.error()});
    co_return results;
}

std::string ContainerReconciler::batch_of(const Action& action) const {
    // Replacements go one after the other, so that a service of two is never away as a whole.
    return action.verb == Verb::replace ? "" : std::string{name(action.verb)};
}

}  // namespace driftless::docker
