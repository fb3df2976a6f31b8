#include <fmt/format.h>

#include <algorithm>

#include "reconcilers/docker/commit_files.hpp"
#include "reconcilers/docker/digests.hpp"
#include "reconcilers/docker/marks.hpp"
#include "reconcilers/docker/plain_fields.hpp"
#include "reconcilers/docker/service_parts.hpp"

namespace driftless::docker {
namespace {

/// A list, or "image" where the image decides: then the live one is compared with the image's.
json command_of(const Node* node, bool empty_is_image) {
    if (node == nullptr) return "image";
    json words = texts_of(node);
    if (words.empty() && empty_is_image) return "image";
    return words;
}

json healthcheck_of(const Node* node) {
    if (node == nullptr) return "image";
    if (const Node* off = node->find("disable"); off != nullptr && is_true(*off)) {
        return {{"test", {"NONE"}}};
    }
    json check = json::object();
    if (const Node* test = node->find("test"); test != nullptr && !test->is_null()) {
        check["test"] = texts_of(test);
    }
    for (const char* key : {"interval", "timeout", "start_period", "start_interval"}) {
        const Node* value = node->find(key);
        const auto time = value == nullptr || value->is_null() ? 0 : nanoseconds_of(*value);
        if (time != 0) check[std::string{key} + "_ns"] = time;  // zero means the image's
    }
    if (const Node* retries = node->find("retries"); retries != nullptr && !retries->is_null()) {
        if (const json count = number_of(*retries); count != 0) check["retries"] = count;
    }
    return check;
}

void read_labels(const Node* node, ProjectInput& input, ServiceParts& parts) {
    const std::string where = "services." + parts.service + ".labels";
    json labels = text_map_of(node);
    if (node != nullptr) {
        for (const Node::Entry& entry : node->entries) {
            input.allow.label(entry.key_place, where, entry.key);
        }
    }
    for (json& value : labels) {
        if (value.is_null()) value = "";
    }
    parts.spec["labels"] = std::move(labels);
}

void read_logging(const Node* node, ServiceParts& parts) {
    if (node == nullptr) return;
    json logging = json::object();
    if (const Node* driver = node->find("driver"); driver != nullptr && !driver->is_null()) {
        logging["driver"] = driver->text;
    }
    const Node* options = node->find("options");
    if (options != nullptr && !options->entries.empty()) logging["options"] = text_map_of(options);
    if (!logging.empty()) parts.spec["logging"] = std::move(logging);
}

/// deploy.restart_policy decides over `restart`. "no" where nothing is said, as the engine has it.
std::string restart_of(const Node* restart, const Node* deploy) {
    const Node* policy = deploy == nullptr ? nullptr : deploy->find("restart_policy");
    if (policy == nullptr || policy->is_null()) {
        return restart == nullptr || restart->text.empty() ? "no" : restart->text;
    }
    const Node* condition = policy->find("condition");
    const std::string word = condition == nullptr ? "any" : condition->text;
    if (word == "none") return "no";
    if (word == "any" || word.empty()) return "always";
    const Node* attempts = policy->find("max_attempts");
    const bool counted = attempts != nullptr && !attempts->is_null() && attempts->text != "0";
    return word == "on-failure" && counted ? "on-failure:" + attempts->text : word;
}

bool is_restart(const std::string& text) {
    if (text == "no" || text == "always" || text == "unless-stopped" || text == "on-failure") {
        return true;
    }
    constexpr std::string_view counted = "on-failure:";
    return text.starts_with(counted) && text.size() > counted.size() &&
           text.size() <= counted.size() + 6 &&
           text.find_first_not_of("0123456789", counted.size()) == std::string::npos;
}

json value_of(FieldType type, const Node& node) {
    switch (type) {
        case FieldType::boolean: return is_true(node);
        case FieldType::integer: return number_of(node);
        case FieldType::map: return text_map_of(&node);
        case FieldType::text:
        case FieldType::mode:
        case FieldType::signal: return node.text;
        default: return texts_of(&node);
    }
}

/// "service:db" is the container of db; it must be there first, and stands in the spec by its name.
json resolved_mode(const std::string& mode, ProjectInput& input, ServiceParts& parts) {
    constexpr std::string_view of_service = "service:";
    if (!mode.starts_with(of_service)) return mode;
    const std::string service = mode.substr(of_service.size());
    const std::string name = fmt::format("{}.{}.1", input.project.name, service);
    parts.needs.push_back({{input.with.manifest.target, std::string{marks::container_kind}, name},
                           Until::exists,
                           true});
    return "container:" + container_name(input.project, service, 1);
}

/// "seccomp=FILE": the file of the commit stands in the spec by its digest.
void read_profiles(const Node& list, ProjectInput& input, ServiceParts& parts, json& options) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const std::string text = options[i];
        const std::string file =
            text.starts_with("seccomp") ? text.substr(std::min<std::size_t>(8, text.size())) : "";
        if (file.empty() || file == "unconfined" || file == "builtin") continue;
        const std::string where = fmt::format("services.{}.security_opt", parts.service);
        const auto profile = read_commit_file(input, file);
        const json read = profile ? json::parse(*profile, nullptr, false) : json();
        if (!read.is_object()) {
            const std::string why = profile ? in_quotes(file) + " is not a seccomp profile in JSON"
                                            : profile.error().message;
            add_error(input.findings, list.items[i].place,
                      fmt::format("{}: {}; name a file of the commit, relative to the compose "
                                  "file's folder",
                                  where, why));
            continue;
        }
        const std::string compact = read.dump();
        const std::string digest = sha256_of(compact);
        parts.blobs[digest] = {{"text", compact}};
        options[i] = "seccomp=" + digest;
    }
}

