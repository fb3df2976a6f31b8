#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/shell.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::testing {

/// A socket that listens on a free port of 127.0.0.1, or in a file. Clients may connect at once and
/// wait in its queue, so nobody has to wait until a server is ready.
class Listener {
public:
    Listener();                                  ///< on TCP
    explicit Listener(const std::string& path);  ///< a Unix socket
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();
    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] int port() const { return port_; }
    void shut();  ///< whoever accepts is woken

private:
    int socket_ = -1;
    int port_ = 0;
};

/// A program that runs as long as this lives; then it is killed, with all that it started.
class Program {
public:
    /// @param descriptors  the program's number, ours
    Program(std::vector<std::string> argv, std::vector<std::string> environment,
            const std::map<int, int>& descriptors);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();

private:
    pid_t pid_ = 0;
};

/// A server that says the same text again and again to everyone, whatever it is told, and hangs up.
class Babbler {
public:
    explicit Babbler(std::string text);
    Babbler(const Babbler&) = delete;
    Babbler& operator=(const Babbler&) = delete;
    ~Babbler();
    [[nodiscard]] int port() const { return listener_.port(); }

private:
    std::string text_;
    Listener listener_;
    std::thread thread_;
};

bool is_program(const std::string& path);

/// nginx with TLS and a private authority: git http-backend, and a service like any other.
class HttpsServer {
public:
    static bool available();
    /// @param repositories  the folder that is served
    explicit HttpsServer(const std::string& repositories = "/nonexistent");

    [[nodiscard]] std::string ca() const { return folder_.at("ca.pem"); }
    /// https://localhost:PORT/ and below it: git/REPO for everybody, private/REPO for user "bnx"
    /// with the password "let me in". These redirect: moved/… to git/… on the same server;
    /// redirect/…, bounce/… (once logged in) and away/… (by another name) to `elsewhere`; plain/…
    /// to where nothing is encrypted. garbage/…; 403/, 404/, 429/, 500/ answer so.
    /// client/v4/… answers with what it was asked, one fact a line, on a connection that is kept;
    /// brief/… the same, and closes. files/… takes by PUT and gives by GET.
    [[nodiscard]] std::string url(const std::string& path) const { return at(good_, path); }
    /// client/v4/… by address, and without TLS.
    [[nodiscard]] std::string by_address(const std::string& path) const;
    [[nodiscard]] std::string plain(const std::string& path) const;
    /// The same, with a certificate for another name, one that has expired, TLS 1.3 alone, TLS 1.1.
    [[nodiscard]] std::string wrong_name(const std::string& path) const { return at(name_, path); }
    [[nodiscard]] std::string expired(const std::string& path) const { return at(old_, path); }
    [[nodiscard]] std::string newest_tls(const std::string& path) const { return at(tls_, path); }
    [[nodiscard]] std::string oldest_tls(const std::string& path) const { return at(tls11_, path); }
    /// For a server of the test's own: what this one shows at `url`.
    [[nodiscard]] std::string certificate() const { return folder_.at("good.pem"); }
    [[nodiscard]] std::string key() const { return folder_.at("good.key"); }
    /// What the server that redirects lead to was asked, with the credentials that it was given.
    [[nodiscard]] std::string asked_elsewhere() const;
    /// How many requests were answered so far, by everyone but `elsewhere`.
    [[nodiscard]] int requests() const;

private:
    static std::string at(const Listener& listener, const std::string& path);
    void make_certificates() const;
    void finish_logs() const;
    [[nodiscard]] std::string configuration(const std::string& repositories) const;

    TempFolder folder_;
    Listener good_;
    Listener name_;
    Listener old_;
    Listener tls_;
    Listener elsewhere_;
    Listener tls11_;
    Listener plain_;
    std::unique_ptr<Listener> cgi_;
    std::unique_ptr<Program> fcgiwrap_;
    std::unique_ptr<Program> nginx_;
};

/// An OpenSSH server that knows some deploy keys, one process a connection.
class SshServer {
public:
    static bool available();
    /// @param host_keys  private keys, in the order in which they are offered
    /// @param authorized  public keys
    SshServer(const std::vector<std::string>& host_keys,
              const std::vector<std::string>& authorized);
    SshServer(const SshServer&) = delete;
    SshServer& operator=(const SshServer&) = delete;
    ~SshServer();

    [[nodiscard]] std::string url(const std::string& path) const;
    [[nodiscard]] std::string host() const;  ///< "[127.0.0.1]:PORT", as known_hosts has it
    [[nodiscard]] std::string log() const { return read_file(folder_.at("log")); }

private:
    void serve();

    TempFolder folder_;
    Listener listener_;
    std::vector<std::unique_ptr<Program>> connections_;  // of the thread alone, until it ended
    std::thread thread_;
};

/// A registry of images without TLS, as an engine takes it on loopback: empty at first, and for
/// user "bnx" with the password "let me in" alone. On 127.0.0.1, or where
/// DRIFTLESS_TEST_REGISTRY_ADDRESS says for an engine with a network of its own.
class ImageRegistry {
public:
    static bool available();
    ImageRegistry();
    ImageRegistry(const ImageRegistry&) = delete;
    ImageRegistry& operator=(const ImageRegistry&) = delete;
    ~ImageRegistry();

    [[nodiscard]] const std::string& host() const { return host_; }  ///< "ADDRESS:PORT"

private:
    void drain() const;

    TempFolder folder_;
    std::string host_;
    int log_ = -1;
    std::unique_ptr<Program> program_;
    std::thread thread_;  ///< reads its log, so that it can go on writing
};

/// Makes a key pair: FOLDER/NAME and FOLDER/NAME.pub. @return FOLDER/NAME
std::string make_ssh_key(const TempFolder& folder, const std::string& name, const std::string& type,
                         const std::string& passphrase = "");
/// A public key file's first two words: "ssh-ed25519 AAAA…".
std::string public_part(const std::string& key);

}  // namespace driftless::testing

/// First lines of tests that need these servers.
#define SKIP_WITHOUT_HTTPS_SERVER()                    \
    if (!driftless::testing::HttpsServer::available()) \
    GTEST_SKIP() << "needs nginx, fcgiwrap and git http-backend: scripts/test installs them"
#define SKIP_WITHOUT_SSH_SERVER()                    \
    if (!driftless::testing::SshServer::available()) \
    GTEST_SKIP() << "needs sshd (package openssh-server): scripts/test installs it"
#define SKIP_WITHOUT_REGISTRY()                          \
    if (!driftless::testing::ImageRegistry::available()) \
    GTEST_SKIP() << "needs the package docker-registry: scripts/test installs it"
