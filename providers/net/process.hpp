#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "providers/net/clock.hpp"

namespace driftless::net {

/// A long-lived child process that answers one line for each line it is given. It ends with us.
class Child {
public:
    virtual ~Child() = default;  ///< kills it
    /// Writes one line, reads one line. @return `timed_out` or `canceled` (the child is killed,
    /// since nobody knows what it would answer next), `unavailable`: it ended
    virtual asio::awaitable<Result<std::string>> ask(std::string line,
                                                     std::chrono::milliseconds deadline) = 0;
    [[nodiscard]] virtual bool alive() const = 0;
    [[nodiscard]] virtual int pid() const = 0;
};

/// How a program ended that was run to its end.
struct Ended {
    int code = 0;         ///< its exit code; 128 and the signal's number when one killed it
    std::string printed;  ///< on stdout and stderr, in order
};

/// Starts child processes; no shell, no inherited descriptors besides its own pipes and stderr.
class Processes {
public:
    virtual ~Processes() = default;
    /// @param environment  the whole of it, nothing is inherited
    virtual Result<std::unique_ptr<Child>> start(
        std::vector<std::string> argv, std::map<std::string, std::string> environment) = 0;
    /// Runs a program to its end with an empty environment.
    /// @param input  all that it reads on stdin
    /// @return `unavailable`: not started; `timed_out`, `canceled` (it is killed); `invalid`: it
    ///         printed more than 64 KiB
    virtual asio::awaitable<Result<Ended>> run(std::vector<std::string> argv, std::string input,
                                               std::chrono::milliseconds deadline) = 0;
};

std::unique_ptr<Processes> make_processes(asio::any_io_executor executor, Clock& clock);

/// The path of the running program itself, for a child of our own binary.
std::string own_program();

}  // namespace driftless::net
