#include "daemon/cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace driftless::cli {
namespace {

/// "SHELL:{bash,zsh}" is what the parser calls a value that is one of these.
std::string value_name(const std::string& type) {
    return type.substr(0, type.find(':'));
}
std::vector<std::string> choices_in(const std::string& type) {
    const auto begin = type.find('{');
    const auto end = type.find('}');
    std::vector<std::string> choices;
    if (begin == type.npos || end == type.npos) return choices;
    for (auto from = begin + 1; from < end;) {
        const auto comma = std::min(type.find(',', from), end);
        choices.push_back(type.substr(from, comma - from));
        from = comma + 1;
    }
    return choices;
}

Flag flag_of(const CLI::Option& option) {
    Flag flag;
    for (const std::string& name : option.get_snames()) flag.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) flag.names.push_back("--" + name);
    const std::string type = option.get_type_name();
    if (option.get_items_expected_max() > 0) flag.value = value_name(type);
    flag.choices = choices_in(type);
    flag.about = option.get_description();
    return flag;
}

Argument argument_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    return {.name = value_name(type),
            .choices = choices_in(type),
            .about = option.get_description(),
            .required = option.get_required()};
}

Command command_of(const CLI::App& app) {
    Command command{
        .name = app.get_name(), .about = app.get_description(), .flags = {}, .arguments = {}};
    for (const CLI::Option* option : app.get_options()) {
        if (option == app.get_help_ptr()) continue;  // every command has it
        if (option->nonpositional()) command.flags.push_back(flag_of(*option));
        if (option->get_positional()) command.arguments.push_back(argument_of(*option));
    }
    return command;
}

}  // namespace

Usage usage_of(const CLI::App& app) {
    Usage usage{.about = app.get_description(), .flags = {}, .commands = {}};
    for (const CLI::Option* option : app.get_options()) usage.flags.push_back(flag_of(*option));
    const auto for_people = [](const CLI::App* command) { return !command->get_group().empty(); };
    for (const CLI::App* command : app.get_subcommands(for_people)) {
        usage.commands.push_back(command_of(*command));
    }
    std::ranges::sort(usage.commands, {}, &Command::name);
    return usage;
}

}  // namespace driftless::cli
