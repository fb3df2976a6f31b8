#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "daemon/cli/machine.hpp"

namespace driftless::cli {

/// Prints a text for people, without secrets, folded to the terminal's width.
void show(Machine& machine, std::string text);
/// Prints a document for programs.
void show_json(Machine& machine, const nlohmann::json& document);

/// What long work is doing: on a terminal a line that changes, and is gone when the work is over;
/// elsewhere nothing.
class Progress {
public:
    /// @param silent  whatever `machine` is
    Progress(Machine& machine, bool silent) : machine_(machine), silent_(silent) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }
    void say(const std::string& text);  ///< "infra: fetches file:///srv/git/infra.git"
    void clear();                       ///< before anything else is printed

private:
    Machine& machine_;
    bool silent_;
    bool shown_ = false;
};

}  // namespace driftless::cli
