#include "config/compose/keys.hpp"

#include <map>

namespace driftless::compose {
namespace {

constexpr Key take(std::string_view path, Form form) {
    Key key;
    key.path = path;
    key.form = form;
    return key;
}
constexpr Key ignore(std::string_view path, std::string_view why, Form form = Form::any) {
    Key key = take(path, form);
    key.use = Use::ignored;
    key.why = why;
    return key;
}
constexpr Key refuse(std::string_view path, std::string_view why) {
    Key key;
    key.path = path;
    key.use = Use::refused;
    key.why = why;
    return key;
}

constexpr std::string_view swarm_only = "has no effect without Swarm";
constexpr std::string_view no_swarm =
    "needs Swarm, and this target is a single engine; use `file` or `environment` instead";
constexpr std::string_view windows_only = "is for Windows containers; remove it";
constexpr std::string_view pair_list = "driver options belong to Swarm; remove them";
constexpr std::string_view hooks =
    "is not supported yet; do the work in the image's entrypoint, or in a service of its own that "
    "others depend on with service_completed_successfully";

// Paths as in the schema:
// https://github.com/compose-spec/compose-go/blob/main/schema/compose-spec.json
constexpr Key table[] = {
    take("name", Form::text).open(),
    ignore("version", "is obsolete", Form::text),
    take("include", Form::list),
    take("services", Form::named),
    take("networks", Form::named),
    take("volumes", Form::named),
    take("configs", Form::named),
    take("secrets", Form::named),
    refuse("models", "models are not supported; run the model's server as a service"),

    take("include/*", Form::any),

    // ---- a service: what it is
    take("services/*", Form::map),
    take("services/*/image", Form::text).open(),
    take("services/*/container_name", Form::text).open(),
    take("services/*/hostname", Form::text).open(),
    take("services/*/domainname", Form::text).open(),
    take("services/*/labels", Form::pairs),
    take("services/*/label_file", Form::one_or_list),
    take("services/*/label_file/*", Form::path).open(),
    take("services/*/annotations", Form::pairs),
    take("services/*/profiles", Form::list).merged(Merge::unique),
    take("services/*/profiles/*", Form::text).open(),
    take("services/*/scale", Form::integer).from(0).to(1000),
    take("services/*/extends", Form::extends),
    take("services/*/extends/service", Form::text).open().needed(),
    take("services/*/extends/file", Form::text).open(),
    take("services/*/platform", Form::text).open(),
    take("services/*/pull_policy", Form::text).open(),
    refuse("services/*/pull_refresh_after",
           "is not supported; write pull_policy: daily, weekly or every_12h"),
    take("services/*/runtime", Form::text).open(),
    ignore("services/*/build", "driftless does not build; the image is pulled", Form::build),
    ignore("services/*/develop", "is for docker compose watch"),
    ignore("services/*/attach", "is about the output of docker compose up"),
    refuse("services/*/provider", "providers run a program on the daemon's machine; remove it"),
    refuse("services/*/models", "models are not supported; run the model's server as a service"),
    refuse("services/*/isolation", windows_only),
    refuse("services/*/credential_spec", windows_only),
    refuse("services/*/cpu_count", windows_only),
    refuse("services/*/cpu_percent", windows_only),
    refuse("services/*/use_api_socket",
           "hands the engine and its logins to the container; mount /var/run/docker.sock instead"),

    // ---- its process
    take("services/*/command", Form::command).or_null().merged(Merge::replace),
    take("services/*/command/*", Form::text),
    take("services/*/entrypoint", Form::command).or_null().merged(Merge::replace),
    take("services/*/entrypoint/*", Form::text),
    take("services/*/environment", Form::environment),
    take("services/*/env_file", Form::env_files).merged(Merge::by_path),
    take("services/*/env_file/*", Form::map),
    take("services/*/env_file/*/path", Form::path).open().needed(),
    take("services/*/env_file/*/required", Form::boolean),
    take("services/*/env_file/*/format", Form::text).open().one_of("raw"),
    take("services/*/user", Form::text).open(),
    take("services/*/working_dir", Form::text).open(),
    take("services/*/init", Form::boolean),
    take("services/*/tty", Form::boolean),
    take("services/*/stdin_open", Form::boolean),
    take("services/*/stop_signal", Form::text).open(),
    take("services/*/stop_grace_period", Form::duration),
    take("services/*/restart", Form::text).open(),
    take("services/*/depends_on", Form::names),
    take("services/*/depends_on/*", Form::map),
    take("services/*/depends_on/*/condition", Form::text)
        .open()
        .needed()
        .one_of("service_started|service_healthy|service_completed_successfully"),
    take("services/*/depends_on/*/required", Form::boolean),
    take("services/*/depends_on/*/restart", Form::boolean),
    take("services/*/healthcheck", Form::map),
    take("services/*/healthcheck/test", Form::health_test).merged(Merge::replace),
    take("services/*/healthcheck/test/*", Form::text),
    take("services/*/healthcheck/interval", Form::duration),
    take("services/*/healthcheck/timeout", Form::duration),
    take("services/*/healthcheck/start_period", Form::duration),
    take("services/*/healthcheck/start_interval", Form::duration),
    take("services/*/healthcheck/retries", Form::integer).from(0),
    take("services/*/healthcheck/disable", Form::boolean),
    take("services/*/read_only", Form::boolean),
    take("services/*/group_add", Form::list),
    take("services/*/group_add/*", Form::loose).open(),
    refuse("services/*/pre_start", hooks),
    refuse("services/*/post_start", hooks),
    refuse("services/*/pre_stop", hooks),

    // ---- its network
    take("services/*/ports", Form::ports).merged(Merge::by_port),
    take("services/*/ports/*", Form::map),
    take("services/*/ports/*/target", Form::integer).needed().from(1).to(65535),
    take("services/*/ports/*/published", Form::loose).open(),
    take("services/*/ports/*/host_ip", Form::text).open(),
    take("services/*/ports/*/protocol", Form::text).open().one_of("tcp|udp|sctp"),
    take("services/*/ports/*/mode", Form::text).open().one_of("ingress|host"),
    ignore("services/*/ports/*/name", "informs people only"),
    ignore("services/*/ports/*/app_protocol", "informs people only"),
    take("services/*/expose", Form::list).merged(Merge::unique),
    take("services/*/expose/*", Form::loose).open(),
    take("services/*/networks", Form::names),
    take("services/*/networks/*", Form::map).or_null(),
    take("services/*/networks/*/aliases", Form::list).merged(Merge::unique),
    take("services/*/networks/*/aliases/*", Form::text).open(),
    take("services/*/networks/*/ipv4_address", Form::text).open(),
    take("services/*/networks/*/ipv6_address", Form::text).open(),
    take("services/*/networks/*/link_local_ips", Form::list).merged(Merge::unique),
    take("services/*/networks/*/link_local_ips/*", Form::text).open(),
    take("services/*/networks/*/mac_address", Form::text).open(),
    take("services/*/networks/*/driver_opts", Form::pairs),
    take("services/*/networks/*/priority", Form::integer),
    take("services/*/networks/*/gw_priority", Form::integer),
    take("services/*/networks/*/interface_name", Form::text).open(),
    take("services/*/network_mode", Form::text).open(),
    take("services/*/dns", Form::one_or_list).merged(Merge::unique),
    take("services/*/dns/*", Form::text).open(),
    take("services/*/dns_search", Form::one_or_list).merged(Merge::unique),
    take("services/*/dns_search/*", Form::text).open(),
    take("services/*/dns_opt", Form::list).merged(Merge::unique),
    take("services/*/dns_opt/*", Form::text).open(),
    take("services/*/extra_hosts", Form::hosts).merged(Merge::unique),
    take("services/*/extra_hosts/*", Form::text).open(),
    take("services/*/mac_address", Form::text).open(),
    refuse("services/*/links",
           "is not supported; services reach each other by name, and other names are "
           "`aliases` below `networks`"),
    refuse("services/*/external_links",
           "is not supported; join the other container's network (`external: true`) and use its "
           "name"),

    // ---- its files
    take("services/*/volumes", Form::mounts).merged(Merge::by_target),
    take("services/*/volumes/*", Form::map),
    take("services/*/volumes/*/type", Form::text).open().needed().one_of("bind|volume|tmpfs"),
    take("services/*/volumes/*/source", Form::text).open(),
    take("services/*/volumes/*/target", Form::text).open().needed(),
    take("services/*/volumes/*/read_only", Form::boolean),
    ignore("services/*/volumes/*/consistency", "has had no effect since Docker Desktop 3"),
    take("services/*/volumes/*/bind", Form::map),
    take("services/*/volumes/*/bind/propagation", Form::text)
        .open()
        .one_of("private|rprivate|shared|rshared|slave|rslave"),
    take("services/*/volumes/*/bind/create_host_path", Form::boolean),
    take("services/*/volumes/*/bind/selinux", Form::text).open().one_of("z|Z"),
    take("services/*/volumes/*/bind/recursive", Form::text)
        .open()
        .one_of("enabled|disabled|writable|readonly"),
    take("services/*/volumes/*/volume", Form::map),
    take("services/*/volumes/*/volume/nocopy", Form::boolean),
    take("services/*/volumes/*/volume/subpath", Form::text).open(),
    take("services/*/volumes/*/volume/labels", Form::pairs),
    take("services/*/volumes/*/tmpfs", Form::map),
    take("services/*/volumes/*/tmpfs/size", Form::size).from(0),
    take("services/*/volumes/*/tmpfs/mode", Form::mode).from(0).to(07777),
    refuse("services/*/volumes/*/image",
           "mounts of images are not supported yet; copy the files into an image of your own"),
    take("services/*/tmpfs", Form::one_or_list).merged(Merge::by_mount_path),
    take("services/*/tmpfs/*", Form::text).open(),
    take("services/*/configs", Form::grants).merged(Merge::by_target),
    take("services/*/configs/*", Form::map),
    take("services/*/configs/*/source", Form::text).open().needed(),
    take("services/*/configs/*/target", Form::text).open(),
    take("services/*/configs/*/uid", Form::text).open(),
    take("services/*/configs/*/gid", Form::text).open(),
    take("services/*/configs/*/mode", Form::mode).from(0).to(07777),
    take("services/*/secrets", Form::grants).merged(Merge::by_target),
    take("services/*/secrets/*", Form::map),
    take("services/*/secrets/*/source", Form::text).open().needed(),
    take("services/*/secrets/*/target", Form::text).open(),
    take("services/*/secrets/*/uid", Form::text).open(),
    take("services/*/secrets/*/gid", Form::text).open(),
    take("services/*/secrets/*/mode", Form::mode).from(0).to(07777),
    take("services/*/shm_size", Form::size).from(0),
    refuse("services/*/volumes_from", "is not supported; give both services the same named volume"),
    take("services/*/storage_opt", Form::pairs),

    // ---- its limits and rights
    take("services/*/cpus", Form::number).from(0),
    take("services/*/mem_limit", Form::size).from(0),
    take("services/*/mem_reservation", Form::size).from(0),
    take("services/*/memswap_limit", Form::size).from(-1),
    take("services/*/mem_swappiness", Form::integer).from(-1).to(100),
    take("services/*/pids_limit", Form::integer).from(-1),
    take("services/*/ulimits", Form::named),
    take("services/*/ulimits/*", Form::limit).merged(Merge::replace),
    take("services/*/ulimits/*/soft", Form::integer).needed().from(-1),
    take("services/*/ulimits/*/hard", Form::integer).needed().from(-1),
    take("services/*/cap_add", Form::list).merged(Merge::unique),
    take("services/*/cap_add/*", Form::text).open(),
    take("services/*/cap_drop", Form::list).merged(Merge::unique),
    take("services/*/cap_drop/*", Form::text).open(),
    take("services/*/privileged", Form::boolean),
    take("services/*/security_opt", Form::list),
    take("services/*/security_opt/*", Form::text).open(),
    take("services/*/devices", Form::devices).merged(Merge::by_target),
    take("services/*/devices/*", Form::map),
    take("services/*/devices/*/source", Form::text).open().needed(),
    take("services/*/devices/*/target", Form::text).open(),
    take("services/*/devices/*/permissions", Form::text).open(),
    take("services/*/device_cgroup_rules", Form::list),
    take("services/*/device_cgroup_rules/*", Form::text).open(),
    take("services/*/gpus", Form::gpus),
    take("services/*/gpus/*", Form::map),
    take("services/*/gpus/*/capabilities", Form::list),
    take("services/*/gpus/*/capabilities/*", Form::text).open(),
    take("services/*/gpus/*/count", Form::loose).open(),
    take("services/*/gpus/*/device_ids", Form::list),
    take("services/*/gpus/*/device_ids/*", Form::text).open(),
    take("services/*/gpus/*/driver", Form::text).open(),
    take("services/*/gpus/*/options", Form::pairs),
    take("services/*/sysctls", Form::pairs),
    take("services/*/oom_score_adj", Form::integer).from(-1000).to(1000),
    take("services/*/oom_kill_disable", Form::boolean),
    take("services/*/cpuset", Form::text).open(),
    take("services/*/cpu_shares", Form::integer).from(0),
    take("services/*/cpu_quota", Form::integer).from(-1),
    take("services/*/cpu_period", Form::integer).from(0),
    take("services/*/cpu_rt_period", Form::integer).from(0),
    take("services/*/cpu_rt_runtime", Form::integer).from(0),
    take("services/*/blkio_config", Form::map),
    take("services/*/blkio_config/weight", Form::integer).from(0).to(1000),
    take("services/*/blkio_config/weight_device", Form::list).merged(Merge::by_path),
    take("services/*/blkio_config/weight_device/*", Form::map),
    take("services/*/blkio_config/weight_device/*/path", Form::text).open().needed(),
    take("services/*/blkio_config/weight_device/*/weight", Form::integer).needed().from(0).to(1000),
    take("services/*/blkio_config/device_read_bps", Form::list).merged(Merge::by_path),
    take("services/*/blkio_config/device_read_bps/*", Form::map),
    take("services/*/blkio_config/device_read_bps/*/path", Form::text).open().needed(),
    take("services/*/blkio_config/device_read_bps/*/rate", Form::size).needed().from(0),
    take("services/*/blkio_config/device_write_bps", Form::list).merged(Merge::by_path),
    take("services/*/blkio_config/device_write_bps/*", Form::map),
    take("services/*/blkio_config/device_write_bps/*/path", Form::text).open().needed(),
    take("services/*/blkio_config/device_write_bps/*/rate", Form::size).needed().from(0),
    take("services/*/blkio_config/device_read_iops", Form::list).merged(Merge::by_path),
    take("services/*/blkio_config/device_read_iops/*", Form::map),
    take("services/*/blkio_config/device_read_iops/*/path", Form::text).open().needed(),
    take("services/*/blkio_config/device_read_iops/*/rate", Form::size).needed().from(0),
    take("services/*/blkio_config/device_write_iops", Form::list).merged(Merge::by_path),
    take("services/*/blkio_config/device_write_iops/*", Form::map),
    take("services/*/blkio_config/device_write_iops/*/path", Form::text).open().needed(),
    take("services/*/blkio_config/device_write_iops/*/rate", Form::size).needed().from(0),
    take("services/*/cgroup", Form::text).open().one_of("host|private"),
    take("services/*/cgroup_parent", Form::text).open(),
    take("services/*/ipc", Form::text).open(),
    take("services/*/pid", Form::text).open(),
    take("services/*/uts", Form::text).open(),
    take("services/*/userns_mode", Form::text).open(),
    take("services/*/logging", Form::map).merged(Merge::logging),
    take("services/*/logging/driver", Form::text).open(),
    take("services/*/logging/options", Form::pairs),

    // ---- deploy
    take("services/*/deploy", Form::map).or_null(),
    take("services/*/deploy/mode", Form::text).open().one_of("replicated|global"),
    take("services/*/deploy/replicas", Form::integer).from(0).to(1000),
    take("services/*/deploy/resources", Form::map),
    take("services/*/deploy/resources/limits", Form::map),
    take("services/*/deploy/resources/limits/cpus", Form::number).from(0),
    take("services/*/deploy/resources/limits/memory", Form::size).from(0),
    take("services/*/deploy/resources/limits/pids", Form::integer).from(-1),
    take("services/*/deploy/resources/reservations", Form::map),
    ignore("services/*/deploy/resources/reservations/cpus", swarm_only),
    take("services/*/deploy/resources/reservations/memory", Form::size).from(0),
    ignore("services/*/deploy/resources/reservations/generic_resources", swarm_only),
    take("services/*/deploy/resources/reservations/devices", Form::list),
    take("services/*/deploy/resources/reservations/devices/*", Form::map),
    take("services/*/deploy/resources/reservations/devices/*/capabilities", Form::list).needed(),
    take("services/*/deploy/resources/reservations/devices/*/capabilities/*", Form::text).open(),
    take("services/*/deploy/resources/reservations/devices/*/count", Form::loose).open(),
    take("services/*/deploy/resources/reservations/devices/*/device_ids", Form::list),
    take("services/*/deploy/resources/reservations/devices/*/device_ids/*", Form::text).open(),
    take("services/*/deploy/resources/reservations/devices/*/driver", Form::text).open(),
    take("services/*/deploy/resources/reservations/devices/*/options", Form::pairs),
    take("services/*/deploy/restart_policy", Form::map),
    take("services/*/deploy/restart_policy/condition", Form::text)
        .open()
        .one_of("none|on-failure|any|no|always|unless-stopped"),
    take("services/*/deploy/restart_policy/max_attempts", Form::integer).from(0),
    ignore("services/*/deploy/restart_policy/delay", swarm_only),
    ignore("services/*/deploy/restart_policy/window", swarm_only),
    take("services/*/deploy/update_config", Form::map),
    ignore("services/*/deploy/update_config/parallelism", swarm_only),
    ignore("services/*/deploy/update_config/delay", swarm_only),
    ignore("services/*/deploy/update_config/failure_action", swarm_only),
    ignore("services/*/deploy/update_config/monitor", swarm_only),
    ignore("services/*/deploy/update_config/max_failure_ratio", swarm_only),
    take("services/*/deploy/update_config/order", Form::text)
        .open()
        .one_of("stop-first|start-first"),
    ignore("services/*/deploy/rollback_config", swarm_only),
    ignore("services/*/deploy/placement", swarm_only),
    ignore("services/*/deploy/endpoint_mode", swarm_only),
    ignore("services/*/deploy/labels", "belongs to a Swarm service; a container gets `labels`"),

    // ---- networks
    take("networks/*", Form::map).or_null(),
    take("networks/*/name", Form::text).open(),
    take("networks/*/driver", Form::text).open(),
    take("networks/*/driver_opts", Form::pairs),
    take("networks/*/ipam", Form::map),
    take("networks/*/ipam/driver", Form::text).open(),
    take("networks/*/ipam/options", Form::pairs),
    take("networks/*/ipam/config", Form::list).merged(Merge::by_subnet),
    take("networks/*/ipam/config/*", Form::map),
    take("networks/*/ipam/config/*/subnet", Form::text).open(),
    take("networks/*/ipam/config/*/ip_range", Form::text).open(),
    take("networks/*/ipam/config/*/gateway", Form::text).open(),
    take("networks/*/ipam/config/*/aux_addresses", Form::pairs),
    take("networks/*/external", Form::external),
    take("networks/*/internal", Form::boolean),
    take("networks/*/attachable", Form::boolean),
    take("networks/*/enable_ipv4", Form::boolean),
    take("networks/*/enable_ipv6", Form::boolean),
    take("networks/*/labels", Form::pairs),

    // ---- volumes
    take("volumes/*", Form::map).or_null(),
    take("volumes/*/name", Form::text).open(),
    take("volumes/*/driver", Form::text).open(),
    take("volumes/*/driver_opts", Form::pairs),
    take("volumes/*/external", Form::external),
    take("volumes/*/labels", Form::pairs),

    // ---- configs and secrets
    take("configs/*", Form::map),
    take("configs/*/name", Form::text).open(),
    take("configs/*/file", Form::path).open(),
    take("configs/*/content", Form::text),
    take("configs/*/environment", Form::text).open(),
    refuse("configs/*/external", no_swarm),
    refuse("configs/*/template_driver", no_swarm),
    ignore("configs/*/labels", swarm_only),
    take("secrets/*", Form::map),
    take("secrets/*/name", Form::text).open(),
    take("secrets/*/file", Form::path).open(),
    take("secrets/*/environment", Form::text).open(),
    refuse("secrets/*/external", no_swarm),
    refuse("secrets/*/driver", no_swarm),
    refuse("secrets/*/driver_opts", pair_list),
    refuse("secrets/*/template_driver", no_swarm),
    ignore("secrets/*/labels", swarm_only),
};

std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? "" : path.substr(0, slash);
}

using Index = std::map<std::string_view, const Key*>;
using Families = std::map<std::string_view, std::vector<const Key*>>;

Index index_of(std::span<const Key> rows) {
    Index index;
    for (const Key& key : rows) index.emplace(key.path, &key);
    return index;
}

Families families_of(std::span<const Key> rows) {
    Families families;
    for (const Key& key : rows) families[parent_of(key.path)].push_back(&key);
    return families;
}

}  // namespace

std::span<const Key> keys() {
    return table;
}

const Key* find_key(std::string_view path) {
    static const Index index = index_of(table);
    const auto found = index.find(path);
    return found == index.end() ? nullptr : found->second;
}

const std::vector<const Key*>& rows_below(std::string_view path) {
    static const Families families = families_of(table);
    static const std::vector<const Key*> none;
    const auto found = families.find(path);
    return found == families.end() ? none : found->second;
}

std::string name_of(const Key& key) {
    const std::size_t slash = key.path.rfind('/');
    return std::string{slash == key.path.npos ? key.path : key.path.substr(slash + 1)};
}

std::vector<std::string> names_below(std::string_view path) {
    std::vector<std::string> names;
    for (const Key* key : rows_below(path)) names.push_back(name_of(*key));
    std::erase(names, "*");
    return names;
}

std::vector<std::string> taken_below(std::string_view path) {
    std::vector<std::string> names;
    for (const Key* key : rows_below(path)) {
        if (key->use == Use::taken) names.push_back(name_of(*key));
    }
    std::erase(names, "*");
    return names;
}

}  // namespace driftless::compose
