#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "config/base/error.hpp"

namespace driftless::net {

// All that differs between Linux and macOS, and the few bare system calls beside it.

/// The user at the other end of a connected Unix socket. @return `internal`
Result<uid_t> peer_uid(int socket);

/// Is the socket open at both ends, with nothing to read? Does not wait.
bool is_quiet(int socket);

/// Does the path fit into a socket's address? @return `invalid`
Result<void> check_socket_path(const std::string& path);

/// Sees to it that a child started with these gets no descriptor but 0, 1 and 2.
void close_others(posix_spawn_file_actions_t& actions, short& flags);

/// For a child process, first thing in its main: die when the parent does, even by SIGKILL. On
/// macOS there is no such thing; there the child ends when it reads the end of its input.
void end_with_parent();

/// Makes this process, for good, one of that user, with their groups: root gives up what it may.
/// @return `forbidden`
Result<void> become_user(uid_t user);

/// How much memory this process may take for itself from now on. What it maps of files counts for
/// nothing, and under a sanitizer, which takes far more, there is no limit.
void limit_memory(std::size_t bytes);

/// How many file descriptors this process may have open; the next one gets the lowest free number.
int most_descriptors();

/// From now on no memory of this process is written to a core file or shown to a debugger of the
/// same user.
void forbid_core_dumps();

/// Where programs of this system that were installed by hand or by a package are set up: "/etc".
std::string settings_root();

/// What is mounted where for this process, one mount a line; empty where the system doesn't tell.
std::string own_mounts();

/// Gives back to the system what the allocator keeps of freed memory, of every thread. Takes a few
/// milliseconds for a hundred MiB.
void give_back_memory();

/// What this process has used so far.
struct Usage {
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;  ///< 0 where the system doesn't tell
};
Usage own_usage();

}  // namespace driftless::net
