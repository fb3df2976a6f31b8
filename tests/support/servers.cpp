#include "tests/support/servers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace driftless::testing {
namespace {

constexpr const char* docker_registry = "/usr/bin/docker-registry";
constexpr const char* nginx = "/usr/sbin/nginx";
constexpr const char* fcgiwrap = "/usr/sbin/fcgiwrap";
constexpr const char* sshd = "/usr/sbin/sshd";
constexpr const char* http_backend = "/usr/lib/git-core/git-http-backend";

void need(bool fine, const std::string& what) {
    if (!fine) throw std::runtime_error(what + ": " + std::strerror(errno));
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

}  // namespace

Listener::Listener() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    need(socket_ >= 0, "make a socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    need(::bind(socket_, any, size) == 0 && ::listen(socket_, 64) == 0, "listen on loopback");
    need(::getsockname(socket_, any, &size) == 0, "ask for the port");
    ::fcntl(socket_, F_SETFD, FD_CLOEXEC);
    port_ = ntohs(address.sin_port);
}

Listener::Listener(const std::string& path) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    need(socket_ >= 0, "make a socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    need(::bind(socket_, any, sizeof address) == 0 && ::listen(socket_, 64) == 0, "listen " + path);
    ::fcntl(socket_, F_SETFD, FD_CLOEXEC);
}

Listener::~Listener() {
    ::close(socket_);
}

void Listener::shut() {
    ::shutdown(socket_, SHUT_RDWR);
}

Program::Program(std::vector<std::string> argv, std::vector<std::string> environment,
                 const std::map<int, int>& descriptors) {
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    // By way of high numbers, so that no descriptor is lost to another that takes its place.
    int high = 200;
    for (const auto& [theirs, ours] : descriptors) {
        ::posix_spawn_file_actions_adddup2(&actions, ours, high++);
    }
    high = 200;
    for (const auto& [theirs, ours] : descriptors) {
        ::posix_spawn_file_actions_adddup2(&actions, high, theirs);
        ::posix_spawn_file_actions_addclose(&actions, high++);
    }
    std::vector<char*> words;
    std::vector<char*> variables;
    for (std::string& word : argv) words.push_back(word.data());
    for (std::string& variable : environment) variables.push_back(variable.data());
    words.push_back(nullptr);
    variables.push_back(nullptr);
    errno = ::posix_spawn(&pid_, words[0], &actions, &attributes, words.data(), variables.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    need(errno == 0, "start " + argv.front());
}

Program::~Program() {
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Babbler::Babbler(std::string text) : text_(std::move(text)) {
    thread_ = std::thread{[this] {
        while (true) {
            const int connection = ::accept(listener_.socket(), nullptr, nullptr);
            if (connection < 0 && errno == EINTR) continue;
            if (connection < 0) return;
            for (int i = 0; i < 1'000; ++i) {
                const auto sent = ::send(connection, text_.data(), text_.size(), MSG_NOSIGNAL);
                if (sent < 0) break;
            }
            ::close(connection);
        }
    }};
}

Babbler::~Babbler() {
    listener_.shut();
    thread_.join();
}

bool is_program(const std::string& path) {
    return ::access(path.c_str(), X_OK) == 0;
}

bool HttpsServer::available() {
    return is_program(nginx) && is_program(fcgiwrap) && is_program(http_backend) &&
           is_program("/usr/bin/openssl");
}

HttpsServer::HttpsServer(const std::string& repositories) {
    make_certificates();
    write_file(folder_.at("passwords"), "bnx:{PLAIN}let me in\n");
    write_file(folder_.at("nginx.conf"), configuration(repositories));
    cgi_ = std::make_unique<Listener>(folder_.at("cgi"));
    const std::string path = "PATH=/usr/bin:/bin";
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    fcgiwrap_ = std::make_unique<Program>(
        std::vector<std::string>{fcgiwrap, "-c", "2"}, std::vector{path},
        std::map<int, int>{{0, cgi_->socket()}, {1, nowhere}, {2, nowhere}});
    // nginx takes the sockets that this variable names, as it does at its own upgrades.
    nginx_ = std::make_unique<Program>(
        std::vector<std::string>{nginx, "-p", folder_.path(), "-c", folder_.at("nginx.conf"), "-e",
                                 folder_.at("errors")},
        std::vector<std::string>{path, "NGINX=3;4;5;6;7;8;9;"},
        std::map<int, int>{{0, nowhere},
                           {1, nowhere},
                           {2, nowhere},
                           {3, good_.socket()},
                           {4, name_.socket()},
                           {5, old_.socket()},
                           {6, tls_.socket()},
                           {7, elsewhere_.socket()},
                           {8, tls11_.socket()},
                           {9, plain_.socket()}});
    ::close(nowhere);
}

std::string HttpsServer::by_address(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(good_.port()) + "/" + path;
}

std::string HttpsServer::plain(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(plain_.port()) + "/" + path;
}

std::string HttpsServer::at(const Listener& listener, const std::string& path) {
    return "https://localhost:" + std::to_string(listener.port()) + "/" + path;
}

void HttpsServer::make_certificates() const {
    const std::string here = "cd '" + folder_.path() + "' && ";
    const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    shell(here + "openssl req -x509" + key + "-keyout ca.key -out ca.pem -days 2 -subj '/CN=Test'");
    const auto make = [&](const std::string& name, const std::string& host,
                          const std::string& days) {
        write_file(folder_.at("names"),
                   "subjectAltName=DNS:" + host + (host == "localhost" ? ",IP:127.0.0.1\n" : "\n"));
        shell(here + "openssl req" + key + "-keyout " + name + ".key -out request -subj /CN=" +
              host + " && openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial" +
              " -days " + days + " -extfile names -out " + name + ".pem");
    };
    make("good", "localhost", "2");
    make("name", "other.example", "2");
    make("old", "localhost", "-1");
}

std::string HttpsServer::configuration(const std::string& repositories) const {
    std::string text = R"(
daemon off; worker_processes 1; pid FOLDER/pid; error_log FOLDER/errors;
events {}
http {
    log_format credentials '$request $http_authorization';
    access_log FOLDER/requests;
    client_body_temp_path FOLDER/t1; fastcgi_temp_path FOLDER/t2; proxy_temp_path FOLDER/t3;
    uwsgi_temp_path FOLDER/t4; scgi_temp_path FOLDER/t5;
    fastcgi_param REQUEST_METHOD $request_method; fastcgi_param QUERY_STRING $query_string;
    fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param REMOTE_USER $remote_user;
    fastcgi_param SCRIPT_FILENAME BACKEND; fastcgi_param GIT_PROJECT_ROOT REPOSITORIES;
    fastcgi_param GIT_HTTP_EXPORT_ALL 1; fastcgi_param PATH_INFO $uri;
    server {
        listen 127.0.0.1:GOOD ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
        location /git/ { rewrite ^/git(/.*)$ $1 break; fastcgi_pass unix:FOLDER/cgi; }
        location /private/ {
            auth_basic x; auth_basic_user_file FOLDER/passwords;
            rewrite ^/private(/.*)$ $1 break; fastcgi_pass unix:FOLDER/cgi;
        }
        location /redirect/ { return 302 https://localhost:ELSEWHERE$request_uri; }
        location /moved/ { rewrite ^/moved/(.*)$ /git/$1 redirect; }
        location /plain/ { return 302 http://localhost:1$request_uri; }
        location /bounce/ {
            auth_basic x; auth_basic_user_file FOLDER/passwords; try_files /nowhere @elsewhere;
        }
        location @elsewhere { return 302 https://localhost:ELSEWHERE$request_uri; }
        location /away/ { return 302 https://127.0.0.1:ELSEWHERE$request_uri; }
        location /client/v4/ { ASKED }
        location /brief/ { keepalive_timeout 0; ASKED }
        location /files/ {
            root FOLDER; dav_methods PUT; create_full_put_path on; client_max_body_size 100m;
        }
        location /garbage/ { return 200 "what is this"; }
        location /403/ { return 403; }
        location /404/ { return 404; }
        location /429/ { return 429; }
        location /500/ { return 500; }
    }
    server { listen 127.0.0.1:PLAIN; location /client/v4/ { ASKED } }
    server {
        listen 127.0.0.1:FORMER ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
        ssl_protocols TLSv1.1; ssl_ciphers DEFAULT:@SECLEVEL=0;
    }
    server { listen 127.0.0.1:NAME ssl; ssl_certificate name.pem; ssl_certificate_key name.key; }
    server { listen 127.0.0.1:OLD ssl; access_log off; ssl_certificate old.pem; ssl_certificate_key old.key; }
    server {
        listen 127.0.0.1:NEWEST ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
        ssl_protocols TLSv1.3;
        location /client/v4/ { ASKED }
    }
    server {
        listen 127.0.0.1:ELSEWHERE ssl; ssl_certificate good.pem; ssl_certificate_key good.key;
        access_log FOLDER/elsewhere credentials;
        location / { auth_basic x; auth_basic_user_file FOLDER/passwords; }
    }
}
)";
    if (::geteuid() == 0) text = "user root;" + text;  // the folders are closed to others
    replace_all(text, "ASKED", R"(return 200 "asked $request_method $request_uri
host $http_host
tls $ssl_protocol
name $ssl_server_name
request $connection_requests
agent $http_user_agent
";)");
    replace_all(text, "FOLDER", folder_.path());
    replace_all(text, "REPOSITORIES", repositories);
    replace_all(text, "BACKEND", http_backend);
    replace_all(text, "127.0.0.1:GOOD", "127.0.0.1:" + std::to_string(good_.port()));
    replace_all(text, "127.0.0.1:NAME", "127.0.0.1:" + std::to_string(name_.port()));
    replace_all(text, "127.0.0.1:OLD", "127.0.0.1:" + std::to_string(old_.port()));
    replace_all(text, ":NEWEST", ":" + std::to_string(tls_.port()));
    replace_all(text, ":FORMER", ":" + std::to_string(tls11_.port()));
    replace_all(text, ":PLAIN", ":" + std::to_string(plain_.port()));
    replace_all(text, ":ELSEWHERE", ":" + std::to_string(elsewhere_.port()));
    return text;
}

/// A request is noted after it was answered. The one worker answers this only when it has noted all
/// that came before.
void HttpsServer::finish_logs() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (socket < 0) return;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(old_.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::string request = "GET /finish HTTP/1.0\r\n\r\n";
    std::array<char, 512> answer{};
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::write(socket, request.data(), request.size()) > 0) {
        while (::read(socket, answer.data(), answer.size()) > 0) {
        }
    }
    ::close(socket);
}

std::string HttpsServer::asked_elsewhere() const {
    finish_logs();
    return read_file(folder_.at("elsewhere"));
}

int HttpsServer::requests() const {
    finish_logs();
    return static_cast<int>(std::ranges::count(read_file(folder_.at("requests")), '\n'));
}

bool SshServer::available() {
    if (!is_program(sshd)) return false;
    if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);  // where it locks itself in
    return true;
}

SshServer::SshServer(const std::vector<std::string>& host_keys,
                     const std::vector<std::string>& authorized) {
    std::string text =
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin "
        "prohibit-password\nMaxAuthTries 3\nPidFile none\nAuthorizedKeysFile " +
        folder_.at("authorized") + "\n";
    for (const std::string& key : host_keys) text += "HostKey " + key + "\n";
    write_file(folder_.at("sshd.conf"), text);
    std::string keys;
    for (const std::string& key : authorized) keys += read_file(key + ".pub");
    write_file(folder_.at("authorized"), keys);
    thread_ = std::thread{[this] { serve(); }};
}

SshServer::~SshServer() {
    listener_.shut();
    thread_.join();
}

void SshServer::serve() {
    while (true) {
        const int connection = ::accept(listener_.socket(), nullptr, nullptr);
        if (connection < 0 && errno == EINTR) continue;
        if (connection < 0) return;
        ::fcntl(connection, F_SETFD, FD_CLOEXEC);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        connections_.push_back(std::make_unique<Program>(
            std::vector<std::string>{sshd, "-i", "-f", folder_.at("sshd.conf"), "-E",
                                     folder_.at("log")},
            std::vector<std::string>{"PATH=/usr/bin:/bin"},
            std::map<int, int>{{0, connection}, {1, connection}, {2, nowhere}}));
        ::close(nowhere);
        ::close(connection);
    }
}

std::string SshServer::url(const std::string& path) const {
    const passwd* user = ::getpwuid(::geteuid());
    return "ssh://" + std::string{user == nullptr ? "root" : user->pw_name} +
           "@127.0.0.1:" + std::to_string(listener_.port()) + path;
}

std::string SshServer::host() const {
    return "[127.0.0.1]:" + std::to_string(listener_.port());
}

bool ImageRegistry::available() {
    return is_program(docker_registry);
}

ImageRegistry::ImageRegistry() {
    const char* reachable = std::getenv("DRIFTLESS_TEST_REGISTRY_ADDRESS");
    const std::string address = reachable != nullptr ? reachable : "127.0.0.1";
    write_file(folder_.at("passwords"),  // bcrypt is all that it takes
               "bnx:$2y$04$sNgej07rK2LNmQi16nvxzO1i7Haa3FBBgeUv3DVFvwwiRdKemU202\n");
    write_file(folder_.at("config.yml"),
               "version: 0.1\nlog: {level: info, formatter: text, accesslog: {disabled: true}}\n"
               "storage: {filesystem: {rootdirectory: " +
                   folder_.at("images") + "}}\nhttp: {addr: \"" + address +
                   ":0\", secret: none}\n"
                   "auth: {htpasswd: {realm: test, path: " +
                   folder_.at("passwords") + "}}\n");
    std::array<int, 2> pipe{};
    need(::pipe(pipe.data()) == 0, "make a pipe");
    for (const int end : pipe) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    program_ = std::make_unique<Program>(
        std::vector<std::string>{docker_registry, "serve", folder_.at("config.yml")},
        std::vector<std::string>{"PATH=/usr/bin:/bin", "OTEL_TRACES_EXPORTER=none"},
        std::map<int, int>{{0, nowhere}, {1, nowhere}, {2, pipe[1]}});
    ::close(nowhere);
    ::close(pipe[1]);
    log_ = pipe[0];
    // It chooses its port itself, and says so when it listens.
    constexpr std::string_view listens = "listening on ";
    std::string log;
    std::array<char, 4096> bytes{};
    std::size_t at = std::string::npos;
    while (at == std::string::npos || log.find('"', at) == std::string::npos) {
        const auto got = ::read(log_, bytes.data(), bytes.size());
        need(got > 0, "start " + std::string{docker_registry} + ": " + log);
        log.append(bytes.data(), static_cast<std::size_t>(got));
        at = log.find(listens);
    }
    at += listens.size();
    host_ = log.substr(at, log.find('"', at) - at);
    thread_ = std::thread{[this] { drain(); }};
}

void ImageRegistry::drain() const {
    std::array<char, 4096> bytes{};
    while (::read(log_, bytes.data(), bytes.size()) > 0) {
    }
}

ImageRegistry::~ImageRegistry() {
    program_.reset();
    thread_.join();  // its end of the pipe is closed
    ::close(log_);
}

std::string make_ssh_key(const TempFolder& folder, const std::string& name, const std::string& type,
                         const std::string& passphrase) {
    const std::string path = folder.at(name);
    shell("ssh-keygen -q -t " + type + " -C " + name + " -N '" + passphrase + "' -f '" + path +
          "'");
    return path;
}

std::string public_part(const std::string& key) {
    const std::string text = read_file(key + ".pub");
    return text.substr(0, text.find(' ', text.find(' ') + 1));
}

}  // namespace driftless::testing
