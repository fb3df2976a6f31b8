#pragma once

#include <span>

#include "config/base/word.hpp"

namespace driftless {

/// The codes of errors, in the order of `Errc`.
std::span<const Word> error_words();

}  // namespace driftless
