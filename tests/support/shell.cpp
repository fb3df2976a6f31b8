#include "tests/support/shell.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>

namespace driftless::testing {

std::string shell(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("no shell for: " + command);
    std::string printed;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        printed.append(buffer.data(), size);
    }
    if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command + "\n" + printed);
    while (printed.ends_with('\n')) printed.pop_back();
    return printed;
}

}  // namespace driftless::testing
