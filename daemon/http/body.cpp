#include "daemon/http/body.hpp"

#include "config/base/durations.hpp"

namespace driftless::http {
namespace {

using json = nlohmann::json;

constexpr int deepest = 8;
constexpr std::chrono::hours longest{24 * 366};

}  // namespace

Body::Body(const std::string& text) {
    const auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= deepest; };
    json body = json::parse(text.empty() ? "{}" : text, shallow, false);
    is_object_ = body.is_object();
    if (is_object_) {
        object_ = std::move(body);
    } else {
        faults_.push_back({"the body is not a JSON object"});
    }
}

void Body::fault(const std::string& pointer, const std::string& detail) {
    faults_.push_back({.detail = detail, .pointer = "#" + pointer});
}

std::optional<std::string> Body::text(const std::string& field) {
    known_.insert(field);
    const auto found = object_.find(field);
    if (found != object_.end() && found->is_string()) return found->get<std::string>();
    if (is_object_) fault("/" + field, "expected a text");
    return std::nullopt;
}

std::optional<ResourceKey> Body::key(const std::string& field) {
    const auto written = text(field);
    if (!written) return std::nullopt;
    auto key = parse_resource_key(*written);
    if (key) return std::move(*key);
    fault("/" + field, key.error().message);
    return std::nullopt;
}

std::optional<ResourceKey> Body::key_or_target(const std::string& field) {
    const auto found = object_.find(field);
    const bool is_target = found != object_.end() && found->is_string() &&
                           is_name(found->get_ref<const std::string&>());
    if (!is_target) return key(field);
    known_.insert(field);
    return ResourceKey{found->get<std::string>(), "", ""};
}

std::string Body::words(const std::string& field, std::size_t most) {
    if (!object_.contains(field)) return {};
    const auto written = text(field);
    if (written && written->size() <= most) return *written;
    if (written) fault("/" + field, fmt::format("at most {} bytes", most));
    return {};
}

std::optional<std::chrono::milliseconds> Body::duration(const std::string& field) {
    if (!object_.contains(field)) return std::nullopt;
    const auto written = text(field);
    if (!written) return std::nullopt;
    const auto parsed = parse_duration(*written);
    if (parsed && parsed->count() > 0 && *parsed <= longest) {
        return std::chrono::ceil<std::chrono::milliseconds>(*parsed);
    }
    fault("/" + field,
          parsed ? "expected more than nothing, and at most a year" : parsed.error().message);
    return std::nullopt;
}

std::vector<std::string> Body::names(const std::string& field) {
    known_.insert(field);
    std::vector<std::string> names;
    const auto found = object_.find(field);
    if (found == object_.end()) return names;
    if (!found->is_array()) fault("/" + field, "expected a list of objects");
    for (std::size_t i = 0; found->is_array() && i < found->size(); ++i) {
        const json& one = (*found)[i];
        const auto name = one.is_object() ? one.find("name") : one.end();
        if (name != one.end() && name->is_string()) {
            names.push_back(name->get<std::string>());
        } else {
            fault("/" + field + "/" + std::to_string(i), "expected {\"name\": TEXT}");
        }
    }
    return names;
}

bool Body::finish() {
    for (const auto& [field, value] : object_.items()) {
        if (known_.contains(field)) continue;
        const json::json_pointer pointer = json::json_pointer{} / field;
        fault(pointer.to_string(), "unknown");
    }
    return faults_.empty();
}

}  // namespace driftless::http
