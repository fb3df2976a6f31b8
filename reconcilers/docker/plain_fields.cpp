#include "reconcilers/docker/plain_fields.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "reconcilers/docker/digests.hpp"

namespace driftless::docker {
namespace {

using Type = FieldType;

std::string upper(std::string_view text) {
    std::string raised{text};
    for (char& letter : raised) {
        letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    }
    return raised;
}

std::string without_prefix(std::string text, std::string_view prefix) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
    return text;
}

std::string normal_host(std::string text) {  // "name=address" and "name:address" are one
    const auto at = text.find_first_of("=:");
    if (at == std::string::npos) return text;
    std::string address = text.substr(at + 1);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
        address = address.substr(1, address.size() - 2);
    }
    return text.substr(0, at) + ":" + address;
}

std::string normal_option(std::string text) {
    if (text == "no-new-privileges" || text == "no-new-privileges:true")
        return "no-new-privileges=true";
    const auto at = text.find_first_of("=:");
    if (at == std::string::npos) return text;
    text[at] = '=';
    if (!text.starts_with("seccomp={")) return text;
    const json profile = json::parse(text.substr(at + 1), nullptr, false);
    return profile.is_discarded() ? text : "seccomp=" + sha256_of(profile.dump());
}

std::string normal_signal(std::string text) {
    static const std::vector<std::pair<std::string_view, std::string_view>> numbers{
        {"1", "HUP"},   {"2", "INT"},   {"3", "QUIT"},  {"6", "ABRT"},  {"9", "KILL"},
        {"10", "USR1"}, {"12", "USR2"}, {"15", "TERM"}, {"28", "WINCH"}};
    text = without_prefix(upper(text), "SIG");
    for (const auto& [number, word] : numbers) {
        if (text == number) text = word;
    }
    return text.empty() ? text : "SIG" + text;
}

template <class Change>
json set_of(const json& value, Change change) {
    std::set<std::string> sorted;
    for (const json& item : value) {
        if (item.is_string()) sorted.insert(change(item.get<std::string>()));
    }
    return sorted;
}

}  // namespace

const std::vector<PlainField>& plain_fields() {
    static const std::vector<PlainField> fields{
        {"annotations", "/HostConfig/Annotations", Type::map, false},
        {"cap_add", "/HostConfig/CapAdd", Type::capabilities, true},
        {"cap_drop", "/HostConfig/CapDrop", Type::capabilities, true},
        {"cgroup", "/HostConfig/CgroupnsMode", Type::text, false},
        {"cgroup_parent", "/HostConfig/CgroupParent", Type::text, true},
        {"cpu_rt_period", "/HostConfig/CpuRealtimePeriod", Type::integer, true},
        {"cpu_rt_runtime", "/HostConfig/CpuRealtimeRuntime", Type::integer, true},
        {"device_cgroup_rules", "/HostConfig/DeviceCgroupRules", Type::list, true},
        {"dns", "/HostConfig/Dns", Type::list, true},
        {"dns_opt", "/HostConfig/DnsOptions", Type::list, true},
        {"dns_search", "/HostConfig/DnsSearch", Type::list, true},
        {"domainname", "/Domainname", Type::text, false},
        {"extra_hosts", "/HostConfig/ExtraHosts", Type::hosts, true},
        {"group_add", "/HostConfig/GroupAdd", Type::set, true},
        {"hostname", "/Hostname", Type::text, false},
        {"init", "/HostConfig/Init", Type::boolean, true},
        {"ipc", "/HostConfig/IpcMode", Type::mode, false},
        {"mem_swappiness", "/HostConfig/MemorySwappiness", Type::integer, false},
        {"oom_kill_disable", "/HostConfig/OomKillDisable", Type::boolean, true},
        {"oom_score_adj", "/HostConfig/OomScoreAdj", Type::integer, true},
        {"pid", "/HostConfig/PidMode", Type::mode, true},
        {"privileged", "/HostConfig/Privileged", Type::boolean, true},
        {"read_only", "/HostConfig/ReadonlyRootfs", Type::boolean, true},
        {"runtime", "/HostConfig/Runtime", Type::text, false},
        {"security_opt", "/HostConfig/SecurityOpt", Type::options, true},
        {"shm_size", "/HostConfig/ShmSize", Type::integer, false},
        {"stdin_open", "/OpenStdin", Type::boolean, true},
        {"stop_signal", "/StopSignal", Type::signal, false},
        {"storage_opt", "/HostConfig/StorageOpt", Type::map, true},
        {"sysctls", "/HostConfig/Sysctls", Type::map, true},
        {"tty", "/Tty", Type::boolean, true},
        {"user", "/User", Type::text, false},
        {"userns_mode", "/HostConfig/UsernsMode", Type::text, true},
        {"uts", "/HostConfig/UTSMode", Type::text, true},
        {"working_dir", "/WorkingDir", Type::text, false},
    };
    return fields;
}

const std::vector<LimitField>& limit_fields() {
    static const std::vector<LimitField> fields{
        {"blkio_weight", "BlkioWeight", false},
        {"cpu_period", "CpuPeriod", false},
        {"cpu_quota", "CpuQuota", false},
        {"cpu_shares", "CpuShares", false},
        {"cpuset", "CpusetCpus", false},
        {"memory", "Memory", false},
        {"memory_reservation", "MemoryReservation", false},
        {"memory_swap", "MemorySwap", false},
        {"nano_cpus", "NanoCpus", false},
        {"pids", "PidsLimit", true},
    };
    return fields;
}

std::string inspected_at(std::string_view body) {
    const std::string pointer{body};
    return pointer.starts_with("/HostConfig/") ? pointer : "/Config" + pointer;
}

json default_of(FieldType type) {
    switch (type) {
        case Type::text:
        case Type::mode:
        case Type::signal: return "";
        case Type::boolean: return false;
        case Type::integer: return 0;
        case Type::map: return json::object();
        default: return json::array();
    }
}

json normal_value(FieldType type, const json& value) {
    if (value.is_null()) return default_of(type);
    switch (type) {
        case Type::set: return set_of(value, [](std::string text) { return text; });
        case Type::hosts: return set_of(value, normal_host);
        case Type::options: return set_of(value, normal_option);
        case Type::capabilities:
            return set_of(
                value, [](const std::string& text) { return without_prefix(upper(text), "CAP_"); });
        case Type::signal:
            return value.is_string() ? json(normal_signal(value.get<std::string>())) : value;
        default: return value;
    }
}

}  // namespace driftless::docker
