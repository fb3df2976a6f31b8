#include "reconcilers/cloudflare/import_tunnels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/lower_case.hpp"
#include "config/yaml_writer.hpp"
#include "reconcilers/cloudflare/dns_name.hpp"
#include "reconcilers/cloudflare/live_tunnels.hpp"
#include "reconcilers/cloudflare/marks.hpp"
#include "reconcilers/cloudflare/record_set.hpp"
#include "reconcilers/cloudflare/tunnel_forms.hpp"
#include "reconcilers/cloudflare/tunnel_lint.hpp"

namespace driftless::cloudflare {
namespace {

constexpr std::string_view any_mark = "driftless.";

Node origin_node(const json& request) {
    Node node = Node::map({});
    for (const auto& [key, value] : request.items()) {
        if (value.is_object()) {
            node[key] = origin_node(value);
        } else if (value.is_array()) {
            Node list = Node::list({});
            for (const json& item : value) {
                if (item.is_string()) list.items.push_back(text_node(item.get<std::string>()));
            }
            node[key] = std::move(list);
        } else {
            node[key] = value.is_string() ? text_node(value.get<std::string>())
                                          : Node::scalar(value.dump(), {}, true);
        }
    }
    return node;
}

/// @param publishes  a record of its own leads to its hostname
Node rule_node(const json& rule, bool publishes) {
    Node node = Node::map({});
    for (const char* key : {"hostname", "path", "service"}) {
        if (rule.contains(key)) node[key] = text_node(rule[key].get<std::string>());
    }
    if (rule.contains("originRequest")) node["originRequest"] = origin_node(rule["originRequest"]);
    if (!publishes) node["publish"] = Node::scalar("false", {}, true);
    return node;
}

std::string host_of(const json& rule) {
    return rule.value("hostname", "");
}

bool says_nothing(const json& value) {
    return value.is_null() || value == false || value == 0 || value == "" || value.empty();
}

/// What a rule asks of its service and no manifest can say: "bastionMode".
std::vector<std::string> unknown_keys(const json& rule) {
    std::vector<std::string> unknown;
    if (!rule.is_object()) return unknown;
    const auto request = rule.find("originRequest");
    if (request == rule.end() || !request->is_object()) return unknown;
    for (const auto& [key, value] : request->items()) {
        const bool is_known =
            key == "access" ||
            std::ranges::find(origin_keys(), key, &OriginKey::name) != origin_keys().end();
        if (!is_known && !says_nothing(value)) unknown.push_back(key);
    }
    return unknown;
}

/// One tunnel on its way into a manifest.
class TunnelImport {
public:
    TunnelImport(const LiveTunnel& live, const std::vector<LiveZone>& zones, const ImportView& view)
        : live_(live), zones_(zones), view_(view) {}

    /// Why it can't be taken over; "" where it can.
    std::string read() {
        if (std::string why = keeper(); !why.empty()) return why;
        if (!live_.tunnel.is_remote) {
            return "its configuration lies beside its cloudflared (config_src: local), where "
                   "nobody else can change it; migrate it at the dashboard, then import again";
        }
        if (!live_.config) return "nobody has configured it yet";
        config_ = canonical_config(live_.config->config);
        if (std::string why = trouble_with_text(config_); !why.empty()) return why;
        if (std::string why = trouble_with_text(live_.tunnel.name); !why.empty()) return why;
        for (const json& rule : config_.at("ingress")) find_record(host_of(rule));
        return "";
    }

