#include "reconcilers/docker/volume.hpp"

#include <algorithm>

#include "providers/net/deadline.hpp"
#include "reconcilers/docker/content.hpp"
#include "reconcilers/docker/create_request.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/storage_live.hpp"

namespace driftless::docker {
namespace {

constexpr StorageKind volume{marks::volume_kind, marks::volume, "volume"};

json create_body(const Declared& want, const json& spec, const std::string& installation) {
    json labels = in(spec, "labels");
    labels.update(labels_for(want, installation));
    labels[std::string{marks::volume}] = in(in(spec, "compose"), "key");
    return {{"Name", spec["name"]},
            {"Driver", spec["driver"]},
            {"DriverOpts", spec["options"]},
            {"Labels", std::move(labels)}};
}

Live live_of(const EngineAccess& access, Places& places, const json& shown) {
    Live live = storage_live(volume, access, places, shown, shown_text(shown, "/Name"));
    live.version = shown_text(shown, "/CreatedAt");
    if (live.owner != Owner::foreign) live.spec = normal_volume(shown);
    return live;
}

/// Not in a quiet round: which content is declared costs more to tell than all the rest.
bool asks_for_content(const Scope& scope) {
    if (scope.all) return scope.fresh;
    return std::ranges::any_of(scope.keys, [](const ResourceKey& key) {
        return key.kind == marks::volume_kind && key.name.starts_with(marks::content_volume);
    });
}

}  // namespace

json normal_volume(const json& shown) {
    const std::string driver = shown_text(shown, "/Driver");
    json options = at(shown, "/Options");
    if (!options.is_object()) options = json::object();
    return {{"name", shown_text(shown, "/Name")},
            {"driver", driver.empty() ? "local" : driver},
            {"labels", own_labels(in(shown, "Labels"))},
            {"options", std::move(options)}};
}

KindRules VolumeReconciler::rules() const {
    KindRules rules;
    rules.fields = {{.path = "/compose", .as = Compare::ignored},
                    {.path = "/labels", .as = Compare::whole, .replaces = true},
                    {.path = "/options", .as = Compare::whole, .replaces = true},
                    {.path = "/*", .replaces = true}};
    rules.data = true;
    rules.ready_when_done = true;
    return rules;
}

asio::awaitable<Reads> VolumeReconciler::observe(Run& run, Scope scope) {
    Reads reads;
    const auto list = co_await access_.volumes.list();
    if (!list) {
        reads.emplace("volumes", Error{list.error()}.in("observe volumes"));
        co_return reads;
    }
    LiveState state;
    Places places{run.facts};
    std::set<std::string> content;
    for (const json& shown : *list) {
        if (in(in(shown, "Labels"), marks::content).is_null()) {
            state.push_back(live_of(access_, places, shown));
        } else if (in(in(shown, "Labels"), marks::installation) == access_.installation) {
            content.insert(shown_text(shown, "/Name"));
        }
    }
    if (asks_for_content(scope)) co_await add_left_behind(run, std::move(content), state);
    reads.emplace("volumes", Complete<LiveState>::vouched(std::move(state)));
    co_return reads;
}

/// Content of the commit goes with the last container that used it. One that a crash kept us from
/// taking away holds nothing that git doesn't, and nobody uses it.
asio::awaitable<void> VolumeReconciler::add_left_behind(Run& run, std::set<std::string> content,
                                                        LiveState& state) {
    if (content.empty() || !run.facts.desired) co_return;
    for (const std::string& declared : declared_content(access_, run)) content.erase(declared);
    if (content.empty()) co_return;  // as always, save after a crash and while one is kept
    const auto unused = co_await access_.volumes.list_unused(std::string{marks::content});
    if (!unused) co_return;  // the next such look sees it
    for (const json& shown : *unused) {
        const std::string name = shown_text(shown, "/Name");
        if (!content.contains(name)) continue;
        Live live;
        live.key = {access_.target, std::string{marks::volume_kind}, name};
        live.id = name;
        live.owner = Owner::ours;
        live.unfinished = "removing: content of an earlier commit that nothing uses any more";
        state.push_back(std::move(live));
    }
}

/// The engine answers for an existing volume as if it had made it: so we look first.
asio::awaitable<Result<void>> VolumeReconciler::create(Run& run, const Action& action) {
    const auto spec = opened(action.want->spec, run.vault, run.facts.board);
    if (!spec) co_return spec.error();
    const std::string wanted = spec->value("name", "");
    const auto there = co_await access_.volumes.inspect(wanted);
    if (there) {
        co_return Error{Errc::conflict, "a volume " + in_quotes(wanted) + " is there meanwhile"};
    }
    if (there.error().code != Errc::not_found) co_return there.error();
    json body = create_body(*action.want, *spec, access_.installation);
    co_return co_await access_.volumes.create(std::move(body));
}

asio::awaitable<Result<Done>> VolumeReconciler::carry_out(Run& run, const Action& action) {
    Done done;
    if (action.have) done.id = action.have->id;
    if (action.verb == Verb::adopt) co_return done;
    const bool is_last = action.verb == Verb::remove || action.verb == Verb::finish;
    if (is_last || action.verb == Verb::replace) {  // the engine refuses while it is used
        auto removed = co_await access_.volumes.remove(action.have->id);
        if (!removed) co_return std::move(removed).error();
        if (is_last) co_return done;
    }
    auto made = co_await create(run, action);
    if (!made) co_return std::move(made).error();
    done.id = action.want->spec.value("name", "");
    co_return done;
}

asio::awaitable<Results> VolumeReconciler::apply(Run& run, Step step) {
    Results results;
    for (const Action& action : step.actions) {
        auto result = co_await net::no_throw(carry_out(run, action));
        if (!result) {
            const std::string doing =
                fmt::format("{} volume {}", name(action.verb), in_quotes(action.key.name));
            result = std::move(result).error().in(doing);
        }
        results.push_back(std::move(result));
    }
    co_return results;
}

std::string VolumeReconciler::batch_of(const Action& action) const {
    return std::string{name(action.verb)};
}

}  // namespace driftless::docker
