#include <CLI/CLI.hpp>

#include "daemon/cli/command_line.hpp"
#include "daemon/git/source.hpp"

namespace driftless::cli {
namespace {

asio::awaitable<int> git_child(Machine&) {
    co_return git::run_git_child();  // this process has nothing else to do, so it may block
}

}  // namespace

void add_git_child(CLI::App& app, Selected& selected) {
    app.add_subcommand("git-child", "")->group("")->callback([&selected] {
        selected.command = git_child;
    });
}

}  // namespace driftless::cli
