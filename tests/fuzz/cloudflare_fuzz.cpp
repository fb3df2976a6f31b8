// Any bytes as what people write and what Cloudflare answers: nothing crashes, and what has one
// form keeps it. The first byte says what the others are.
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "providers/cloudflare/answers.hpp"
#include "providers/cloudflare/dns.hpp"
#include "providers/cloudflare/rulesets.hpp"
#include "providers/cloudflare/tunnels.hpp"
#include "reconcilers/cloudflare/dns_record.hpp"
#include "reconcilers/cloudflare/dns_types.hpp"
#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/cloudflare/live_rules.hpp"
#include "reconcilers/cloudflare/live_sets.hpp"
#include "reconcilers/cloudflare/ruleset_manifest.hpp"
#include "reconcilers/cloudflare/tunnel_forms.hpp"
#include "reconcilers/cloudflare/tunnel_manifest.hpp"
#include "reconcilers/cloudflare/zone_setting.hpp"
#include "tests/reconcilers_cloudflare/manifest_scene.hpp"

namespace driftless::cloudflare {
namespace {

void must(bool holds, const char* what, const json& shown) {
    if (holds) return;
    const auto replace = json::error_handler_t::replace;
    std::fprintf(stderr, "%s: %s\n", what, shown.dump(-1, ' ', false, replace).c_str());
    std::abort();
}

/// A value that is one of its type keeps its form, and is sent as what is read again.
void try_value(const DnsType& type, const json& value) {
    const auto form = canonical_value(type, value);
    if (!form) return;
    const auto again = canonical_value(type, *form);
    must(again && *again == *form, "the form changes", {type.name, *form});
    static_cast<void>(value_text(type, *form));
    const json body = value_body(type, *form);
    const auto sent = canonical_value(
        type, told_value(type, body.value("data", json{}), body.value("content", ""),
                         body.value("priority", json{})));
    must(sent && *sent == *form, "it is not sent as what it is", {type.name, *form, body});
}

void try_values(const std::string& text) {
    const json parsed = json::parse(text, nullptr, false);
    for (const DnsType& type : dns_types()) {
        try_value(type, text);
        if (!parsed.is_discarded()) try_value(type, parsed);
    }
}

void try_records(const json& result) {
    if (!result.is_array()) return;
    std::vector<Record> records;
    for (const json& shown : result) {
        auto record = parse_record(shown);
        if (record) records.push_back(*std::move(record));
    }
    const Facts facts;
    const FieldRules rules;
    const ZoneView view{"edge", "sim", "bnx.dev", facts, rules};
    static_cast<void>(live_sets(view, std::move(records)));
}

void try_rules(const json& result) {
    const auto entry = parse_entry_point(result);
    if (!entry) return;
    const Facts facts;
    const RulesView view{"edge", "sim", {"bnx.dev", "http_ratelimit"}, facts};
    static_cast<void>(live_rules(view, *entry));
    const json kept = arranged(view, *entry, {});
    must(kept.size() == entry->rules.size(), "rules of others got lost", kept);
    for (const json& rule : entry->rules) {
        const json form = form_of_rule(rule);
        must(form_of_rule(form) == form, "the form of a rule changes", form);
    }
}

void try_tunnels(const json& result) {
    static_cast<void>(parse_tunnel(result));
    const auto config = parse_tunnel_config(result);
    if (!config) return;
    const json form = canonical_config(config->config);
    must(canonical_config(form) == form, "the form of a configuration changes", form);
}

void try_answer(const std::string& text) {
    const Family family{.permission = "DNS", .absent = {81'044}, .taken = {81'058}};
    for (const int status : {200, 404, 429}) {
        net::Response response;
        response.status = status;
        response.body = text;
        const auto answer = open_answer(family, response, {});
        if (!answer) continue;
        try_records(answer->result);
        try_rules(answer->result);
        try_tunnels(answer->result);
    }
}

void try_manifest(const std::string& text) {
    Findings yaml;
    const auto documents = read_yaml(text, "fuzz.yaml", yaml);
    if (!documents || documents->empty()) return;
    for (const Expander& expander : {Expander{expand_dns_zone}, Expander{expand_ruleset},
                                     Expander{expand_tunnel}, Expander{expand_zone_settings}}) {
        ManifestScene scene{.expander = expander, .file = "fuzz.yaml", .manifest = {}};
        scene.manifest.name = "bnx.dev";
        const Expanded expanded = scene.expand(text);
        for (const Declared& declared : expanded.resources) {
            must(!declared.key.name.empty(), "a resource has no name", declared.spec);
        }
    }
}

void try_all(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return;
    const std::string text{bytes.begin() + 1, bytes.end()};
    switch (bytes.front() % 3) {
        case 0: return try_values(text);
        case 1: return try_answer(text);
        default: return try_manifest(text);
    }
}

}  // namespace
}  // namespace driftless::cloudflare

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    driftless::cloudflare::try_all({data, size});
    return 0;
}
