#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/git/source.hpp"
#include "tests/support/git_repo.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::git {

/// Starts the tests' own git child in place of the program that runs.
class GitChildren final : public net::Processes {
public:
    explicit GitChildren(net::Processes& real) : real_(real) {}
    Result<std::unique_ptr<net::Child>> start(
        std::vector<std::string> argv, std::map<std::string, std::string> environment) override {
        ++started;
        argv = {GIT_CHILD};
        auto child = real_.start(std::move(argv), std::move(environment));
        if (child) pid = (*child)->pid();
        return child;
    }
    asio::awaitable<Result<net::Ended>> run(std::vector<std::string> argv, std::string input,
                                            std::chrono::milliseconds deadline) override {
        ++ran;
        return real_.run(std::move(argv), std::move(input), deadline);
    }
    int started = 0;
    int ran = 0;
    int pid = 0;

private:
    net::Processes& real_;
};

/// A source with everything real below it: a child process, a clone, a repository.
class SourceRig : public ::testing::Test {
protected:
    std::unique_ptr<Source> make(const SourceSettings& with, net::Processes& from) {
        const auto read = [](const std::string& path) {
            const std::string text = testing::read_file(path);
            return text.empty() ? Result<std::string>{Error{Errc::not_found, path + ": no file"}}
                                : Result<std::string>{text};
        };
        SourceAccess access{.secret = [this](const std::string& name) -> Result<Secret> {
                                if (!secrets.contains(name))
                                    return Error{Errc::not_found, "no secret " + name};
                                return Secret{secrets.at(name)};
                            },
                            .private_file = [read](const std::string& path) -> Result<Secret> {
                                auto text = read(path);
                                if (!text) return std::move(text).error();
                                return Secret{*text};
                            },
                            .trusted_file = read};
        return make_source(with, folder.at("clone"), from, *lane, std::move(access));
    }
    std::unique_ptr<Source> make(const SourceSettings& with) { return make(with, processes); }
    template <class T>
    T run(asio::awaitable<T> work) {
        return testing::run_on(io, std::move(work));
    }
    /// What the only poll of a new source comes to.
    Result<std::string> poll(const SourceSettings& with) { return run(make(with)->poll()); }

    testing::GitRepo repo;
    testing::TempFolder folder;
    std::map<std::string, std::string> secrets;
    asio::io_context io;
    net::SystemClock clock;
    std::unique_ptr<net::Processes> real = net::make_processes(io.get_executor(), clock);
    GitChildren processes{*real};
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
};

/// An error that is there, of this code, whose text holds all of these.
inline void expect_error(const Error& error, Errc code, const std::vector<std::string>& parts) {
    EXPECT_EQ(name(error.code), name(code)) << error.message;
    for (const std::string& part : parts) {
        EXPECT_NE(error.message.find(part), std::string::npos)
            << part << " is not in: " << error.message;
    }
}
template <class T>
void expect_error(const Result<T>& result, Errc code, const std::vector<std::string>& parts) {
    ASSERT_TRUE(result.failed());
    expect_error(result.error(), code, parts);
}

}  // namespace driftless::git
