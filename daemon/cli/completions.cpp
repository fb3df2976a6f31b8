#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/cli/usage.hpp"

namespace driftless::cli {
namespace {

/// For a shell, between single quotes.
std::string quoted(const std::string& text) {
    std::string escaped = "'";
    for (const char letter : text) escaped += letter == '\'' ? "'\\''" : std::string{letter};
    return escaped + "'";
}

/// What lists the values that an argument of this name may have, as a command; empty: the shell
/// knows.
std::string lister(const std::string& value) {
    if (value.find("TARGET") != value.npos && value.find("KEY") != value.npos)
        return "driftless names all";
    if (value.find("TARGET") != value.npos) return "driftless names targets";
    if (value.find("KEY") != value.npos) return "driftless names keys";
    return "";
}

// ---- bash

/// The words for a value, as arguments of bash's compgen.
std::string bash_words(const std::string& value, const std::vector<std::string>& choices) {
    if (!choices.empty())
        return fmt::format("-W {}", quoted(fmt::format("{}", fmt::join(choices, " "))));
    if (value == "FILE") return "-f";
    if (value == "DIR") return "-d";
    const std::string names = lister(value);
    return names.empty() ? "-W ''" : fmt::format("-W \"$({} 2>/dev/null)\"", names);
}

std::string bash_values(const std::vector<Flag>& flags) {
    std::string lines;
    for (const Flag& flag : flags) {
        if (flag.value.empty()) continue;
        lines += fmt::format("        {}) words=({}) ;;\n", fmt::join(flag.names, "|"),
                             bash_words(flag.value, flag.choices));
    }
    return lines;
}

std::string all_names(const std::vector<Flag>& flags) {
    std::string names;
    for (const Flag& flag : flags) names += fmt::format("{} ", fmt::join(flag.names, " "));
    return names;
}

/// What may stand where no flag wants a value.
std::string bash_command(const Command& command, const Usage& usage) {
    const std::string flags = all_names(command.flags) + all_names(usage.flags);
    std::string rest = "-W ''";
    if (!command.arguments.empty()) {
        rest = bash_words(command.arguments.front().name, command.arguments.front().choices);
    }
    return fmt::format("            {}) flags={}; rest=({}) ;;\n", command.name, quoted(flags),
                       rest);
}

std::string bash(const Usage& usage) {
    std::string values = bash_values(usage.flags);
    std::string commands;
    std::string names;
    std::vector<std::string> alternatives;
    for (const Command& command : usage.commands) {
        alternatives.push_back(command.name);
        values += bash_values(command.flags);
        commands += bash_command(command, usage);
        names += command.name + " ";
    }
    return fmt::format(
        R"(# bash completion for driftless; source it, or put it into bash-completion's folder.
_driftless() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command= at
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${{COMP_WORDS[at]}} in
        {3}) command=${{COMP_WORDS[at]}} && break ;;
        esac
    done
    local words=() flags={1} rest=(-W {2})
    case $before in
{0}    esac
    if [[ ${{#words[@]}} == 0 ]]; then
        case $command in
{4}        esac
        words=("${{rest[@]}}")
        [[ $word == -* ]] && words=(-W "$flags")
    fi
    local IFS=$'\n'
    COMPREPLY=($(IFS=$' \n'; compgen "${{words[@]}}" -- "$word"))
}}
complete -F _driftless driftless
)",
        values, quoted(all_names(usage.flags)), quoted(names), fmt::join(alternatives, "|"),
        commands);
}

// ---- zsh

/// In a specification of _arguments, ":" and brackets mean something.
std::string zsh_text(const std::string& text) {
    std::string escaped;
    for (const char letter : text) {
        if (letter == ':' || letter == '[' || letter == ']' || letter == '\\') escaped += '\\';
        escaped += letter;
    }
    return escaped;
}

std::string zsh_value(const std::string& value, const std::vector<std::string>& choices) {
    if (!choices.empty()) return fmt::format(":{}:({})", value, fmt::join(choices, " "));
    if (value == "FILE") return ":FILE:_files";
    if (value == "DIR") return ":DIR:_files -/";
    const std::string names = lister(value);
    if (names.empty()) return fmt::format(":{}:", value);
    return fmt::format(":{0}:{{local names=(${{(f)\"$({1} 2>/dev/null)\"}}); compadd -a names}}",
                       value, names);
}

std::string zsh_flags(const std::vector<Flag>& flags) {
    std::string lines;
    for (const Flag& flag : flags) {
        for (const std::string& name : flag.names) {
            const std::string value = flag.value.empty() ? "" : zsh_value(flag.value, flag.choices);
            lines += " \\\n                " +
                     quoted(fmt::format("{}[{}]{}", name, zsh_text(flag.about), value));
        }
    }
    return lines;
}

std::string zsh(const Usage& usage) {
    std::string commands;
    std::string cases;
    for (const Command& command : usage.commands) {
        commands +=
            fmt::format("        {}\n", quoted(command.name + ":" + zsh_text(command.about)));
        std::string rest;
        for (const Argument& argument : command.arguments) {
            rest += " \\\n                " + quoted(zsh_value(argument.name, argument.choices));
        }
        cases += fmt::format("            {}) _arguments{}{} ;;\n", command.name,
                             zsh_flags(command.flags), rest);
    }
    return fmt::format(R"(#compdef driftless
# zsh completion for driftless; put it as _driftless into a folder of $fpath.
_driftless() {{
    local context state line
    local -a commands=(
{0}    )
    _arguments -C{1} '1:command:->command' '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument)
            case $line[1] in
{2}            esac
            ;;
    esac
}}
_driftless "$@"
)",
                       commands, zsh_flags(usage.flags), cases);
}

// ---- fish

std::string fish_value(const std::string& value, const std::vector<std::string>& choices) {
    if (!choices.empty())
        return fmt::format(" -xa {}", quoted(fmt::format("{}", fmt::join(choices, " "))));
    if (value == "FILE") return " -rF";
    if (value == "DIR") return " -xa '(__fish_complete_directories)'";
    const std::string names = lister(value);
    return names.empty() ? " -x" : fmt::format(" -xa '({} 2>/dev/null)'", names);
}

std::string fish_flags(const std::vector<Flag>& flags, const std::string& when) {
    std::string lines;
    for (const Flag& flag : flags) {
        std::string names;
        for (const std::string& name : flag.names) {
            names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        const std::string value = flag.value.empty() ? "" : fish_value(flag.value, flag.choices);
        lines += fmt::format("complete -c driftless{}{}{} -d {}\n", when, names, value,
                             quoted(flag.about));
    }
    return lines;
}

std::string fish(const Usage& usage) {
    std::string lines = "# fish completion for driftless\ncomplete -c driftless -f\n";
    lines += fish_flags(usage.flags, "");
    for (const Command& command : usage.commands) {
        const std::string when = fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name);
        lines += fmt::format("complete -c driftless -n __fish_use_subcommand -a {} -d {}\n",
                             command.name, quoted(command.about));
        lines += fish_flags(command.flags, when);
        for (const Argument& argument : command.arguments) {
            lines += fmt::format("complete -c driftless{}{}\n", when,
                                 fish_value(argument.name, argument.choices));
        }
    }
    return lines;
}

}  // namespace

std::string completions_for(const std::string& shell, const Usage& usage) {
    if (shell == "bash") return bash(usage);
    if (shell == "zsh") return zsh(usage);
    if (shell == "fish") return fish(usage);
    return "";
}

}  // namespace driftless::cli
