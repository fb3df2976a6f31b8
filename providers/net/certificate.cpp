#include "providers/net/certificate.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

#include "config/base/error.hpp"

namespace driftless::net {
namespace {

template <auto free>
struct Freed {
    template <class T>
    void operator()(T* it) const {
        free(it);
    }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Text = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

std::string text_of(BIO* bio) {
    char* begin = nullptr;
    const long size = BIO_get_mem_data(bio, &begin);
    return {begin, static_cast<std::size_t>(size)};
}

std::string text_of(const ASN1_TIME* time) {
    const Text bio{BIO_new(BIO_s_mem())};
    ASN1_TIME_print(bio.get(), time);
    return text_of(bio.get());
}

std::string text_of(const X509_NAME* name) {
    const Text bio{BIO_new(BIO_s_mem())};
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
    return text_of(bio.get());
}

std::string text_of(GENERAL_NAME* name) {
    const Text bio{BIO_new(BIO_s_mem())};
    GENERAL_NAME_print(bio.get(), name);  // "DNS:a.example"
    const std::string text = text_of(bio.get());
    return text.substr(text.find(':') + 1);
}

/// The hosts that it is for, as certificates of today name them; the older place where there are
/// none.
std::string hosts_of(const X509* certificate) {
    constexpr int most = 5;
    const Names names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    std::string hosts;
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count && i < most; ++i) {
        if (i > 0) hosts += ", ";
        hosts += text_of(sk_GENERAL_NAME_value(names.get(), i));
    }
    if (count > most) hosts += fmt::format(" and {} more", count - most);
    return in_quotes(count > 0 ? hosts : text_of(X509_get_subject_name(certificate)));
}

bool is_for(X509* certificate, const std::string& host) {
    return X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1 ||
           X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

int likeliest_fault(X509* certificate, const std::string& host) {
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        return X509_V_ERR_CERT_HAS_EXPIRED;
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
        return X509_V_ERR_CERT_NOT_YET_VALID;
    }
    if (!is_for(certificate, host)) return X509_V_ERR_HOSTNAME_MISMATCH;
    return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
}

}  // namespace

std::string fault_of_certificate(const X509* certificate, int code, const CertificateUse& use) {
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fmt::format("it expired on {}", text_of(X509_get0_notAfter(certificate)));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("it counts only from {} on; is this machine's clock right?",
                               text_of(X509_get0_notBefore(certificate)));
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return fmt::format("it is for {}, not for {}", hosts_of(certificate), use.host);
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return fmt::format(
                "{} signed it, which is not trusted; if that is your own authority, name its file "
                "under {}",
                in_quotes(text_of(X509_get_issuer_name(certificate))), use.setting);
        default: return X509_verify_cert_error_string(code);
    }
}

std::string fault_of_certificate(std::string_view bytes, const CertificateUse& use) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const Certificate read{d2i_X509(nullptr, &at, static_cast<long>(bytes.size()))};
    if (!read) return "it cannot be read";
    return fault_of_certificate(read.get(), likeliest_fault(read.get(), use.host), use);
}

}  // namespace driftless::net
