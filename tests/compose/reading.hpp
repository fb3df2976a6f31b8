#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/compose/project.hpp"
#include "config/compose/scalars.hpp"
#include "tests/support/memory_files.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::compose::test {

using Json = nlohmann::json;
using Texts = std::map<std::string, std::string>;

/// A tree as JSON: booleans and numbers where the tree has them without quotes.
inline Json to_json(const Node& node) {
    if (node.is_map()) {
        Json map = Json::object();
        for (const Node::Entry& entry : node.entries) map[entry.key] = to_json(entry.value);
        return map;
    }
    if (node.is_list()) {
        Json list = Json::array();
        for (const Node& item : node.items) list.push_back(to_json(item));
        return list;
    }
    if (node.is_null()) return nullptr;
    if (!node.plain) return node.text;
    Json value = Json::parse(node.text, nullptr, false);
    return value.is_discarded() ? Json(node.text) : value;  // a file as written, not a normal form
}

/// What one reading gave.
struct Outcome {
    std::optional<Project> project;
    Findings findings;

    [[nodiscard]] std::string errors() const { return all(Finding::Severity::error); }
    [[nodiscard]] std::string notes() const { return all(Finding::Severity::note); }

    [[nodiscard]] Json service(const std::string& name) const {
        if (!project || project->services.find(name) == nullptr)
            return "no service " + name + "; " + errors();
        return to_json(*project->services.find(name));
    }

private:
    [[nodiscard]] std::string all(Finding::Severity severity) const {
        std::string text;
        for (const Finding& finding : findings) {
            if (finding.severity == severity) text += to_string(finding) + "\n";
        }
        return text;
    }
};

inline Outcome read(const Input& input) {
    Outcome outcome;
    auto project = read_project(input, outcome.findings);
    if (project) outcome.project = *std::move(project);
    return outcome;
}

/// Reads "compose.yaml" of these files.
inline Outcome read(const Texts& files, const Texts& environment = {},
                    std::vector<std::string> paths = {"compose.yaml"}) {
    driftless::test::MemoryFiles commit{files};
    driftless::test::ToyVault vault;
    Input input;
    input.files = &commit;
    input.paths = std::move(paths);
    input.fallback_name = "app";
    input.environment = environment;
    input.vault = &vault;
    return read(input);
}

/// Reads one service `web` that has these lines, each of them indented by four.
inline Outcome read_service(const std::string& lines, const std::string& rest = "",
                            const Texts& environment = {}) {
    return read({{"compose.yaml", "services:\n  web:\n    image: nginx\n" + lines + rest}},
                environment);
}

}  // namespace driftless::compose::test
