#include "reconcilers/cloudflare/marks.hpp"

#include <gtest/gtest.h>

namespace driftless::cloudflare {
namespace {

TEST(CommentMark, ComesBackAsItWasWritten) {
    for (const CommentMark& mark :
         {CommentMark{"bnx-home", false, ""}, CommentMark{"a", true, "the web server"},
          CommentMark{"twelve-chars", true, "; protect"}}) {
        const CommentMark back = read_comment(write_comment(mark));
        EXPECT_EQ(back.installation, mark.installation);
        EXPECT_EQ(back.protect, mark.protect);
        EXPECT_EQ(back.text, mark.text);
        EXPECT_LE(write_comment(mark).size(), longest_mark + mark.text.size());
    }
}

TEST(CommentMark, IsNoneInTheWordsOfOthers) {
    for (const char* text : {"", "made by hand", "see driftless:bnx-home"}) {
        EXPECT_EQ(read_comment(text).installation, "");
        EXPECT_EQ(read_comment(text).text, text);
    }
}

TEST(CommentMark, OfAnotherInstallationIsAnothers) {
    EXPECT_EQ(read_comment("driftless:bnx-home2").installation, "bnx-home2");
}

}  // namespace
}  // namespace driftless::cloudflare
