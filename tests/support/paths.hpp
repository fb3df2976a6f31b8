#pragma once

#include <filesystem>

namespace driftless::test {

/// The project's root, where its sources and the tests' data lie.
std::filesystem::path source_dir();

}  // namespace driftless::test
