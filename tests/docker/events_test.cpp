#include "providers/docker/events.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_transport.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::docker {
namespace {

using testing::run_on;

struct EventsTest : ::testing::Test {
    EventsTest() {
        transport.ping("1.41");
        (void)run_on(io, clock, engine.version());
    }

    /// The stream's target is taken from what the engine is asked for.
    Result<void> read(std::vector<std::string> pieces, bool cut_off) {
        const std::string filters =
            "%7B%22event%22%3A%5B%22create%22%2C%22start%22%2C%22die%22%2C%22stop%22%2C%22kill%22%"
            "2C"
            "%22oom%22%2C%22destroy%22%2C%22rename%22%2C%22update%22%2C%22pause%22%2C%22unpause%22%"
            "2C"
            "%22health_status%22%2C%22connect%22%2C%22disconnect%22%2C%22remove%22%2C%22tag%22%2C"
            "%22untag%22%2C%22delete%22%2C%22pull%22%5D%2C%22type%22%3A%5B%22container%22%2C"
            "%22network%22%2C%22volume%22%2C%22image%22%5D%7D";
        transport.stream(net::Method::get, "/v1.41/events?filters=" + filters, std::move(pieces),
                         cut_off);
        std::function<void()> on_open = [this] { ++opened; };
        std::function<void(const Event&)> on_event = [this](const Event& event) {
            events.push_back(event);
        };
        return run_on(io, clock, read_events(engine, on_open, on_event));
    }

    asio::io_context io;
    testing::VirtualClock clock;
    testing::FakeTransport transport;
    Engine engine{transport};
    int opened = 0;
    std::vector<Event> events;
};

TEST_F(EventsTest, GivesEachEventOfTheStreamWhereverItWasCut) {
    const auto ended =
        read({R"({"Type":"container","Action":"health_status: healthy","Actor":{"ID":"c1",)",
              R"("Attributes":{"name":"web","n":1}}}{"Type":"network","Action":"cre)",
              R"(ate","Actor":{"ID":"n1","Attributes":null}})"},
             false);
    EXPECT_EQ(opened, 1);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].type, "container");
    EXPECT_EQ(events[0].action, "health_status: healthy");
    EXPECT_EQ(events[0].id, "c1");
    EXPECT_EQ(events[0].attributes.at("name"), "web");
    EXPECT_EQ(events[1].id, "n1");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, Errc::unavailable);
}

TEST_F(EventsTest, TellsHowItEnded) {
    EXPECT_EQ(read({}, true).error().code, Errc::unavailable);
    EXPECT_EQ(read({"garbage"}, false).error().code, Errc::invalid);
    EXPECT_TRUE(events.empty());
}

TEST_F(EventsTest, SkipsWhatIsNoEvent) {
    (void)read({R"({"status":"x"}{"Actor":[]}{"Actor":{}})"}, false);
    EXPECT_EQ(events.size(), 1u);
}

}  // namespace
}  // namespace driftless::docker
