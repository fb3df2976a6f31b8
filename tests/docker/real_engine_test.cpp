// The typed calls against a real engine: what the recorded answers of the other tests stand for.
#include <gtest/gtest.h>

#include "providers/docker/containers.hpp"
#include "providers/docker/events.hpp"
#include "providers/docker/images.hpp"
#include "providers/docker/networks.hpp"
#include "providers/docker/volumes.hpp"
#include "providers/net/deadline.hpp"
#include "providers/net/task_group.hpp"
#include "providers/net/unix_socket.hpp"
#include "tests/support/engine.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::docker {
namespace {

using namespace std::chrono_literals;
using testing::run_on;
using testing::unique_name;

constexpr const char* image = "test/busybox:1";

struct RealEngine : ::testing::Test {
    RealEngine()
        : transport(net::make_unix_transport(io.get_executor(), clock, testing::engine_socket())),
          engine(*transport) {}
    ~RealEngine() override {
        for (const auto& id : made) (void)run(containers.remove(id, true));
    }
    template <class T>
    Result<T> run(asio::awaitable<Result<T>> call) {
        return run_on(io, std::move(call));
    }
    /// A container that sleeps; removed at the end.
    Result<std::string> create(const std::string& name) {
        json body;
        body["Image"] = image;
        body["Cmd"] = {"sleep", "1000"};
        body["HostConfig"]["NetworkMode"] = "none";
        body["Labels"]["test"] = "a \"quoted\" text / ü";
        auto id = run(containers.create(name, "", body));
        if (id) made.push_back(*id);
        return id;
    }
    const ContainerSummary* find(const std::vector<ContainerSummary>& list, const std::string& id) {
        for (const auto& each : list) {
            if (each.id == id) return &each;
        }
        return nullptr;
    }

    asio::io_context io;
    net::SystemClock clock;
    std::unique_ptr<net::HttpTransport> transport;
    Engine engine;
    Containers containers{engine};
    Images images{engine};
    Networks networks{engine};
    Volumes volumes{engine};
    std::vector<std::string> made;
};

TEST_F(RealEngine, NegotiatesAVersionInOurRange) {
    SKIP_WITHOUT_ENGINE();
    const auto version = run(engine.version());
    ASSERT_TRUE(version) << version.error().message;
    EXPECT_GE(*version, lowest_api);
    EXPECT_LE(*version, highest_api);
}

TEST_F(RealEngine, AContainersWholeLife) {
    SKIP_WITHOUT_ENGINE();
    const auto name = unique_name("life");
    const auto id = create(name);
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(create(name).error().code, Errc::conflict);
    ASSERT_TRUE(run(containers.start(*id)));
    EXPECT_TRUE(run(containers.start(*id)));
    const auto list = run(containers.list());
    ASSERT_TRUE(list) << list.error().message;
    const auto* summary = find(*list, *id);
    ASSERT_NE(summary, nullptr);
    EXPECT_EQ(summary->state, "running");
    EXPECT_EQ(summary->names, std::vector<std::string>{name});
    EXPECT_EQ(summary->image, image);
    EXPECT_EQ(summary->labels.at("test"), "a \"quoted\" text / ü");
    EXPECT_EQ(find(*run(containers.list()), *id)->fingerprint, summary->fingerprint);

    ASSERT_TRUE(run(containers.rename(*id, name + "-b")));
    EXPECT_EQ(run(containers.inspect(name)).error().code, Errc::not_found);
    json policy;
    policy["RestartPolicy"]["Name"] = "always";
    ASSERT_TRUE(run(containers.update(*id, policy)));
    const auto whole = run(containers.inspect(name + "-b"));
    ASSERT_TRUE(whole);
    EXPECT_EQ((*whole)["HostConfig"]["RestartPolicy"]["Name"], "always");

    ASSERT_TRUE(run(containers.stop(*id, 0s)));
    EXPECT_TRUE(run(containers.stop(*id, 0s)));
    EXPECT_NE(find(*run(containers.list()), *id)->fingerprint, summary->fingerprint);
    ASSERT_TRUE(run(containers.remove(*id, false)));
    EXPECT_TRUE(run(containers.remove(*id, false)));
    EXPECT_EQ(run(containers.inspect(*id)).error().code, Errc::not_found);
}

TEST_F(RealEngine, AMissingImageIsNotFound) {
    SKIP_WITHOUT_ENGINE();
    json body;
    body["Image"] = "test/does-not-exist:1";
    EXPECT_EQ(run(containers.create(unique_name("x"), "", body)).error().code, Errc::not_found);
    EXPECT_EQ(run(images.inspect("test/does-not-exist:1")).error().code, Errc::not_found);
    const auto there = run(images.inspect(image));
    ASSERT_TRUE(there) << there.error().message;
    EXPECT_TRUE(there->contains("Id"));
}

TEST_F(RealEngine, APullFromARegistryThatIsNotThereFails) {
    SKIP_WITHOUT_ENGINE();
    const auto pulled = run(images.pull("localhost:1/none/web:1", "", {}, {}));
    ASSERT_FALSE(pulled);
    EXPECT_EQ(pulled.error().code, Errc::unavailable) << pulled.error().message;
}

/// One file "a" that holds "hi\n", as `tar` writes it.
std::string tar_of_one_file() {
    std::string head(512, '\0');
    head.replace(0, 1, "a");
    head.replace(100, 7, "0000644");
    head.replace(108, 7, "0000000");
    head.replace(116, 7, "0000000");
    head.replace(124, 11, "00000000003");
    head.replace(136, 11, "00000000000");
    head.replace(156, 1, "0");
    head.replace(257, 5, "ustar");
    head.replace(263, 2, "00");
    head.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char byte : head) sum += static_cast<unsigned char>(byte);
    head.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
    return head + "hi\n" + std::string(509 + 1024, '\0');
}

