// The same calls to the fake engine and to a real one: the answers must be the same, but for what
// each makes up itself (ids, times, addresses, paths). The real one needs the image test/busybox:1.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "providers/net/unix_socket.hpp"
#include "tests/support/engine.hpp"
#include "tests/support/fake_engine.hpp"
#include "tests/support/run_on.hpp"

namespace driftless::test {
namespace {

using enum net::Method;

/// One call, and whether its body is compared, too.
struct Call {
    net::Method method;
    std::string target;
    json body = nullptr;
    bool compared = true;
};

const std::string filter = "%7B%22label%22%3A%5B%22dlc%3D1%22%5D%7D";  // {"label":["dlc=1"]}
const json labels{{"dlc", "1"}};

json web_body() {
    return {
        {"Image", "test/busybox:1"},
        {"Cmd", {"sleep", "600"}},
        {"Env", {"A=1"}},
        {"Labels", labels},
        {"ExposedPorts", {{"80/tcp", json::object()}}},
        {"NotAField", 1},
        {"StopTimeout", 0},
        {"Healthcheck", {{"Test", {"CMD", "true"}}, {"Interval", 3'600'000'000'000}}},
        {"HostConfig",
         {{"Binds", {"dlc_data:/data", "dlc_data:/again:ro"}},
          {"Mounts",
           {{{"Type", "tmpfs"}, {"Target", "/t"}}, {{"Type", "volume"}, {"Target", "/anonymous"}}}},
          {"Tmpfs", {{"/tt", ""}}},
          {"PortBindings", {{"80/tcp", {{{"HostPort", "18471"}}}}}},
          {"RestartPolicy", {{"Name", "unless-stopped"}}},
          {"Memory", 64 << 20},
          {"NetworkMode", "dlc_one"}}},
        {"NetworkingConfig", {{"EndpointsConfig", {{"dlc_one", {{"Aliases", {"web"}}}}}}}}};
}

const std::vector<Call>& sequence() {
    const json plain{{"Image", "test/busybox:1"}, {"Cmd", {"sleep", "600"}}, {"Labels", labels}};
    json port_taken = plain;
    port_taken["ExposedPorts"] = {{"80/tcp", json::object()}};
    port_taken["HostConfig"] = {{"NetworkMode", "dlc_one"},
                                {"PortBindings", {{"80/tcp", {{{"HostPort", "18471"}}}}}}};
    static const std::vector<Call> calls{
        {get, "/v1.41/nonsense"},
        {get, "/v1.99/containers/json"},
        {post,
         "/v1.41/networks/create",
         {{"Name", "dlc_one"}, {"CheckDuplicate", true}, {"Labels", labels}}},
        {post, "/v1.41/networks/create", {{"Name", "dlc_one"}, {"CheckDuplicate", true}}},
        {post,
         "/v1.41/networks/create",
         {{"Name", "dlc_two"}, {"Labels", labels}, {"Internal", true}, {"Options", {{"a", "b"}}}}},
        {get, "/v1.41/networks/dlc_one"},
        {get, "/v1.41/networks?filters=" + filter, nullptr, false},
        {get, "/v1.41/networks/dlc_none"},
        {post, "/v1.41/volumes/create", {{"Name", "dlc_data"}, {"Labels", labels}}},
        {post, "/v1.41/volumes/create", {{"Name", "dlc_data"}, {"Labels", {{"other", "1"}}}}},
        {get, "/v1.41/volumes/dlc_data"},
        {get, "/v1.41/volumes?filters=" + filter},
        {get, "/v1.41/volumes/dlc_none"},
        {get, "/v1.41/images/dlc_none:1/json"},
        {post, "/v1.41/containers/create?name=dlc-web-1", web_body()},
        {post, "/v1.41/containers/create?name=dlc-web-1", plain},
        {post, "/v1.41/containers/create?name=dlc-x", {{"Image", "dlc_none:1"}}},
        {post, "/v1.41/containers/create?name=!", plain},
        {get, "/v1.41/containers/dlc-web-1/json"},
        {get, "/v1.41/containers/dlc-none/json"},
        {get, "/v1.41/containers/json?filters=" + filter},
        {get, "/v1.41/containers/json?all=1&filters=" + filter},
        {post,
         "/v1.41/networks/dlc_two/connect",
         {{"Container", "dlc-web-1"}, {"EndpointConfig", {{"Aliases", {"q"}}}}}},
        {post, "/v1.41/containers/dlc-web-1/stop"},
        {post, "/v1.41/containers/dlc-web-1/start"},
        {post, "/v1.41/containers/dlc-web-1/start"},
        {get, "/v1.41/containers/dlc-web-1/json"},
        {get, "/v1.41/containers/json?filters=" + filter},
        {post, "/v1.41/containers/create?name=dlc-other", port_taken},
        {post, "/v1.41/containers/dlc-other/start", nullptr,
         false},  // the text names an endpoint's id
        {get, "/v1.41/containers/dlc-other/json", nullptr, false},
        {post, "/v1.41/containers/dlc-other/rename?name=dlc-web-1"},
        {post, "/v1.41/containers/dlc-other/rename?name=dlc-other"},
        {post, "/v1.41/containers/dlc-none/rename?name=dlc-x"},
        {del, "/v1.41/containers/dlc-other"},
        {post, "/v1.41/containers/dlc-web-1/update", {{"RestartPolicy", {{"Name", "no"}}}}},
        {post, "/v1.41/containers/dlc-web-1/update", {{"Memory", 1000}}},
        {post, "/v1.41/containers/dlc-web-1/update", {{"Memory", 256 << 20}}, false},
        {post,
         "/v1.41/containers/dlc-web-1/update",
         {{"Memory", 100 << 20}, {"MemorySwap", 200 << 20}}},
        {del, "/v1.41/containers/dlc-web-1"},
        {del, "/v1.41/networks/dlc_one"},
        {del, "/v1.41/volumes/dlc_data"},
        {post, "/v1.41/containers/dlc-web-1/stop"},
        {post, "/v1.41/containers/dlc-web-1/stop"},
        {get, "/v1.41/containers/dlc-web-1/json"},
        {get, "/v1.41/containers/json?all=1&filters=" + filter},
        {post, "/v1.41/containers/dlc-web-1/rename?name=driftless-kept-dlc"},
        {post, "/v1.41/networks/dlc_two/disconnect", {{"Container", "driftless-kept-dlc"}}},
        {post, "/v1.41/networks/dlc_two/disconnect", {{"Container", "driftless-kept-dlc"}}},
        {del, "/v1.41/networks/dlc_one"},
        {post, "/v1.41/containers/driftless-kept-dlc/start"},
        {get, "/v1.41/containers/driftless-kept-dlc/json"},
        {del, "/v1.41/volumes/dlc_data"},
        {del, "/v1.41/containers/driftless-kept-dlc?v=1"},
        {del, "/v1.41/containers/driftless-kept-dlc"},
        {post,
         "/v1.41/containers/create?name=dlc-lost",
         {{"Image", "test/busybox:1"},
          {"Labels", labels},
          {"HostConfig", {{"NetworkMode", "dlc_gone"}}}}},
        {post, "/v1.41/containers/dlc-lost/start"},
        {get, "/v1.41/containers/dlc-lost/json"},
        {del, "/v1.41/containers/dlc-lost?force=1"},
        {post,
         "/v1.41/containers/create?name=dlc-bind",
         {{"Image", "test/busybox:1"},
          {"HostConfig",
           {{"Mounts", {{{"Type", "bind"}, {"Source", "/dlc/none"}, {"Target", "/x"}}}}}}}},
        {post,
         "/v1.41/containers/create?name=dlc-part",
         {{"Image", "test/busybox:1"},
          {"Cmd", {"sleep", "600"}},
          {"Labels", labels},
          {"HostConfig",
           {{"NetworkMode", "none"},
            {"Mounts",
             {{{"Type", "volume"},
               {"Source", "dlc_data"},
               {"Target", "/etc/dlc.conf"},
               {"ReadOnly", true},
               {"VolumeOptions", {{"NoCopy", true}, {"Subpath", "etc/dlc.conf"}}}}}}}}}},
        {get, "/v1.41/containers/dlc-part/json"},
        {post, "/v1.41/containers/dlc-part/start", nullptr, false},  // the text names a path
        {del, "/v1.41/containers/dlc-part?force=1"},
        {del, "/v1.41/networks/dlc_two"},
        {del, "/v1.41/networks/dlc_two"},
        {del, "/v1.41/networks/bridge"},
        {del, "/v1.41/volumes/dlc_data"},
        {del, "/v1.41/volumes/dlc_data"},
    };
    return calls;
}

/// What each engine makes up itself, and what driftless reads of none of them: not compared.
bool is_its_own(const std::string& key) {
    static const std::vector<std::string> keys{
        "Created",         "CreatedAt",  "StartedAt",  "FinishedAt",
        "GraphDriver",     "IPAddress",  "Gateway",    "IPPrefixLen",
        "MacAddress",      "SandboxID",  "SandboxKey", "ResolvConfPath",
        "HostnamePath",    "HostsPath",  "LogPath",    "Subnet",
        "IPv4Address",     "Mountpoint", "Source",     "CgroupnsMode",
        "AppArmorProfile", "Pid",        "DNSNames"};
    return std::ranges::find(keys, key) != keys.end();
}

json compared(json value) {
    static const std::regex id{"[0-9a-f]{12}([0-9a-f]{52})?"};
    if (value.is_string()) return std::regex_replace(value.get<std::string>(), id, "<id>");
    if (value.is_array()) {
        for (json& item : value) item = compared(item);
        if (!value.empty() && value[0].is_object() && value[0].contains("Destination")) {
            std::sort(value.begin(), value.end(), [](const json& a, const json& b) {
                return a["Destination"] < b["Destination"];
            });
        }
        return value;
    }
    if (!value.is_object()) return value;
    json kept = json::object();
    for (const auto& [key, item] : value.items()) {
        if (!is_its_own(key)) kept[std::regex_replace(key, id, "<id>")] = compared(item);
    }
    // top-level address fields repeat what stands below Networks; the fake leaves them out
    if (kept.contains("Networks") && kept.contains("Ports")) {
        return {{"Networks", kept["Networks"]}, {"Ports", kept["Ports"]}};
    }
    if (kept.contains("Status") && kept["Status"].is_string() && kept.contains("Names")) {
        kept["Status"] =
            std::regex_replace(kept["Status"].get<std::string>(),
                               std::regex{"\\d+ seconds?|Less than a second"}, "<time>");
    }
    return kept;
}

json body_of(const net::Response& response) {
    const json body = json::parse(response.body, nullptr, false);
    return body.is_discarded() ? json(response.body) : body;
}

class RealEngine {
public:
    explicit RealEngine(const std::string& socket)
        : transport_(net::make_unix_transport(io_.get_executor(), clock_, socket)) {}

