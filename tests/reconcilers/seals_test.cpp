#include "reconcilers/seals.hpp"

#include <gtest/gtest.h>

#include "reconcilers/board.hpp"
#include "tests/reconcilers/plan_scene.hpp"

namespace driftless::test {
namespace {

const LateRef token{{"edge", "Tunnel", "home"}, "token"};

class Seals : public testing::Test {
protected:
    std::string mark(const std::string& text) { return vault.mark(Secret{text}); }
    std::string seal(const std::string& text) { return vault.seal(text); }

    ToyVault vault;
    Board board;
};

TEST_F(Seals, ReplaceEveryTextThatHoldsAMark) {
    const json spec{
        {"plain", "x"}, {"url", "pg://app:" + mark("s3cret") + "@db"}, {"list", {1, mark("p")}}};
    const auto result = sealed(spec, vault, board);
    ASSERT_TRUE(result);
    EXPECT_EQ(
        *result,
        (json{{"plain", "x"}, {"url", seal("pg://app:s3cret@db")}, {"list", {1, seal("p")}}}));
    EXPECT_EQ(result->dump().find("s3cret"), std::string::npos);
}

TEST_F(Seals, OfLateValuesWaitUntilTheyAreThere) {
    const json spec{{"token", late_mark(token)}};
    const auto missing = sealed(spec, vault, board);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::unavailable);
    EXPECT_EQ(missing.error().message, "waits for output token of edge/Tunnel/home: not seen yet");
    board.post(token.of, {.exists = true, .ready = true, .outputs = {{"token", "t1"}}});
    const auto there = sealed(spec, vault, board);
    ASSERT_TRUE(there);
    EXPECT_EQ((*there)["token"], seal("t1"));
}

TEST_F(Seals, AreOpenedForTheCallThatSendsThem) {
    board.post(token.of, {.exists = true, .outputs = {{"token", "t1"}}});
    const auto plain =
        opened({{"a", mark("s")}, {"b", {late_mark(token) + "!"}}, {"c", 3}}, vault, board);
    ASSERT_TRUE(plain);
    EXPECT_EQ(*plain, (json{{"a", "s"}, {"b", {"t1!"}}, {"c", 3}}));
}

TEST_F(Seals, StandOnBothSides) {
    const json want{{"env", {{"A", seal("1")}, {"B", "2"}}}, {"args", {"-p", seal("1")}}};
    const json have{{"env", {{"A", "1"}, {"B", "2"}, {"C", "3"}}}, {"args", {"-p", "0"}}};
    const json result = sealed_like(want, have, vault);
    EXPECT_EQ(result["env"], (json{{"A", seal("1")}, {"B", "2"}, {"C", "3"}}));
    EXPECT_EQ(result["args"], (json{"-p", seal("0")}));
}

TEST_F(Seals, StandOnBothSidesInSetsAndKeyedLists) {
    const json want{{"set", {seal("a"), "b"}},
                    {"keyed", {{{"k", "x"}, {"v", seal("1")}}, {{"k", "y"}, {"v", "2"}}}}};
    const json have{{"set", {"b", "a"}},
                    {"keyed", {{{"k", "y"}, {"v", "2"}}, {{"k", "x"}, {"v", "1"}}}}};
    const json result = sealed_like(want, have, vault);
    EXPECT_EQ(result["set"], (json{"b", seal("a")}));
    EXPECT_EQ(result["keyed"][0], (json{{"k", "y"}, {"v", "2"}}));
    EXPECT_EQ(result["keyed"][1], (json{{"k", "x"}, {"v", seal("1")}}));
}

TEST_F(Seals, OfASecretThatEqualsAPlainNeighbourAreNoDrift) {
    const json want{"admin", "-p", seal("admin")};
    EXPECT_EQ(sealed_like(want, {"admin", "-p", "admin"}, vault), want);
}

TEST_F(Seals, HideWhatGitDoesNotHoldLiterally) {
    const FieldRules rules{{.path = "/env", .as = Compare::whole, .secret = true}};
    const json have{{"env", {{"A", "1"}, {"B", "other"}}}, {"image", "x"}};
    const json shown = presentable(have, {{"env", {{"A", "1"}, {"B", "2"}}}}, rules, vault);
    EXPECT_EQ(shown, (json{{"env", {{"A", "1"}, {"B", seal("other")}}}, {"image", "x"}}));
    EXPECT_EQ(presentable(have, nullptr, rules, vault)["env"],
              (json{{"A", seal("1")}, {"B", seal("other")}}));
}

TEST_F(Seals, AreNeverShownInAPlan) {
    Scene scene;
    scene.entry("web");
    scene.live("web", {{"env", {{"A", "live-secret"}, {"B", "old-secret"}}}});
    scene.want("web", {{"env", {{"A", "plain"}, {"B", scene.vault.mark(Secret{"new-secret"})}}}});
    scene.live("other", {{"env", {{"A", "foreign-secret"}}}}, Owner::foreign);
    scene.dropped("gone").spec = {{"env", {{"A", "dropped-secret"}}}};
    const Plan plan = scene.plan();
    std::string all;
    for (const Action& action : plan.actions) {
        all += action.have->spec.dump();
        for (const FieldChange& field : action.fields) all += field.have.dump() + field.want.dump();
    }
    for (const Live& live : plan.unmanaged) all += live.spec.dump();
    EXPECT_EQ(plan.actions.size(), 2U);
    EXPECT_EQ(all.find("-secret"), std::string::npos) << all;
    EXPECT_NE(all.find("plain"), std::string::npos);
}

class ForgetfulVault final : public Vault {
public:
    explicit ForgetfulVault(ToyVault& toy) : toy_(toy) {}
    std::string mark(const Secret& secret) override { return toy_.mark(secret); }
    [[nodiscard]] Result<Secret> open(std::string_view text,
                                      const LateValues& late) const override {
        return toy_.open(text, late);
    }
    [[nodiscard]] std::string seal(std::string_view plain) const override {
        return toy_.seal("new key " + std::string{plain});
    }
    [[nodiscard]] bool remembers() const override { return false; }

private:
    ToyVault& toy_;
};

TEST_F(Seals, MadeWithALostKeyAreUnknownAndNoReasonToReplace) {
    Scene scene;
    const std::string file = scene.vault.mark(Secret{"content"});
    scene.entry("web");
    scene.live("web", {{"image", "a"}, {"file", scene.vault.seal("content")}});
    scene.want("web", {{"image", "a"}, {"file", file}});
    EXPECT_TRUE(begin_as(lines_of(scene.plan()), {"in_sync web"}));
    const ForgetfulVault forgetful{scene.vault};
    const Reads reads{{"things", Complete<LiveState>::vouched(scene.lives)}};
    const Plan plan = make_plan(scene.facts, reads, scene.rules, forgetful);
    EXPECT_TRUE(begin_as(lines_of(plan), {"unknown web: the key of seals was lost"}));
}

}  // namespace
}  // namespace driftless::test
