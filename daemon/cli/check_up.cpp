#include "daemon/cli/check_up.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "daemon/cli/text.hpp"

namespace driftless::cli {
namespace {

constexpr auto clocks_agree_within = std::chrono::seconds{10};
constexpr std::uintmax_t room_for_commits = 256u << 20;  // bytes

std::string count(std::size_t number, std::string_view thing) {
    return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

/// Rights that make a push to git as good as root on the target's host.
std::vector<std::string> root_like(const DockerAllow& allow) {
    std::vector<std::string> rights;
    if (allow.docker_socket) rights.emplace_back("dockerSocket");
    if (allow.privileged) rights.emplace_back("privileged");
    if (allow.host_pid) rights.emplace_back("hostPid");
    const auto is_whole = [](const std::string& path) { return path == "/" || path == "/etc"; };
    if (std::ranges::any_of(allow.host_paths, is_whole)) rights.emplace_back("hostPaths");
    return rights;
}

Check check_rights(const TargetSettings& target) {
    const auto rights = root_like(target.allow);
    if (rights.empty())
        return {.about = "target " + target.name, .detail = "a commit is kept to its own"};
    return {
        .about = "target " + target.name,
        .verdict = Verdict::advice,
        .detail = fmt::format("allow lets a commit have {}: who can push is root there; ask for "
                              "signatures (`verify:` of the source), or take it out",
                              fmt::join(rights, ", "))};
}

Check check_folder(const std::string& folder, std::uint32_t user) {
    struct stat about {};
    if (::stat(folder.c_str(), &about) != 0) {
        return {.about = "state",
                .verdict = Verdict::advice,
                .detail = folder + " is not there yet; the daemon makes it at its first start"};
    }
    if (about.st_uid != user) {
        return {.about = "state",
                .verdict = Verdict::fault,
                .detail = fmt::format("{} belongs to user {}; run chown {} {}", folder,
                                      about.st_uid, user, folder)};
    }
    if ((about.st_mode & 077) != 0) {
        return {.about = "state",
                .verdict = Verdict::fault,
                .detail = fmt::format("others may use {}; run chmod 700 {}", folder, folder)};
    }
    std::error_code failed;
    const auto space = std::filesystem::space(folder, failed);
    if (!failed && space.available < room_for_commits) {
        return {.about = "state",
                .verdict = Verdict::fault,
                .detail = fmt::format("{} has {} MiB left; commits and the journal need room",
                                      folder, space.available >> 20)};
    }
    return {.about = "state",
            .detail = fmt::format("{}, {} MiB free", folder, space.available >> 20)};
}

asio::awaitable<Check> check_source(const SourceSettings& source, const Secrets& secrets,
                                    Machine& machine, net::Lane& lane) {
    // Only the remote is asked: no clone is made, so its folder doesn't matter.
    const auto git =
        git::make_source(source, "", machine.processes, lane, access_of_sources(secrets));
    const auto tip = co_await git->poll();
    Check check{.about = "source " + source.name};
    if (!tip) {
        check.verdict = Verdict::fault;
        check.detail = tip.error().message;
    } else {
        check.detail = fmt::format("{} is at {}", shown_ref(source), short_commit(*tip));
    }
    co_return check;
}

Check check_signers(const SourceSettings& source, const git::SourceAccess& access) {
    Check check{.about = "source " + source.name};
    const auto signers = access.trusted_file(source.verify->signers);
    if (!signers) {
        check.verdict = Verdict::fault;
        check.detail = signers.error().message;
    } else {
        check.detail =
            fmt::format("{} must be signed by a key of {}",
                        source.verify->every_commit ? "every commit" : "the newest commit",
                        source.verify->signers);
    }
    return check;
}

std::string about_clock(std::chrono::milliseconds ahead) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ahead).count();
    return fmt::format(
        "its clock is {} s {} ours; let both follow a time server (timedatectl set-ntp true; "
        "on a Mac: System Settings, General, Date & Time)",
        seconds < 0 ? -seconds : seconds, seconds < 0 ? "behind" : "ahead of");
}

/// What the credential may read in one line, and a line for each that it may not.
Checks check_permissions(const std::string& about, const std::vector<Right>& rights) {
    Checks checks;
    std::vector<std::string> granted;
    for (const Right& right : rights) {
        if (right.granted) {
            granted.push_back(right.what);
            continue;
        }
        checks.push_back({.about = about,
                          .verdict = Verdict::advice,
                          .detail = fmt::format("it can't read {}: {}", right.what,
                                                right.granted.error().message)});
    }
    if (!granted.empty()) {
        const std::string all = fmt::format("may read {}", fmt::join(granted, ", "));
        checks.insert(checks.begin(), {.about = about, .detail = all});
    }
    return checks;
}

asio::awaitable<Checks> check_target(const TargetSettings& settings, Target& target,
                                     net::Clock& clock) {
    const std::string about = "target " + settings.name;
    Checks checks;
    const auto answer = co_await target.about();
    if (!answer) {
        checks.push_back(
            {.about = about, .verdict = Verdict::fault, .detail = answer.error().message});
        co_return checks;
    }
    checks.push_back({.about = about, .verdict = Verdict::fine, .detail = answer->what});
    if (answer->clock) {
        const auto ahead = *answer->clock - clock.wall();
        if (std::chrono::abs(ahead) > clocks_agree_within) {
            checks.push_back(
                {.about = about, .verdict = Verdict::advice, .detail = about_clock(ahead)});
        }
    }
    std::ranges::move(check_permissions(about, answer->rights), std::back_inserter(checks));
    for (const std::string& warning : answer->warnings) {
        checks.push_back(
            {.about = about, .verdict = Verdict::advice, .detail = "it says: " + warning});
    }
    co_return checks;
}

}  // namespace

