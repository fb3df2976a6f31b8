#include <gtest/gtest.h>

#include "daemon/git/source.hpp"
#include "tests/support/git_repo.hpp"

namespace driftless::git {
namespace {

using testing::GitRepo;

std::vector<std::pair<std::string, std::string>> ids(const std::vector<FileEntry>& entries) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const FileEntry& entry : entries) all.emplace_back(entry.path, entry.id);
    return all;
}

TEST(Folder, ShowsTheSameAsACommitOfIt) {
    GitRepo repo;
    repo.commit({{"a.yaml", "one"}, {"apps/x.yaml", "two"}});
    const auto folder = open_folder(repo.path());
    const auto commit = open_revision(repo.path(), "HEAD", "/");
    ASSERT_TRUE(folder.ok() && commit.ok());
    EXPECT_EQ((*folder)->commit(), "working-tree");
    EXPECT_EQ(ids(*(*folder)->list("")), ids(*(*commit)->list("")));
    EXPECT_EQ(*(*folder)->read("apps/x.yaml"), "two");
}

TEST(Folder, RefusesWhatACommitRefuses) {
    GitRepo repo;
    repo.commit({{"real/file", ""}, {"big", std::string((1u << 20) + 1, 'x')}});
    repo.link("link", "real");
    const auto opened = open_folder(repo.path());
    ASSERT_TRUE(opened.ok());
    const Files& files = **opened;
    EXPECT_EQ(files.read("link").error().code, Errc::invalid);
    EXPECT_EQ(files.read("link/file").error().code, Errc::invalid);
    EXPECT_EQ(files.read("../x").error().code, Errc::invalid);
    EXPECT_EQ(files.read("real").error().code, Errc::invalid);
    EXPECT_EQ(files.read("big").error().code, Errc::invalid);
    EXPECT_EQ(files.read("absent").error().code, Errc::not_found);
    EXPECT_EQ(files.read(".git/HEAD").error().code, Errc::not_found);
}

TEST(Folder, ShowsALargeFileAsACommitOfIt) {
    GitRepo repo;
    const std::string large(3u << 20, 'x');
    repo.commit({{"large.png", large}});
    const auto folder = open_folder(repo.path());
    const auto commit = open_revision(repo.path(), "HEAD", "/");
    ASSERT_TRUE(folder.ok() && commit.ok());
    EXPECT_EQ(ids(*(*folder)->list("")), ids(*(*commit)->list("")));
    EXPECT_EQ(*(*folder)->read_large("large.png", large.size()), large);
    EXPECT_EQ((*folder)->read_large("large.png", large.size() - 1).error().code, Errc::invalid);
}

TEST(Folder, IsNotFoundWhereThereIsNone) {
    EXPECT_EQ(open_folder("/nowhere/at/all").error().code, Errc::not_found);
}

}  // namespace
}  // namespace driftless::git
