#include "daemon/git/certificate.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "config/base/error.hpp"

namespace driftless::git {
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

bool is_for(X509* certificate, const std::string& host) {
    return X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1 ||
           X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

}  // namespace

std::string fault_of_certificate(std::string_view bytes, const std::string& host) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const Certificate read{d2i_X509(nullptr, &at, static_cast<long>(bytes.size()))};
    if (!read) return "it cannot be read";
    X509* certificate = read.get();
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
        return "it expired on " + text_of(X509_get0_notAfter(certificate));
    }
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
        return "it counts only from " + text_of(X509_get0_notBefore(certificate)) +
               " on; is this machine's clock right?";
    }
    if (!is_for(certificate, host)) {
        return fmt::format("it is for {}, not for {}",
                           in_quotes(text_of(X509_get_subject_name(certificate))), host);
    }
    return fmt::format(
        "{} signed it, which is not trusted; if that is your own authority, name "
        "its file under auth.ca",
        in_quotes(text_of(X509_get_issuer_name(certificate))));
}

}  // namespace driftless::git
