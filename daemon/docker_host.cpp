#include "daemon/docker_host.hpp"

#include <filesystem>
#include <regex>
#include <sstream>

#include "providers/net/platform.hpp"
#include "providers/net/unix_socket.hpp"

namespace driftless {
namespace {

namespace asio = net::asio;

constexpr std::string_view unix_scheme = "unix://";

/// Engines of a Mac come and go with the person who is logged in, and their sockets with them.
class AutoTransport final : public net::HttpTransport {
public:
    AutoTransport(std::vector<std::string> sockets, asio::any_io_executor executor,
                  net::Clock& clock)
        : sockets_(std::move(sockets)), executor_(std::move(executor)), clock_(clock) {}

    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        return current().send(std::move(request));
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override {
        return current().open(std::move(request));
    }

private:
    /// A transport that is given up may still be in use by calls that wait: so none is dropped.
    net::HttpTransport& current() {
        if (path_.empty() || !std::filesystem::is_socket(path_, ignored_)) path_ = first_there();
        auto& transport = transports_[path_];
        if (!transport) transport = net::make_unix_transport(executor_, clock_, path_);
        return *transport;
    }

    std::string first_there() {
        for (const std::string& socket : sockets_) {
            if (std::filesystem::is_socket(socket, ignored_)) return socket;
        }
        return sockets_.front();
    }

    std::vector<std::string> sockets_;
    asio::any_io_executor executor_;
    net::Clock& clock_;
    std::string path_;
    std::error_code ignored_;
    std::map<std::string, std::unique_ptr<net::HttpTransport>> transports_;
};

}  // namespace

std::vector<std::string> docker_sockets(const std::map<std::string, std::string>& environment) {
    std::vector<std::string> sockets;
    if (const auto host = environment.find("DOCKER_HOST");
        host != environment.end() && host->second.starts_with(unix_scheme)) {
        sockets.push_back(host->second.substr(unix_scheme.size()));
    }
    sockets.emplace_back("/var/run/docker.sock");
    if (const auto home = environment.find("HOME"); home != environment.end()) {
        for (const char* below : {"/.docker/run/docker.sock", "/.orbstack/run/docker.sock",
                                  "/.colima/default/docker.sock"}) {
            sockets.push_back(home->second + below);
        }
    }
    return sockets;
}

std::unique_ptr<net::HttpTransport> make_docker_transport(
    const std::string& host, const std::map<std::string, std::string>& environment,
    const asio::any_io_executor& executor, net::Clock& clock) {
    if (host.starts_with(unix_scheme)) {
        return net::make_unix_transport(executor, clock, host.substr(unix_scheme.size()));
    }
    return std::make_unique<AutoTransport>(docker_sockets(environment), executor, clock);
}

/// The engine mounts files of its own into each container, from a folder with the container's id.
std::string own_container() {
    static const std::regex id{"/containers/([0-9a-f]{64})/hostname /etc/hostname "};
    std::istringstream mounts{net::own_mounts()};
    for (std::string line; std::getline(mounts, line);) {
        std::smatch match;
        if (std::regex_search(line, match, id)) return match[1].str();
    }
    return {};
}

}  // namespace driftless
