#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "config/settings.hpp"
#include "reconcilers/azure/group_reader.hpp"
#include "reconcilers/azure/import_secrets.hpp"

namespace driftless::azure {

/// Whose manifests an import writes.
struct ImportView {
    std::string installation;
    TargetSettings settings;      ///< of the subscription: its name, groups and location
    std::set<std::string> plain;  ///< variables that are no secrets
    /// Names of the identities that are there, by their principals.
    std::map<std::string, std::string> identities = {};
};

/// A name that tells what it is, for its manifest: "pg-bnx", "app-acrpull".
std::string telling_name(const LiveThing& thing, const ImportView& view);

/// One live resource on its way into a manifest.
class ResourceWords {
public:
    /// @param name  of the manifest
    /// @param secrets  names that are given already; it adds its own
    ResourceWords(const LiveThing& thing, const ImportView& view, std::string name,
                  std::set<std::string>& secrets);

    /// Why no first plan would leave it as it is; "" where one does. What a manifest can't say of
    /// it is dropped, with a note.
    std::string read();
    /// After `read`.
    [[nodiscard]] ImportedManifest manifest() const;

private:
    [[nodiscard]] Node head() const;
    [[nodiscard]] std::string scope() const;
    [[nodiscard]] bool needs_name() const;
    [[nodiscard]] bool is_in_usual_group() const;
    void take_out_location();
    void call_role_by_name();
    void find_secrets();
    [[nodiscard]] Node document(bool opened);
    [[nodiscard]] Node node_of(const json& value, const std::string& at, bool opened);
    [[nodiscard]] Node secret_node(const SecretPlace& secret, bool opened) const;
    bool drop(const std::string& at, const std::string& why);
    std::string tried();

    const LiveThing& thing_;
    const ImportView& view_;
    const AzureEndpoint& endpoint_;
    std::string name_;
    std::set<std::string>& secret_names_;
    std::string kind_;
    json body_;
    std::vector<SecretPlace> secrets_;
    std::vector<std::string> notes_;
    std::vector<std::string> places_;  ///< pointers into the body, by line
    bool dropped_ = false;
};

}  // namespace driftless::azure
