#include "config/values.hpp"

#include <fmt/format.h>

namespace driftless {

void join_values(Node& values, const Node& more, const std::string& where, Findings& findings) {
    for (const Node::Entry& entry : more.entries) {
        const std::string path = where.empty() ? entry.key : where + "." + entry.key;
        Node* there = values.find(entry.key);
        if (there == nullptr) {
            values.entries.push_back(entry);
        } else if (there->is_map() && entry.value.is_map()) {
            join_values(*there, entry.value, path, findings);
        } else {
            findings.push_back({Finding::Severity::error, entry.value.place,
                                fmt::format("the value {} is there twice, first at {}",
                                            in_quotes(path), to_string(there->place))});
        }
    }
}

Node layered(Node base, const Node& over) {
    if (!base.is_map() || !over.is_map()) return over;
    for (const Node::Entry& entry : over.entries) {
        if (Node* there = base.find(entry.key)) {
            *there = layered(std::move(*there), entry.value);
        } else {
            base.entries.push_back(entry);
        }
    }
    return base;
}

}  // namespace driftless
