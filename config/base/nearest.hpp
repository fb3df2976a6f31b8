#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace driftless {

/// The known name that `text` most likely meant, or empty where none is near.
std::string nearest(std::string_view text, const std::vector<std::string>& known);

/// "; did you mean \"interval\"?" or "" where nothing is near: for the end of an error message.
std::string did_you_mean(std::string_view text, const std::vector<std::string>& known);

}  // namespace driftless
