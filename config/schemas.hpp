#pragma once

#include <string_view>

namespace driftless {

/// JSON Schemas (draft 2020-12) for editors: what driftless.yaml and a manifest may say. A key that
/// the readers learn is added there; a test holds both against each other.
std::string_view settings_schema();
std::string_view manifest_schema();

}  // namespace driftless
