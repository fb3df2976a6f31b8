#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reconcilers/docker/compose_project.hpp"
#include "tests/support/memory_files.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::docker {

/// A commit with one ComposeProject, and what it becomes.
struct ProjectScene {
    std::map<std::string, std::string> files{{"compose.yaml", "services: {}"}};
    std::string spec = "file: compose.yaml";
    std::vector<std::string> ignore;
    TargetSettings target{"mini1", {}, {}, {}, {}};
    test::ToyVault vault;
    test::ToySecrets secrets{{{"db", "s3cret"}}};
    std::string commit = "c0ffee";
    std::string project = "shop";
    Findings findings;

    ProjectScene& compose(const std::string& text) {
        files["compose.yaml"] = text;
        return *this;
    }
    /// The service "web" of one line each: "image: test/busybox:1".
    ProjectScene& web(const std::string& keys, const std::string& rest = "") {
        std::string text = "services:\n  web:\n    image: test/busybox:1\n";
        std::string line;
        for (const char letter : keys + "\n") {
            line += letter;
            if (letter != '\n') continue;
            text += "    " + line;
            line.clear();
        }
        return compose(text + rest);
    }

    /// What a manifest that somebody wrote says below `spec`.
    void use_spec_of(const std::string& text) {
        Findings yaml;
        const auto documents = read_yaml(text, "driftless.yaml", yaml);
        manifest_spec = *documents->front().find("spec");
    }
    std::optional<Node> manifest_spec;

    std::vector<Declared> expand() {
        const test::MemoryFiles commit_files{files, commit};
        Findings yaml;
        const auto documents = read_yaml(spec, "apps/shop.yaml", yaml);
        Manifest manifest;
        manifest.kind = "ComposeProject";
        manifest.name = project;
        manifest.target = target.name;
        manifest.ignore = ignore;
        manifest.spec = manifest_spec.value_or(documents->front());
        manifest.place = {"shop.yaml", 1, 1};
        const References references{nullptr, &secrets, &vault, target.name};
        const Expansion with{manifest, commit_files, references, target, "test"};
        Expanded expanded = expand_compose_project(with);
        findings.clear();
        for (Finding& finding : expanded.findings) {
            if (finding.severity == Finding::Severity::error)
                findings.push_back(std::move(finding));
        }
        std::ranges::sort(expanded.resources, {}, &Declared::key);
        return std::move(expanded.resources);
    }

    /// The spec of the one container.
    json container() {
        for (const Declared& one : expand()) {
            if (one.key.kind == "docker.container") return one.spec;
        }
        return nullptr;
    }
    /// All that is wrong, a line each.
    std::string refusals() {
        expand();
        std::string text;
        for (const Finding& finding : findings) text += to_string(finding) + "\n";
        return text;
    }
};

}  // namespace driftless::docker
