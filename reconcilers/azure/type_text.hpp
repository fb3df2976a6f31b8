#pragma once

#include <string_view>

namespace driftless::azure {

/// type_data.txt, embedded: see type_data.hpp.
std::string_view type_text();

}  // namespace driftless::azure
