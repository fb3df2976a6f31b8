#pragma once

#include <string>
#include <string_view>

namespace driftless::docker {

/// The output of a container as plain text: the frames that the engine puts around it taken off
/// (a container with a terminal has none), escape sequences and control characters taken out, at
/// most `lines` of its last lines.
std::string plain_log(std::string_view bytes, int lines);

}  // namespace driftless::docker
