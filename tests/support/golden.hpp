#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/paths.hpp"

namespace driftless::test {

/// Compares what is printed with tests/data/`name`. DRIFTLESS_ACCEPT=1 rewrites the file instead
/// and marks the test skipped, so that it can't pass for green.
inline void expect_golden(const std::string& name, const std::string& text) {
    const std::filesystem::path path = driftless::test::source_dir() / "tests" / "data" / name;
    if (std::getenv("DRIFTLESS_ACCEPT") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path, std::ios::binary} << text;
        GTEST_SKIP() << "accepted " << path;
    }
    std::ifstream file{path, std::ios::binary};
    const std::string golden{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_TRUE(file.is_open()) << path << " is missing; DRIFTLESS_ACCEPT=1 makes it";
    EXPECT_EQ(text, golden) << "differs from " << path << "; DRIFTLESS_ACCEPT=1 accepts it";
}

}  // namespace driftless::test
