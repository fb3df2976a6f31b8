// driftless-pretend cloudflare --listen 127.0.0.1:PORT [--zone NAME[=PLAN]]... [--seed N]
// [--plain-status]
#include <CLI/CLI.hpp>

#include "tests/pretend/cloudflare.hpp"

namespace {

/// "127.0.0.1:8080"
bool split(const std::string& listen, driftless::test::PretendOptions& options) {
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
    CLI11_PARSE(app, argc, argv);
    if (!split(listen, options)) {
        std::cerr << "--listen wants ADDRESS:PORT, as 127.0.0.1:0\n";
        return 64;
    }
    return driftless::test::pretend_cloudflare(options);
}
