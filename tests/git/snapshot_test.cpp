#include <gtest/gtest.h>

#include "daemon/git/source.hpp"
#include "tests/support/git_repo.hpp"

namespace driftless::git {
namespace {

using testing::GitRepo;

std::vector<std::string> paths(const std::vector<FileEntry>& entries) {
    std::vector<std::string> all;
    for (const FileEntry& entry : entries) all.push_back(entry.path);
    return all;
}

std::shared_ptr<const Files> files_of(GitRepo& repo, const std::string& folder = "/") {
    auto files = open_revision(repo.path(), "HEAD", folder);
    EXPECT_TRUE(files.ok()) << files.error().message;
    return files.ok() ? *files : nullptr;
}

template <class T>
void expect_error(const Result<T>& result, Errc code, const std::string& said) {
    ASSERT_TRUE(result.failed());
    EXPECT_EQ(name(result.error().code), name(code)) << result.error().message;
    EXPECT_NE(result.error().message.find(said), std::string::npos) << result.error().message;
}

TEST(Snapshot, ListsAndReadsTheFilesOfACommit) {
    GitRepo repo;
    const std::string id = repo.commit({{"a.yaml", "one"}, {"apps/web/x.yaml", "two"}, {"z", ""}});
    const auto files = files_of(repo);
    EXPECT_EQ(files->commit(), id);
    EXPECT_EQ(files->author(), repo.git("log -1 --format='%an <%ae>'"));
    EXPECT_EQ(paths(*files->list("")),
              (std::vector<std::string>{"a.yaml", "apps/web/x.yaml", "z"}));
    EXPECT_EQ(paths(*files->list("apps")), std::vector<std::string>{"apps/web/x.yaml"});
    EXPECT_EQ(*files->read("apps/web/x.yaml"), "two");
    EXPECT_EQ(*files->read("z"), "");
    EXPECT_EQ(files->find("a.yaml")->size, 3u);
    EXPECT_EQ(files->find("apps")->type, FileEntry::Type::folder);
}

TEST(Snapshot, NeverChangesWhateverIsCommittedLater) {
    GitRepo repo;
    repo.commit({{"a", "old"}});
    const auto files = files_of(repo);
    repo.commit({{"a", "new"}, {"b", ""}});
    EXPECT_EQ(*files->read("a"), "old");
    EXPECT_EQ(files->list("")->size(), 1u);
}

TEST(Snapshot, SameBytesHaveTheSameId) {
    GitRepo repo;
    repo.commit({{"a", "x"}, {"b", "x"}, {"c", "y"}});
    const auto files = files_of(repo);
    EXPECT_EQ(files->find("a")->id, files->find("b")->id);
    EXPECT_NE(files->find("a")->id, files->find("c")->id);
}

TEST(Snapshot, CountsOnlyWhatIsBelowItsPath) {
    GitRepo repo;
    repo.commit({{"a", "1"}, {"prod/b", "2"}, {"prod/deep/c", "3"}});
    for (const char* folder : {"prod", "/prod", "/prod/", "prod/"}) {
        const auto files = files_of(repo, folder);
        EXPECT_EQ(paths(*files->list("")), (std::vector<std::string>{"b", "deep/c"})) << folder;
        EXPECT_EQ(*files->read("b"), "2");
        expect_error(files->find("a"), Errc::not_found, "a");
    }
}

TEST(Snapshot, AFolderThatIsGoneIsNotFoundAndNeverEmpty) {
    GitRepo repo;
    repo.commit({{"a", ""}});
    expect_error(open_revision(repo.path(), "HEAD", "prod"), Errc::not_found, "prod");
    expect_error(open_revision(repo.path(), "HEAD", "a"), Errc::not_found, "not a folder");
    expect_error(files_of(repo)->list("prod"), Errc::not_found, "prod");
}

TEST(Snapshot, RefusesPathsThatLeadElsewhere) {
    GitRepo repo;
    repo.commit({{"a/b", ""}});
    const auto files = files_of(repo);
    for (const char* path : {"..", "a/..", "a//b", "/a", "a/", ".", "a/./b", "a\nb"}) {
        expect_error(files->find(path), Errc::invalid, "path");
        expect_error(files->read(path), Errc::invalid, "path");
    }
    expect_error(files->find(std::string(2'000, 'a')), Errc::invalid, "1024");
}

TEST(Snapshot, NeverFollowsALink) {
    GitRepo repo;
    repo.link("to-etc", "/etc/passwd");
    repo.link("up", "..");
    repo.commit({{"real/file", ""}});
    const auto files = files_of(repo);
    EXPECT_EQ(files->find("to-etc")->type, FileEntry::Type::link);
    EXPECT_EQ(files->list("")->size(), 3u);
    expect_error(files->read("to-etc"), Errc::invalid, "to-etc: it is a symbolic link");
    expect_error(files->read("up/real/file"), Errc::invalid, "up: it is a symbolic link");
}

TEST(Snapshot, NeverFetchesASubmodule) {
    GitRepo repo;
    repo.commit({{"a", ""}});
    repo.add_submodule("vendor");
    repo.commit_index();
    const auto files = files_of(repo);
    EXPECT_EQ(files->find("vendor")->type, FileEntry::Type::submodule);
    expect_error(files->read("vendor"), Errc::invalid, "vendor: it is a submodule");
    expect_error(files->read("vendor/x"), Errc::invalid, "vendor: it is a submodule");
}

TEST(Snapshot, KnowsALargeFilePointer) {
    GitRepo repo;
    repo.commit(
        {{"logo.png", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"}});
    expect_error(files_of(repo)->read("logo.png"), Errc::invalid,
                 "logo.png: it is a Git LFS pointer");
}

TEST(Snapshot, ReadsALargeFileForWhomItIsNotTooLarge) {
    GitRepo repo;
    const std::string large(9u << 20, 'x');
    repo.commit({{"one", large}, {"two", large + "2"}, {"small", "s"}});
    const auto files = files_of(repo);
    EXPECT_EQ(*files->read_large("one", large.size()), large);
    EXPECT_EQ(*files->read_large("two", large.size() + 1), large + "2");
    EXPECT_EQ(*files->read("small"), "s") << "what is large doesn't count";
    expect_error(files->read_large("two", large.size()), Errc::invalid, "two: it has 9437185");
    expect_error(files->read_large("..", 1), Errc::invalid, "path");
}

TEST(Snapshot, ReadsNoFileOverTheLimitButListsIt) {
    GitRepo repo;
    const std::string limit(1u << 20, 'x');
    repo.commit({{"big", limit + "x"}, {"just", limit}});
    const auto files = files_of(repo);
    EXPECT_EQ(files->list("")->size(), 2u);
    EXPECT_EQ(*files->read("just"), limit);
    expect_error(files->read("big"), Errc::invalid, "1048576");
}

TEST(Snapshot, ReadsNoMoreThanTheLimitOfAllFiles) {
    GitRepo repo;
    std::map<std::string, std::string> commit;
    for (char letter = 'a'; letter < 'a' + 17; ++letter) {
        commit[std::string(1, letter)] = std::string(1u << 20, letter);
    }
    repo.commit(commit);
    const auto files = files_of(repo);
    for (char letter = 'a'; letter < 'a' + 16; ++letter) {
        EXPECT_TRUE(files->read(std::string(1, letter)).ok());
        EXPECT_TRUE(files->read("a").ok()) << "the same file counts once";
    }
    expect_error(files->read("q"), Errc::invalid, "16777216");
    EXPECT_TRUE(files->read("b").ok());
}

TEST(Snapshot, ListsNoMoreFilesThanTheLimit) {
    GitRepo repo;
    std::map<std::string, std::string> commit;
    for (int i = 0; i <= 20'000; ++i) commit["f" + std::to_string(i)] = "";
    repo.commit(commit);
    expect_error(files_of(repo)->list(""), Errc::invalid, "20000");
    EXPECT_EQ(*files_of(repo)->read("f7"), "");
}

TEST(Snapshot, RevisionsAreFoundByNameAndById) {
    GitRepo repo;
    const std::string first = repo.commit({{"a", "1"}});
    repo.commit({{"a", "2"}});
    for (const std::string& revision : {first, first.substr(0, 8), std::string("HEAD~1")}) {
        auto files = open_revision(repo.path(), revision, "/");
        ASSERT_TRUE(files.ok()) << revision;
        EXPECT_EQ(*(*files)->read("a"), "1");
    }
    expect_error(open_revision(repo.path(), "nowhere", "/"), Errc::not_found, "nowhere");
    expect_error(open_revision("/nowhere", "HEAD", "/"), Errc::not_found, "nowhere");
}

}  // namespace
}  // namespace driftless::git
