#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"
#include "tests/support/temp_folder.hpp"

namespace driftless::test {

inline const std::string azure_group = R"(apiVersion: driftless/v1
kind: ResourceGroup
metadata: {name: rg-app}
target: prod
spec: {tags: {team: bnx}}
)";
inline const std::string azure_environment = R"(---
apiVersion: driftless/v1
kind: ManagedEnvironment
metadata: {name: env}
target: prod
spec: {properties: {zoneRedundant: false}}
)";
inline const std::string azure_identity = R"(---
apiVersion: driftless/v1
kind: ManagedIdentity
metadata: {name: app}
target: prod
spec: {}
)";
inline const std::string azure_server = R"(---
apiVersion: driftless/v1
kind: PostgresFlexibleServer
metadata: {name: pg-bnx}
target: prod
spec:
  sku: {name: Standard_B1ms, tier: Burstable}
  properties:
    version: 16
    administratorLogin: bnx
    administratorLoginPassword: {secret: pg-password}
    storage: {storageSizeGB: 32}
)";
/// Two parts of the server, which can't be made at once.
inline const std::string azure_of_server = R"(---
apiVersion: driftless/v1
kind: PostgresDatabase
metadata: {name: main}
target: prod
spec: {parent: pg-bnx}
---
apiVersion: driftless/v1
kind: PostgresFirewallRule
metadata: {name: office}
target: prod
spec: {parent: pg-bnx, properties: {startIpAddress: 203.0.113.7, endIpAddress: 203.0.113.7}}
)";

inline std::string azure_app(const std::string& name, const std::string& image) {
    return R"(---
apiVersion: driftless/v1
kind: ContainerApp
metadata: {name: )" +
           name + R"(}
target: prod
spec:
  properties:
    environmentId: {from: ManagedEnvironment/env, field: id}
    configuration:
      activeRevisionsMode: Single
      ingress: {external: true, targetPort: 8080}
    template:
      containers:
        - {name: web, image: ")" +
           image + R"(", resources: {cpu: 0.50, memory: 1.0Gi}}
)";
}

/// The app `api`, whose revisions share its traffic.
/// @param traffic  YAML of a list; "": git says nothing of it
/// @param suffix   of its revision; "": Azure chooses
inline std::string shared_app(const std::string& image, const std::string& traffic = "",
                              const std::string& suffix = "") {
    std::string text = azure_app("api", image);
    text.replace(text.find("Single"), 6, "Multiple");
    if (!traffic.empty()) text.insert(text.find("targetPort"), "traffic: " + traffic + ", ");
    const std::string below = "    template:\n";
    if (!suffix.empty()) {
        text.insert(text.find(below) + below.size(), "      revisionSuffix: " + suffix + "\n");
    }
    return text;
}

/// A world whose one target is a subscription, with a password for its server.
class AzureScene {
public:
    AzureScene() { add_secret("pg-password", "correct horse"); }

    /// For `{secret: name}`; before a start.
    void add_secret(const std::string& name, const std::string& value) {
        auto& named = world.settings().secrets.named[name];
        named.file = folder.at(name);
        std::ofstream{named.file} << value;
        std::filesystem::permissions(named.file, std::filesystem::perms::owner_read);
    }

    void push(const std::string& text) { world.repository.push({{"azure.yaml", text}}); }
    /// "rg-app/Microsoft.App/containerApps/api: held: why" of each that isn't in sync.
    std::vector<std::string> unsettled() {
        std::vector<std::string> lines;
        for (const auto& [key, resource] : world.status(prod).resources) {
            if (resource.status == Status::in_sync) continue;
            lines.push_back(key.name + ": " + std::string{name(resource.status)} + ": " +
                            resource.why);
        }
        return lines;
    }
    /// The routes of all changes since the last `clear_log`.
    std::vector<std::string> writes() {
        std::vector<std::string> routes;
        for (const AzureLogged& logged : azure.log()) {
            const bool is_write = logged.request.writes() && logged.request.route != "TOKEN";
            if (is_write) routes.push_back(logged.request.route);
        }
        return routes;
    }
    std::string id(const std::string& below) { return azure.group_id("rg-app") + below; }
    std::string others_id() { return id("/providers/Microsoft.App/containerApps/theirs"); }
    /// An app that somebody else made beside ours. @return as it is shown
    json add_others() {
        const json ours = azure.body(id("/providers/Microsoft.App/containerApps/api"));
        const json& properties = ours.at("properties");
        azure.put(others_id(),
                  {{"location", "uksouth"},
                   {"properties",
                    {{"environmentId", properties.at("environmentId")},
                     {"template", {{"containers", properties.at("template").at("containers")}}}}}});
        return azure.body(others_id());
    }

    testing::TempFolder folder;
    World world{{prod}};
    FakeAzure& azure = *world.azure();
};

/// A test by the whole daemon there.
class AzureDaemonTest : public ::testing::Test, public AzureScene {
protected:
    void begin(const std::string& text, std::chrono::nanoseconds time) {
        push(text);
        world.start();
        world.run_for(time);
    }
    void expect_quiet() {
        EXPECT_THAT(unsettled(), ::testing::IsEmpty());
        azure.clear_log();
        world.run_for(std::chrono::minutes{30});
        EXPECT_THAT(writes(), ::testing::IsEmpty());
        EXPECT_THAT(unsettled(), ::testing::IsEmpty());
    }
};

}  // namespace driftless::test