Checks check_settings(const Settings& settings) {
    struct stat file {};
    Checks checks;
    if (::stat(settings.file.c_str(), &file) == 0 && (file.st_mode & 022) != 0) {
        checks.push_back(
            {.about = "settings",
             .verdict = Verdict::fault,
             .detail = fmt::format("others may change {0}, and with it what a commit may do; "
                                   "run chmod go-w {0}",
                                   settings.file)});
    }
    checks.push_back({.about = "settings",
                      .verdict = Verdict::fine,
                      .detail = fmt::format("{}: {}, {}", settings.file,
                                            count(settings.sources.size(), "source"),
                                            count(settings.targets.size(), "target"))});
    if (settings.sources.empty()) {
        checks.push_back({.about = "settings",
                          .verdict = Verdict::advice,
                          .detail =
                              "they name no source, so nothing is declared; see `sources:` in the "
                              "example that `driftless init` writes"});
    }
    for (const auto& [name, target] : settings.targets) {
        if (target.policy.mode == Mode::converge) continue;
        checks.push_back(
            {.about = "target " + name,
             .verdict = Verdict::advice,
             .detail =
                 "it is only observed; `policy: {mode: converge}` lets a run apply its plan"});
    }
    return checks;
}

Checks check_state(const Settings& settings, std::uint32_t user) {
    Checks checks{check_folder(settings.state, user)};
    std::error_code failed;
    if (std::filesystem::exists(settings.state + "/vault.forgot", failed)) {
        checks.push_back(
            {.about = "state",
             .verdict = Verdict::advice,
             .detail = "the key of the seals was lost and made anew: values that can't be read "
                       "back are unknown until they are applied again; then remove " +
                       settings.state + "/vault.forgot"});
    }
    return checks;
}

Checks check_secrets(const Settings& settings, const Secrets& secrets) {
    Checks checks;
    std::size_t readable = 0;
    const auto check = [&](const std::string& name, const std::string& target) {
        const auto secret = secrets.read(name, target);
        if (secret) ++readable;
        if (secret && net::could_be_a_name(secret->reveal())) {
            checks.push_back(
                {.about = "secrets",
                 .verdict = Verdict::advice,
                 .detail = fmt::format("{} could be taken for a name or a number, so it is not "
                                       "taken out of other programs' errors; choose a longer one",
                                       in_quotes(name))});
        }
        if (!secret) {
            checks.push_back(
                {.about = "secrets", .verdict = Verdict::fault, .detail = secret.error().message});
        }
    };
    for (const auto& [name, named] : settings.secrets.named) {
        check(name, named.targets.empty() ? for_every_target : named.targets.front());
    }
    for (const auto& [name, target] : own_secrets(settings)) {
        if (!settings.secrets.named.contains(name)) {
            check(name, target.empty() ? for_every_target : target);
        }
    }
    if (readable > 0) {
        checks.push_back({.about = "secrets",
                          .verdict = Verdict::fine,
                          .detail = count(readable, "secret") + " can be read"});
    }
    return checks;
}

asio::awaitable<Checks> check_sources(const Settings& settings, const Secrets& secrets,
                                      Machine& machine, net::Lane& lane) {
    Checks checks;
    for (const auto& [name, source] : settings.sources) {
        checks.push_back(co_await check_source(source, secrets, machine, lane));
        if (source.verify) checks.push_back(check_signers(source, access_of_sources(secrets)));
    }
    co_return checks;
}

asio::awaitable<Checks> check_targets(const Settings& settings, const Secrets& secrets,
                                      Machine& machine, net::Lane& lane) {
    Measures measures;
    net::Pacers pacers{machine.executor, machine.clock};
    const TargetContext context{.settings = settings,
                                .secrets = secrets,
                                .environment = machine.environment,
                                .executor = machine.executor,
                                .clock = machine.clock,
                                .lane = lane,
                                .pacers = pacers,
                                .measures = measures};
    Checks checks;
    for (const auto& [name, target] : settings.targets) {
        const auto made = make_target(target, context);
        if (!made) {
            checks.push_back({.about = "target " + name,
                              .verdict = Verdict::fault,
                              .detail = made.error().message});
            continue;
        }
        std::ranges::move(co_await check_target(target, **made, machine.clock),
                          std::back_inserter(checks));
        checks.push_back(check_rights(target));
    }
    co_return checks;
}

}  // namespace driftless::cli
