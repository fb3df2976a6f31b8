#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/finding.hpp"
#include "config/base/place.hpp"

namespace driftless {

enum class Mode { observe, converge };

/// How far a run may go by itself: `policy:` in driftless.yaml; a target may override each field.
/// Every default is the careful choice, so an empty file is a safe file.
struct Policy {
    Mode mode = Mode::observe;           ///< observe: plan and report, change nothing
    bool prune = false;                  ///< remove what driftless made and git dropped
    std::size_t max_removals = 3;        ///< per run; with one more, all wait for a person
    std::chrono::seconds grace{600};     ///< how long a removed thing is kept, stopped and renamed
    std::chrono::seconds interval{300};  ///< end of a run to the next, if nothing triggers one
    std::chrono::seconds settle{5};      ///< quiet after a provider's event before repair begins
    std::chrono::seconds deadline{600};  ///< longest run, applying included; then canceled
};

/// What a commit may reach on a Docker target (promise 9). Empty: nothing beyond its own project.
struct DockerAllow {
    std::vector<std::string> host_paths;  ///< absolute paths; what lies below counts too
    bool docker_socket = false;
    bool host_network = false;
    bool host_pid = false;
    bool host_ipc = false;
    bool host_userns = false;  ///< userns_mode: host
    bool privileged = false;
    bool gpus = false;                        ///< and what else a device driver hands out
    std::vector<std::string> devices;         ///< host paths, names of CDI; "*" for all
    std::vector<std::string> cgroup_parents;  ///< as written in the compose file
    std::vector<std::string> runtimes;        ///< names of the engine's container runtimes
    std::vector<std::string> cap_add;         ///< capability names; "ALL" for all
    std::vector<std::string> security_opt;    ///< as written in the compose file
    std::vector<std::string> namespaces_of;   ///< containers whose namespaces may be joined
    std::vector<std::string> networks;        ///< external networks, and those of other projects
    std::vector<std::string> volumes;         ///< external volumes, and those of other projects
    bool sysctls = false;
    bool everything = false;  ///< never from a file: for `validate` where there are no settings
};

/// `docker: {host: auto}`: "auto", or "unix:///path". Others (ssh://, tcp://) are refused for now.
struct DockerEndpoint {
    std::string host = "auto";
};

/// `cloudflare: {accountId: …, token: {secret: NAME}}`
struct CloudflareEndpoint {
    std::string account_id;                                    ///< 32 hexadecimal digits
    std::string token_secret;                                  ///< a name that only this file uses
    std::string url = "https://api.cloudflare.com/client/v4";  ///< http:// on loopback alone
    std::string ca;  ///< a file: these authorities count, in place of the system's
};

/// How we prove to Microsoft Entra who we are.
struct AzureAuth {
    enum class By {
        managed_identity,    ///< of the machine or the container that we run in
        workload_identity,   ///< a token of the cluster's, in a file
        client_secret,       ///< of an app registration
        client_certificate,  ///< the same with a certificate and its key
        azure_cli,           ///< whoever is logged in by `az login`
    };
    By by = By::managed_identity;
    std::string tenant;      ///< its id or domain; "": as the environment or az says
    std::string client_id;   ///< "": the identity there is, or as the environment says
    std::string secret;      ///< a name that only this file uses: the secret, or PEM with its key
    std::string token_file;  ///< of workload_identity; "": as the environment says
};

/// `azure: {subscription: …, resourceGroup: …, location: …, auth: {managedIdentity: {}}}`
struct AzureEndpoint {
    std::string subscription;                  ///< its id, in small letters
    std::string resource_group;                ///< where things are that name no group
    std::vector<std::string> resource_groups;  ///< further ones that manifests may name
    std::string location;                      ///< of things that name none
    AzureAuth auth;
    std::string url = "https://management.azure.com";             ///< http:// on loopback alone
    std::string authority = "https://login.microsoftonline.com";  ///< gives the tokens
    std::string ca;  ///< a file: these authorities count for both, in place of the system's
};

struct TargetSettings {
    std::string name;
    std::variant<std::monostate, DockerEndpoint, CloudflareEndpoint, AzureEndpoint>
        endpoint;  ///< monostate only in tests' toy targets
    DockerAllow allow;
    Policy policy;  ///< the common one with this target's overrides
    Place place;
};

/// Who we are for a source's server, and how we know it. Secrets are named, never held; what a
/// file holds is read anew for each use.
struct SourceAuth {
    std::string username;           ///< of https
    std::string password_secret;    ///< a name that only this file uses; also for a token
    std::string ca;                 ///< a file: these authorities count, in place of the system's
    std::string ssh_key;            ///< a file
    std::string passphrase_secret;  ///< of the key
    std::string known_hosts;        ///< a file with the server's pinned keys
};

/// Whose signature a commit must carry.
struct SourceVerify {
    std::string signers;        ///< a file as ssh-keygen knows it: allowed signers
    bool every_commit = false;  ///< each one since the last verified tip, not the tip alone
};

/// How much one fetch may bring, and how long it may take.
struct SourceLimits {
    std::size_t bytes = std::size_t{1} << 30;
    unsigned objects = 2'000'000;
    std::chrono::seconds deadline{300};
};

struct SourceSettings {
    std::string name;
    std::string url;              ///< see GitUrl
    std::string branch = "main";  ///< one of these three; the others are empty
    std::string tag;
    std::string semver;      ///< a range: the highest tag within it
    std::string path = "/";  ///< only this folder counts
    std::chrono::seconds interval{30};
    SourceAuth auth;
    std::optional<SourceVerify> verify;  ///< left out: signatures are not asked for
    SourceLimits limits;
    bool hold_rewinds = true;          ///< a force-push: its removals wait for a person
    std::vector<std::string> targets;  ///< empty: all
    Place place;
};

/// What a source follows, for people: "branch main", "tag v1.2", "semver \"^1.4\"".
std::string shown_ref(const SourceSettings& source);

/// Where `{secret: NAME}` comes from.
struct NamedSecret {
    // exactly one of these
    std::string env;              ///< a variable of the daemon's environment
    std::string file;             ///< an absolute path
    std::string credential = {};  ///< as systemd hands it over: LoadCredential=, SetCredential=
    std::vector<std::string> targets;  ///< empty: all
    Place place;
};
struct SecretSettings {
    std::string folder;  ///< <target>/<name>, one file a secret; all/<name>: for every target
    std::map<std::string, NamedSecret> named;
};

struct RegistrySettings {
    std::string username;
    std::string password_secret;  ///< a name that only this file uses
};

struct HttpSettings {
    std::string listen = "127.0.0.1:7766";  ///< loopback only; "127.0.0.1:0" takes any free port
    std::string socket;                     ///< empty: /run/driftless/driftless.sock, or in `state`
    std::vector<std::string> hosts;         ///< further Host names that may be used
};

struct MetricsSettings {
    std::string listen;  ///< an address, also one that others reach; empty: only on `http`
};

/// driftless.yaml, checked.
struct Settings {
    std::string file;
    std::string installation;  ///< [a-z0-9-]{1,12}
    std::string state = "/var/lib/driftless";
    std::map<std::string, SourceSettings> sources;
    std::map<std::string, TargetSettings> targets;
    SecretSettings secrets;
    std::map<std::string, RegistrySettings> registries;
    Policy policy;
    HttpSettings http;
    MetricsSettings metrics;
    bool strict_targets = false;
};

/// Reads and checks driftless.yaml. All errors are in `findings`, each with its place.
/// @return `invalid` when there is any error
Result<Settings> read_settings(const std::string& text, const std::string& file,
                               Findings& findings);

/// A secret that the settings use themselves, and for which target; empty: for none of them.
struct OwnSecret {
    std::string name;
    std::string target;

    auto operator<=>(const OwnSecret&) const = default;
};
std::set<OwnSecret> own_secrets(const Settings& settings);
/// Their names: no commit may name one of them.
std::set<std::string> own_secret_names(const Settings& settings);

/// The commented example that `driftless init` writes: it observes and changes nothing.
std::string example_settings();

}  // namespace driftless
