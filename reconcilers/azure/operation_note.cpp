#include "reconcilers/azure/operation_note.hpp"

namespace driftless::azure {

json OperationNote::to_json() const {
    json note = json::object();
    if (operation) note["operation"] = azure::to_json(*operation);
    if (removes) note["removes"] = true;
    if (refused_since) note["refusedSince"] = net::to_string(*refused_since);
    return note.empty() ? json() : note;
}

OperationNote note_of(const Inventory& inventory, const ResourceKey& key) {
    OperationNote read;
    const auto entry = inventory.find(key);
    if (entry == inventory.end() || !entry->second.note.is_object()) return read;
    const json& note = entry->second.note;
    if (note.contains("operation")) {
        auto operation = read_operation(note.at("operation"));
        if (operation) read.operation = *std::move(operation);
    }
    read.removes = note.value("removes", false);
    const auto since = net::parse_wall_time(note.value("refusedSince", ""));
    if (since) read.refused_since = *since;
    return read;
}

}  // namespace driftless::azure
