// A zone at Cloudflare: what it costs to look at its records, to plan, and to change some, in
// calls, CPU and memory. The API is a page of text in memory, so that nothing but our own work is
// measured. bench_records [RECORDS [CHANGED]]
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>

#include "bench/measuring.hpp"
#include "daemon/schedule/status.hpp"
#include "daemon/secrets/secrets.hpp"
#include "providers/net/platform.hpp"
#include "reconcilers/cloudflare/account_target.hpp"
#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/reconcile.hpp"
#include "reconcilers/seals.hpp"

namespace driftless {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_a_page = 5'000;
const std::string commit = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567";

std::string address_of(std::size_t number) {
    return fmt::format("203.{}.{}.{}", number >> 16, (number >> 8) & 255, number & 255);
}

/// As the API shows it: what it adds itself included.
std::string shown(std::size_t number) {
    return fmt::format(
        R"({{"id":"{0:032x}","name":"host-{0}.bnx.dev","type":"A","content":"{1}","proxiable":true,)"
        R"("proxied":false,"ttl":300,"settings":{{}},"meta":{{}},"comment":"driftless:bench",)"
        R"("tags":[],"created_on":"2026-01-01T00:00:00.000000Z",)"
        R"("modified_on":"2026-01-01T00:00:00.000000Z","comment_modified_on":"2026-01-01T00:00:00Z"}})",
        number, address_of(number));
}

/// One zone of so many records; takes any batch.
class Api final : public net::HttpTransport {
public:
    explicit Api(std::size_t records) : records_(records) {}

    asio::awaitable<Result<net::Response>> send(net::Request request) override {
        ++calls;
        net::Response response{200, {}, ""};
        if (request.method != net::Method::get) {
            ++writes;
            response.body = R"({"success":true,"result":{"posts":[]}})";
        } else if (request.target.starts_with("/zones?")) {
            response.body = R"({"success":true,"result":[{"id":"z","name":"bnx.dev",)"
                            R"("plan":{"legacy_id":"pro"}}]})";
        } else {
            response.body = page(std::stoul(request.target.substr(request.target.rfind('=') + 1)));
        }
        co_return response;
    }
    asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(net::Request) override {
        co_return Error{Errc::internal, "nothing streams here"};
    }

    std::size_t calls = 0;
    std::size_t writes = 0;

private:
    [[nodiscard]] std::string page(std::size_t number) const {
        std::string body = R"({"success":true,"errors":[],"messages":[],"result":[)";
        const std::size_t first = (number - 1) * most_a_page;
        for (std::size_t at = first; at < std::min(first + most_a_page, records_); ++at) {
            if (at > first) body += ',';
            body += shown(at);
        }
        return body + fmt::format(R"(],"result_info":{{"total_count":{}}}}})", records_);
    }
    std::size_t records_;
};

Declared declared(std::size_t number, std::size_t changed, const Vault& vault) {
    const std::string name = fmt::format("host-{}.bnx.dev", number);
    Declared one;
    one.key = {"edge", "cloudflare.dns_record", name + "/A"};
    one.collection = "zone bnx.dev";
    one.spec = {{"zone", "bnx.dev"},
                {"name", name},
                {"type", "A"},
                {"values", {number < changed ? "198.51.100.1" : address_of(number)}},
                {"ttl", 300}};
    one.claims = {"A " + name};
    one.origin = {commit,
                  {"dns/bnx.dev.yaml", static_cast<int>(number) + 10, 7},
                  {"edge", "DnsZone", "bnx.dev"}};
    one.publishes = {name};
    one.digest = early_digest(one.spec, vault);
    return one;
}

/// As it is once the resource was found as declared.
InventoryEntry remembered(const Declared& declared, std::size_t number) {
    InventoryEntry entry;
    entry.key = declared.key;
    entry.id = fmt::format("{:032x}", number);
    entry.collection = declared.collection;
    entry.manifest = declared.origin.manifest;
    entry.place = declared.origin.place;
    entry.commit = entry.good_commit = commit;
    entry.good_digest = declared.digest;
    return entry;
}

struct Bench {
    Bench(std::size_t records, std::size_t changed) {
        auto made = std::make_unique<Api>(records);
        api = made.get();
        cloudflare::AccountParts parts;
        parts.target = "edge";
        parts.installation = "bench";
        parts.account_id = "0";
        parts.token = Secret{"t"};
        parts.transport = std::move(made);
        target = cloudflare::make_account_target(std::move(parts), clock, *lane);
        DesiredState desired{.target = "edge", .commit = commit, .resources = {}};
        for (std::size_t i = 0; i < records; ++i) {
            const Declared& one = desired.resources.emplace_back(declared(i, changed, *vault));
            facts.inventory.emplace(one.key, remembered(one, i));
        }
        std::ranges::sort(desired.resources, {}, &Declared::key);
        facts.target = "edge";
        facts.installation = "bench";
        facts.policy.mode = Mode::converge;
        facts.desired = Complete<DesiredState>::vouched(std::move(desired));
    }

