// What lives in a resource group is written down, and a plan of that only adopts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "daemon/cli/import_output.hpp"
#include "reconcilers/azure/types.hpp"
#include "tests/simulation/azure_scene.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/paths.hpp"

namespace driftless::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Commit = std::map<std::string, std::string>;

std::string file_text(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class ImportAzure : public ::testing::Test, public AzureScene {
protected:
    /// All that git wants is there; then nobody knows any more that driftless made it.
    void make(const std::string& manifests, std::chrono::nanoseconds time = 3h) {
        push(manifests);
        world.start();
        world.run_for(time);
        EXPECT_THAT(unsettled(), IsEmpty());
        world.end();
        world.lose_database();
        forget_marks();
    }
    void forget_marks() {
        for (const std::string& id : azure.ids()) {
            const json body = azure.body(id);
            json tags = body.is_object() ? body.value("tags", json::object()) : json();
            if (!tags.is_object() || tags.erase("driftless.mark") == 0) continue;
            azure.change(id, {{"tags", tags}});
        }
        world.run_for(30min);
    }
    /// The files are pushed, with the secrets that they name at hand, to a driftless that knows
    /// nothing else.
    void begin_with(const cli::ImportReport& report) {
        for (const ImportedManifest& manifest : report.imported.manifests) {
            for (const auto& [name, secret] : manifest.secrets) put_secret(name, secret.reveal());
            for (const auto& [name, what] : manifest.unshown) put_secret(name, "correct horse");
        }
        world.repository.push(commit_of(report));
        azure.clear_log();
        world.start();
        world.run_for(30min);
        EXPECT_THAT(writes(), IsEmpty());
    }
    void put_secret(const std::string& name, std::string_view text) {
        auto& named = world.settings().secrets.named[name];
        named.file = folder.at(name);
        std::ofstream{named.file} << text;
        std::filesystem::permissions(named.file, std::filesystem::perms::owner_read);
    }
    void expect_quiet() {
        azure.clear_log();
        world.run_for(2h);
        EXPECT_THAT(writes(), IsEmpty());
        EXPECT_THAT(unsettled(), IsEmpty());
    }
    void expect_a_write() {
        azure.clear_log();
        world.run_for(2h);
        EXPECT_THAT(writes(), Contains("PATCH Microsoft.App/containerApps"));
        EXPECT_THAT(unsettled(), IsEmpty());
    }
    cli::ImportReport import(ImportWish wish = {}) {
        azure.clear_log();
        auto report = world.import(prod, std::move(wish));
        EXPECT_TRUE(report) << report.error().message;
        EXPECT_THAT(writes(), IsEmpty());
        return report ? *std::move(report) : cli::ImportReport{};
    }
    static Commit commit_of(const cli::ImportReport& report) {
        Commit commit;
        for (const ImportedManifest& manifest : report.imported.manifests) {
            for (const auto& [file, text] : manifest.files) commit[manifest.path_of(file)] = text;
        }
        return commit;
    }
    static std::string text_of(const cli::ImportReport& report) {
        const cli::ImportPlaces places{
            .target = prod, .folder = prod, .secrets = "", .secrets_folder = ""};
        return cli::import_text(report, places, cli::Style{false});
    }
    static std::string whole(const cli::ImportReport& report) {
        std::string all = text_of(report);
        for (const auto& [path, text] : commit_of(report)) all += "---- " + path + "\n" + text;
        return all;
    }
    static std::map<std::string, std::string> left_out(const cli::ImportReport& report) {
        std::map<std::string, std::string> all;
        for (const LeftOut& one : report.imported.left_out) all.emplace(one.what, one.why);
        return all;
    }
};

TEST_F(ImportAzure, EveryKindIsWrittenDownAndAdoptedWithoutAWriteAndStaysQuiet) {
    make(file_text(source_dir() / "tests/data/azure/every_kind.yaml"), 4h);
    const auto report = import();
    EXPECT_THAT(left_out(report), IsEmpty());
    for (const azure::TypeRow& row : azure::type_rows()) {
        EXPECT_THAT(whole(report), HasSubstr("\nkind: " + row.name + "\n")) << row.name;
    }
    begin_with(report);
    EXPECT_THAT(unsettled(), IsEmpty());
    EXPECT_EQ(world.status(prod).resources.size(), report.imported.manifests.size());
    EXPECT_EQ(report.imported.manifests.size(), 42U);  // all of the file
    expect_quiet();
}

/// An app with a secret of its own, and with variables that say too much.
const std::string app_with_secrets = R"(---
apiVersion: driftless/v1
kind: ContainerApp
metadata: {name: api}
target: prod
spec:
  properties:
    environmentId: {from: ManagedEnvironment/env, field: id}
    configuration:
      secrets: [{name: db, value: {secret: pg-password}}]
    template:
      containers:
        - name: web
          image: "web:1"
          env:
            - {name: DB_PASSWORD, secretRef: db}
            - {name: API_KEY, value: sk-0123456789}
            - {name: LEVEL, value: info}
)";

