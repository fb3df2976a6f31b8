#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

#include "providers/net/byte_stream.hpp"

namespace driftless::net {

/// Puts TLS, 1.2 or newer, on connected sockets. The server's certificate and its name are always
/// verified; there is no way to do without.
class TlsClient {
public:
    virtual ~TlsClient() = default;
    /// @param host  that was asked for: a name, or an address
    /// @return `forbidden`: the certificate is not one that we trust, for another host, or out of
    /// its
    ///         time; `invalid`: no TLS is spoken there; `unavailable`: no version or cipher in
    ///         common, or the connection was lost; `canceled`
    virtual asio::awaitable<Result<std::unique_ptr<ByteStream>>> handshake(
        asio::ip::tcp::socket socket, std::string host) = 0;
};

/// @param ca  a file of authorities in PEM, trusted in place of the system's; "": those of the
/// system,
///            or as SSL_CERT_FILE and SSL_CERT_DIR say
/// @return `invalid`: the file can't be read, or holds no certificate
Result<std::unique_ptr<TlsClient>> make_tls_client(const std::string& ca);

}  // namespace driftless::net
