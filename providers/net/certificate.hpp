#pragma once

#include <string>
#include <string_view>

struct x509_st;

namespace driftless::net {

/// What a certificate was refused for: by whom it should have been good, and who may mend that.
struct CertificateUse {
    std::string host;     ///< that we wanted to reach
    std::string setting;  ///< that names authorities of one's own: "auth.ca"
};

/// Why OpenSSL refused a certificate, and what to do: "it expired on …", "it is for a.example, not
/// for b.example", "… signed it, which is not trusted; …". Judges nothing.
/// @param code  X509_V_ERR_…
std::string fault_of_certificate(const x509_st* certificate, int code, const CertificateUse& use);

/// The same, for a certificate that somebody else refused without a reason: the likeliest one.
/// @param bytes  X.509 in DER
std::string fault_of_certificate(std::string_view bytes, const CertificateUse& use);

}  // namespace driftless::net
