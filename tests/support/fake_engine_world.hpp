#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "providers/net/clock.hpp"
#include "providers/net/http.hpp"

namespace driftless::test {

using json = nlohmann::json;
using net::SteadyTime;
using Milliseconds = std::chrono::milliseconds;

/// An image, and how the containers made from it behave.
struct FakeImage {
    std::string id;                ///< filled in by `EngineWorld::add_image` where empty
    std::string digest;            ///< in a registry; filled in by the first who asks there
    Milliseconds remove_takes{0};  ///< of its containers: so long they are being removed
    json config = json::object();  ///< as inspect shows it: Env, Cmd, Labels, Healthcheck …
    std::optional<int> exit_code;  ///< ends by itself with it; runs on without
    Milliseconds exits_after{0};
    std::optional<Milliseconds> healthy_after =
        Milliseconds{0};                          ///< from then on checks pass; none: never
    std::optional<Milliseconds> unhealthy_after;  ///< from then on they fail again
    Milliseconds stop_takes{0};  ///< from SIGTERM to its end; longer than the grace: killed
    int stop_code = 0;           ///< when it ends by SIGTERM
    std::string log;
    std::string architecture = "amd64";
};

struct FakeVolume {
    std::string name;
    std::string driver = "local";
    json labels = nullptr;
    json options = nullptr;
    SteadyTime made{};
    std::map<std::string, std::string> files;  ///< path from its root -> bytes
};

struct FakeNetwork {
    std::string id;
    std::string name;
    std::string driver = "bridge";
    json labels = json::object();
    json options = json::object();
    json ipam;
    bool internal = false;
    bool attachable = false;
    bool ipv6 = false;
    bool predefined = false;
    SteadyTime made{};
    int next_address = 2;
};

struct FakeContainer {
    enum class State { created, running, paused, restarting, exited, removing };

    std::string id;
    std::string name;
    std::string image_id;
    json config;
    json host_config;
    json mounts = json::array();      ///< the effective ones, as inspect shows them
    json endpoints = json::object();  ///< network's name -> endpoint settings
    json ports = json::object();      ///< published, while it runs
    State state = State::created;
    int exit_code = 0;
    int restart_count = 0;
    bool stopped_by_hand = false;  ///< restart policies leave it alone then
    std::string error;
    SteadyTime made{};
    std::optional<SteadyTime> started;
    std::optional<SteadyTime> finished;
    std::string health;  ///< empty: no check; starting, healthy, unhealthy
    int failing_streak = 0;
    int failed_restarts = 0;  ///< in a row: makes the delay longer
    std::optional<SteadyTime> probes_at;
    std::optional<SteadyTime> ends_at;
    int ends_with = 0;
    std::optional<SteadyTime> restarts_at;
    std::optional<SteadyTime> gone_at;
    std::map<std::string, std::string> files;  ///< put by archive: absolute path -> bytes

    [[nodiscard]] bool lives() const { return state == State::running || state == State::paused; }
};

struct EngineRequest {
    net::Method method = net::Method::get;
    std::string path;                          ///< without version and query
    std::map<std::string, std::string> query;  ///< decoded
    std::string body;

    [[nodiscard]] bool writes() const {
        return method != net::Method::get && method != net::Method::head;
    }
    [[nodiscard]] std::string text() const;  ///< "POST /containers/create?name=x"
    [[nodiscard]] std::string query_or(const std::string& key, std::string otherwise) const;
    [[nodiscard]] bool flag(const std::string& key) const;
};

struct EngineAnswer {
    int status = 200;
    std::string body;
    net::Headers headers;
    std::optional<SteadyTime> not_before;  ///< the engine answers only then: a stop that waits
};

/// What a Docker Engine holds and how it behaves, in memory and in virtual time, with the answers
/// that Engine 20.10 gives (docker.md, sections B and C); `api_minor` from 44 on gives those of
/// newer engines where they differ. Time passes when somebody looks: what fell due in between
/// happens first, in its order.
class EngineWorld {
public:
    EngineWorld(std::string name, net::Clock& clock);

