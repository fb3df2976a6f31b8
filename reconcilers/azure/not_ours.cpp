#include "reconcilers/azure/not_ours.hpp"

#include <array>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"
#include "reconcilers/azure/live_resource.hpp"
#include "reconcilers/azure/marks.hpp"

namespace driftless::azure {
namespace {

bool is_true(const json& body, const char* pointer) {
    const json::json_pointer at{pointer};
    return body.contains(at) && body.at(at) == true;
}

NotOurs told(std::string why) {
    return {std::move(why), false};
}
NotOurs silent(std::string why) {
    return {std::move(why), true};
}

NotOurs by_mark(const json& body, const std::string& installation) {
    const auto mark = mark_of(body);
    if (!mark) return {};
    if (mark->installation == installation) return told("driftless looks after it already");
    return told("it has the mark of another driftless: " + in_quotes(to_text(*mark)));
}

NotOurs of_a_server(const LiveThing& thing) {
    if (thing.row.name == "PostgresConfiguration") {
        const bool by_hand = text_at(thing.body, "/properties/source") == "user-override";
        return by_hand ? NotOurs{} : silent("it has the value that the server gave it");
    }
    static constexpr std::array<std::string_view, 3> databases{"postgres", "azure_maintenance",
                                                               "azure_sys"};
    if (thing.row.name != "PostgresDatabase") return {};
    for (const std::string_view name : databases) {
        if (thing.id.name() == name) return silent("every server has it");
    }
    return {};
}

NotOurs of_a_zone(const LiveThing& thing) {
    if (thing.row.name != "PrivateDnsRecord") return {};
    if (lower_case(thing.row.type).ends_with("/soa")) return silent("every zone has it");
    if (is_true(thing.body, "/properties/isAutoRegistered"))
        return told("a virtual network registers it by itself");
    const std::string creator = text_at(thing.body, "/properties/metadata/creator");
    if (lower_case(creator).starts_with("created by private endpoint"))
        return told("a private endpoint writes it");
    return {};
}

NotOurs of_monitoring(const LiveThing& thing) {
    const std::string type = lower_case(thing.row.type);
    const bool is_group = thing.row.name == "ActionGroup" &&
                          lower_case(thing.id.name()) == "application insights smart detection";
    const bool is_rule = type == "microsoft.alertsmanagement/smartdetectoralertrules" ||
                         type == "microsoft.insights/components/proactivedetectionconfigs";
    return is_group || is_rule ? told("Application Insights makes it by itself") : NotOurs{};
}

NotOurs of_a_certificate(const LiveThing& thing) {
    if (lower_case(thing.row.type) != "microsoft.app/managedenvironments/certificates") return {};
    return told("nobody can read its private key; declare it where you have that");
}

}  // namespace

NotOurs not_ours(const LiveThing& thing, const std::string& installation) {
    if (NotOurs marked = by_mark(thing.body, installation); !marked.why.empty()) return marked;
    const std::string manager = text_at(thing.body, "/managedBy");
    if (!manager.empty()) return told(manager + " looks after it");
    const std::string state = lower_case(state_of(thing.body));
    if (state == "deleting" || state == "dropping") return told("it is being removed");
    for (const auto judge : {of_a_server, of_a_zone, of_monitoring, of_a_certificate}) {
        if (NotOurs judged = judge(thing); !judged.why.empty()) return judged;
    }
    return {};
}

}  // namespace driftless::azure
