#include "reconcilers/azure/bodies.hpp"

#include "config/base/lower_case.hpp"
#include "reconcilers/azure/forms.hpp"
#include "reconcilers/azure/marks.hpp"
#include "reconcilers/azure/soft_deleted.hpp"

namespace driftless::azure {
namespace {

json declared_body(json spec) {
    for (const char* own : {id_key, type_key, version_key}) spec.erase(own);
    return spec;
}

/// Tags are sent as a whole: others' stay, and so do those that git dropped.
void put_tags(const TypeRow& row, json& body, const json& live, const std::string& mark) {
    if (!row.tags) return;
    json tags = live.is_object() ? live.value("tags", json::object()) : json::object();
    if (!tags.is_object()) tags = json::object();
    tags.update(body.value("tags", json::object()));
    for (auto tag = tags.begin(); tag != tags.end();) {
        tag = lower_case(tag.key()) == mark_tag ? tags.erase(tag) : std::next(tag);
    }
    tags[mark_tag] = mark;
    body["tags"] = std::move(tags);
}

/// Maps are joined, anything else is as git declares it.
void put_into(json& live, const json& declared) {
    if (!live.is_object() || !declared.is_object()) {
        live = declared;
        return;
    }
    for (const auto& [key, value] : declared.items()) put_into(live[key], value);
}

}  // namespace

json body_to_create(const TypeRow& row, json spec, const std::string& mark) {
    json body = declared_body(std::move(spec));
    put_tags(row, body, nullptr, mark);
    return body;
}

json body_to_update(const TypeRow& row, json spec, const json& live, const std::string& mark) {
    json declared = declared_body(std::move(spec));
    json body = row.write == Write::patch ? json::object() : writable(row, live);
    put_into(body, declared);
    drop_bringing_back(row, body);
    put_tags(row, body, live, mark);
    return body;
}

}  // namespace driftless::azure
