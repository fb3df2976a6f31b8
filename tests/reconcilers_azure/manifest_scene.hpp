#pragma once

#include <string>

#include "config/settings.hpp"
#include "reconcilers/azure/resource_manifest.hpp"
#include "reconcilers/expand.hpp"
#include "tests/support/memory_files.hpp"
#include "tests/support/toy_vault.hpp"

namespace driftless::azure {

inline AzureEndpoint subscription_endpoint() {
    AzureEndpoint endpoint;
    endpoint.subscription = "00000000-0000-0000-0000-00000000000a";
    endpoint.resource_group = "rg-app";
    endpoint.resource_groups = {"rg-dns"};
    endpoint.location = "uksouth";
    return endpoint;
}

/// One manifest for the target `prod`, and what it becomes.
struct ManifestScene {
    Manifest manifest{};
    test::ToyVault vault{};
    test::ToySecrets secrets{{{"pg-password", "s3cret"}}};
    TargetSettings target{"prod", subscription_endpoint(), {}, {}, {}};

    ManifestScene(std::string kind, std::string name) {
        manifest.kind = std::move(kind);
        manifest.name = std::move(name);
        manifest.place = {"app.yaml", 1, 1};
    }
    Expanded expand(const std::string& spec) {
        const test::MemoryFiles files{{}, "c0ffee"};
        Findings yaml;
        const auto documents = read_yaml(spec, "app.yaml", yaml);
        manifest.target = target.name;
        manifest.spec = documents->front();
        const References references{nullptr, &secrets, &vault, target.name};
        return expand_azure_resource({manifest, files, references, target, "sim"});
    }
    /// All that is wrong, a line each.
    std::string refusals(const std::string& spec) {
        std::string text;
        for (const Finding& finding : expand(spec).findings) text += to_string(finding) + "\n";
        return text;
    }
    Declared declared(const std::string& spec) {
        Expanded expanded = expand(spec);
        std::string wrong;
        for (const Finding& finding : expanded.findings) wrong += to_string(finding) + "\n";
        EXPECT_EQ(wrong, "");
        return expanded.resources.empty() ? Declared{} : expanded.resources.front();
    }
};

}  // namespace driftless::azure
