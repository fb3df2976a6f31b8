// driftless-pretend cloudflare --listen 127.0.0.1:PORT [--zone NAME[=PLAN]]... [--seed N]
// [--plain-status]
// driftless-pretend azure --listen 127.0.0.1:PORT [--speed N] [--seed N]
#include <CLI/CLI.hpp>

#include "tests/pretend/azure.hpp"
#include "tests/pretend/cloudflare.hpp"

namespace {

/// "127.0.0.1:8080"
template <class Options>
bool split(const std::string& listen, Options& options) {
    const std::size_t colon = listen.rfind(':');
    if (colon == std::string::npos) return false;
    options.address = listen.substr(0, colon);
    return CLI::detail::lexical_cast(listen.substr(colon + 1), options.port);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulated providers, served for tests and demos"};
    app.require_subcommand(1);
    driftless::test::PretendOptions options;
    std::string listen = "127.0.0.1:0";
    CLI::App* cloudflare = app.add_subcommand("cloudflare", "Cloudflare's API v4, in memory");
    cloudflare->add_option("--listen", listen, "ADDRESS:PORT; port 0: any free one");
    cloudflare
        ->add_option("--zone", options.zones,
                     "NAME, or NAME=PLAN (free, pro, business, enterprise)")
        ->take_all();
    cloudflare->add_option("--seed", options.seed, "the same seed makes the same ids");
    cloudflare->add_flag("--plain-status", options.plain_status,
                         "200 for every success, for validators whose document knows no other");
    driftless::test::PretendAzureOptions of_azure;
    CLI::App* azure = app.add_subcommand("azure", "Azure Resource Manager, in memory");
    azure->add_option("--listen", listen, "ADDRESS:PORT; port 0: any free one");
    azure->add_option("--seed", of_azure.seed, "the same seed makes the same ids");
    azure->add_option("--speed", of_azure.speed, "how many times faster its clock runs")
        ->check(CLI::Range(0.001, 1e6));
    CLI11_PARSE(app, argc, argv);
    if (!split(listen, options) || !split(listen, of_azure)) {
        std::cerr << "--listen wants ADDRESS:PORT, as 127.0.0.1:0\n";
        return 64;
    }
    if (azure->parsed()) return driftless::test::pretend_azure(of_azure);
    return driftless::test::pretend_cloudflare(options);
}
