// A source over real child processes, in real time; no wait is longer than a child needs to start.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>

#include "daemon/git/source.hpp"
#include "tests/support/few_descriptors.hpp"
#include "tests/support/git_repo.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/support/shell.hpp"

namespace driftless::git {
namespace {

using testing::GitRepo;
using testing::TempFolder;

/// Starts the program that a test names, and counts.
class Substitute final : public net::Processes {
public:
    explicit Substitute(net::Processes& real) : real_(real) {}
    Result<std::unique_ptr<net::Child>> start(
        std::vector<std::string> argv, std::map<std::string, std::string> environment) override {
        EXPECT_EQ(argv.back(), "git-child");
        EXPECT_TRUE(environment.empty());
        ++started;
        argv = {program};
        auto child = real_.start(std::move(argv), std::move(environment));
        if (child) pid = (*child)->pid();
        return child;
    }
    asio::awaitable<Result<net::Ended>> run(std::vector<std::string> argv, std::string input,
                                            std::chrono::milliseconds deadline) override {
        return real_.run(std::move(argv), std::move(input), deadline);
    }
    std::string program = GIT_CHILD;
    int started = 0;
    int pid = 0;

private:
    net::Processes& real_;
};

class SourceTest : public ::testing::Test {
protected:
    SourceSettings settings() {
        SourceSettings all;
        all.name = "infra";
        all.url = repo.url();
        all.branch = "main";
        return all;
    }
    std::unique_ptr<Source> make(const SourceSettings& with) {
        return make_source(with, folder.at("clone"), processes, *lane, {});
    }
    template <class T>
    T run(asio::awaitable<T> work) {
        return testing::run_on(io, std::move(work));
    }

