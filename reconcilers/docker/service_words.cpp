#include "reconcilers/docker/service_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/durations.hpp"
#include "reconcilers/docker/json_reading.hpp"
#include "reconcilers/docker/plain_fields.hpp"

namespace driftless::docker {
namespace {

constexpr std::int64_t default_stop_timeout = 10;

Node duration_node(std::int64_t nanoseconds) {
    return Node::scalar(driftless::to_string(std::chrono::nanoseconds{nanoseconds}), {}, true);
}

void say_command(const json& spec, const ProjectWords& words, Node& node) {
    for (const char* key : {"entrypoint", "command"}) {
        if (in(spec, key).is_array()) node[key] = texts_node(spec[key], words.texts);
    }
}

void say_environment(const json& spec, const std::string& service, const ProjectWords& words,
                     Node& node) {
    Node all = map_node();
    for (const auto& [name, value] : spec["env"].items()) {
        all[name] = value.is_null() ? Node{} : words.texts.value(service, name, value);
    }
    if (!all.entries.empty()) node["environment"] = std::move(all);
}

void say_healthcheck(const json& spec, const ProjectWords& words, Node& node) {
    const json& check = in(spec, "healthcheck");
    if (!check.is_object() || check.empty()) return;
    Node said = map_node();
    if (in(check, "test") == json::array({"NONE"})) {
        said["disable"] = flag_node(true);
        node["healthcheck"] = std::move(said);
        return;
    }
    if (check.contains("test")) said["test"] = texts_node(check["test"], words.texts);
    for (const char* key : {"interval", "timeout", "start_period", "start_interval"}) {
        const json& time = in(check, std::string{key} + "_ns");
        if (time.is_number()) said[key] = duration_node(time);
    }
    if (check.contains("retries")) said["retries"] = number_node(check["retries"]);
    node["healthcheck"] = std::move(said);
}

void say_logging(const json& spec, const ProjectWords& words, Node& node) {
    const json& logging = in(spec, "logging");
    if (!logging.is_object()) return;
    Node said = map_node();
    const std::string driver = logging.value("driver", "");
    if (!driver.empty()) said["driver"] = FileTexts::name(driver);
    const json& options = in(logging, "options");
    if (options.is_object() && !options.empty())
        said["options"] = text_map_node(options, words.texts);
    if (!said.entries.empty()) node["logging"] = std::move(said);
}

/// "db:service_healthy:false,cache:service_started:true", as Compose's label has it.
struct Dependency {
    std::string service;
    std::string condition;
    bool restart = false;
};

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts{""};
    for (const char letter : text) {
        if (letter == at) {
            parts.emplace_back();
        } else {
            parts.back() += letter;
        }
    }
    return parts;
}

std::vector<Dependency> dependencies_of(const json& spec, const ProjectWords& words) {
    std::vector<Dependency> all;
    const json& label = in(in(spec, "compose"), "depends_on");
    for (const std::string& one : split(label.is_string() ? label.get<std::string>() : "", ',')) {
        const auto parts = split(one, ':');
        if (!words.services.contains(parts[0])) continue;
        const std::string condition = parts.size() > 1 ? parts[1] : "service_started";
        all.push_back({parts[0], condition, parts.size() > 2 && parts[2] == "true"});
    }
    std::ranges::sort(all, {}, &Dependency::service);
    return all;
}

void say_depends_on(const json& spec, const ProjectWords& words, Node& node) {
    const auto all = dependencies_of(spec, words);
    if (all.empty()) return;
    const bool is_simple = std::ranges::all_of(all, [](const Dependency& one) {
        return one.condition == "service_started" && !one.restart;
    });
    Node said = is_simple ? list_node() : map_node();
    for (const Dependency& one : all) {
        if (is_simple) {
            said.items.push_back(FileTexts::name(one.service));
            continue;
        }
        Node& how = said[one.service] = map_node();
        how["condition"] = FileTexts::name(one.condition);
        if (one.restart) how["restart"] = flag_node(true);
    }
    node["depends_on"] = std::move(said);
}

/// "container:shop-db-1" is "service:db", where that is the project's own.
std::string mode_in_words(const std::string& mode, const ProjectWords& words) {
    constexpr std::string_view of_container = "container:";
    if (!mode.starts_with(of_container)) return mode;
    const auto first = words.firsts.find(mode.substr(of_container.size()));
    return first == words.firsts.end() ? mode : "service:" + first->second;
}

Node value_node(const PlainField& field, const json& value, const ProjectWords& words) {
    switch (field.type) {
        case FieldType::boolean: return flag_node(value);
        case FieldType::integer:
            return field.key == "shm_size" ? size_node(value) : number_node(value);
        case FieldType::map: return text_map_node(value, words.texts);
        case FieldType::mode: return FileTexts::name(mode_in_words(value, words));
        case FieldType::text:
        case FieldType::signal: return FileTexts::name(value);
        default: return names_node(value);
    }
}

void say_plain_fields(const json& spec, const ProjectWords& words, Node& node) {
    for (const PlainField& field : plain_fields()) {
        const json& value = in(spec, field.key);
        if (value.is_null() || (field.always && value == default_of(field.type))) continue;
        node[std::string{field.key}] = value_node(field, value, words);
    }
}

/// Its file's place in "seccomp=DIGEST".
void say_profile(const json& spec, const std::string& service, Node& node) {
    Node* options = node.find("security_opt");
    if (options == nullptr || !in(spec, "seccomp_profile").is_string()) return;
    for (Node& option : options->items) {
        const bool is_profile =
            option.text.starts_with("seccomp=") && option.text != "seccomp=unconfined";
        if (is_profile) option.text = "seccomp:./seccomp-" + service + ".json";
    }
}

void say_life(const json& spec, Node& node) {
    const std::string restart = spec.value("restart", "no");
    if (restart != "no") node["restart"] = FileTexts::name(restart);
    const std::int64_t timeout = spec.value("stop_timeout", default_stop_timeout);
    if (timeout != default_stop_timeout)
        node["stop_grace_period"] = duration_node(timeout * 1'000'000'000);
    for (const char* key : {"platform", "pull_policy"}) {
        if (in(spec, key).is_string()) node[key] = FileTexts::name(spec[key]);
    }
}

}  // namespace

Node number_node(std::int64_t number) {
    return Node::scalar(std::to_string(number), {}, true);
}

Node flag_node(bool flag) {
    return Node::scalar(flag ? "true" : "false", {}, true);
}

Node list_node() {
    return Node::list({});
}

Node map_node() {
    return Node::map({});
}

Node& map_at(Node& node, std::string_view key) {
    Node& there = node[key];
    if (there.is_null()) there = map_node();
    return there;
}

Node names_node(const json& list) {
    Node node = list_node();
    for (const json& item : list) node.items.push_back(FileTexts::name(item));
    return node;
}

Node texts_node(const json& list, const FileTexts& texts) {
    Node node = list_node();
    for (const json& item : list) node.items.push_back(texts.text(item));
    return node;
}

Node text_map_node(const json& map, const FileTexts& texts) {
    Node node = map_node();
    for (const auto& [key, value] : map.items()) {
        node[key] = value.is_string() ? texts.text(value) : Node{};
    }
    return node;
}

Node service_of(const json& spec, const std::string& service, const ProjectWords& words) {
    Node node = map_node();
    node["image"] = FileTexts::name(spec["image"]);
    const std::string name = spec.value("name", "");
    const std::string usual = fmt::format("{}-{}-", words.project, service);
    const bool is_usual = name.starts_with(usual) &&
                          name.find_first_not_of("0123456789", usual.size()) == std::string::npos;
    if (!is_usual) node["container_name"] = FileTexts::name(name);
    say_command(spec, words, node);
    say_environment(spec, service, words, node);
    say_ports(spec, node);
    say_networks(spec, service, words, node);
    say_mounts(spec, words, node);
    say_depends_on(spec, words, node);
    say_healthcheck(spec, words, node);
    say_life(spec, node);
    if (!spec["labels"].empty()) node["labels"] = text_map_node(spec["labels"], words.texts);
    say_logging(spec, words, node);
    say_limits(spec, node);
    say_hardware(spec, words, node);
    say_plain_fields(spec, words, node);
    say_profile(spec, service, node);
    return node;
}

}  // namespace driftless::docker
