#include <algorithm>

#include "reconcilers/docker/container_groups.hpp"
#include "reconcilers/docker/container_observe.hpp"
#include "reconcilers/docker/container_state.hpp"
#include "reconcilers/docker/container_steps.hpp"
#include "reconcilers/docker/content.hpp"
#include "reconcilers/docker/json_reading.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;

constexpr int lines_of_log = 10;

/// What is there of a replacement or a removal right now, each in the engine's whole words.
struct Scene {
    json current;            ///< null where there is none
    std::vector<json> kept;  ///< newest first
};

Done under_way(std::string id, std::string why) {
    Done done;
    done.done = false;
    done.id = std::move(id);
    done.why = std::move(why);
    return done;
}

asio::awaitable<Result<Scene>> look_around(ContainerChange change) {
    const auto list = co_await change.access.containers.list();
    if (!list) co_return list.error();
    const auto groups = group_containers(*list, change.run.facts, change.access.installation);
    Scene scene;
    const std::string& seen =
        change.action.have ? change.action.have->key.name : change.action.key.name;
    const auto found = groups.ours.find(seen);
    if (found == groups.ours.end()) co_return scene;
    if (found->second.current != nullptr) {
        auto shown = co_await change.access.containers.inspect(found->second.current->id);
        if (!shown) co_return std::move(shown).error();
        scene.current = *std::move(shown);
    }
    for (const ContainerSummary* kept : found->second.kept) {
        auto shown = co_await change.access.containers.inspect(kept->id);
        if (!shown) co_return std::move(shown).error();
        scene.kept.push_back(*std::move(shown));
    }
    std::ranges::sort(scene.kept, [](const json& one, const json& other) {
        return stopped_at(one) > stopped_at(other);
    });
    co_return scene;
}

asio::awaitable<Result<void>> discard(ContainerChange change, const json& container) {
    auto removed = co_await change.access.containers.remove(shown_text(container, "/Id"), true);
    if (!removed) co_return removed;
    co_await drop_volumes(change.access, change.run, container);
    co_return Result<void>{};
}

asio::awaitable<Result<Done>> discard_kept(ContainerChange change, const Scene& scene) {
    for (const json& kept : scene.kept) {
        auto removed = co_await discard(change, kept);
        if (!removed) co_return std::move(removed).error();
    }
    Done done;
    if (!scene.current.is_null()) done.id = shown_text(scene.current, "/Id");
    co_return done;
}

/// The new one failed: it goes, the old one returns under its name.
asio::awaitable<Result<Done>> go_back(ContainerChange change, const Scene& scene) {
    if (!scene.current.is_null()) {
        auto removed = co_await discard(change, scene.current);
        if (!removed) co_return std::move(removed).error();
    }
    const json& old = scene.kept.front();
    auto back = co_await bring_back(change, old);
    if (!back) co_return std::move(back).error();
    Done done;
    done.id = shown_text(old, "/Id");
    done.why = "the one before is back";
    co_return done;
}

asio::awaitable<Result<Done>> failed(ContainerChange change, const Scene& scene, std::string why) {
    Done done = under_way(shown_text(scene.current, "/Id"), std::move(why));
    done.content_failed = true;
    const auto log = co_await change.access.containers.log_tail(done.id, lines_of_log);
    if (log && !log->empty()) done.why += "; its last words: " + *log;
    co_return done;
}

asio::awaitable<Result<Done>> make_successor(ContainerChange change, const Scene& scene) {
    const json& old = scene.kept.front();
    const auto image = co_await defaults_of(change.access, old);
    if (!image) co_return image.error();
    PassedOn passed_on = volumes_to_pass_on(old, *image, change.action.want->spec);
    auto made = co_await make_container(change, std::move(passed_on));
    if (made) co_return under_way(*std::move(made), "started; has to prove itself");
    const Errc code = made.error().code;
    const bool about_content = code == Errc::invalid || code == Errc::conflict ||
                               code == Errc::not_found || is_disk_full(made.error());
    if (!about_content) co_return std::move(made).error();
    Done done = under_way(shown_text(old, "/Id"), made.error().message);
    done.content_failed = true;
    co_return done;
}

/// An engine that was away took its containers with it: that says nothing about their content.
bool fell_with_engine(const Run& run, const json& container) {
    return run.facts.after_outage && shown_text(container, "/State/Status") == "exited";
}

