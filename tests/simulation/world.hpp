#pragma once

#include <boost/asio/io_context.hpp>

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/importing.hpp"
#include "daemon/daemon.hpp"
#include "providers/azure/arm.hpp"
#include "providers/net/pacers.hpp"
#include "tests/simulation/fuse.hpp"
#include "tests/simulation/memory_source.hpp"
#include "tests/support/fake_azure.hpp"
#include "tests/support/fake_cloudflare.hpp"
#include "tests/support/fake_engine.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/virtual_clock.hpp"

namespace driftless::test {

/// The target that is an account at Cloudflare.
inline constexpr const char* edge = "edge";

/// The target that is a subscription at Azure, whose group is rg-app.
inline constexpr const char* prod = "prod";

/// One thread, virtual time, and in it: a repository, an engine for each target (for `edge` an
/// account, for `prod` a subscription), and the whole production daemon on a real database. The
/// daemon may die and be started again; engines, account, repository and the database's file
/// outlive it.
class World {
public:
    explicit World(const std::vector<std::string>& targets = {"mini1"});
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] FakeEngine& engine(const std::string& target = "mini1") {
        return *engines_.at(target);
    }
    [[nodiscard]] const std::map<std::string, std::unique_ptr<FakeEngine>>& engines() const {
        return engines_;
    }
    /// Where one of the targets is `edge`; else nullptr.
    [[nodiscard]] FakeCloudflare* cloudflare() { return cloudflare_.get(); }
    /// Where one of the targets is `prod`; else nullptr.
    [[nodiscard]] FakeAzure* azure() { return azure_.get(); }
    /// From the next start on, the daemon has an app registration there and fetches its tokens.
    void fetch_tokens() { fetches_tokens_ = true; }
    /// Where the daemon keeps what Cloudflare shows once.
    [[nodiscard]] MemorySink& sink() { return sink_; }
    /// The same image on every engine.
    void add_image(const std::string& reference, const FakeImage& image);
    [[nodiscard]] Settings& settings() { return settings_; }  ///< to be changed before a start

    Repository repository;
    Fuse fuse;

    void start();
    /// Ends the daemon, if one runs: in good order, or what is left of it after it died.
    void end();
    void lose_database();
    /// What `driftless import` makes of a target. @return why it could not be read
    [[nodiscard]] Result<cli::ImportReport> import(const std::string& target, ImportWish wish = {});
    /// The machine's wall clock jumps: it slept, or somebody set the time.
    void set_wall(std::chrono::milliseconds by) { clock_.set_wall(by); }
    [[nodiscard]] net::WallTime wall() const { return clock_.wall(); }
    /// Lets time pass; returns early when the daemon dies.
    void run_for(std::chrono::nanoseconds time);
    [[nodiscard]] Daemon& daemon() { return *daemon_; }
    [[nodiscard]] const TargetStatus& status(const std::string& target = "mini1");
    [[nodiscard]] const ResourceStatus& resource(const std::string& key);
    /// Confirms what is held now, everywhere. @return how many targets had something
    int confirm_all();
    /// Every write that anybody was asked for since the last `clear_logs`, as "mini1 POST /…".
    [[nodiscard]] std::vector<std::string> writes() const;
    void clear_logs();

    template <class T>
    T wait_for(net::asio::awaitable<T> work);

private:
    void tell(const std::string& target, const EngineRequest& request) const;
    void add_engine(const std::string& target);
    void add_cloudflare();
    void add_azure();
    [[nodiscard]] std::unique_ptr<azure::Tokens> make_tokens();
    [[nodiscard]] std::map<std::string, std::unique_ptr<Target>> make_targets();

    net::asio::io_context io_;
    testing::VirtualClock clock_;
    testing::SeededRandom random_{7};
    std::unique_ptr<net::Lane> lane_;
    std::string folder_;
    bool
        tells_;  ///< DRIFTLESS_TELL is set: the daemon's log, and every write with its virtual time
    std::map<std::string, std::unique_ptr<FakeEngine>> engines_;
    std::unique_ptr<FakeCloudflare> cloudflare_;
    std::unique_ptr<FakeAzure> azure_;
    bool fetches_tokens_ = false;
    std::unique_ptr<net::Pacer> pacer_;    // as long as a daemon lives
    std::unique_ptr<net::Pacers> pacers_;  // the same, of Azure
    Settings settings_;
    Expanders expanders_;
    std::unique_ptr<Secrets> secrets_;
    MemorySink sink_;
    std::unique_ptr<Vault> vault_;
    Measures measures_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Daemon> daemon_;
    std::future<Result<void>> running_;
    std::map<std::string, TargetStatus> statuses_;
};

/// The same of an account: every record of every zone.
std::vector<std::string> picture_of(FakeCloudflare& account);

/// What a person would call the same state of an engine: every container, network and volume by
/// name, without ids and times. One line each.
std::vector<std::string> picture_of(const EngineWorld& world);

}  // namespace driftless::test
