#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace driftless::testing {

/// A folder of its own for a test; it goes with all that is in it.
class TempFolder {
public:
    TempFolder() {
        std::string form =
            (std::filesystem::temp_directory_path() / "driftless-test-XXXXXX").string();
        if (::mkdtemp(form.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = form;
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline void write_file(const std::string& path, const std::string& bytes) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
}

inline std::string read_file(const std::string& path) {
    std::ostringstream bytes;
    bytes << std::ifstream{path, std::ios::binary}.rdbuf();
    return bytes.str();
}

}  // namespace driftless::testing