asio::awaitable<Result<Done>> judge(ContainerChange change, const Scene& scene) {
    const std::string id = shown_text(scene.current, "/Id");
    if (shown_text(scene.current, "/State/Status") == "created" &&
        why_not_started(scene.current).empty()) {
        auto started = co_await start_made(change, id);
        if (!started) co_return std::move(started).error();
        co_return under_way(id, "started; has to prove itself");
    }
    const Verdict verdict =
        verdict_on(scene.current, change.run.clock.wall(), change.run.facts.watched);
    if (verdict.proof == Proof::proven) co_return co_await discard_kept(change, scene);
    if (verdict.proof == Proof::failed && fell_with_engine(change.run, scene.current)) {
        auto started = co_await change.access.containers.start(id);
        if (!started) co_return std::move(started).error();
        co_return under_way(id, "started again after the engine's restart; has to prove itself");
    }
    if (verdict.proof == Proof::failed) co_return co_await failed(change, scene, verdict.why);
    co_return under_way(id, verdict.why);
}

/// A removed one that still ran is stopped by now, and is kept for its time.
asio::awaitable<Result<Done>> keep_for_its_time(ContainerChange change, const Scene& scene) {
    const net::WallTime since = kept_since(change.run, change.action.key, scene.kept.front());
    const auto left = since + change.run.facts.policy.grace - change.run.clock.wall();
    if (left <= 0ms) co_return co_await discard_kept(change, scene);
    Done done = under_way(shown_text(scene.kept.front(), "/Id"), "stopped, and kept for a while");
    done.look_again = left;
    done.note = {{"kept_since", net::to_string(since)}};
    co_return done;
}

/// Git dropped it in the middle: the replacement comes to its end first; its removal is planned,
/// and held where it must be, like any other.
asio::awaitable<Result<Done>> finish_undeclared(ContainerChange change, const Scene& scene) {
    if (scene.current.is_null()) co_return co_await keep_for_its_time(change, scene);
    const Verdict verdict =
        verdict_on(scene.current, change.run.clock.wall(), change.run.facts.watched);
    if (verdict.proof == Proof::proven) co_return co_await discard_kept(change, scene);
    if (verdict.proof == Proof::failed) co_return co_await go_back(change, scene);
    co_return under_way(shown_text(scene.current, "/Id"), verdict.why);
}

/// Newer content than what is being proven: that one never was in force, so it goes at once.
asio::awaitable<Result<Done>> supersede(ContainerChange change, const Scene& scene) {
    auto removed = co_await discard(change, scene.current);
    if (!removed) co_return std::move(removed).error();
    co_return co_await make_successor(change, scene);
}

bool needs_new_one(const Action& action) {
    return std::ranges::any_of(action.fields, &FieldChange::replaces);
}

/// Made, but not started when a crash came: it goes on from there, or anew if git wants another one
/// now.
asio::awaitable<Result<Done>> finish_creation(ContainerChange change, const Scene& scene) {
    Done done;
    if (change.action.have) done.id = change.action.have->id;
    const bool half_made = shown_text(scene.current, "/State/Status") == "created";
    if (!half_made || !change.action.want) co_return done;
    done.id = shown_text(scene.current, "/Id");
    if (!needs_new_one(change.action)) {
        auto started = co_await start_made(change, done.id);
        if (!started) co_return std::move(started).error();
        co_return done;
    }
    auto removed = co_await discard(change, scene.current);
    if (!removed) co_return std::move(removed).error();
    auto made = co_await make_container(change, PassedOn{});
    if (!made) co_return std::move(made).error();
    done.id = *std::move(made);
    co_return done;
}

/// What was tried failed, or the kept one already holds what is declared now and nothing new is
/// there: it returns, and if it runs already, without a stop.
bool goes_back(const Action& action, const Scene& scene) {
    if (!action.want) return false;
    const bool holds_declared = std::ranges::all_of(action.fields, [](const FieldChange& field) {
        return field.path == "/running" || field.path == "/restart";
    });
    return action.back || (scene.current.is_null() && holds_declared);
}

}  // namespace

asio::awaitable<Result<Done>> finish_container(ContainerChange change) {
    const auto scene = co_await look_around(change);
    if (!scene) co_return scene.error();
    if (scene->kept.empty()) co_return co_await finish_creation(change, *scene);
    const bool back = goes_back(change.action, *scene);
    // Out of service for another: before a crash it may have been asked to stop, and would do so
    // right after its start.
    const bool may_be_stopping = change.action.back && scene->current.is_null();
    if (back && !may_be_stopping) co_return co_await go_back(change, *scene);
    for (const json& kept : scene->kept) {  // somebody started it, or a crash came before its stop
        if (!is_alive(kept)) continue;
        auto stopped = co_await set_aside(change.access, kept);
        if (!stopped) co_return std::move(stopped).error();
    }
    if (back) co_return co_await go_back(change, *scene);
    if (change.action.aside) {
        co_return under_way(shown_text(scene->kept.front(), "/Id"), change.action.reason);
    }
    if (!change.action.want) co_return co_await finish_undeclared(change, *scene);
    if (!scene->current.is_null()) {
        if (needs_new_one(change.action)) co_return co_await supersede(change, *scene);
        co_return co_await judge(change, *scene);
    }
    co_return co_await make_successor(change, *scene);
}

}  // namespace driftless::docker