class ImportAzureGroup : public ImportAzure {
protected:
    std::string put(const std::string& below, json more) {
        more.emplace("location", "uksouth");
        more.emplace("properties", json::object());
        return azure.put(id(below), more);
    }
    void make_app() { make(azure_group + azure_environment + app_with_secrets, 1h); }
};

TEST_F(ImportAzureGroup, IsWrittenAsAPersonWould) {
    make(azure_group + azure_environment + azure_server + azure_of_server + app_with_secrets);
    put("/providers/Microsoft.Maps/accounts/maps",
        {{"sku", {{"name", "G2"}}},
         {"tags", {{"hidden-title", "Maps"}, {"team", "bnx"}}},
         {"properties", {{"disableLocalAuth", true}, {"createdDate", "2026-01-01T00:00:00Z"}}}});
    put("/providers/Microsoft.Maps/accounts/theirs", {{"managedBy", id("/providers/X.Y/z/boss")}});
    expect_golden("azure/imported.txt", whole(import()));
}

TEST_F(ImportAzureGroup, ValuesThatNobodyShowsAreTakenForWhatTheFilesHold) {
    make_app();
    const auto report = import();
    EXPECT_THAT(left_out(report), IsEmpty());
    EXPECT_THAT(whole(report), AllOf(HasSubstr("{secret: api-db}"), Not(HasSubstr("sk-0123"))));
    EXPECT_THAT(text_of(report), HasSubstr("api-db  ContainerApp api: the value of its secret db"));
    begin_with(report);
    EXPECT_THAT(unsettled(), IsEmpty());
    std::filesystem::permissions(folder.at("api-db"), std::filesystem::perms::owner_all);
    put_secret("api-db", "another");
    expect_a_write();
}

TEST_F(ImportAzureGroup, AVariableThatIsCalledPlainIsWrittenDown) {
    make_app();
    const auto report = import({.only = "", .plain = {"API_KEY"}});
    EXPECT_THAT(whole(report), HasSubstr("sk-0123456789"));
}

TEST_F(ImportAzureGroup, OfOneNameIsThatAndItsParts) {
    make_app();
    const auto report = import({.only = "API"});
    ASSERT_EQ(report.imported.manifests.size(), 1U) << text_of(report);
    EXPECT_EQ(report.imported.manifests[0].what, "rg-app/Microsoft.App/containerApps/api");
}

TEST_F(ImportAzureGroup, WhatIsNobodysToDeclareIsLeftOutWithTheReason) {
    azure.put(azure.group_id("rg-app"), {{"location", "uksouth"}});
    put("/providers/Microsoft.Insights/actionGroups/Application Insights Smart Detection",
        {{"location", "Global"}, {"properties", {{"groupShortName", "smart"}, {"enabled", true}}}});
    put("/providers/Microsoft.AlertsManagement/smartDetectorAlertRules/failures", json::object());
    put("/providers/Microsoft.Maps/accounts/ours", {{"tags", {{"driftless.mark", "sim X/y"}}}});
    put("/providers/Microsoft.Maps/accounts/other", {{"tags", {{"driftless.mark", "far X/y"}}}});
    put("/providers/Microsoft.KeyVault/vaults/kv-bnx",
        {{"properties",
          {{"tenantId", azure.tenant()}, {"sku", {{"family", "A"}, {"name", "standard"}}}}}});
    azure.deny("Microsoft.KeyVault/vaults/read");
    const auto report = import();
    EXPECT_THAT(
        left_out(report),
        UnorderedElementsAre(
            Pair("rg-app/Microsoft.Insights/actionGroups/Application Insights Smart Detection",
                 "Application Insights makes it by itself"),
            Pair("rg-app/Microsoft.AlertsManagement/smartDetectorAlertRules/failures",
                 "Application Insights makes it by itself"),
            Pair("rg-app/Microsoft.Maps/accounts/ours", "driftless looks after it already"),
            Pair("rg-app/Microsoft.Maps/accounts/other",
                 HasSubstr("the mark of another driftless")),
            Pair("Microsoft.KeyVault/vaults", HasSubstr("Microsoft.KeyVault/vaults/read"))));
    ASSERT_EQ(report.imported.manifests.size(), 1U) << text_of(report);
    EXPECT_EQ(report.imported.manifests[0].what, "rg-app");
}

TEST_F(ImportAzureGroup, ThatIsNotThereIsTold) {
    const auto report = import();
    EXPECT_THAT(left_out(report), Contains(Pair("resource group rg-app",
                                                HasSubstr("no such group in the subscription"))));
}

}  // namespace
}  // namespace driftless::test
