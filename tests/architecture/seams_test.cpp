// Reads every use of time, chance, threads and processes: only the seams may touch the real ones,
// so that one thread with virtual time can run the production core.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>

#include "tests/architecture/sources.hpp"

namespace driftless::architecture {
namespace {

struct Ban {
    std::string what;
    std::regex form;
};

const std::vector<Ban>& bans() {
    static const std::vector<Ban> all{
        {"a timer of Asio's: use Clock",
         std::regex{R"(\b(steady_timer|system_timer|high_resolution_timer)\b)"}},
        {"the real time: use Clock",
         std::regex{
             R"(\b(steady_clock|system_clock|high_resolution_clock|utc_clock)::now\b|\b(gettimeofday|clock_gettime|time)\s*\(\s*(NULL|nullptr|0|&)|\blocaltime)"}},
        {"real chance: use Random",
         std::regex{
             R"(\b(random_device|mt19937|default_random_engine|s?rand|arc4random|getrandom|RAND_bytes)\b)"}},
        {"a thread: use Lane and run_blocking",
         std::regex{
             R"(\bstd::(jthread|thread|async|mutex|condition_variable)\b|\bthread_pool\b|\bpthread_create\b)"}},
        {"a child process: use Processes",
         std::regex{R"(\b(v?fork|posix_spawnp?|execv|execve|execvp|popen|system)\s*\()"}},
        {"a sleep: use Clock",
         std::regex{
             R"(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(\s*[^)]*\bthis_thread\b|\bthis_thread::sleep)"}},
        {"a detached coroutine: use TaskGroup", std::regex{R"(\bdetached\b|\bco_spawn\b)"}},
    };
    return all;
}

bool is_seam(const std::string& path) {
    return path.starts_with("providers/net/") || path == "daemon/main.cpp" ||
           path == "config/base/guarded.hpp";
}

std::string banned(const std::string& line) {
    for (const Ban& ban : bans()) {
        if (std::regex_search(line, ban.form)) return ban.what;
    }
    return "";
}

TEST(Seams, TimeChanceThreadsAndProcessesComeFromThem) {
    for (const Source& source : read_sources()) {
        if (is_seam(source.path) || source.room == "tests") continue;
        for (const Line& line : source.lines) {
            const std::string what = banned(line.text);
            EXPECT_TRUE(what.empty()) << fmt::format("{}:{}: {}", source.path, line.number, what);
        }
    }
}

TEST(Seams, EachBanIsNoticed) {
    for (const char* line :
         {"asio::steady_timer timer{io};", "auto t = std::chrono::steady_clock::now();",
          "std::random_device chance;", "std::thread worker{f};", "if (fork() == 0) {",
          "asio::co_spawn(io, f(), asio::detached);", "std::this_thread::sleep_for(1s);",
          "time(nullptr)"}) {
        EXPECT_FALSE(banned(line).empty()) << line;
    }
    EXPECT_TRUE(banned("co_await clock.sleep_for(1s);").empty());
    EXPECT_TRUE(banned("const auto now = clock_.now();").empty());
}

/// What only one of Linux and macOS has stays in one small file.
TEST(Seams, PlatformCallsStayInOneFile) {
    const std::regex form{
        R"(\b(SO_PEERCRED|getpeereid|LOCAL_PEERCRED|epoll_|inotify_|prctl|malloc_trim|memfd_create|openat2|O_NOFOLLOW_ANY|_NSGetExecutablePath|__linux__|__APPLE__|signalfd|eventfd|pipe2|accept4)\b|/proc/)"};
    for (const Source& source : read_sources()) {
        if (source.path.starts_with("providers/net/platform.") || source.room == "tests") continue;
        for (const Line& line : source.lines) {
            EXPECT_FALSE(std::regex_search(line.text, form)) << fmt::format(
                "{}:{}: only providers/net/platform.cpp may use this", source.path, line.number);
        }
    }
}

}  // namespace
}  // namespace driftless::architecture
