#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/usage.hpp"

namespace driftless::cli {
namespace {

/// Plain text for roff: nothing in it is a request or an escape.
std::string roff(const std::string& text) {
    std::string escaped;
    for (const char letter : text) {
        if (letter == '\\') {
            escaped += "\\e";
        } else if (letter == '-') {
            escaped += "\\-";
        } else {
            escaped += letter;
        }
    }
    return escaped.starts_with('.') || escaped.starts_with('\'') ? "\\&" + escaped : escaped;
}

std::string shown_flag(const Flag& flag) {
    std::vector<std::string> names;
    for (const std::string& name : flag.names) names.push_back("\\fB" + roff(name) + "\\fR");
    std::string text = fmt::format("{}", fmt::join(names, ", "));
    if (!flag.value.empty()) text += " \\fI" + roff(flag.value) + "\\fR";
    return text;
}

std::string shown_flags(const std::vector<Flag>& flags) {
    std::string text;
    for (const Flag& flag : flags) {
        text += fmt::format(".TP\n{}\n{}", shown_flag(flag), roff(flag.about));
        if (!flag.choices.empty()) text += roff(fmt::format(": {}", fmt::join(flag.choices, ", ")));
        text += '\n';
    }
    return text;
}

std::string shown_command(const Command& command) {
    std::string usage = "\\fBdriftless " + roff(command.name) + "\\fR";
    if (!command.flags.empty()) usage += " [\\fIoptions\\fR]";
    for (const Argument& argument : command.arguments) {
        const std::string name = "\\fI" + roff(argument.name) + "\\fR";
        usage += argument.required ? " " + name : " [" + name + "]";
    }
    std::string text =
        fmt::format(".SS {}\n{}\n.PP\n{}\n", roff(command.name), usage, roff(command.about));
    for (const Argument& argument : command.arguments) {
        text += fmt::format(".TP\n\\fI{}\\fR\n{}\n", roff(argument.name), roff(argument.about));
    }
    return text + shown_flags(command.flags);
}

constexpr std::string_view head = R"(.TH DRIFTLESS 1 "" "driftless {}" "User Commands"
.SH NAME
driftless \- git push changes infrastructure, and nothing else does
.SH SYNOPSIS
\fBdriftless\fR [\fB\-\-config\fR \fIFILE\fR] \fIcommand\fR [\fIoptions\fR]
.SH DESCRIPTION
driftless polls a git repository of desired state, makes live infrastructure equal to it, and keeps it so:
what is changed or broken by hand is healed, what fails is rolled back.
.B driftless run
is the daemon; the other commands ask it over its Unix socket, or look by themselves.
.SH OPTIONS
)";

constexpr std::string_view tail = R"(.SH FILES
.TP
.I /etc/driftless/driftless.yaml
the settings; on macOS below /usr/local/etc. \fBdriftless init\fR writes them, with a comment for each.
.TP
.I /var/lib/driftless
database, bare clones, the key of the seals, the token for writes over HTTP
.TP
.I /run/driftless/driftless.sock
where the other commands reach the daemon
.SH SEE ALSO
.BR git (1),
.BR docker (1),
.BR systemctl (1)
)";

}  // namespace

std::string man_page(const Usage& usage) {
    std::string text = fmt::format(head, DRIFTLESS_VERSION);
    text += shown_flags(usage.flags);
    text += ".SH COMMANDS\n";
    for (const Command& command : usage.commands) text += shown_command(command);
    text += ".SH EXIT STATUS\n";
    for (const auto& [code, meaning] : exit_codes()) {
        text += fmt::format(".TP\n.B {}\n{}\n", code, meaning);
    }
    return text + std::string{tail};
}

}  // namespace driftless::cli
