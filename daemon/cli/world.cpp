#include "daemon/cli/world.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "daemon/daemon.hpp"
#include "daemon/secrets/private_file.hpp"
#include "providers/net/platform.hpp"

namespace driftless::cli {
namespace {

/// Who only looks makes no key: without one, nothing was ever sealed.
Result<std::unique_ptr<Vault>> vault_for(const std::string& folder, Access access,
                                         net::Random& random) {
    std::error_code failed;
    if (access == Access::own || std::filesystem::exists(folder + "/vault.key", failed)) {
        return open_vault(folder, random);
    }
    return make_vault(net::random_hex(random, 32));
}

}  // namespace

Result<std::uint32_t> act_as_owner(const Settings& settings, Machine& machine) {
    struct stat folder {};
    if (machine.user != 0 || ::stat(settings.state.c_str(), &folder) != 0 || folder.st_uid == 0) {
        return machine.user;
    }
    if (auto became = net::become_user(folder.st_uid); !became) return std::move(became).error();
    machine.user = folder.st_uid;
    return machine.user;
}

std::map<std::string, std::string> service_environment(const Machine& machine) {
    auto environment = machine.environment;
    environment.try_emplace("CREDENTIALS_DIRECTORY", "/run/credentials/driftless.service");
    return environment;
}

git::SourceAccess access_of_sources(const Secrets& secrets) {
    constexpr std::size_t most = 1u << 20;
    return {.secret = [&secrets](
                          const std::string& name) { return secrets.read(name, for_every_target); },
            .private_file = [](const std::string& path) -> Result<Secret> {
                auto text = read_private_file(path, 64u << 10);
                if (!text) return std::move(text).error();
                return Secret{*std::move(text)};
            },
            .trusted_file = [](const std::string& path) { return read_trusted_file(path, most); }};
}

Result<World> open_world(Settings settings, Access access, Machine& machine) {
    World world;
    world.settings = std::make_unique<Settings>(std::move(settings));
    if (auto checked = one_source_each(*world.settings); !checked) {
        return std::move(checked).error();
    }
    world.store_lane = machine.make_lane();
    world.files_lane = machine.make_lane();
    const bool own = access == Access::own;
    world.secrets =
        make_secrets(world.settings->secrets,
                     own ? machine.environment : service_environment(machine), &machine.redactor);
    world.sink = make_secret_sink(*world.settings, &machine.redactor);
    auto vault = vault_for(world.settings->state, access, machine.random);
    if (!vault) return std::move(vault).error();
    world.vault = std::move(*vault);
    auto store = open_store(world.settings->state, access, *world.store_lane, machine.clock,
                            &machine.redactor);
    if (!store) return std::move(store).error();
    world.store = std::move(*store);
    world.expanders = all_expanders();
    world.measures = std::make_unique<Measures>();
    world.measures->started = machine.clock.wall();
    world.pacers = std::make_unique<net::Pacers>(machine.executor, machine.clock);
    const TargetContext context{.settings = *world.settings,
                                .secrets = *world.secrets,
                                .sink = world.sink.get(),
                                .environment = machine.environment,
                                .executor = machine.executor,
                                .clock = machine.clock,
                                .lane = *world.files_lane,
                                .pacers = *world.pacers,
                                .measures = *world.measures};
    for (const auto& [name, target] : world.settings->targets) {
        auto made = make_target(target, context);
        if (!made) return std::move(made).error();
        world.targets.emplace(name, std::move(*made));
    }
    return world;
}

}  // namespace driftless::cli