    int api_minor = 41;                         ///< the engine speaks up to 1.<this>
    Milliseconds list_lags{0};                  ///< a list shows a stop only that much later
    std::map<std::string, FakeImage> registry;  ///< what a pull finds: "app:1"
    std::map<std::string, EngineAnswer>
        pull_fails;  ///< by reference; 200: errorDetail in the stream
    std::map<std::string, EngineAnswer> lookup_fails;  ///< by reference
    Milliseconds pull_takes{500};
    std::map<std::string, std::string> host_files;   ///< for binds: absolute path -> bytes
    std::map<std::string, std::string> taken_ports;  ///< "80/tcp" -> by whom, outside the engine
    std::set<std::string> disk_full_for;             ///< names of containers that find no room
    /// What its wall clock showed at a moment; without, its clock was never set.
    std::function<net::WallTime(SteadyTime)> wall_at;

    /// Answers one request, now. Never waits: see EngineAnswer::not_before.
    EngineAnswer handle(const EngineRequest& request);
    /// Lets happen what fell due until now.
    void settle();
    [[nodiscard]] std::optional<SteadyTime> next_due() const;
    std::function<void(const json&)> on_event;

    // What tests and "people" do directly.
    void add_image(const std::string& reference, FakeImage image);
    FakeContainer* find_container(const std::string& name_or_id);
    FakeNetwork* find_network(const std::string& name_or_id);
    FakeVolume* find_volume(const std::string& name);
    /// The id of a container that mounts it; empty: none does.
    [[nodiscard]] std::string user_of(const std::string& volume) const;
    FakeImage* find_image(const std::string& reference);
    void kill_all_containers();      ///< the engine goes down
    void start_by_restart_policy();  ///< and comes back
    void end_container(FakeContainer& container, int code);
    /// Asks as a person would: unseen by faults and logs. Asserts that it worked.
    json ask(net::Method method, const std::string& target, const json& body = nullptr);

    [[nodiscard]] const std::map<std::string, FakeContainer>& containers() const {
        return containers_;
    }
    [[nodiscard]] const std::map<std::string, FakeNetwork>& networks() const { return networks_; }
    [[nodiscard]] const std::map<std::string, FakeVolume>& volumes() const { return volumes_; }

    // As the API shows them.
    json inspect(const FakeContainer& container) const;
    json inspect(const FakeNetwork& network, bool with_containers) const;
    json inspect(const FakeVolume& volume) const;
    json summary(const FakeContainer& container) const;

private:
    using Handler = EngineAnswer (EngineWorld::*)(const EngineRequest&, const std::string&);
    struct Route;
    static const std::vector<Route>& routes();

    // fake_engine_containers.cpp
    EngineAnswer list_containers(const EngineRequest& request, const std::string&);
    EngineAnswer create_container(const EngineRequest& request, const std::string&);
    EngineAnswer inspect_container(const EngineRequest&, const std::string& id);
    EngineAnswer start_container(const EngineRequest&, const std::string& id);
    EngineAnswer stop_container(const EngineRequest& request, const std::string& id);
    EngineAnswer kill_container(const EngineRequest& request, const std::string& id);
    EngineAnswer pause_container(const EngineRequest&, const std::string& id);
    EngineAnswer unpause_container(const EngineRequest&, const std::string& id);
    EngineAnswer rename_container(const EngineRequest& request, const std::string& id);
    EngineAnswer update_container(const EngineRequest& request, const std::string& id);
    EngineAnswer remove_container(const EngineRequest& request, const std::string& id);
    EngineAnswer container_logs(const EngineRequest& request, const std::string& id);
    EngineAnswer put_archive(const EngineRequest& request, const std::string& id);
    EngineAnswer get_archive(const EngineRequest& request, const std::string& id);
    std::optional<EngineAnswer> run(FakeContainer& container);
    std::optional<EngineAnswer> attach_all(FakeContainer& container);
    std::optional<EngineAnswer> publish_ports(FakeContainer& container);
    std::string holder_of_port(const FakeContainer& besides, const std::string& host_ip,
                               const std::string& port_and_protocol) const;
    std::optional<EngineAnswer> refuse_create(const EngineRequest& request, const std::string& name,
                                              const json& body);
    std::optional<EngineAnswer> mount_all(FakeContainer& container, const json& body);
    std::optional<EngineAnswer> mount_one(FakeContainer& container, const json& mount);
    void mount_bind_text(FakeContainer& container, const std::string& bind);
    void mount_anonymous(FakeContainer& container, const std::string& destination,
                         const std::string& mode);
    void give_endpoints(FakeContainer& container, const json& body);
    void stopped(FakeContainer& container, int code);
    void vanish(std::string id);
    void probe(FakeContainer& container);
    void come_to_pass(FakeContainer& container);
    static std::string shown_part(const FakeContainer& container, const std::string& target);
    std::string missing_part(const FakeContainer& container) const;
    std::map<std::string, std::string>* files_at(FakeContainer& container, const std::string& path,
                                                 std::string& inside, bool& read_only);

