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

/// Starts child processes; no shell, no inherited descriptors besides its own pipes and stderr.
class Processes {
public:
    virtual ~Processes() = default;
    /// @param environment  the whole of it, nothing is inherited
    virtual Result<std::unique_ptr<Child>> start(
        std::vector<std::string> argv, std::map<std::string, std::string> environment) = 0;
};

std::unique_ptr<Processes> make_processes(asio::any_io_executor executor, Clock& clock);

/// The path of the running program itself, for a child of our own binary.
std::string own_program();

}  // namespace driftless::net
