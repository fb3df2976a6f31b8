// A zone at Cloudflare: what it costs to look at its records, to plan, and to change some, in
// calls, CPU and memory. The API is a page of text in memory, so that nothing but our own work is
// measured. bench_records [RECORDS [CHANGED]]
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <ctime>
#include <fstream>
#include <future>

#include "daemon/secrets/secrets.hpp"
#include "reconcilers/cloudflare/account_target.hpp"
#include "reconcilers/cloudflare/dns_zone.hpp"
#include "reconcilers/reconcile.hpp"
#include "reconcilers/seals.hpp"

namespace driftless {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_a_page = 5'000;

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
    one.origin.manifest = {"edge", "DnsZone", "bnx.dev"};
    one.digest = early_digest(one.spec, vault);
    return one;
}

/// Writes nothing down.
class NoJournal final : public Journal {
    asio::awaitable<Result<void>> intend(const std::string&, const Step&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> settle(const std::string&, const Step&, const Results&) override {
        co_return Result<void>{};
    }
    asio::awaitable<Result<void>> learn(std::string, std::string, json) override {
        co_return Result<void>{};
    }
};

double cpu_ms() {
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double resident_mib() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t size = 0;
    std::size_t pages = 0;
    file >> size >> pages;
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
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
        DesiredState desired{.target = "edge", .commit = "c", .resources = {}};
        for (std::size_t i = 0; i < records; ++i) {
            desired.resources.push_back(declared(i, changed, *vault));
            InventoryEntry entry;
            entry.key = desired.resources.back().key;
            entry.id = fmt::format("{:032x}", i);
            entry.collection = desired.resources.back().collection;
            entry.manifest = desired.resources.back().origin.manifest;
            facts.inventory.emplace(entry.key, entry);
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

void measure(std::size_t records, std::size_t changed) {
    Bench bench{records, changed};
    NoJournal journal;
    Run run{.id = "r",
            .trigger = "interval",
            .facts = bench.facts,
            .vault = *bench.vault,
            .journal = journal,
            .clock = bench.clock,
            .files = nullptr,
            .stop_asked = [] { return false; },
            .progress = nullptr};
    const Kinds& kinds = bench.target->kinds();
    const double began = cpu_ms();
    const Reads reads = bench.run(kinds.at("cloudflare.dns_record")->observe(run, Scope{}));
    const double seen = cpu_ms();
    const std::size_t looks = bench.api->calls;
    const std::map<std::string, KindRules> rules{
        {"cloudflare.dns_record", kinds.at("cloudflare.dns_record")->rules()}};
    const Plan plan = make_plan(run.facts, reads, rules, *bench.vault);
    const double planned = cpu_ms();
    const double resident = resident_mib();
    const Outcome outcome = bench.run(reconcile(kinds, run, Scope{}));
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print(
        "{{\"records\": {}, \"changed\": {}, \"calls_to_look\": {}, \"look_cpu_ms\": {:.1f}, "
        "\"plan_cpu_ms\": {:.1f}, \"planned\": {}, \"held\": {}, \"write_calls\": {}, "
        "\"write_calls_one_a_record\": {}, \"resident_mib\": {:.1f}}}\n",
        records, changed, looks, seen - began, planned - seen, plan.actions.size(),
        plan.held.size(), bench.api->writes, changed, resident);
    (void)outcome;
}

}  // namespace
}  // namespace driftless

int main(int argc, char** argv) {
    const std::size_t records = argc > 1 ? std::stoul(argv[1]) : 5'000;
    const std::size_t changed = argc > 2 ? std::stoul(argv[2]) : 150;
    driftless::measure(records, changed);
}