    // fake_engine_objects.cpp
    EngineAnswer ping(const EngineRequest&, const std::string&);
    EngineAnswer version(const EngineRequest&, const std::string&);
    EngineAnswer info(const EngineRequest&, const std::string&);
    EngineAnswer list_networks(const EngineRequest& request, const std::string&);
    EngineAnswer inspect_network(const EngineRequest&, const std::string& id);
    EngineAnswer create_network(const EngineRequest& request, const std::string&);
    EngineAnswer connect_network(const EngineRequest& request, const std::string& id);
    EngineAnswer disconnect_network(const EngineRequest& request, const std::string& id);
    EngineAnswer remove_network(const EngineRequest&, const std::string& id);
    EngineAnswer list_volumes(const EngineRequest& request, const std::string&);
    EngineAnswer inspect_volume(const EngineRequest&, const std::string& name);
    EngineAnswer create_volume(const EngineRequest& request, const std::string&);
    EngineAnswer remove_volume(const EngineRequest& request, const std::string& name);
    EngineAnswer list_images(const EngineRequest&, const std::string&);
    EngineAnswer inspect_image(const EngineRequest&, const std::string& reference);
    EngineAnswer pull_image(const EngineRequest& request, const std::string&);
    EngineAnswer look_up_image(const EngineRequest& request, const std::string& reference);
    FakeImage* find_in_registry(const std::string& reference);
    FakeVolume& make_volume(const std::string& name, const json& body);
    FakeNetwork& make_network(const std::string& name, const json& body);
    void attach(FakeContainer& container, json& endpoint, FakeNetwork& network);
    void detach(json& endpoint);
    json image_json(const std::string& id) const;

    // fake_engine_shapes.cpp
    json merged_config(const json& body, const FakeImage& image, const std::string& id) const;
    json filled_host_config(const json& body) const;
    json shown_endpoints(const FakeContainer& container, bool with_aliases) const;
    json shown_state(const FakeContainer& container) const;
    std::string status_text(const FakeContainer& container) const;
    json shown_ports(const FakeContainer& container) const;

    // fake_engine_world.cpp
    std::string new_id();
    [[nodiscard]] std::string stamp(std::optional<SteadyTime> time) const;
    [[nodiscard]] net::WallTime shown_time(SteadyTime time) const;
    [[nodiscard]] std::int64_t unix_seconds(SteadyTime time) const;
    void tell(const std::string& type, const std::string& action, const std::string& id,
              json attributes);
    void tell(const std::string& action, const FakeContainer& container,
              json more = json::object());
    [[nodiscard]] SteadyTime now() const { return at_; }

    std::string name_;
    net::Clock& clock_;
    SteadyTime at_;  ///< the moment that is being lived
    std::uint64_t ids_ = 0;
    int subnets_ = 17;
    int next_port_ = 32768;
    std::map<std::string, FakeContainer> containers_;  ///< by id
    std::map<std::string, FakeNetwork> networks_;      ///< by id
    std::map<std::string, FakeVolume> volumes_;        ///< by name
    std::map<std::string, FakeImage> images_;          ///< by id
    std::map<std::string, std::string> references_;    ///< "app:1", "app@sha256:…" -> id
    std::vector<std::string> order_;                   ///< ids of containers, oldest first
};

/// An answer that holds JSON, and one that refuses as the engine does.
EngineAnswer answer(int status, const json& body);
EngineAnswer refusal(int status, const std::string& message);
/// The body as an object; {} for none.
json parsed(const EngineRequest& request);
/// Do `labels`, `name` … pass the `filters` of a list call? @param fields  name -> values of the
/// object
bool passes(const EngineRequest& request,
            const std::map<std::string, std::vector<std::string>>& fields);
/// "k=v" and "k" for each label, as the filter `label` is asked.
std::vector<std::string> label_words(const json& labels);
/// `body.key`, or `otherwise` where it is absent or null.
json value_or(const json& body, const std::string& key, json otherwise);

}  // namespace driftless::test
