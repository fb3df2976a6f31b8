#include "reconcilers/azure/app_traffic.hpp"

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"

namespace driftless::azure {
namespace {

const json& at(const json& body, const char* pointer) {
    static const json none;
    const json::json_pointer path{pointer};
    return body.contains(path) ? body.at(path) : none;
}

bool is_newest(const json& share) {
    const json& newest = at(share, "/latestRevision");
    return newest.is_boolean() && newest.get<bool>();
}

bool has_weight(const json& share) {
    const json& weight = at(share, "/weight");
    return !weight.is_number() || weight.get<double>() > 0;
}

bool is_named(const json& share, std::string_view revision) {
    return lower_case(text_at(share, "/revisionName")) == lower_case(revision);
}

/// Are both of one revision?
bool are_one(const json& left, const json& right) {
    if (is_newest(left) || is_newest(right)) return is_newest(left) && is_newest(right);
    return is_named(left, text_at(right, "/revisionName"));
}

/// One revision has one share; two of its labels stay two.
void add_share(json& shares, json share) {
    for (json& other : shares) {
        if (!are_one(other, share)) continue;
        const bool both = other.contains("label") && share.contains("label");
        if (both) continue;
        other["weight"] = other.value("weight", 0) + share.value("weight", 0);
        if (share.contains("label")) other["label"] = share["label"];
        return;
    }
    shares.push_back(std::move(share));
}

}  // namespace

const json& shares_of(const json& body) {
    return at(body, traffic_path);
}

bool shares_traffic(const json& body) {
    return lower_case(text_at(body, "/properties/configuration/activeRevisionsMode")) ==
               "multiple" &&
           at(body, "/properties/configuration/ingress").is_object();
}

void imply_traffic(json& body) {
    const json& said = shares_of(body);
    if (!shares_traffic(body) || (said.is_array() && !said.empty()) || said.is_string()) return;
    body[json::json_pointer{traffic_path}] =
        json::array({{{"latestRevision", true}, {"weight", 100}}});
}

void pair_traffic(const json& want, json& live) {
    const json& wanted = shares_of(want);
    if (!wanted.is_array() || !shares_of(live).is_array()) return;
    json& shares = live.at(json::json_pointer{traffic_path});
    json left = shares;
    json paired = json::array();
    for (const json& share : wanted) {
        const auto twin = std::ranges::find_if(
            left, [&share](const json& other) { return are_one(share, other); });
        if (twin == left.end()) continue;
        paired.push_back(*twin);
        left.erase(twin);
    }
    // Who has none, and nobody's label, has nothing to be compared.
    for (json& share : left) {
        if (has_weight(share) || share.contains("label")) paired.push_back(std::move(share));
    }
    shares = std::move(paired);
}

json traffic_now(const json& live) {
    const json& shares = shares_of(live);
    const std::string ready = ready_revision(live);
    const std::string serves = ready.empty() ? newest_revision(live) : ready;
    if (!shares.is_array() || serves.empty()) return nullptr;
    json now = json::array();
    for (json share : shares) {
        if (is_newest(share)) share["revisionName"] = serves;
        for (auto field = share.begin(); field != share.end();) {
            const bool drops = field->is_null() || field.key() == "latestRevision";
            field = drops ? share.erase(field) : std::next(field);
        }
        add_share(now, std::move(share));
    }
    return now.empty() ? json() : now;
}

bool gives_traffic(const json& body, std::string_view name, std::string_view newest) {
    const json& shares = shares_of(body);
    return shares.is_array() && std::ranges::any_of(shares, [&](const json& share) {
               const bool its = is_named(share, name) || (is_newest(share) && name == newest);
               return its && has_weight(share);
           });
}

void name_newest(json& body, const std::string& revision) {
    if (!shares_of(body).is_array()) return;
    for (json& share : body.at(json::json_pointer{traffic_path})) {
        if (!is_named(share, revision)) continue;
        share.erase("revisionName");
        share["latestRevision"] = true;
    }
}

std::string newest_revision(const json& live) {
    return text_at(live, "/properties/latestRevisionName");
}

std::string ready_revision(const json& live) {
    return text_at(live, "/properties/latestReadyRevisionName");
}

}  // namespace driftless::azure