    [[nodiscard]] ImportedManifest manifest(const std::string& name) const {
        Node document = manifest_head("Tunnel", name, view_.target);
        Node& spec = document["spec"];
        spec["name"] = text_node(live_.tunnel.name);
        if (names_zones_) {
            Node list = Node::list({});
            for (const std::string& zone : in_zones_) list.items.push_back(text_node(zone));
            spec["zones"] = std::move(list);
        }
        Node ingress = Node::list({});
        for (const json& rule : config_.at("ingress")) {
            const std::string host = host_of(rule);
            const bool publishes = host.empty() || records_.contains(set_name(host, "CNAME"));
            ingress.items.push_back(rule_node(rule, publishes));
        }
        spec["ingress"] = std::move(ingress);
        const json& origin = config_.at("originRequest");
        if (!origin.empty()) spec["originRequest"] = origin_node(origin);
        ImportedManifest made{.name = name, .what = "tunnel " + live_.tunnel.name};
        std::string comment = fmt::format(
            "Written by `driftless import {}`. The records of its hostnames are part of it.",
            view_.target);
        made.notes = notes();
        for (const std::string& note : made.notes) comment += "\n" + note;
        made.files["tunnel-" + name + ".yaml"] = write_yaml(document, comment);
        made.has_folder = false;
        return made;
    }
    [[nodiscard]] const std::set<std::string>& records() const { return records_; }

private:
    [[nodiscard]] std::string keeper() const {
        const std::string& name = live_.tunnel.name;
        if (name.starts_with(tunnel_name(view_.installation, "")))
            return "driftless looks after it already";
        if (!name.starts_with(any_mark)) return "";
        return "its name is the mark of another driftless";
    }

    /// The record that sends a hostname here, where there is one: without it a plan would make one.
    void find_record(const std::string& hostname) {
        if (hostname.empty()) return;
        const LiveZone* zone = nullptr;
        for (const LiveZone& one : zones_) {
            const bool within = hostname == one.name || hostname.ends_with("." + one.name);
            if (within && (zone == nullptr || one.name.size() > zone->name.size())) zone = &one;
        }
        if (zone == nullptr || !leads_here(*zone, hostname)) {
            unpublished_.insert(hostname);
            return;
        }
        const auto guessed = zone_for(hostname, {});
        names_zones_ = names_zones_ || !guessed || *guessed != zone->name;
        in_zones_.insert(zone->name);
        records_.insert(set_name(hostname, "CNAME"));
    }

    [[nodiscard]] std::vector<std::string> notes() const {
        std::vector<std::string> all;
        for (const std::string& hostname : unpublished_) {
            all.push_back(hostname +
                          ": no proxied CNAME of its own leads to this tunnel, so none is made "
                          "(publish: false)");
        }
        const json rules = live_.config->config.value("ingress", json::array());
        for (std::size_t at = 0; rules.is_array() && at < rules.size(); ++at) {
            for (const std::string& key : unknown_keys(rules[at])) {
                all.push_back(
                    fmt::format("rule {}: originRequest.{} is nothing that a manifest can "
                                "say; it stays until a rule is changed",
                                at + 1, key));
            }
        }
        return all;
    }

    [[nodiscard]] bool leads_here(const LiveZone& zone, const std::string& hostname) const {
        const std::string target = live_.tunnel.id + ".cfargotunnel.com";
        return std::ranges::any_of(zone.records, [&](const Record& record) {
            const auto name = canonical_host(record.name);
            const auto content = canonical_host(record.content);
            return record.type == "CNAME" && name && *name == hostname && content &&
                   *content == target && record.proxied && !record.read_only &&
                   read_comment(record.comment).installation.empty();
        });
    }

    const LiveTunnel& live_;
    const std::vector<LiveZone>& zones_;
    const ImportView& view_;
    json config_;
    bool names_zones_ = false;
    std::set<std::string> in_zones_;
    std::set<std::string> records_;
    std::set<std::string> unpublished_;
};

}  // namespace

std::set<std::string> import_tunnels(const std::vector<LiveTunnel>& tunnels,
                                     const std::vector<LiveZone>& zones, const ImportView& view,
                                     Imported& made) {
    std::set<std::string> records;
    std::set<std::string> names;
    for (const LiveTunnel& live : tunnels) {
        TunnelImport import{live, zones, view};
        if (std::string why = import.read(); !why.empty()) {
            made.left_out.push_back({"tunnel " + live.tunnel.name, std::move(why)});
            continue;
        }
        const std::string wanted = manifest_name(live.tunnel.name);
        std::string name = wanted;
        for (int number = 2; !names.insert(name).second; ++number)
            name = fmt::format("{}-{}", wanted, number);
        made.manifests.push_back(import.manifest(name));
        records.insert(import.records().begin(), import.records().end());
    }
    return records;
}

}  // namespace driftless::cloudflare
