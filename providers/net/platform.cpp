#include "providers/net/platform.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include "providers/net/process.hpp"

#ifdef __APPLE__
#include <mach-o/dyld.h>
#include <mach/mach.h>
#include <malloc/malloc.h>
#include <sys/ptrace.h>
#else
#include <malloc.h>
#include <sys/prctl.h>
#endif

#if defined(__has_feature)
#define DRIFTLESS_HAS(feature) __has_feature(feature)
#else
#define DRIFTLESS_HAS(feature) 0
#endif

namespace driftless::net {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    DRIFTLESS_HAS(address_sanitizer) || DRIFTLESS_HAS(thread_sanitizer)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

#ifdef __APPLE__

void forbid_tracing() {
    if (!is_sanitized) ::ptrace(PT_DENY_ATTACH, 0, nullptr, 0);
}

std::uint64_t resident_bytes() {
    mach_task_basic_info info{};
    mach_msg_type_number_t size = MACH_TASK_BASIC_INFO_COUNT;
    const auto into = reinterpret_cast<task_info_t>(&info);
    const auto told = ::task_info(::mach_task_self(), MACH_TASK_BASIC_INFO, into, &size);
    return told == KERN_SUCCESS ? info.resident_size : 0;
}

#else

void forbid_tracing() {
    if (!is_sanitized) ::prctl(PR_SET_DUMPABLE, 0);  // the leak checker attaches to its own process
}

std::uint64_t resident_bytes() {
    std::ifstream pages{"/proc/self/statm"};
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    if (!(pages >> all >> resident)) return 0;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

#endif

}  // namespace

void limit_memory(std::size_t bytes) {
    rlimit limit{};
    if (is_sanitized || ::getrlimit(RLIMIT_DATA, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? static_cast<rlim_t>(bytes)
                                                     : std::min<rlim_t>(limit.rlim_max, bytes);
    ::setrlimit(RLIMIT_DATA, &limit);
}

Result<void> become_user(uid_t user) {
    const passwd* who = ::getpwuid(user);
    const auto refused = [user] {
        return Error{Errc::forbidden,
                     fmt::format("act as user {}: {}", user, std::strerror(errno))};
    };
    if (who == nullptr) {
        return Error{Errc::forbidden, fmt::format("act as user {}: there is no such user", user)};
    }
#ifdef __APPLE__
    const auto group = static_cast<int>(who->pw_gid);
#else
    const auto group = who->pw_gid;
#endif
    if (::initgroups(who->pw_name, group) != 0 || ::setgid(who->pw_gid) != 0) return refused();
    if (::setuid(user) != 0) return refused();
    return {};
}

int most_descriptors() {
    rlimit limit{};
    constexpr rlim_t most = 1 << 20;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return static_cast<int>(most);
    return static_cast<int>(std::min(limit.rlim_cur, most));
}

void forbid_core_dumps() {
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
    forbid_tracing();
}

bool is_quiet(int socket) {
    char byte = 0;
    const auto got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

Result<void> check_socket_path(const std::string& path) {
    constexpr auto room = sizeof(sockaddr_un::sun_path) - 1;
    if (!path.empty() && path.size() <= room) return {};
    return Error{Errc::invalid,
                 fmt::format("socket {}: the path must have 1 to {} bytes", in_quotes(path), room)};
}

Usage own_usage() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return {seconds(used.ru_utime) + seconds(used.ru_stime), resident_bytes()};
}

#ifdef __APPLE__

void give_back_memory() {
    ::malloc_zone_pressure_relief(nullptr, 0);
}

Result<uid_t> peer_uid(int socket) {
    uid_t user = 0;
    gid_t group = 0;
    if (::getpeereid(socket, &user, &group) == 0) return user;
    return Error{Errc::internal, fmt::format("ask who is connected: {}", std::strerror(errno))};
}

void close_others(posix_spawn_file_actions_t&, short& flags) {
    flags = static_cast<short>(flags | POSIX_SPAWN_CLOEXEC_DEFAULT);
}

void end_with_parent() {}

std::string settings_root() {
    // Where Homebrew keeps its own on a Mac with Apple's processor.
    return own_program().starts_with("/opt/homebrew/") ? "/opt/homebrew/etc" : "/usr/local/etc";
}

std::string own_mounts() {
    return {};
}

std::string own_program() {
    std::array<char, PATH_MAX> path{};
    auto size = static_cast<std::uint32_t>(path.size());
    return ::_NSGetExecutablePath(path.data(), &size) == 0 ? path.data() : "";
}

#else

void give_back_memory() {
    ::malloc_trim(0);
}

std::string settings_root() {
    return "/etc";
}

std::string own_mounts() {
    std::ifstream mounts{"/proc/self/mountinfo"};
    return {std::istreambuf_iterator<char>{mounts}, {}};
}

Result<uid_t> peer_uid(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
        return credentials.uid;
    }
    return Error{Errc::internal, fmt::format("ask who is connected: {}", std::strerror(errno))};
}

void close_others(posix_spawn_file_actions_t& actions, short&) {
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
}

void end_with_parent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // one that is gone already has closed our input
}

std::string own_program() {
    std::array<char, PATH_MAX> path{};
    const auto size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    const std::string program = size > 0 ? path.data() : "";
    // The file may have been replaced by an upgrade: then the link still leads to what we run.
    return ::access(program.c_str(), X_OK) == 0 ? program : "/proc/self/exe";
}

#endif

}  // namespace driftless::net
