#pragma once

#include <map>
#include <memory>
#include <string>

#include "daemon/cli/machine.hpp"
#include "daemon/git/source.hpp"
#include "daemon/registry.hpp"
#include "daemon/schedule/measures.hpp"
#include "daemon/secrets/secrets.hpp"
#include "daemon/store/store.hpp"

namespace driftless::cli {

/// What `run` and `plan` both stand on. Parts further down refer to parts further up.
struct World {
    std::unique_ptr<Settings> settings;  // its address must not change
    std::unique_ptr<net::Lane> store_lane;
    std::unique_ptr<net::Lane> files_lane;
    std::unique_ptr<Secrets> secrets;
    std::unique_ptr<SecretSink> sink;
    std::unique_ptr<Vault> vault;
    std::unique_ptr<Store> store;
    std::unique_ptr<Measures> measures;
    std::unique_ptr<net::Pacers> pacers;
    Expanders expanders;
    std::map<std::string, std::unique_ptr<Target>> targets;
};

/// Before a command that looks for itself reads what only the daemon may read: root becomes the
/// user whom the state folder belongs to, for good. Everybody else stays who they are.
/// @return whom we act as; `forbidden`
Result<std::uint32_t> act_as_owner(const Settings& settings, Machine& machine);

/// The environment with the credentials of the service, also where a person asks.
std::map<std::string, std::string> service_environment(const Machine& machine);

/// How sources read the credentials, pins and signers that the settings name.
git::SourceAccess access_of_sources(const Secrets& secrets);

/// Opens vault and store and makes every target.
/// @param access  `read_only`: beside a daemon, changing nothing; the folder need not be there
Result<World> open_world(Settings settings, Access access, Machine& machine);

}  // namespace driftless::cli
