// The child's side, called directly: what a remote may do, and what a killed fetch leaves behind.
#include <gtest/gtest.h>

#include "daemon/git/child.hpp"
#include "daemon/git/clone.hpp"
#include "daemon/git/source.hpp"
#include "tests/support/git_repo.hpp"
#include "tests/support/sanitizers.hpp"

namespace driftless::git {
namespace {

using testing::GitRepo;
using testing::TempFolder;

class Fetch : public ::testing::Test {
protected:
    Remote remote(const std::string& branch = "main") {
        return {repo.url(), "refs/heads/" + branch};
    }
    Result<std::string> fetch(bool anew = false) {
        auto tip = fetch_ref(remote(), clone, anew);
        if (!tip) return std::move(tip).error();
        return tip->commit;
    }

    GitRepo repo;
    TempFolder folder;
    std::string clone = folder.at("clone");
};

TEST_F(Fetch, BringsTheTipAndOnlyWhatIsNew) {
    const std::string first = repo.commit({{"a", "1"}});
    EXPECT_EQ(list_ref(remote())->commit, first);
    EXPECT_EQ(*fetch(), first);
    EXPECT_EQ(*fetch(), first) << "repeating is safe";
    const std::string second = repo.commit({{"a", "2"}});
    EXPECT_EQ(*fetch(), second);
}

TEST_F(Fetch, LeavesACloneWhoseHeadIsTheTip) {
    const std::string first = repo.commit({{"a", "1"}});
    const std::string second = repo.commit({{"a", "2"}});
    ASSERT_TRUE(fetch().ok());
    EXPECT_EQ((*open_revision(clone, "HEAD", "/"))->commit(), second);
    EXPECT_EQ((*open_revision(clone, "HEAD~1", "/"))->commit(), first);
}

TEST_F(Fetch, AMissingBranchIsNotFoundAndNamesTheNearest) {
    repo.commit({{"a", "1"}});
    const auto listed = list_ref(remote("mein"));
    ASSERT_TRUE(listed.failed());
    EXPECT_EQ(listed.error().code, Errc::not_found);
    EXPECT_NE(listed.error().message.find("did you mean \"main\""), std::string::npos)
        << listed.error().message;
    EXPECT_EQ(fetch_ref(remote("mein"), clone, false).error().code, Errc::not_found);
}

TEST_F(Fetch, AMissingRepositoryIsNotAMissingBranch) {
    const Remote nowhere{"file:///nowhere/at/all", "refs/heads/main"};
    EXPECT_EQ(list_ref(nowhere).error().code, Errc::unavailable);
    EXPECT_EQ(fetch_ref(nowhere, clone, false).error().code, Errc::unavailable);
}

TEST_F(Fetch, AnEmptyRepositoryHasNoBranch) {
    const auto listed = list_ref(remote());
    ASSERT_TRUE(listed.failed());
    EXPECT_EQ(listed.error().code, Errc::not_found);
}

TEST_F(Fetch, TakesOnlyUrlsAndRefsThatItKnows) {
    for (const char* url :
         {"http://example.org/x.git", "/srv/git", "ext::sh -c id", "", "-x", "git://x/y"}) {
        EXPECT_EQ(list_ref({url, "refs/heads/main"}).error().code, Errc::invalid) << url;
    }
    for (const char* ref : {"refs/heads/../x", "refs/heads/a b", "refs/heads/", "-x", ""}) {
        EXPECT_EQ(list_ref({repo.url(), ref}).error().code, Errc::invalid) << ref;
    }
}

TEST_F(Fetch, IsGivenUpOverALimitAndTheCloneStaysAsItWas) {
    const std::string first = repo.commit({{"a", "1"}});
    ASSERT_TRUE(fetch().ok());
    std::map<std::string, std::string> many;
    for (int i = 0; i < 500; ++i) many["f" + std::to_string(i)] = std::to_string(i);
    repo.commit(many);
    const FetchLimits limits{.bytes = std::size_t{1} << 30, .objects = 50};
    const auto given_up = fetch_ref(remote(), clone, false, limits);
    ASSERT_TRUE(given_up.failed());
    EXPECT_EQ(given_up.error().code, Errc::invalid);
    EXPECT_NE(given_up.error().message.find("limit"), std::string::npos)
        << given_up.error().message;
    const Library library;
    const auto kept = open_clone(clone);
    ASSERT_TRUE(kept.ok());
    EXPECT_TRUE(check_whole(kept->get(), *parse_id(first)).ok());
    EXPECT_TRUE(fetch().ok()) << "and it works again when the limit allows";
}

TEST_F(Fetch, GoesOnAfterOneThatWasKilled) {
    repo.commit({{"a", "1"}});
    ASSERT_TRUE(fetch().ok());
    testing::write_file(clone + "/refs/driftless/tip.lock", "");
    testing::write_file(clone + "/HEAD.lock", "");
    testing::write_file(clone + "/objects/pack/pack_git2_half", "half");
    const std::string second = repo.commit({{"a", "2"}});
    EXPECT_EQ(*fetch(), second);
    EXPECT_FALSE(std::filesystem::exists(clone + "/objects/pack/pack_git2_half"));
}

TEST_F(Fetch, MakesABrokenCloneAnewAndKeepsTheOldOneForALook) {
    const std::string tip = repo.commit({{"a", "1"}});
    ASSERT_TRUE(fetch().ok());
    testing::write_file(clone + "/HEAD", "nonsense");
    testing::write_file(clone + "/config", "[core");
    EXPECT_EQ(*fetch(), tip);
    EXPECT_EQ(testing::read_file(clone + ".broken/HEAD"), "nonsense");
}

TEST_F(Fetch, MakesACloneAnewWhoseObjectsAreGone) {
    const std::string tip = repo.commit({{"a", "1"}});
    ASSERT_TRUE(fetch().ok());
    std::filesystem::remove_all(clone + "/objects");
    std::filesystem::create_directories(clone + "/objects");
    const auto again = fetch();
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(*again, tip);
    const Library library;
    EXPECT_TRUE(check_whole(open_clone(clone)->get(), *parse_id(tip)).ok());
}

TEST_F(Fetch, ReadsNobodysConfiguration) {
    const std::string tip = repo.commit({{"a", "1"}});
    TempFolder home;
    testing::write_file(home.at(".gitconfig"),
                        "[url \"file:///nowhere/\"]\n\tinsteadOf = file:///\n");
    ::setenv("HOME", home.path().c_str(), 1);
    EXPECT_EQ(list_ref(remote())->commit, tip);
    EXPECT_EQ(*fetch(), tip);
}

TEST_F(Fetch, ThousandsOfPollsNeedNoMoreMemory) {
    repo.commit({{"a", "1"}});
    const auto resident_kb = [] {
        std::ifstream status{"/proc/self/status"};
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
        }
        return 0L;
    };
    const auto round = [&](int times) {
        for (int i = 0; i < times; ++i) {
            ASSERT_TRUE(list_ref(remote()).ok());
            if (i % 10 == 0) {
                ASSERT_TRUE(fetch().ok());
            }
        }
    };
    round(100);
    const long before = resident_kb();
    if (before == 0) GTEST_SKIP() << "no /proc here";
    if (testing::under_sanitizer) GTEST_SKIP() << "a sanitizer keeps what was freed";
    round(1'000);
    EXPECT_LT(resident_kb() - before, 8 * 1'024);
}

TEST(GitChildLines, CarryEveryAnswerAndEveryError) {
    GitRepo repo;
    Authorities authorities;
    const std::string tip = repo.commit({{"a", "1"}});
    const Remote remote{repo.url(), "refs/heads/main"};
    EXPECT_EQ(read_answer(answer_to(list_request(remote), authorities))->commit, tip);
    const TempFolder folder;
    EXPECT_EQ(
        read_answer(answer_to(fetch_request(remote, folder.at("c"), false), authorities))->commit,
        tip);
    EXPECT_EQ(read_answer(answer_to(list_request({repo.url(), "refs/heads/x"}), authorities))
                  .error()
                  .code,
              Errc::not_found);
    for (const char* bad : {"", "[]", "{", "{\"op\":\"rm\"}", "{\"op\":7}", "\xff"}) {
        EXPECT_EQ(read_answer(answer_to(bad, authorities)).error().code, Errc::internal) << bad;
    }
    for (const char* bad : {"", "null", "{\"commit\":3}", "{\"error\":{}}"}) {
        EXPECT_EQ(read_answer(bad).error().code, Errc::internal) << bad;
    }
}

}  // namespace
}  // namespace driftless::git
