#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/exit_code.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/plan_text.hpp"
#include "daemon/cli/settings_file.hpp"
#include "daemon/cli/world.hpp"
#include "daemon/http/views.hpp"
#include "daemon/plans.hpp"

namespace driftless::cli {
namespace {

struct PlanOptions {
    std::string revision;
    std::string folder;
    std::string target;
    bool as_json = false;
};

/// A folder that is there as long as this is.
class TemporaryFolder {
public:
    explicit TemporaryFolder(net::Random& random)
        : path_(std::filesystem::temp_directory_path() /
                ("driftless-" + net::random_hex(random, 8))) {}
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

using FilesResult = Result<std::shared_ptr<const Files>>;

/// One `driftless plan`: what each source says, and what each of its targets has.
class Planning {
public:
    Planning(World& world, Machine& machine, const PlanOptions& options)
        : world_(world),
          machine_(machine),
          options_(options),
          progress_(machine, options.as_json),
          clones_(machine.random) {}

    asio::awaitable<int> all();

private:
    asio::awaitable<void> source(const SourceSettings& source);
    asio::awaitable<FilesResult> files_of(const SourceSettings& source);
    asio::awaitable<FilesResult> fetched(const SourceSettings& source);
    asio::awaitable<Loaded> loaded(const SourceSettings& source,
                                   std::shared_ptr<const Files> files);
    asio::awaitable<void> plan_wanted();
    void print_findings(const Findings& findings);
    void print(const Plan& plan);

    World& world_;
    Machine& machine_;
    const PlanOptions& options_;
    Progress progress_;
    TemporaryFolder clones_;  // the daemon's clones belong to the daemon
    std::map<std::string, Wanted> wanted_;
    json plans_ = json::array();
    bool failed_ = false;
    bool pending_ = false;
};

asio::awaitable<int> Planning::all() {
    for (const auto& [name, settings] : world_.settings->sources) co_await source(settings);
    co_await plan_wanted();
    if (options_.as_json) show_json(machine_, json{{"plans", plans_}});
    if (failed_) co_return exit_error;
    co_return pending_ ? exit_pending : exit_done;
}

asio::awaitable<void> Planning::source(const SourceSettings& source) {
    auto files = co_await files_of(source);
    progress_.clear();
    if (!files) {
        fail(machine_, files.error());
        failed_ = true;
        co_return;
    }
    const Loaded commit = co_await loaded(source, *files);
    print_findings(commit.unparsed);
    print_findings(commit.elsewhere);
    for (const auto& [name, load] : commit.targets) {
        const bool is_asked_for = options_.target.empty() || options_.target == name;
        if (is_asked_for) print_findings(load.findings);
        if (!load.desired) continue;
        Wanted wanted{
            .desired = *load.desired, .files = *files, .source = source.name, .is_tip = true};
        wanted_.insert_or_assign(name, std::move(wanted));
    }
}

asio::awaitable<FilesResult> Planning::files_of(const SourceSettings& source) {
    if (options_.folder.empty()) co_return co_await fetched(source);
    const std::string folder = options_.folder;
    std::function<FilesResult()> work = [folder] { return git::open_folder(folder); };
    co_return co_await net::run_blocking<FilesResult>(*world_.files_lane, std::move(work));
}

asio::awaitable<FilesResult> Planning::fetched(const SourceSettings& source) {
    const std::string clone = clones_.path() + "/" + source.name + ".git";
    progress_.say(fmt::format("{}: fetches {}", source.name, source.url));
    auto git = git::make_source(source, clone, machine_.processes, *world_.files_lane,
                                access_of_sources(*world_.secrets));
    auto tip = co_await git->fetch();
    if (!tip) co_return std::move(tip).error();
    if (options_.revision.empty()) {
        auto verified = co_await git->verify(*tip, "");
        if (!verified) co_return std::move(verified).error().in("source " + source.name);
        co_return co_await git->snapshot(std::move(*tip));
    }
    const std::string revision = options_.revision;
    const std::string path = source.path;
    std::function<FilesResult()> work = [clone, revision, path] {
        return git::open_revision(clone, revision, path);
    };
    co_return co_await net::run_blocking<FilesResult>(*world_.files_lane, std::move(work));
}

asio::awaitable<Loaded> Planning::loaded(const SourceSettings& source,
                                         std::shared_ptr<const Files> files) {
    const LoadContext context{.settings = *world_.settings,
                              .expanders = world_.expanders,
                              .secrets = *world_.secrets,
                              .vault = *world_.vault,
                              .targets = source.targets,
                              .addressed_before = {}};
    std::function<Loaded()> work = [files, context] { return load(*files, context); };
    co_return co_await net::run_blocking<Loaded>(*world_.files_lane, std::move(work));
}

asio::awaitable<void> Planning::plan_wanted() {
    progress_.say("looks at " + (options_.target.empty() ? "every target" : options_.target));
    const PlanParts parts{.settings = *world_.settings,
                          .targets = world_.targets,
                          .store = *world_.store,
                          .vault = *world_.vault,
                          .clock = machine_.clock,
                          .random = machine_.random};
    std::string only = options_.target;
    const auto plans = co_await plan_targets(parts, std::move(wanted_), std::move(only));
    progress_.clear();
    for (const auto& [target, plan] : plans) {
        if (plan) {
            print(*plan);
        } else {
            fail(machine_, plan.error());
            failed_ = true;
        }
    }
}

void Planning::print_findings(const Findings& findings) {
    for (const Finding& finding : findings) machine_.err << clean(to_string(finding)) << '\n';
    failed_ = failed_ || has_errors(findings);
}

void Planning::print(const Plan& plan) {
    const int code = exit_code_of(plan);
    pending_ = pending_ || code == exit_pending;
    failed_ = failed_ || code == exit_error;
    if (options_.as_json) {
        plans_.push_back(http::view_of(plan));
    } else {
        show(machine_, plan_text(plan, Style{machine_.colours}));
    }
}

asio::awaitable<int> plan(Machine& machine, std::string config, PlanOptions options) {
    auto settings = load_settings(config);
    if (!settings) co_return fail(machine, settings.error());
    if (auto user = act_as_owner(*settings, machine); !user) co_return fail(machine, user.error());
    if (const auto known = find_target(*settings, options.target); !known) {
        (void)fail(machine, known.error());
        co_return exit_usage;
    }
    auto world = open_world(std::move(*settings), Access::read_only, machine);
    if (!world) co_return fail(machine, world.error());
    Planning planning{*world, machine, options};
    co_return co_await planning.all();
}

}  // namespace

void add_plan(CLI::App& app, Selected& selected) {
    auto* command = app.add_subcommand("plan", "what a run would do, and changes nothing");
    auto options = std::make_shared<PlanOptions>();  // shared with the callback, which outlives us
    auto* revision = command
                         ->add_option("--revision", options->revision,
                                      "a commit of the source; left out: the newest")
                         ->type_name("REV");
    command->add_option("--dir", options->folder, "a folder on disk instead of the sources")
        ->excludes(revision)
        ->type_name("DIR");
    command->add_option("--target", options->target, "only this one")->type_name("TARGET");
    command->add_flag("--json", options->as_json, "for programs");
    command->callback([&selected, options] {
        selected.command = [&selected, options](Machine& machine) {
            return plan(machine, selected.config, *options);
        };
    });
}

}  // namespace driftless::cli
