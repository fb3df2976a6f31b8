#include "providers/net/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "providers/net/task_group.hpp"
#include "tests/support/few_descriptors.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::net {
namespace {

using namespace std::chrono_literals;
using testing::run_on;

struct ChildProcesses : ::testing::Test {
    std::unique_ptr<Child> sh(const std::string& script,
                              std::map<std::string, std::string> env = {}) {
        auto child = processes->start({"/bin/sh", "-c", script}, std::move(env));
        EXPECT_TRUE(child);
        return *std::move(child);
    }
    Result<std::string> ask(Child& child, std::string line, std::chrono::milliseconds limit = 10s) {
        return run_on(io, child.ask(std::move(line), limit));
    }

    asio::io_context io;
    SystemClock clock;
    std::unique_ptr<Processes> processes = make_processes(io.get_executor(), clock);
};

bool exists(int pid) {
    return ::kill(pid, 0) == 0;
}

constexpr const char* echo = "while read line; do echo \"you said $line\"; done";

TEST_F(ChildProcesses, AnswerALineForALine) {
    const auto child = sh(echo);
    EXPECT_TRUE(child->alive());
    EXPECT_EQ(*ask(*child, "one"), "you said one");
    EXPECT_EQ(*ask(*child, ""), "you said ");
    const std::string longer(300'000, 'x');
    EXPECT_EQ(ask(*child, longer)->size(), longer.size() + 9);
}

TEST_F(ChildProcesses, GetTheEnvironmentAndDescriptorsGivenAndNoOthers) {
    const int open = ::dup(STDERR_FILENO);  // would be inherited: it has no close-on-exec
    const auto child =
        sh("read x; echo $(/usr/bin/env | /usr/bin/cut -d= -f1 | /usr/bin/sort) "
           "$(cd /dev/fd && echo *)",
           {{"TOKEN", "abc"}});
    const auto answer = ask(*child, "go");
    ::close(open);
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->find("TOKEN"), std::string::npos);
    EXPECT_EQ(answer->find("PATH"), std::string::npos);
    EXPECT_EQ(answer->find(fmt::format(" {} ", open)), std::string::npos) << *answer;
}

TEST_F(ChildProcesses, AreKilledAtTheDeadline) {
    const auto child = sh("read x; exec /bin/sleep 1000");
    const int pid = child->pid();
    const auto answer = ask(*child, "hello", 50ms);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timed_out);
    EXPECT_FALSE(child->alive());
    EXPECT_FALSE(exists(pid));
    EXPECT_EQ(ask(*child, "again").error().code, Errc::unavailable);
}

TEST_F(ChildProcesses, AreRunToTheirEnd) {
    const auto run = [&](std::string script, std::string input, std::chrono::milliseconds limit) {
        std::vector<std::string> argv{"/bin/sh", "-c", std::move(script)};
        return run_on(io, processes->run(std::move(argv), std::move(input), limit));
    };
    const std::string much(200'000, 'x');
    const auto counted = run("/usr/bin/wc -c; echo oh >&2; exit 3", much, 10s);
    ASSERT_TRUE(counted) << counted.error().message;
    EXPECT_EQ(counted->code, 3);
    EXPECT_NE(counted->printed.find("200000"), std::string::npos) << counted->printed;
    EXPECT_NE(counted->printed.find("oh"), std::string::npos) << counted->printed;
    EXPECT_EQ(run("exit 0", much, 10s)->code, 0) << "the input need not be read";
    EXPECT_EQ(run("kill -9 $$", "", 10s)->code, 128 + SIGKILL);
    EXPECT_EQ(run("exec /bin/sleep 1000", "", 50ms).error().code, Errc::timed_out);
    EXPECT_EQ(run("while :; do echo yyyyyyyyyyyyyyyyyyy; done", "", 10s).error().code,
              Errc::invalid);
    EXPECT_EQ(run_on(io, processes->run({"/nowhere/x"}, "", 10s)).error().code, Errc::unavailable);
    EXPECT_EQ(run_on(io, processes->run({}, "", 10s)).error().code, Errc::invalid);
}

TEST_F(ChildProcesses, EndWithTheirOwner) {
    auto child = sh("read x; exec /bin/sleep 1000");
    const int pid = child->pid();
    EXPECT_TRUE(exists(pid));
    child.reset();
    EXPECT_FALSE(exists(pid));
}

TEST_F(ChildProcesses, AreUnavailableWhenTheyEndBeforeTheAnswer) {
    const auto child = sh("read x; echo half -n; exit 3");
    EXPECT_TRUE(ask(*child, "a"));
    EXPECT_EQ(ask(*child, "b").error().code, Errc::unavailable);
    const auto other = sh("exit 1");
    EXPECT_EQ(ask(*other, "b").error().code, Errc::unavailable);
}

TEST_F(ChildProcesses, WithoutDescriptorsAreUnavailableAndStartLater) {
    EXPECT_EQ(*ask(*sh(echo), "one"), "you said one");
    {
        testing::FewDescriptors few{1};
        const auto child = processes->start({"/bin/sh", "-c", echo}, {});
        ASSERT_TRUE(child.failed());
        EXPECT_EQ(child.error().code, Errc::unavailable);
        EXPECT_NE(child.error().message.find("open files"), std::string::npos)
            << child.error().message;
    }
    EXPECT_EQ(*ask(*sh(echo), "again"), "you said again");
}

TEST_F(ChildProcesses, ThatCannotBeStartedAreAnError) {
    EXPECT_EQ(processes->start({"/no/such/program"}, {}).error().code, Errc::unavailable);
    EXPECT_EQ(processes->start({}, {}).error().code, Errc::invalid);
}

asio::awaitable<void> ask_into(Child& child, std::string line, std::vector<std::string>& answers) {
    auto answer = co_await child.ask(std::move(line), 10s);
    answers.push_back(answer ? *answer : answer.error().message);
}

asio::awaitable<Result<void>> ask_both(Child& child, std::vector<std::string>& answers) {
    TaskGroup group{co_await asio::this_coro::executor};
    group.spawn(ask_into(child, "one", answers));
    group.spawn(ask_into(child, "two", answers));
    co_return co_await group.join();
}

TEST_F(ChildProcesses, TakeOneQuestionAtATime) {
    const auto child = sh(echo);
    std::vector<std::string> answers;
    ASSERT_TRUE(run_on(io, ask_both(*child, answers)));
    EXPECT_EQ(answers, (std::vector<std::string>{"you said one", "you said two"}));
}

TEST(OwnProgram, IsThisTest) {
    EXPECT_NE(own_program().find("net_tests"), std::string::npos) << own_program();
}

}  // namespace
}  // namespace driftless::net
