#pragma once

#include <unistd.h>

#include "providers/docker/containers.hpp"
#include "providers/docker/networks.hpp"
#include "providers/docker/volumes.hpp"
#include "providers/net/unix_socket.hpp"
#include "reconcilers/docker/engine_target.hpp"
#include "reconcilers/reconcile.hpp"
#include "tests/reconcilers_docker/project_scene.hpp"
#include "tests/support/engine.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::docker {

/// An inventory in memory, kept as the store keeps it.
class ToyJournal final : public Journal {
public:
    Inventory inventory;

    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step& step,
                                         const Results& results) override {
        for (std::size_t i = 0; i < step.actions.size(); ++i) note(step.actions[i], results[i]);
        co_return Result<void>{};
    }

    asio::awaitable<Result<void>> learn(std::string, std::string subject, json said) override {
        if (said.is_null()) learned.erase(subject);
        if (!said.is_null()) learned.insert_or_assign(subject, std::move(said));
        co_return Result<void>{};
    }
    std::map<std::string, json> learned;

private:
    void note(const Action& action, const Result<Done>& result) {
        if (!result) return;
        if (!action.want && result->done) {
            inventory.erase(action.key);
            return;
        }
        InventoryEntry& entry = inventory[action.key];
        entry.key = action.key;
        entry.collection = action.collection;
        if (!result->id.empty()) entry.id = result->id;
        entry.note = result->note;
        entry.adopted = entry.adopted || action.verb == Verb::adopt;
        if (action.want) {
            entry.manifest = action.want->origin.manifest;
            entry.commit = action.want->origin.commit;
            entry.data = action.want->data;
        }
        if (result->content_failed) {
            entry.bad_digest = action.digest;
            entry.bad_reason = result->why;
        }
    }
};

/// Counts what goes out.
class CountingTransport final : public net::HttpTransport {
public:
    CountingTransport(std::unique_ptr<net::HttpTransport> inner, std::size_t& count)
        : inner_(std::move(inner)), count_(count) {}
    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        ++count_;
        co_return co_await inner_->send(std::move(request));
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override {
        ++count_;
        co_return co_await inner_->open(std::move(request));
    }

private:
    std::unique_ptr<net::HttpTransport> inner_;
    std::size_t& count_;
};

/// A project on a real engine, reconciled as the daemon does it. All of it is removed at the end.
class EngineScene : public ::testing::Test {
protected:
    EngineScene() {
        scene.project = testing::unique_name("rd");
        for (char& letter : scene.project) {
            if (letter == '_' || letter == '.') letter = '-';
        }
        if (testing::engine_socket().empty()) return;
        transport = net::make_unix_transport(io.get_executor(), clock, testing::engine_socket());
        engine = std::make_unique<Engine>(*transport);
        target = new_target();
    }
    ~EngineScene() override {
        if (engine != nullptr) clean_up();
    }

    /// What a new daemon starts with: nothing remembered in memory.
    std::unique_ptr<Target> new_target() {
        EngineParts parts;
        parts.target = "mini1";
        parts.installation = "test";
        parts.logins = logins;
        parts.transport = std::make_unique<CountingTransport>(
            net::make_unix_transport(io.get_executor(), clock, testing::engine_socket()), requests);
        return make_engine_target(std::move(parts), clock, *lane);
    }

    template <class T>
    T run(asio::awaitable<T> work) {
        return testing::run_on(io, std::move(work));
    }

