#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>

#include "providers/net/blocking.hpp"
#include "providers/net/clock.hpp"
#include "providers/net/process.hpp"
#include "providers/net/redactor.hpp"

namespace driftless::cli {

namespace asio = boost::asio;

/// What somebody wants of a command that goes on.
enum class Asked { stop, reload };

/// What a command is given of the machine that it runs on. `main` makes it, tests make another.
struct Machine {
    std::map<std::string, std::string> environment;
    std::ostream& out;
    std::ostream& err;
    bool terminal = false;           ///< `out` is one
    bool colours = false;            ///< on a terminal, unless NO_COLOR or TERM=dumb ask for none
    std::size_t columns = 0;         ///< of the terminal; 0: unknown, and nothing is folded
    std::uint32_t user = 0;          ///< effective user id
    bool secrets_are_locked = true;  ///< in memory
    asio::any_io_executor executor;
    net::Clock& clock;
    net::Random& random;
    net::Processes& processes;
    net::Redactor& redactor;  ///< learns every secret that is read; `out`, `err` and the log use it
    std::function<std::unique_ptr<net::Lane>()> make_lane;
    std::function<asio::awaitable<Asked>()> next_asked;  ///< SIGTERM and SIGINT, or SIGHUP
};

/// Exit codes of all commands.
inline constexpr int exit_done = 0;     ///< done, or nothing to do
inline constexpr int exit_error = 1;    ///< an error, an unreadable target too
inline constexpr int exit_pending = 2;  ///< there are changes, or something is held
inline constexpr int exit_usage = 64;   ///< wrong usage

}  // namespace driftless::cli
