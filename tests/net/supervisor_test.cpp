#include "providers/net/supervisor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstring>
#include <stdexcept>

#include "tests/support/run_on.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::net {
namespace {

/// The manager's end: a socket that datagrams come to.
class Manager {
public:
    explicit Manager(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (socket_ < 0) throw std::runtime_error{"no socket"};
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        const int bound =
            ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        EXPECT_EQ(bound, 0);
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    ~Manager() { ::close(socket_); }

    /// The next message; "" when none is there.
    std::string heard() const {
        std::string text(1000, '\0');
        const auto size = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
        text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return text;
    }

private:
    int socket_;
};

class SupervisorTest : public ::testing::Test {
protected:
    testing::TempFolder folder;
    std::string path = folder.at("notify");
    std::map<std::string, std::string> environment{{"NOTIFY_SOCKET", path}};
};

TEST_F(SupervisorTest, IsToldWhatTheDaemonDoes) {
    const Manager manager{path};
    const Supervisor supervisor{environment};
    supervisor.ready("2 targets\nMAINPID=1");
    EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=2 targets MAINPID=1");
    supervisor.reloading();
    EXPECT_TRUE(manager.heard().starts_with("RELOADING=1\n"));
    supervisor.stopping();
    EXPECT_TRUE(manager.heard().starts_with("STOPPING=1\n"));
}

TEST_F(SupervisorTest, IsFedTwiceWithinItsPatienceAsLongAsTheLoopGoesOn) {
    const Manager manager{path};
    environment["WATCHDOG_USEC"] = "10000000";
    const Supervisor supervisor{environment};
    asio::io_context io;
    testing::VirtualClock clock;
    asio::cancellation_signal stop;
    asio::co_spawn(io, supervisor.feed_watchdog(clock),
                   asio::bind_cancellation_slot(stop.slot(), [](const std::exception_ptr&) {}));
    const auto fed = [&] {
        int times = 0;
        while (!manager.heard().empty()) ++times;
        return times;
    };
    clock.run_for(io, std::chrono::seconds{1});
    EXPECT_EQ(fed(), 1);
    clock.run_for(io, std::chrono::seconds{20});
    EXPECT_EQ(fed(), 4);
    stop.emit(asio::cancellation_type::terminal);
    clock.settle(io);
    EXPECT_FALSE(clock.step(io)) << "it ends when it is canceled";
}

TEST_F(SupervisorTest, AWatchdogThatIsMeantForAnotherProcessIsNotOurs) {
    environment["WATCHDOG_USEC"] = "10000000";
    environment["WATCHDOG_PID"] = std::to_string(::getpid());
    EXPECT_EQ(Supervisor{environment}.patience(), std::chrono::seconds{10});
    environment["WATCHDOG_PID"] = "1";
    EXPECT_EQ(Supervisor{environment}.patience(), std::nullopt);
    environment["WATCHDOG_USEC"] = "soon";
    environment.erase("WATCHDOG_PID");
    EXPECT_EQ(Supervisor{environment}.patience(), std::nullopt);
}

TEST_F(SupervisorTest, WithoutOneNothingIsSentAndNothingWaits) {
    asio::io_context io;
    testing::VirtualClock clock;
    const Supervisor nobody{{}};
    nobody.ready("here");
    const Supervisor gone{environment};  // the socket isn't there
    gone.stopping();
    asio::co_spawn(io, nobody.feed_watchdog(clock), [](const std::exception_ptr&) {});
    clock.settle(io);
    EXPECT_FALSE(clock.step(io));
}

}  // namespace
}  // namespace driftless::net