    /// One run on what `scene` declares now. @param others  stands for the rest of the commit, so
    /// that a dropped service is no empty commit
    Outcome reconcile_once(Scope scope = {}) {
        const test::MemoryFiles files{scene.files, scene.commit};
        DesiredState desired{"mini1", scene.commit, scene.expand(), {}};
        EXPECT_EQ(scene.findings.size(), 0u) << scene.refusals();
        struct Run one {
            .id = "r", .trigger = "test", .facts = {}, .vault = scene.vault, .journal = journal,
            .clock = clock, .files = std::make_shared<test::MemoryFiles>(scene.files, scene.commit),
            .stop_asked = nullptr, .progress = nullptr
        };
        one.facts.target = "mini1";
        one.facts.installation = "test";
        one.facts.policy = policy;
        one.facts.now = clock.wall();
        one.facts.inventory = journal.inventory;
        one.facts.fallback = fallback;
        one.facts.learned = journal.learned;
        if (!worked.empty()) one.earlier_files[worked_commit] = worked_files;
        one.facts.desired = Complete<DesiredState>::vouched(std::move(desired));
        const Outcome outcome = run(reconcile(target->kinds(), one, std::move(scope)));
        for (const ActionOutcome& action : outcome.actions) {
            if (!action.error) continue;
            errors.push_back(to_string(action.key) + ": " + action.error->message);
        }
        return outcome;
    }
    /// Runs until nothing is under way.
    Outcome converge(std::chrono::seconds most = std::chrono::seconds{40}) {
        const auto until = clock.now() + most;
        Outcome outcome = reconcile_once();
        while (clock.now() < until && errors.empty() &&
               !(outcome.actions.empty() && outcome.under_way.empty())) {
            if (!outcome.under_way.empty() || outcome.look_again) pause();
            outcome = reconcile_once();
        }
        return outcome;
    }
    void pause() { static_cast<void>(run(clock.sleep_for(std::chrono::milliseconds{300}))); }
    /// The content in force now is what to go back to.
    void remember_as_good() {
        worked_commit = scene.commit;
        worked_files = std::make_shared<test::MemoryFiles>(scene.files, scene.commit);
        for (Declared& one : scene.expand()) fallback.insert_or_assign(one.key, one);
        worked = worked_commit;
    }

    json inspect(const std::string& name) {
        const auto shown = run(containers().inspect(name));
        return shown ? *shown : json();
    }
    std::string web() const { return scene.project + "-web-1"; }
    Containers containers() { return Containers{*engine}; }

    /// Names of the containers of this project, sorted.
    std::vector<std::string> names() {
        std::vector<std::string> all;
        const auto list = run(containers().list());
        if (!list) return all;
        for (const ContainerSummary& one : *list) {
            if (one.names.front().find(scene.project) != std::string::npos)
                all.push_back(one.names.front());
        }
        std::ranges::sort(all);
        return all;
    }

    void clean_up() {
        for (const std::string& name : names()) (void)run(containers().remove(name, true));
        Networks networks{*engine};
        if (const auto list = run(networks.list())) {
            for (const json& one : *list) {
                const std::string name = one.value("Name", "");
                if (name.starts_with(scene.project)) (void)run(networks.remove(name));
            }
        }
        Volumes volumes{*engine};
        if (const auto list = run(volumes.list())) {
            for (const json& one : *list) {
                const std::string name = one.value("Name", "");
                if (name.starts_with(scene.project)) (void)run(volumes.remove(name));
                if (name.starts_with("driftless-files-")) (void)run(volumes.remove(name));
            }
        }
    }

    ProjectScene scene;
    std::map<std::string, RegistryLogin> logins;  ///< of targets that are made from now on
    std::vector<std::string> errors;              ///< of all actions so far
    std::size_t requests = 0;                     ///< of the target, so far
    Policy policy{.mode = Mode::converge, .prune = true, .grace = std::chrono::seconds{0}};
    ToyJournal journal;
    std::map<ResourceKey, Declared> fallback;
    std::string worked;
    std::string worked_commit;
    std::shared_ptr<const Files> worked_files;
    asio::io_context io;
    net::SystemClock clock;
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
    std::unique_ptr<net::HttpTransport> transport;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<Target> target;
};

/// What the statuses say, a line each: for failures.
inline std::string told(const Outcome& outcome) {
    std::string text;
    if (outcome.unreadable) text += outcome.unreadable->message + "\n";
    for (const auto& [key, status] : outcome.statuses) {
        text += fmt::format("{} {} {}\n", to_string(key), name(status.status), status.why);
        for (const FieldChange& field : status.fields) {
            text +=
                fmt::format("  {} {} -> {}\n", field.path, field.have.dump(), field.want.dump());
        }
    }
    for (const Action& action : outcome.plan.actions) {
        text += fmt::format("plan: {} {} {}\n", name(action.verb), to_string(action.key),
                            action.reason);
        for (const FieldChange& field : action.fields) {
            text +=
                fmt::format("  {} {} -> {}\n", field.path, field.have.dump(), field.want.dump());
        }
    }
    return text;
}

}  // namespace driftless::docker
