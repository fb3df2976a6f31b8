#pragma once

#include <unistd.h>

#include <sstream>
#include <string>
#include <vector>

#include "daemon/cli/command_line.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {

class NoProcesses final : public net::Processes {
public:
    Result<std::unique_ptr<net::Child>> start(std::vector<std::string>,
                                              std::map<std::string, std::string>) override {
        return Error{Errc::unavailable, "no processes in this test"};
    }
    asio::awaitable<Result<net::Ended>> run(std::vector<std::string>, std::string,
                                            std::chrono::milliseconds) override {
        co_return Error{Errc::unavailable, "no processes in this test"};
    }
};

struct Ran {
    int code;
    std::string out;
    std::string err;
};

/// A machine without processes, on which commands are given in virtual time.
class Terminal {
public:
    Terminal(asio::io_context& io, driftless::testing::VirtualClock& clock)
        : io_(io), clock_(clock) {}
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    Ran run(std::vector<std::string> arguments) {
        out_.str("");
        err_.str("");
        const int code = driftless::testing::run_on(
            io_, clock_, cli::run_command_line(std::move(arguments), machine_));
        return {code, out_.str(), err_.str()};
    }
    [[nodiscard]] std::string out() const { return out_.str(); }
    [[nodiscard]] std::string err() const { return err_.str(); }
    cli::Machine& machine() { return machine_; }

private:
    asio::io_context& io_;
    driftless::testing::VirtualClock& clock_;
    driftless::testing::SeededRandom random_{1};
    std::ostringstream out_;
    std::ostringstream err_;
    NoProcesses processes_;
    net::Redactor redactor_;
    cli::Machine machine_{.environment = {},
                          .out = out_,
                          .err = err_,
                          .terminal = false,
                          .user = ::geteuid(),
                          .executor = io_.get_executor(),
                          .clock = clock_,
                          .random = random_,
                          .processes = processes_,
                          .redactor = redactor_,
                          .make_lane = [this] { return net::make_inline_lane(io_.get_executor()); },
                          .next_asked = {}};
};

}  // namespace driftless::test
