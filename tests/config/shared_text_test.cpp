#include "config/base/shared_text.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <vector>

namespace driftless {
namespace {

TEST(SharedText, AllThatSayTheSameHoldOneCopy) {
    const SharedText one{"dns/bnx.dev.yaml"};
    const SharedText other = std::string{"dns/"} + "bnx.dev.yaml";
    const SharedText copy = one;
    EXPECT_EQ(&one.text(), &other.text());
    EXPECT_EQ(&one.text(), &copy.text());
    EXPECT_EQ(sizeof(SharedText), sizeof(void*));
}

TEST(SharedText, KeepsItsTextWhenOthersGo) {
    auto first = std::make_unique<SharedText>("a text that is longer than fifteen letters");
    const SharedText second = *first;
    first.reset();
    EXPECT_EQ(second, "a text that is longer than fifteen letters");
    SharedText third = second;
    third = "another";
    EXPECT_EQ(second, "a text that is longer than fifteen letters");
    EXPECT_EQ(third, "another");
}

TEST(SharedText, NothingIsTheEmptyText) {
    const SharedText nothing;
    EXPECT_TRUE(nothing.empty());
    EXPECT_EQ(nothing, "");
    EXPECT_EQ(nothing, SharedText{std::string{}});
    EXPECT_LT(nothing, SharedText{"a"});
    EXPECT_NE(nothing, SharedText{"a"});
}

TEST(SharedText, StandsInTheOrderOfItsTexts) {
    const std::vector<std::string> texts{"", "a", "ab", "b", "b\xC3\xBC", "c"};
    for (const std::string& one : texts) {
        for (const std::string& other : texts) {
            EXPECT_EQ(SharedText{one} < SharedText{other}, one < other) << one << " " << other;
            EXPECT_EQ(SharedText{one} == SharedText{other}, one == other) << one << " " << other;
            EXPECT_EQ(SharedText{one} < other, one < other) << one << " " << other;
        }
    }
}

TEST(SharedText, IsATextWhereverOneIsExpected) {
    const SharedText shared{"web"};
    std::map<std::string, int> by_text{{"web", 1}};
    EXPECT_EQ(by_text[shared], 1);
    EXPECT_EQ(fmt::format("{:>5}", shared), "  web");
    EXPECT_EQ(shared + ".1", "web.1");
    EXPECT_EQ(std::string{"x."} + shared, "x.web");
    SharedText longer = shared;
    longer += ".1";
    EXPECT_EQ(longer, "web.1");
    EXPECT_EQ(shared, "web");
}

TEST(SharedText, IsMadeAndDroppedOnManyThreads) {
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);
    for (int& mine : wrong) {
        threads.emplace_back([&mine] {
            for (int i = 0; i < 20'000; ++i) {
                const std::string text = "a text of many threads " + std::to_string(i % 7);
                const SharedText one{text};
                const SharedText copy = one;
                if (copy != text || &copy.text() != &SharedText{text}.text()) ++mine;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace driftless