    GitRepo repo;
    TempFolder folder;
    asio::io_context io;
    std::unique_ptr<net::Clock> clock = std::make_unique<net::SystemClock>();
    std::unique_ptr<net::Processes> real = net::make_processes(io.get_executor(), *clock);
    Substitute processes{*real};
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
};

TEST_F(SourceTest, ARepositoryOfAnotherUserIsRefusedWithWhatToDo) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a repository to another user";
    repo.commit({{"a", "1"}});
    testing::shell("chown -R 65534 " + repo.path());
    const auto tip = run(make(settings())->poll());
    ASSERT_TRUE(tip.failed());
    EXPECT_EQ(tip.error().code, Errc::forbidden);
    EXPECT_NE(tip.error().message.find("chown it"), std::string::npos) << tip.error().message;
}

TEST_F(SourceTest, PollsFetchesAndReadsACommit) {
    const std::string first = repo.commit({{"a", "1"}});
    const auto source = make(settings());
    EXPECT_EQ(*run(source->poll()), first);
    EXPECT_EQ(*run(source->fetch()), first);
    auto files = run(source->snapshot(first));
    ASSERT_TRUE(files.ok()) << files.error().message;
    EXPECT_EQ(*(*files)->read("a"), "1");
    const std::string second = repo.commit({{"a", "2"}});
    EXPECT_EQ(*run(source->poll()), second);
    EXPECT_EQ(run(source->snapshot(second)).error().code, Errc::not_found) << "not fetched yet";
    EXPECT_EQ(*run(source->fetch()), second);
    EXPECT_TRUE(run(source->snapshot(second)).ok());
    EXPECT_EQ(processes.started, 1) << "one child serves all calls";
}

TEST_F(SourceTest, KnowsARewrittenHistoryFromALaterOne) {
    const std::string first = repo.commit({{"a", "1"}});
    const std::string second = repo.commit({{"a", "2"}});
    const auto source = make(settings());
    ASSERT_TRUE(run(source->fetch()).ok());
    ASSERT_TRUE(run(source->follows(second, first)).ok());
    EXPECT_TRUE(*run(source->follows(second, first)));
    EXPECT_TRUE(*run(source->follows(second, second)));
    repo.rewind_to(first);
    const std::string other = repo.commit({{"a", "3"}});
    EXPECT_EQ(*run(source->fetch()), other);
    EXPECT_FALSE(*run(source->follows(other, second)));
    EXPECT_TRUE(*run(source->follows(other, first)));
    const std::string unknown(40, '7');
    const auto after_unknown = run(source->follows(other, unknown));
    ASSERT_TRUE(after_unknown.ok()) << after_unknown.error().message;
    EXPECT_FALSE(*after_unknown);
    EXPECT_EQ(run(source->follows(unknown, other)).error().code, Errc::not_found);
}

TEST_F(SourceTest, ADeletedBranchIsNotFoundAndWhatWasFetchedStays) {
    const std::string tip = repo.commit({{"a", "1"}});
    const auto source = make(settings());
    ASSERT_TRUE(run(source->fetch()).ok());
    repo.delete_branch("main");
    EXPECT_EQ(run(source->poll()).error().code, Errc::not_found);
    EXPECT_EQ(run(source->fetch()).error().code, Errc::not_found);
    EXPECT_TRUE(run(source->snapshot(tip)).ok());
}

TEST_F(SourceTest, APathThatIsGoneIsNotFound) {
    const std::string tip = repo.commit({{"prod/a", "1"}});
    repo.remove("prod");
    const std::string without = repo.commit({{"b", "1"}});
    SourceSettings below = settings();
    below.path = "/prod";
    const auto source = make(below);
    ASSERT_TRUE(run(source->fetch()).ok());
    EXPECT_TRUE(run(source->snapshot(tip)).ok());
    EXPECT_EQ(run(source->snapshot(without)).error().code, Errc::not_found);
}

TEST_F(SourceTest, AKilledChildIsStartedAnewAtTheNextCall) {
    const std::string tip = repo.commit({{"a", "1"}});
    const auto source = make(settings());
    ASSERT_TRUE(run(source->poll()).ok());
    ASSERT_EQ(::kill(processes.pid, SIGKILL), 0);
    auto after = run(source->poll());
    if (!after) {  // it was asked before its end was seen
        EXPECT_EQ(after.error().code, Errc::unavailable);
        after = run(source->poll());
    }
    EXPECT_EQ(*after, tip);
    EXPECT_EQ(processes.started, 2);
}

TEST_F(SourceTest, WithoutDescriptorsItIsUnavailableAndRecovers) {
    const std::string tip = repo.commit({{"a.yaml", "a: 1\n"}});
    EXPECT_EQ(*run(make(settings())->poll()), tip);
    const auto source = make(settings());  // its child is still to be started
    {
        testing::FewDescriptors few{1};
        const auto polled = run(source->poll());
        ASSERT_TRUE(polled.failed());
        EXPECT_EQ(polled.error().code, Errc::unavailable);
        EXPECT_NE(polled.error().message.find("open files"), std::string::npos);
    }
    EXPECT_EQ(*run(source->poll()), tip);
}

TEST_F(SourceTest, AChildMayNotTakeAllMemory) {
    repo.commit({{"a", "1"}});
    const auto source = make(settings());
    ASSERT_TRUE(run(source->poll()).ok());
    const std::string limits =
        testing::read_file("/proc/" + std::to_string(processes.pid) + "/limits");
    const auto at = limits.find("Max data size");
    if (at == limits.npos) GTEST_SKIP() << "no /proc here";
    if (testing::under_sanitizer) GTEST_SKIP() << "a sanitizer takes more than any limit";
    EXPECT_EQ(std::stoull(limits.substr(at + 13)), std::uint64_t{2} << 30);
}

TEST_F(SourceTest, ADamagedCloneIsMadeAnewByTheNextFetch) {
    const std::string tip = repo.commit({{"a", "1"}});
    const auto source = make(settings());
    ASSERT_TRUE(run(source->fetch()).ok());
    std::filesystem::remove_all(folder.at("clone/objects"));
    ASSERT_TRUE(run(source->snapshot(tip)).failed());
    EXPECT_EQ(*run(source->fetch()), tip);
    EXPECT_TRUE(run(source->snapshot(tip)).ok());
}

/// Gives every answer a deadline in virtual time, so that nobody waits for a silent child.
TEST_F(SourceTest, ASilentRemoteIsGivenUpAndItsChildKilled) {
    testing::VirtualClock still;
    const auto in_virtual_time = net::make_processes(io.get_executor(), still);
    Substitute silent{*in_virtual_time};
    silent.program = SILENT_CHILD;
    repo.commit({{"a", "1"}});
    const auto source = make_source(settings(), folder.at("clone"), silent, *lane, {});
    const auto begun = still.now();
    const auto answer = testing::run_on(io, still, source->poll());
    ASSERT_TRUE(answer.failed());
    EXPECT_EQ(answer.error().code, Errc::timed_out) << answer.error().message;
    EXPECT_EQ(still.now() - begun, std::chrono::seconds{30});
    EXPECT_NE(::kill(silent.pid, 0), 0) << "the child is gone";
    silent.program = GIT_CHILD;
    EXPECT_EQ(silent.started, 1);
}

}  // namespace
}  // namespace driftless::git
