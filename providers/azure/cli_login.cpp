#include <fmt/format.h>

#include "providers/azure/credentials.hpp"
#include "providers/azure/token_answers.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds patience = 30s;  // it is Python, and starts slowly

/// What it printed is on stdout and stderr together: the object, perhaps between warnings.
nlohmann::json object_in(std::string_view printed) {
    const auto begin = printed.find('{');
    const auto end = printed.rfind('}');
    if (begin == printed.npos || end == printed.npos || end < begin) return {};
    return nlohmann::json::parse(printed.substr(begin, end + 1 - begin), nullptr, false);
}

class CliLogin final : public TokenSource {
public:
    CliLogin(std::unique_ptr<net::Processes> processes, net::Clock& clock, CliPlace place)
        : processes_(std::move(processes)), clock_(clock), place_(std::move(place)) {}

    asio::awaitable<Result<AccessToken>> fetch(std::string scope, std::string) override {
        const std::string doing = "get a token of " + who();
        auto ended = co_await processes_->run(argv(scope), "", patience);
        if (!ended) co_return std::move(ended).error().in(doing);
        if (ended->code == 127) {
            co_return Error{Errc::unavailable, "there is no az on the PATH of driftless"}.in(doing);
        }
        if (ended->code != 0) {
            // What it prints then is for people, and holds no token.
            const std::string said = ended->printed.substr(0, ended->printed.find('\n'));
            co_return Error{Errc::unauthenticated,
                            fmt::format("it ended with {}: {}; run az login as the user that "
                                        "driftless runs as",
                                        ended->code, in_quotes(said.substr(0, 300)))}
                .in(doing);
        }
        auto token = read_token(object_in(ended->printed), clock_.wall());
        if (!token) co_return std::move(token).error().in(doing);
        co_return token;
    }

    std::string who() const override { return "az login"; }

private:
    [[nodiscard]] std::vector<std::string> argv(const std::string& scope) const {
        std::vector<std::string> argv{"/usr/bin/env", "PATH=" + place_.path, "HOME=" + place_.home};
        if (!place_.config.empty()) argv.push_back("AZURE_CONFIG_DIR=" + place_.config);
        for (const char* word :
             {"AZURE_CORE_COLLECT_TELEMETRY=0", "az", "account", "get-access-token", "--output",
              "json", "--only-show-errors", "--scope"}) {
            argv.emplace_back(word);
        }
        argv.push_back(scope);
        if (!place_.tenant.empty()) {
            argv.insert(argv.end(), {"--tenant", place_.tenant});
        } else if (!place_.subscription.empty()) {
            argv.insert(argv.end(), {"--subscription", place_.subscription});
        }
        return argv;
    }

    std::unique_ptr<net::Processes> processes_;
    net::Clock& clock_;
    CliPlace place_;
};

}  // namespace

std::unique_ptr<TokenSource> make_cli_login(std::unique_ptr<net::Processes> processes,
                                            net::Clock& clock, CliPlace place) {
    return std::make_unique<CliLogin>(std::move(processes), clock, std::move(place));
}

}  // namespace driftless::azure
