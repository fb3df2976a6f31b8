#include "providers/net/process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "providers/net/deadline.hpp"
#include "providers/net/platform.hpp"
#include "providers/net/turns.hpp"

namespace driftless::net {
namespace {

using Socket = asio::local::stream_protocol::socket;

constexpr std::size_t longest_line = 64u << 20;
constexpr std::size_t most_printed = 64u << 10;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Pointers to the texts, with the null at the end that exec wants.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// What the new process begins with: descriptors, signals, a process group of its own.
class SpawnPlan {
public:
    /// @param errors  where its stderr goes
    SpawnPlan(int socket, int errors) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, socket, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
        short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        close_others(actions_, flags);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setflags(&attributes_, flags);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    Result<pid_t> start(std::vector<std::string> argv, std::vector<std::string> environment) const {
        pid_t pid = 0;
        const int error = ::posix_spawn(&pid, argv.front().c_str(), &actions_, &attributes_,
                                        pointers_to(argv).data(), pointers_to(environment).data());
        if (error == 0) return pid;
        return Error{Errc::unavailable,
                     fmt::format("start {}: {}", in_quotes(argv.front()), std::strerror(error))};
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// A child process; killed and reaped when it goes.
class OwnProcess {
public:
    explicit OwnProcess(pid_t pid) : pid_(pid) {}
    OwnProcess(const OwnProcess&) = delete;
    OwnProcess& operator=(const OwnProcess&) = delete;
    ~OwnProcess() { end(); }

    [[nodiscard]] pid_t pid() const { return pid_; }  ///< 0: ended
    [[nodiscard]] bool alive() const {
        if (pid_ == 0) return false;
        siginfo_t info{};
        const int flags = WEXITED | WNOHANG | WNOWAIT;  // looks, and leaves it to be reaped
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, flags) == 0 && info.si_pid == 0;
    }
    /// Kills what is left of it, with all that it has started, and reaps it. @return how it ended
    int end() {
        if (pid_ == 0) return 0;
        int status = 0;
        ::kill(-pid_, SIGKILL);
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        return status;
    }

private:
    pid_t pid_;
};

class SystemChild final : public Child {
public:
    SystemChild(Clock& clock, Socket socket, pid_t pid, std::string program)
        : clock_(clock),
          socket_(std::move(socket)),
          turns_(socket_.get_executor(), 1),
          process_(pid),
          program_(std::move(program)) {}

    asio::awaitable<Result<std::string>> ask(std::string line,
                                             std::chrono::milliseconds deadline) override {
        const auto turn = co_await turns_.take();  // one question at a time
        if (!turn) co_return turn.error();
        line += '\n';
        auto answer = co_await with_deadline(clock_, deadline, exchange(line));
        if (answer) co_return answer;
        process_.end();  // nobody knows what it would answer next
        co_return std::move(answer).error().in(program_);
    }

    [[nodiscard]] bool alive() const override { return process_.alive(); }
    [[nodiscard]] int pid() const override { return process_.pid(); }

private:
    asio::awaitable<Result<std::string>> exchange(const std::string& line) {
        const Error gone{Errc::unavailable, "the child process ended"};
        if (process_.pid() == 0) co_return gone;
        const auto [unsent, sent] =
            co_await asio::async_write(socket_, asio::buffer(line), as_result);
        if (unsent) co_return gone;
        auto buffer = asio::dynamic_buffer(received_, longest_line);
        const auto [error, size] =
            co_await asio::async_read_until(socket_, buffer, '\n', as_result);
        if (error == asio::error::not_found) {
            co_return Error{Errc::invalid, "the child process answered with too long a line"};
        }
        if (error) co_return gone;
        std::string answer = received_.substr(0, size - 1);
        received_.erase(0, size);
        co_return answer;
    }

    Clock& clock_;
    Socket socket_;
    Turns turns_;
    OwnProcess process_;
    std::string program_;
    std::string received_;
};

class SystemProcesses final : public Processes {
public:
    SystemProcesses(asio::any_io_executor executor, Clock& clock)
        : executor_(std::move(executor)), clock_(clock) {}

    Result<std::unique_ptr<Child>> start(std::vector<std::string> argv,
                                         std::map<std::string, std::string> environment) override {
        std::vector<std::string> variables;
        for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
        const std::string program = argv.empty() ? "" : argv.front();
        Socket ours{executor_};
        auto pid = spawn(std::move(argv), std::move(variables), ours, Stderr::ours);
        if (!pid) return std::move(pid).error();
        std::unique_ptr<Child> child =
            std::make_unique<SystemChild>(clock_, std::move(ours), *pid, program);
        return child;
    }

    asio::awaitable<Result<Ended>> run(std::vector<std::string> argv, std::string input,
                                       std::chrono::milliseconds deadline) override {
        const std::string program = argv.empty() ? "" : argv.front();
        Socket ours{executor_};
        auto pid = spawn(std::move(argv), {}, ours, Stderr::printed);
        if (!pid) co_return std::move(pid).error();
        OwnProcess process{*pid};
        auto ended = co_await with_deadline(clock_, deadline, to_its_end(process, ours, input));
        if (!ended) co_return std::move(ended).error().in(program);
        co_return ended;
    }

private:
    enum class Stderr { ours, printed };

    Result<pid_t> spawn(std::vector<std::string> argv, std::vector<std::string> variables,
                        Socket& ours, Stderr errors) {
        if (argv.empty()) return Error{Errc::invalid, "start a child process: no program named"};
        Socket theirs{executor_};
        boost::system::error_code error;
        asio::local::connect_pair(ours, theirs, error);
        if (error) return Error{Errc::unavailable, "start a child process: " + error.message()};
        // The socket pair stands for both pipes: unlike one, it gives no SIGPIPE when the child is
        // gone.
        ::fcntl(ours.native_handle(), F_SETFD, FD_CLOEXEC);
        ::fcntl(theirs.native_handle(), F_SETFD, FD_CLOEXEC);
        const int socket = theirs.native_handle();
        const SpawnPlan plan{socket, errors == Stderr::ours ? STDERR_FILENO : socket};
        return plan.start(std::move(argv), std::move(variables));
    }

    /// What it prints ends when it does; its exit code is there a moment later.
    asio::awaitable<Result<Ended>> to_its_end(OwnProcess& process, Socket& socket,
                                              const std::string& input) {
        Ended ended;
        // It need not read what it is given: its exit code tells what came of it.
        [[maybe_unused]] const auto written =
            co_await asio::async_write(socket, asio::buffer(input), as_result);
        boost::system::error_code ignored;
        socket.shutdown(Socket::shutdown_send, ignored);
        auto buffer = asio::dynamic_buffer(ended.printed, most_printed);
        const auto [error, size] = co_await asio::async_read(socket, buffer, as_result);
        if (!error) co_return Error{Errc::invalid, "it printed more than 64 KiB"};
        while (process.alive()) {
            const auto waited = co_await clock_.sleep_for(std::chrono::milliseconds{1});
            if (!waited) co_return waited.error();
        }
        const int status = process.end();
        ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        co_return ended;
    }

    asio::any_io_executor executor_;
    Clock& clock_;
};

}  // namespace

std::unique_ptr<Processes> make_processes(asio::any_io_executor executor, Clock& clock) {
    return std::make_unique<SystemProcesses>(std::move(executor), clock);
}

}  // namespace driftless::net