    template <class T>
    T run(asio::awaitable<T> work) {
        auto future = asio::co_spawn(io, as_optional(std::move(work)), asio::use_future);
        io.restart();
        io.run();
        return *future.get();
    }
    template <class T>
    static asio::awaitable<std::optional<T>> as_optional(asio::awaitable<T> work) {
        co_return co_await std::move(work);
    }

    asio::io_context io;
    net::SystemClock clock;
    std::unique_ptr<net::Lane> lane = net::make_inline_lane(io.get_executor());
    std::unique_ptr<Vault> vault = make_vault("a key for measuring only, 32 byte");
    std::unique_ptr<Target> target;
    Api* api = nullptr;
    Facts facts;
};

struct Figures {
    std::size_t looks = 0;
    double seen_ms = 0;
    double planned_ms = 0;
    double planned_mib = 0;
};

Figures look_and_plan(Bench& bench, Run& run) {
    Figures figures;
    Reconciler& kind = *bench.target->kinds().at("cloudflare.dns_record");
    const double began = cpu_ms();
    const Reads reads = bench.run(kind.observe(run, Scope{}));
    const double seen = cpu_ms();
    const std::map<std::string, KindRules> rules{{"cloudflare.dns_record", kind.rules()}};
    const Plan plan = make_plan(run.facts, reads, rules, *bench.vault);
    figures.seen_ms = seen - began;
    figures.planned_ms = cpu_ms() - seen;
    figures.looks = bench.api->calls;
    figures.planned_mib = resident_mib();
    return figures;
}

/// What a daemon holds between runs: what git wants, the status with its plan, and the board.
struct Kept {
    Complete<DesiredState> desired;
    TargetStatus status;
    Board board;
};

Kept reconciled(Bench& bench, Run& run) {
    const Outcome outcome = bench.run(reconcile(bench.target->kinds(), run, Scope{}));
    Kept kept{*run.facts.desired, {}, {}};
    kept.status.resources = outcome.statuses;
    kept.status.plan = outcome.plan;
    for (const auto& [key, posted] : outcome.posted) kept.board.post(key, posted);
    return kept;
}

void measure(std::size_t records, std::size_t changed) {
    Bench bench{records, changed};
    NoJournal journal;
    std::optional<Run> run{Run{.id = "r",
                               .trigger = "interval",
                               .facts = std::move(bench.facts),
                               .vault = *bench.vault,
                               .journal = journal,
                               .clock = bench.clock,
                               .files = nullptr,
                               .stop_asked = [] { return false; },
                               .progress = nullptr}};
    const Figures figures = look_and_plan(bench, *run);
    const Kept kept = reconciled(bench, *run);
    const double peak = peak_mib();
    run.reset();
    bench.facts = {};
    net::give_back_memory();
    fmt::print(
        "{{\"records\": {}, \"changed\": {}, \"calls_to_look\": {}, \"look_cpu_ms\": {:.1f}, "
        "\"plan_cpu_ms\": {:.1f}, \"planned\": {}, \"held\": {}, \"write_calls\": {}, "
        "\"write_calls_one_a_record\": {}, \"planned_mib\": {:.1f}, \"peak_mib\": {:.1f}, "
        "\"between_runs_mib\": {:.1f}}}\n",
        records, changed, figures.looks, figures.seen_ms, figures.planned_ms,
        kept.status.plan.actions.size(), kept.status.plan.held.size(), bench.api->writes, changed,
        figures.planned_mib, peak, resident_mib());
}

}  // namespace
}  // namespace driftless

int main(int argc, char** argv) {
    const std::size_t records = argc > 1 ? std::stoul(argv[1]) : 5'000;
    const std::size_t changed = argc > 2 ? std::stoul(argv[2]) : 150;
    driftless::measure(records, changed);
}
