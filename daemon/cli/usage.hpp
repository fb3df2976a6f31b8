#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace driftless::cli {

/// What can be typed, as the parser itself knows it: completions and the manual page are made from
/// this, so they never say anything else than `--help`.
struct Flag {
    std::vector<std::string> names;    ///< "-h", "--help"
    std::string value;                 ///< what follows it: "FILE"; empty: nothing
    std::vector<std::string> choices;  ///< the only values that it takes, where there are few
    std::string about;
};
struct Argument {
    std::string name;  ///< "KEY"
    std::vector<std::string> choices;
    std::string about;
    bool required = false;
};
struct Command {
    std::string name;
    std::string about;
    std::vector<Flag> flags;
    std::vector<Argument> arguments;
};
struct Usage {
    std::string about;
    std::vector<Flag> flags;        ///< of every command
    std::vector<Command> commands;  ///< those for people, by name
};

Usage usage_of(const CLI::App& app);

/// A script for "bash", "zsh" or "fish"; empty for another shell.
std::string completions_for(const std::string& shell, const Usage& usage);
inline const std::vector<std::string> shells{"bash", "zsh", "fish"};

/// The manual page driftless(1), as roff.
std::string man_page(const Usage& usage);

}  // namespace driftless::cli