void check_rights(const Node& node, const PlainField& field, ProjectInput& input,
                  const ServiceParts& parts) {
    const std::string where = fmt::format("services.{}.{}", parts.service, field.key);
    if (field.key == "privileged" && is_true(node)) input.allow.privileged(node.place, where);
    if (field.key == "sysctls" && !node.entries.empty()) input.allow.sysctls(node.place, where);
    if (field.key == "cgroup_parent") input.allow.cgroup_parent(node.place, where, node.text);
    if (field.key == "runtime") input.allow.runtime(node.place, where, node.text);
    for (const Node& item : node.items) {
        if (field.key == "cap_add") input.allow.capability(item.place, where, item.text);
        if (field.key == "security_opt") input.allow.security_option(item.place, where, item.text);
        if (field.key == "device_cgroup_rules") input.allow.device(item.place, where, item.text);
    }
    if (node.is_scalar()) input.allow.namespace_mode(node.place, where, field.key, node.text);
}

}  // namespace

void read_process(MapReader& service, ProjectInput& input, ServiceParts& parts) {
    json& spec = parts.spec;
    if (const auto image = service.text("image")) {
        spec["image"] = *image;
    } else {
        add_error(
            input.findings, parts.place,
            fmt::format("services.{}: it has no image, and driftless does not build; push the "
                        "image and add \"image:\"",
                        parts.service));
    }
    for (const char* key : {"platform", "pull_policy"}) {
        if (const auto text = service.text(key)) spec[key] = *text;
    }
    spec["entrypoint"] = command_of(service.get("entrypoint"), false);
    spec["command"] = command_of(service.get("command"), true);
    spec["env"] = text_map_of(service.get("environment"));
    read_labels(service.get("labels"), input, parts);
    spec["healthcheck"] = healthcheck_of(service.get("healthcheck"));
    read_logging(service.get("logging"), parts);
    const Node* restart = service.get("restart");
    spec["restart"] = restart_of(restart, service.get("deploy"));
    if (!is_restart(spec["restart"])) {
        add_error(input.findings, restart == nullptr ? parts.place : restart->place,
                  fmt::format("services.{}.restart: expected no, always, unless-stopped or "
                              "on-failure[:N], found {}",
                              parts.service, in_quotes(spec["restart"].get<std::string>())));
    }
    const Node* grace = service.get("stop_grace_period");
    spec["stop_timeout"] = grace == nullptr ? 10 : nanoseconds_of(*grace) / 1'000'000'000;
    spec["running"] = true;
}

void read_plain_fields(MapReader& service, ProjectInput& input, ServiceParts& parts) {
    for (const PlainField& field : plain_fields()) {
        const std::string key{field.key};
        const Node* node = service.get(key);
        if (node == nullptr) {
            if (field.always) parts.spec[key] = default_of(field.type);
            continue;
        }
        check_rights(*node, field, input, parts);
        json value = value_of(field.type, *node);
        if (key == "security_opt") read_profiles(*node, input, parts, value);
        value = normal_value(field.type, value);
        if (field.type == FieldType::mode) value = resolved_mode(node->text, input, parts);
        parts.spec[key] = std::move(value);
    }
}

}  // namespace driftless::docker
