// `driftless plan` beside no daemon: what is ready on one target counts on the others.
#include "daemon/plans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/base/vault.hpp"
#include "tests/reconcilers/plan_scene.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/toy.hpp"

namespace driftless {
namespace {

using test::lines_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

/// A target of one toy kind.
class ToyTarget final : public Target {
public:
    ToyTarget() {
        kinds_["toy.thing"] =
            std::make_unique<test::ToyKind>(world, "toy.thing", test::ToyKind::Options{});
    }
    [[nodiscard]] const Kinds& kinds() const override { return kinds_; }
    asio::awaitable<Result<TargetAbout>> about() override { co_return TargetAbout{}; }
    asio::awaitable<Result<void>> watch(std::function<void(Hint)>) override {
        co_return Error{Errc::internal, "nobody watches here"};
    }

    test::ToyWorld world;

private:
    Kinds kinds_;
};

ResourceKey thing(const std::string& target, const std::string& name) {
    return {target, "toy.thing", name};
}
ResourceKey app(const std::string& target, const std::string& name) {
    return {target, "App", name};
}

class Plans : public ::testing::Test {
protected:
    Plans() {
        for (const char* name : {"a", "b", "c"}) {
            TargetSettings target;
            target.name = name;
            settings_.targets.emplace(name, target);
            auto made = std::make_unique<ToyTarget>();
            worlds_[name] = &made->world;
            targets_.emplace(name, std::move(made));
        }
        store_ = *open_store(folder_.path(), Access::own, *lane_, clock_);
    }
    Declared& want(const std::string& target, const std::string& name, json spec = {{"size", 1}}) {
        Declared declared;
        declared.key = thing(target, name);
        declared.collection = "toy.thing";
        declared.spec = std::move(spec);
        declared.origin = {"c1", {name + ".yaml", 1, 1}, app(target, name)};
        wants_[target].push_back(std::move(declared));
        return wants_[target].back();
    }
    /// One that needs an output of another.
    void want_output_of(const std::string& target, const std::string& name,
                        const ResourceKey& other) {
        Declared& declared = want(target, name, {{"url", late_mark({other, "url"})}});
        declared.needs = {{other, Until::ready, true}};
    }
    void make(const std::string& target, const std::string& name, json spec = {{"size", 1}}) {
        worlds_.at(target)->add(thing(target, name), std::move(spec), Owner::ours);
    }
    /// By target, the plan's lines.
    std::map<std::string, std::vector<std::string>> plans(const std::string& only = "") {
        std::map<std::string, Wanted> wanted;
        for (const auto& [target, wants] : wants_) {
            DesiredState desired{target, "c1", wants, {}};
            Wanted one{.desired = Complete<DesiredState>::vouched(std::move(desired)),
                       .files = nullptr,
                       .source = "infra"};
            wanted.emplace(target, std::move(one));
        }
        const PlanParts parts{.settings = settings_,
                              .targets = targets_,
                              .store = *store_,
                              .vault = vault_,
                              .clock = clock_,
                              .random = random_};
        const auto made =
            driftless::testing::run_on(io_, clock_, plan_targets(parts, std::move(wanted), only));
        std::map<std::string, std::vector<std::string>> lines;
        for (const auto& [target, plan] : made) lines[target] = lines_of(*plan);
        return lines;
    }

    asio::io_context io_;
    driftless::testing::VirtualClock clock_;
    driftless::testing::SeededRandom random_{7};
    driftless::testing::TempFolder folder_;
    std::unique_ptr<net::Lane> lane_ = net::make_inline_lane(io_.get_executor());
    Settings settings_;
    std::map<std::string, std::unique_ptr<Target>> targets_;
    std::map<std::string, test::ToyWorld*> worlds_;
    std::map<std::string, std::vector<Declared>> wants_;
    test::ToyVault vault_;
    std::unique_ptr<Store> store_;
};

TEST_F(Plans, CountWhatIsReadyOnTargetsThatComeLater) {
    want("c", "db");
    make("c", "db");
    want_output_of("a", "web", app("c", "db"));
    EXPECT_THAT(plans(), ElementsAre(Pair("a", ElementsAre(StartsWith("create web"))),
                                     Pair("c", ElementsAre(StartsWith("adopt db")))));
    EXPECT_TRUE(worlds_.at("a")->calls.empty());
}

TEST_F(Plans, CountOutputsThroughSeveralTargets) {
    want("c", "db");
    make("c", "db");
    want_output_of("b", "api", app("c", "db"));
    make("b", "api", {{"url", "toy://db/1"}});
    want_output_of("a", "web", app("b", "api"));
    make("a", "web", {{"url", "toy://old/1"}});
    const auto made = plans();
    EXPECT_THAT(made.at("a"), ElementsAre(StartsWith("held update web")));  // the first contact
    EXPECT_THAT(made.at("b"), ElementsAre(StartsWith("adopt api")));
}

TEST_F(Plans, CountWhatTwoTargetsHaveForEachOther) {
    want("a", "db");
    make("a", "db");
    want("b", "db");
    make("b", "db");
    want_output_of("a", "web", app("b", "db"));
    want_output_of("b", "web", app("a", "db"));
    const auto made = plans();
    EXPECT_THAT(made.at("a"), ElementsAre(StartsWith("adopt db"), StartsWith("create web")));
    EXPECT_THAT(made.at("b"), ElementsAre(StartsWith("adopt db"), StartsWith("create web")));
}

TEST_F(Plans, SayWhatWaitsForATargetThatCannotBeRead) {
    want("c", "db");
    worlds_.at("c")->unreadable = Error{Errc::unavailable, "connection refused"};
    want_output_of("a", "web", app("c", "db"));
    const auto made = plans();
    EXPECT_THAT(made.at("a"), ElementsAre(HasSubstr("blocked web: waits for output url of c/App/"
                                                    "db: not seen yet")));
    EXPECT_THAT(made.at("c"), ElementsAre(StartsWith("unknown db: connection refused")));
}

TEST_F(Plans, SayWhatWaitsForWhatIsStillToBeMade) {
    want("c", "db");
    want("a", "web").needs = {{app("c", "db"), Until::ready, true}};
    EXPECT_THAT(plans().at("a"), ElementsAre(StartsWith("blocked web: waits until c/App/db")));
}

TEST_F(Plans, OfOneTargetLookAtWhatItNeedsAndAtNothingElse) {
    want("c", "db");
    make("c", "db");
    want("b", "other");
    want_output_of("a", "web", app("c", "db"));
    EXPECT_THAT(plans("a"), ElementsAre(Pair("a", ElementsAre(StartsWith("create web")))));
    EXPECT_EQ(worlds_.at("b")->looks, 0);
}

}  // namespace
}  // namespace driftless