    Result<net::Response> send(const Call& call) {
        net::Request request{call.method, call.target, {{"Content-Type", "application/json"}}};
        if (!call.body.is_null()) request.body = call.body.dump();
        return testing::run_on(io_, transport_->send(std::move(request)));
    }
    int api_minor() {
        const auto pong = send({get, "/_ping"});
        const std::string version{pong ? pong->header("Api-Version") : "1.0"};
        return std::stoi(version.substr(version.find('.') + 1));
    }
    /// Removes what an earlier run that broke off left there.
    void clean() {
        for (const char* name :
             {"dlc-web-1", "dlc-other", "dlc-lost", "dlc-bind", "dlc-part", "driftless-kept-dlc"}) {
            (void)send({del, fmt::format("/v1.41/containers/{}?force=1&v=1", name)});
        }
        for (const char* name : {"dlc_one", "dlc_two"})
            (void)send({del, fmt::format("/v1.41/networks/{}", name)});
        (void)send({del, "/v1.41/volumes/dlc_data"});
    }

private:
    net::asio::io_context io_;
    net::SystemClock clock_;
    std::unique_ptr<net::HttpTransport> transport_;
};

TEST(EngineContract, TheFakeAnswersAsARealEngineDoes) {
    SKIP_WITHOUT_ENGINE();
    RealEngine real{testing::engine_socket()};
    const auto image = real.send({get, "/v1.41/images/test/busybox:1/json"});
    ASSERT_TRUE(image);
    if (image->status != 200) GTEST_SKIP() << "no image test/busybox:1 there";
    const int api_minor = real.api_minor();

    real.clean();
    net::asio::io_context io;
    testing::VirtualClock clock;
    FakeEngine fake{"contract", clock, api_minor};
    FakeImage busybox;
    busybox.id = json::parse(image->body)["Id"];
    busybox.config = json::parse(image->body)["Config"];
    busybox.stop_takes = std::chrono::hours{1};  // `sleep` as the first process hears no SIGTERM
    fake.world.add_image("test/busybox:1", busybox);

    for (Call call : sequence()) {
        call.target = std::regex_replace(call.target, std::regex{"^/v1.41"},
                                         fmt::format("/v1.{}", api_minor));
        SCOPED_TRACE(call.target + " " + call.body.dump());
        net::Request request{call.method, call.target};
        if (!call.body.is_null()) request.body = call.body.dump();
        const auto ours = testing::run_on(io, clock, fake.send(std::move(request)));
        const auto theirs = real.send(call);
        ASSERT_TRUE(ours && theirs);
        EXPECT_EQ(ours->status, theirs->status) << ours->body << "\n" << theirs->body;
        // The fake refuses in the words of 20.10; nobody reads those of newer ones.
        if (!call.compared || (api_minor > 41 && ours->status >= 400)) continue;
        json mine = compared(body_of(*ours));
        json real_one = compared(body_of(*theirs));
        for (json* one : {&mine, &real_one}) {  // each version has its own list of them
            if (api_minor > 41 && one->contains("HostConfig"))
                (*one)["HostConfig"].erase("MaskedPaths");
        }
        EXPECT_TRUE(mine == real_one)
            << "to be as the real one: " << json::diff(mine, real_one).dump(1);
    }
}

}  // namespace
}  // namespace driftless::test
