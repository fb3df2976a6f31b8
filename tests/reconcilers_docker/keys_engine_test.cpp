// For each key that is taken: create, look afresh, and nothing is left to do.
#include <set>

#include "config/compose/keys.hpp"

#include "reconcilers/docker/normalise.hpp"
#include "tests/reconcilers_docker/engine_scene.hpp"
#include "tests/reconcilers_docker/every_key.hpp"

namespace driftless::docker {
namespace {

/// Each key that the loader takes for a service stands in a row of every_key.hpp.
TEST(KeysOnAnEngine, AreAllThatTheLoaderTakes) {
    const std::set<std::string> elsewhere{"extends", "profiles",   // gone when a file is loaded
                                          "image", "pull_policy",  // of every row; tags_engine_test
                                          "storage_opt"};  // needs a file system with quotas
    for (const std::string& name : compose::taken_below("services/*")) {
        if (elsewhere.contains(name)) continue;
        const bool stands = std::ranges::any_of(keys, [&](const Key& key) {
            return ("\n" + key.keys).find("\n" + name + ":") != std::string::npos;
        });
        EXPECT_TRUE(stands) << name;
    }
}

class EveryKey : public EngineScene, public ::testing::WithParamInterface<Key> {
protected:
    /// An engine that doesn't know the field would lose it without a word.
    void expect_refused(Outcome outcome, ApiVersion api) {
        outcome = reconcile_once();  // the version is known from the first look on
        std::string why;
        for (const auto& [key, status] : outcome.statuses) {
            if (status.status == Status::failed) why += status.why;
        }
        EXPECT_NE(why.find("needs Engine API " + to_string(GetParam().since)), why.npos)
            << told(outcome);
        EXPECT_NE(why.find("this engine has " + to_string(api)), why.npos) << why;
        EXPECT_NE(why.find("compose.yaml:"), why.npos) << why;
        EXPECT_TRUE(names().empty());
    }
    /// Nothing but its start is left to do.
    void expect_made_as_declared() {
        ASSERT_EQ(names().size(), 1u) << errors.front();
        target = new_target();
        const Outcome again = reconcile_once({.all = true, .keys = {}, .fresh = true});
        for (const auto& [key, status] : again.statuses) {
            for (const FieldChange& field : status.fields) {
                EXPECT_EQ(field.path, "/running") << told(again);
            }
        }
    }
};

TEST_P(EveryKey, IsInSyncAfterItWasMade) {
    SKIP_WITHOUT_ENGINE();
    declare(GetParam(), scene);
    const auto api = run(engine->version());
    ASSERT_TRUE(api);
    if (*api < GetParam().since) return expect_refused(reconcile_once(), *api);
    converge();
    if (!GetParam().runs) return expect_made_as_declared();
    if (!errors.empty() && errors.front().find("operation not permitted") != std::string::npos) {
        GTEST_SKIP() << "this host can't run it: " << errors.front();
    }
    ASSERT_TRUE(errors.empty()) << errors.front();
    target = new_target();
    const Outcome again = reconcile_once({.all = true, .keys = {}, .fresh = true});
    EXPECT_TRUE(again.plan.actions.empty()) << told(again);
    EXPECT_TRUE(again.plan.held.empty()) << told(again);
    for (const auto& [key, status] : again.statuses) {
        const bool settled =
            status.status == Status::in_sync || status.status == Status::progressing;
        EXPECT_TRUE(settled) << to_string(key) << "\n" << told(again);
    }
    const Outcome quiet = reconcile_once();
    EXPECT_TRUE(quiet.plan.actions.empty()) << told(quiet);
}

/// A container that somebody made without the key is not as declared.
TEST_P(EveryKey, IsMissedWhereItIsNot) {
    SKIP_WITHOUT_ENGINE();
    const auto api = run(engine->version());
    ASSERT_TRUE(api);
    if (*api < GetParam().since) GTEST_SKIP() << "this engine can't have it";
    if (GetParam().is_default) GTEST_SKIP() << "it says what goes without saying";
    scene.web("command: sleep 100");
    converge();
    ASSERT_TRUE(errors.empty()) << errors.front();
    declare(GetParam(), scene);
    policy.mode = Mode::observe;
    target = new_target();
    const Outcome outcome = reconcile_once();
    const auto is_of_web = [](const Action& action) {
        return action.key.kind == "docker.container" && action.verb != Verb::adopt;
    };
    EXPECT_TRUE(std::ranges::any_of(outcome.plan.actions, is_of_web)) << told(outcome);
}

/// Of which the commit, or somebody's file beside it, holds a part that no engine shows.
bool needs_files(const std::string& name) {
    return name.find("file") != name.npos || name.starts_with("config_") ||
           name.starts_with("secret_v") || name.starts_with("folder_");
}

/// Whatever the one declares, the other declares, too, save what doesn't show in what is live, and
/// what is so without a word. Values of the environment have become secrets.
std::string lost_between(const std::vector<Declared>& before, const std::vector<Declared>& after) {
    const std::set<std::string> unseen{"/platform", "/ipc", "/limits/memory_swap",
                                       "/mounts/~1h2/create_host_path"};
    std::string lost;
    for (const Declared& one : before) {
        const auto again = std::ranges::find(after, one.key, &Declared::key);
        if (again == after.end()) {
            lost += to_string(one.key) + "\n";
            continue;
        }
        for (const FieldChange& field : changed_fields(one.spec, again->spec, container_rules())) {
            const bool secret = field.path.starts_with("/env/") && is_tainted(field.have.dump());
            const std::string first = "/" + one.spec.value("primary_network", "") + "/mac";
            const bool second_mac = field.path.ends_with("/mac") && !field.path.ends_with(first);
            if (unseen.contains(field.path) || secret || second_mac) continue;
            lost += fmt::format("{} {}: {} -> {}\n", to_string(one.key), field.path,
                                field.want.dump(), field.have.dump());
        }
    }
    return lost;
}

/// What is live is imported, and what was imported is live: a plan of it takes it over as it is.
TEST_P(EveryKey, IsImportedAsItIs) {
    SKIP_WITHOUT_ENGINE();
    declare(GetParam(), scene);
    const auto api = run(engine->version());
    ASSERT_TRUE(api);
    if (*api < GetParam().since) GTEST_SKIP() << "this engine can't have it";
    if (!GetParam().runs) GTEST_SKIP() << "it does not run here";
    converge();
    if (!errors.empty()) GTEST_SKIP() << errors.front();
    const auto declared = scene.expand();
    ImportWish wish{.only = scene.project};
    const auto imported = run(target->import_live(std::move(wish)));
    ASSERT_TRUE(imported) << imported.error().message;
    if (needs_files(GetParam().name) && imported->manifests.empty()) {
        ASSERT_EQ(imported->left_out.size(), 1u);
        EXPECT_NE(imported->left_out[0].why.find("no key of a compose file"), std::string::npos)
            << imported->left_out[0].why;
        return;
    }
    ASSERT_EQ(imported->manifests.size(), 1u)
        << (imported->left_out.empty() ? "" : imported->left_out.front().why);
    const ImportedManifest& made = imported->manifests.front();
    scene.files = made.files;
    std::map<std::string, std::string> secrets;
    for (const auto& [name, value] : made.secrets) secrets.emplace(name, value.reveal());
    scene.secrets = test::ToySecrets{secrets};
    scene.use_spec_of(made.files.at("driftless.yaml"));
    journal.inventory.clear();
    policy.mode = Mode::observe;
    target = new_target();
    const Outcome outcome = reconcile_once({.all = true, .keys = {}, .fresh = true});
    const std::string file = made.files.at("compose.yaml");
    for (const Action& action : outcome.plan.actions)
        EXPECT_EQ(action.verb, Verb::adopt) << told(outcome) << file;
    EXPECT_TRUE(outcome.plan.held.empty()) << told(outcome) << file;
    for (const auto& [key, status] : outcome.statuses)
        EXPECT_TRUE(status.fields.empty()) << to_string(key) << told(outcome) << file;
    if (GetParam().is_default) return;
    EXPECT_EQ(lost_between(declared, scene.expand()), "") << file;
}

INSTANTIATE_TEST_SUITE_P(, EveryKey, ::testing::ValuesIn(keys),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace driftless::docker
