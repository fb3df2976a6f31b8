#pragma once

#include <string>

namespace driftless::azure {

/// type_data.txt, embedded: see type_data.hpp.
std::string type_text();

}  // namespace driftless::azure