TEST_F(RealEngine, FilesGoInBeforeTheStartAndComeOut) {
    SKIP_WITHOUT_ENGINE();
    const auto id = create(unique_name("files"));
    ASSERT_TRUE(id) << id.error().message;
    ASSERT_TRUE(run(containers.put_archive(*id, "/tmp", tar_of_one_file())));
    const auto tar = run(containers.get_archive(*id, "/tmp/a", 1u << 20));
    ASSERT_TRUE(tar) << tar.error().message;
    EXPECT_NE(tar->find("hi\n"), std::string::npos);
    EXPECT_EQ(run(containers.get_archive(*id, "/tmp/b", 1u << 20)).error().code, Errc::not_found);
    EXPECT_EQ(run(containers.get_archive(*id, "/tmp/a", 10)).error().code, Errc::invalid);
}

TEST_F(RealEngine, TheLogOfWhatFailedIsPlainText) {
    SKIP_WITHOUT_ENGINE();
    for (const bool terminal : {false, true}) {
        json body;
        body["Image"] = image;
        body["Cmd"] = {"sh", "-c", "exec >&2; echo one; echo two; printf 'th\\033[31mree\\a\\n'"};
        body["HostConfig"]["NetworkMode"] = "none";
        body["Tty"] = terminal;
        const auto id = run(containers.create(unique_name("log"), "", body));
        ASSERT_TRUE(id) << id.error().message;
        made.push_back(*id);
        ASSERT_TRUE(run(containers.start(*id)));
        while ((*run(containers.inspect(*id)))["State"]["Running"].get<bool>()) {
            (void)run_on(io, clock.sleep_for(20ms));
        }
        const auto log = run(containers.log_tail(*id, 2));
        ASSERT_TRUE(log) << log.error().message;
        EXPECT_EQ(*log, "two\nthree");
    }
}

TEST_F(RealEngine, NetworksAndVolumesComeAndGo) {
    SKIP_WITHOUT_ENGINE();
    const auto name = unique_name("vol");
    json body;
    body["Name"] = name;
    body["Labels"]["test"] = "1";
    ASSERT_TRUE(run(volumes.create(body)));
    EXPECT_EQ((*run(volumes.inspect(name)))["Labels"]["test"], "1");
    const auto all = run(volumes.list());
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_TRUE(std::ranges::any_of(*all, [&](const json& each) { return each["Name"] == name; }));
    ASSERT_TRUE(run(volumes.remove(name)));
    EXPECT_TRUE(run(volumes.remove(name)));
    EXPECT_EQ(run(volumes.inspect(name)).error().code, Errc::not_found);

    json network;
    network["Name"] = unique_name("net");
    network["Driver"] = "bridge";
    const auto id = run(networks.create(network));
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(run(networks.create(network)).error().code, Errc::conflict);
    EXPECT_EQ((*run(networks.inspect(*id)))["Name"], network["Name"]);
    const auto listed = run(networks.list());
    ASSERT_TRUE(listed);
    EXPECT_TRUE(std::ranges::any_of(*listed, [&](const json& each) { return each["Id"] == *id; }));
    ASSERT_TRUE(run(networks.remove(*id)));
    EXPECT_TRUE(run(networks.remove(*id)));
}

asio::awaitable<void> watch(Engine& engine, std::function<void()> on_open,
                            std::function<void(const Event&)> on_event) {
    (void)co_await read_events(engine, std::move(on_open), std::move(on_event));
}

/// Makes a container once the stream is open, and waits until its event came.
asio::awaitable<Result<std::string>> see_a_creation(Engine& engine, net::Clock& clock,
                                                    std::string name) {
    bool open = false;
    std::string seen;
    std::function<void()> on_open = [&open] { open = true; };
    std::function<void(const Event&)> on_event = [&seen, &name](const Event& event) {
        const auto found = event.attributes.find("name");
        if (event.action == "create" && found != event.attributes.end() && found->second == name) {
            seen = event.id;
        }
    };
    net::TaskGroup group{co_await asio::this_coro::executor};
    group.spawn(watch(engine, on_open, on_event));
    while (!open) (void)co_await clock.sleep_for(10ms);
    json body;
    body["Image"] = image;
    body["HostConfig"]["NetworkMode"] = "none";
    Containers containers{engine};
    auto id = co_await containers.create(name, "", body);
    for (int i = 0; i < 500 && seen.empty(); ++i) (void)co_await clock.sleep_for(10ms);
    group.cancel();
    (void)co_await group.join();
    if (id) (void)co_await containers.remove(*id, true);
    if (id && seen == *id) co_return seen;
    co_return Error{Errc::internal, "the event did not come"};
}

TEST_F(RealEngine, TellsOfACreationByAnEvent) {
    SKIP_WITHOUT_ENGINE();
    const auto seen = run(see_a_creation(engine, clock, unique_name("event")));
    EXPECT_TRUE(seen) << seen.error().message;
}

}  // namespace
}  // namespace driftless::docker
