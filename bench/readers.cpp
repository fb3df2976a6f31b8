// Readers of the endpoint, until stdin ends.
//   bench_readers status PORT COUNT PAUSE_MS   each asks again PAUSE_MS after an answer; prints
//                                              how long answers took, as JSON
//   bench_readers events PORT COUNT            followers that never read a byte
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

double at(const std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket >= 0 &&
        ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
        return socket;
    ::close(socket);
    return -1;
}

void send_get(int socket, std::uint16_t port, const std::string& path) {
    const auto text = fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", path, port);
    (void)!::write(socket, text.data(), text.size());
}

/// One answer with a Content-Length. @return was it all there?
bool read_answer(int socket) {
    std::string got;
    std::size_t whole = 0;
    std::vector<char> bytes(1u << 16);
    while (whole == 0 || got.size() < whole) {
        const auto size = ::read(socket, bytes.data(), bytes.size());
        if (size <= 0) return false;
        got.append(bytes.data(), static_cast<std::size_t>(size));
        const auto end = got.find("\r\n\r\n");
        const auto length = got.find("Content-Length: ");
        if (end != got.npos && length < end) whole = end + 4 + std::stoul(got.substr(length + 16));
    }
    return got.starts_with("HTTP/1.1 200");
}

/// Readers of status, each on a connection that it keeps.
class Readers {
public:
    Readers(std::uint16_t port, int count, std::chrono::milliseconds pause) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this, port, pause] { read_until_stopped(port, pause); });
        }
    }
    void stop_and_print() {
        stopping_ = true;
        for (auto& thread : threads_) thread.join();
        std::ranges::sort(times_);
        fmt::print("{{\"requests\": {}, \"failed\": {}, \"p50_ms\": {:.2f}, \"p99_ms\": {:.2f}}}\n",
                   times_.size(), failures_.load(), at(times_, 0.5), at(times_, 0.99));
    }

private:
    void read_until_stopped(std::uint16_t port, std::chrono::milliseconds pause) {
        int socket = connect_to(port);
        while (!stopping_) {
            const auto began = std::chrono::steady_clock::now();
            send_get(socket, port, "/api/v1/status");
            if (read_answer(socket)) {
                const std::chrono::duration<double, std::milli> took =
                    std::chrono::steady_clock::now() - began;
                const std::scoped_lock lock{mutex_};
                times_.push_back(took.count());
            } else {
                ++failures_;
                ::close(socket);
                socket = connect_to(port);
            }
            std::this_thread::sleep_for(pause);
        }
        ::close(socket);
    }

    std::vector<std::thread> threads_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> failures_{0};
    std::mutex mutex_;
    std::vector<double> times_;
};

void wait_for_the_end_of_input() {
    std::string line;
    while (std::getline(std::cin, line)) {
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    const auto port = static_cast<std::uint16_t>(std::stoi(argv[2]));
    const int count = std::stoi(argv[3]);
    if (argv[1] == std::string{"events"}) {
        for (int i = 0; i < count; ++i) send_get(connect_to(port), port, "/api/v1/events");
        wait_for_the_end_of_input();
        return 0;
    }
    if (argc != 5) return 64;
    Readers readers{port, count, std::chrono::milliseconds{std::stoi(argv[4])}};
    wait_for_the_end_of_input();
    readers.stop_and_print();
}
