#pragma once

#include <span>

#include "config/base/word.hpp"

namespace driftless {

/// The states of a resource, in the order of `Status`.
std::span<const Word> status_words();

}  // namespace driftless
