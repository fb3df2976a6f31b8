#pragma once

#include <string_view>

namespace driftless {

/// A word that people meet in status, logs and JSON, with what it tells them. The page
/// daemon/codes.md is made from these.
struct Word {
    std::string_view name;
    std::string_view meaning;
    std::string_view then;  ///< what driftless does about it, and what a person can do
};

}  // namespace driftless
