#include "tests/support/paths.hpp"

namespace driftless::test {

// The one unit that knows where it was built: all others compile to the same in every clone, so
// that a compiler cache serves them.
std::filesystem::path source_dir() {
    return DRIFTLESS_SOURCE_DIR;
}

}  // namespace driftless::test
