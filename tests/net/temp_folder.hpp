#pragma once

#include <filesystem>
#include <string>

#include "providers/net/clock.hpp"

namespace driftless::testing {

/// A folder for one test, with a short path as sockets need; gone at its end.
class TempFolder {
public:
    TempFolder() {
        net::SystemRandom random;
        path_ = std::filesystem::temp_directory_path() / ("dl-" + net::random_hex(random, 6));
        std::filesystem::create_directory(path_);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace driftless::testing
