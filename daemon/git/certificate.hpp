#pragma once

#include <string>
#include <string_view>

namespace driftless::git {

/// Why a certificate that was found wrong may be so: "it expired on …", "it is for a.example, not
/// b.example", "… signed it, which is not trusted". Judges nothing.
/// @param certificate  X.509 in DER
std::string fault_of_certificate(std::string_view certificate, const std::string& host);

}  // namespace driftless::git
