#pragma once

#include <string>
#include <string_view>

namespace driftless {

/// Text that others chose, safe for a terminal, a log line and whoever reads it: control
/// characters, what turns or hides the letters beside it, and bytes that are not UTF-8 stand there
/// as escapes. One line stays one line.
std::string printable(std::string_view text);

}  // namespace driftless
