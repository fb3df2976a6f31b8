// The only use of TLS streams.
#include "providers/net/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>

#include "providers/net/certificate.hpp"
#include "providers/net/platform.hpp"

namespace driftless::net {
namespace {

namespace ssl = asio::ssl;
using Code = boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

bool is_address(const std::string& host) {
    Code no_address;
    (void)asio::ip::make_address(host, no_address);
    return !no_address;
}

/// Whom we want to reach: told to the server, and what its certificate must be for.
bool expect(SSL* tls, const std::string& host) {
    if (is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1;
    }
    SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(tls, host.c_str()) != 1) return false;
    return SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str())) == 1;  // what the macro for it casts away
}

Error handshake_error(const Code& code) {
    if (code == asio::error::operation_aborted) return {Errc::canceled, "TLS: canceled"};
    if (code.category() != asio::error::get_ssl_category()) {
        return {Errc::unavailable,
                fmt::format("TLS: the connection was lost in its handshake: {}", code.message())};
    }
    switch (ERR_GET_REASON(static_cast<unsigned long>(code.value()))) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_UNKNOWN_PROTOCOL:
        case SSL_R_UNEXPECTED_MESSAGE:
            return {Errc::invalid,
                    fmt::format("TLS: what answers there does not speak it ({}); are host and port "
                                "right?",
                                code.message())};
        default:
            return {Errc::unavailable,
                    fmt::format("TLS: no agreement with the server ({}); it must speak TLS 1.2 or "
                                "newer",
                                code.message())};
    }
}

class TlsStream final : public ByteStream {
public:
    TlsStream(Socket socket, ssl::context& context, std::string host)
        : stream_(std::move(socket), context), host_(std::move(host)) {}
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;
    ~TlsStream() override {
        if (!is_at_rest_) return;
        // Says that it ends, as far as that goes at once, and waits for no answer.
        Code ignored;
        stream_.lowest_layer().non_blocking(true, ignored);
        if (!ignored) stream_.shutdown(ignored);
    }

    asio::awaitable<Result<void>> handshake() {
        if (!expect(stream_.native_handle(), host_)) {
            co_return Error{Errc::invalid, "TLS: cannot be asked for " + in_quotes(host_)};
        }
        stream_.set_verify_callback(
            [this](bool good, ssl::verify_context& chain) { return judged(good, chain); });
        const auto [code] = co_await stream_.async_handshake(ssl::stream_base::client, as_result);
        if (refusal_) co_return Error{Errc::forbidden, *refusal_};
        if (code) co_return handshake_error(code);
        is_at_rest_ = true;
        co_return Result<void>{};
    }

    asio::awaitable<Received> read_some(asio::mutable_buffer into) override {
        is_at_rest_ = false;
        const auto [code, size] = co_await stream_.async_read_some(into, as_result);
        is_at_rest_ = !code;
        co_return Received{code, size};
    }
    asio::awaitable<Code> write(asio::const_buffer bytes) override {
        is_at_rest_ = false;
        const auto [code, size] = co_await asio::async_write(stream_, bytes, as_result);
        is_at_rest_ = !code;
        co_return code;
    }
    [[nodiscard]] bool is_quiet() override {
        return is_at_rest_ && SSL_has_pending(stream_.native_handle()) == 0 &&
               net::is_quiet(stream_.lowest_layer().native_handle());
    }

private:
    /// OpenSSL's judgement, which we only take down.
    bool judged(bool good, ssl::verify_context& chain) {
        if (good || refusal_) return good;
        X509_STORE_CTX* const store = chain.native_handle();
        const int code = X509_STORE_CTX_get_error(store);
        const X509* const certificate = X509_STORE_CTX_get_current_cert(store);
        const std::string reason = X509_verify_cert_error_string(code);
        const CertificateUse use{host_, "ca"};
        refusal_ = fmt::format("certificate of {}: {}", host_, reason);
        if (certificate != nullptr) {
            *refusal_ += "; " + fault_of_certificate(certificate, code, use);
        }
        return good;
    }

    ssl::stream<Socket> stream_;
    std::string host_;
    std::optional<std::string> refusal_;
    bool is_at_rest_ = false;  ///< connected, with nothing under way
};

class OpenSsl final : public TlsClient {
public:
    explicit OpenSsl(ssl::context context) : context_(std::move(context)) {}

    asio::awaitable<Result<std::unique_ptr<ByteStream>>> handshake(asio::ip::tcp::socket socket,
                                                                   std::string host) override {
        auto stream = std::make_unique<TlsStream>(Socket{std::move(socket)}, context_, host);
        auto agreed = co_await stream->handshake();
        if (!agreed) co_return std::move(agreed).error();
        co_return std::unique_ptr<ByteStream>{std::move(stream)};
    }

private:
    ssl::context context_;
};

Result<void> trust(ssl::context& context, const std::string& ca) {
    Code code;
    if (ca.empty()) {
        context.set_default_verify_paths(code);
        if (!code) return {};
        return Error{Errc::unavailable, "the system's certificate authorities: " + code.message()};
    }
    if (!std::ifstream{ca}) {
        return Error{Errc::invalid, fmt::format("ca {}: {}", in_quotes(ca), std::strerror(errno))};
    }
    context.load_verify_file(ca, code);
    if (!code) return {};
    return Error{Errc::invalid, fmt::format("ca {}: {}; expected certificates in PEM",
                                            in_quotes(ca), code.message())};
}

}  // namespace

Result<std::unique_ptr<TlsClient>> make_tls_client(const std::string& ca) {
    ssl::context context{ssl::context::tls_client};
    SSL_CTX* const raw = context.native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION);
    constexpr unsigned char protocols[]{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(raw, protocols, sizeof protocols);
    context.set_verify_mode(ssl::verify_peer);
    if (auto trusted = trust(context, ca); !trusted) return std::move(trusted).error();
    return std::unique_ptr<TlsClient>{std::make_unique<OpenSsl>(std::move(context))};
}

}  // namespace driftless::net
