#include "reconcilers/board.hpp"

#include <gtest/gtest.h>

namespace driftless::test {
namespace {

const ResourceKey home{"edge", "Tunnel", "home"};

Posted with_outputs() {
    Posted posted;
    posted.exists = true;
    posted.outputs = {{"token", "t"}, {"port", 80}, {"dns", {{"name", "x.dev"}}}};
    return posted;
}

TEST(Board, GivesOutputsAsTexts) {
    Board board;
    board.post(home, with_outputs());
    EXPECT_EQ(*board.find(LateRef{home, "token"}), "t");
    EXPECT_EQ(*board.find(LateRef{home, "port"}), "80");
    EXPECT_EQ(*board.find(LateRef{home, "dns.name"}), "x.dev");
}

TEST(Board, SaysWhetherWaitingHelps) {
    Board board;
    EXPECT_EQ(board.find(LateRef{home, "token"}).error().code, Errc::unavailable);
    Posted posted = with_outputs();
    board.post(home, posted);
    EXPECT_EQ(board.find(LateRef{home, "other"}).error().code, Errc::unavailable);
    posted.ready = true;
    board.post(home, posted);
    EXPECT_EQ(board.find(LateRef{home, "other"}).error().code, Errc::not_found);
    EXPECT_EQ(board.find(LateRef{home, "dns"}).error().code, Errc::not_found);
    board.take_down(home);
    EXPECT_EQ(board.find(home), nullptr);
}

}  // namespace
}  // namespace driftless::test
