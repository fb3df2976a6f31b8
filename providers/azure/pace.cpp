#include "providers/azure/pace.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "config/base/lower_case.hpp"
#include "providers/azure/refusals.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view remaining = "x-ms-ratelimit-remaining-";
constexpr std::chrono::seconds slowed = 5s;    // between two calls where little is left
constexpr std::chrono::seconds silence = 15s;  // after a refusal that names no time

using Counts = std::map<std::string, std::size_t, std::less<>>;

/// "799", or "Policy1;42,Policy2;7": each number beside what it counts.
Counts counts_of(const std::string& header, std::string_view value) {
    Counts counts;
    while (!value.empty()) {
        const auto part = value.substr(0, value.find(','));
        value.remove_prefix(std::min(part.size() + 1, value.size()));
        const auto mark = part.rfind(';');
        const auto text = mark == part.npos ? part : part.substr(mark + 1);
        const auto name = mark == part.npos ? std::string_view{} : part.substr(0, mark);
        std::size_t number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
        if (whole) counts.emplace(fmt::format("{} {}", header, name), number);
    }
    return counts;
}

net::Pacer& pacer_of(const ArmPace& pace, net::Method method) {
    if (method == net::Method::get || method == net::Method::head) return pace.reads;
    return method == net::Method::del ? pace.removals : pace.writes;
}

/// With the time that only the text names: "Retry after 2 seconds".
net::Headers with_time(net::Headers headers, const Refusal& refusal) {
    const auto time = retry_after(headers, refusal.message);
    const bool named = !net::header_of(headers, "Retry-After").empty();
    if (time && !named) headers.emplace_back("Retry-After", std::to_string(time->count()));
    return headers;
}

class ArmTransport final : public net::HttpTransport {
public:
    ArmTransport(std::unique_ptr<net::HttpTransport> inner, ArmPace pace)
        : inner_(std::move(inner)), pace_(pace) {}

    net::asio::awaitable<Result<net::Response>> send(net::Request request) override {
        net::Pacer& pacer = pacer_of(pace_, request.method);
        auto turn = co_await pacer.take(request.method);
        if (!turn) co_return std::move(turn).error();
        auto response = co_await inner_->send(std::move(request));
        if (!response) co_return response;
        auto heeded = heed(pacer, *response);
        if (!heeded) co_return std::move(heeded).error();
        co_return response;
    }

    net::asio::awaitable<Result<std::unique_ptr<net::ResponseStream>>> open(
        net::Request request) override {
        net::Pacer& pacer = pacer_of(pace_, request.method);
        auto turn = co_await pacer.take(request.method);
        if (!turn) co_return std::move(turn).error();
        co_return co_await inner_->open(std::move(request));
    }

private:
    static Result<void> heed(net::Pacer& pacer, const net::Response& response) {
        if (response.status != 429) return pacer.heed(response.status, response.headers);
        const Refusal refusal = read_refusal(429, response.headers, response.body);
        if (way_of(refusal) == Way::soon) {
            return pacer.heed(200, response.headers);  // it counts, and no budget is spent
        }
        auto heeded = pacer.heed(429, with_time(response.headers, refusal));
        if (heeded) return heeded;
        const std::string id =
            refusal.request_id.empty() ? "" : fmt::format(" (request {})", refusal.request_id);
        return std::move(heeded).error().in(fmt::format("HTTP 429 {}{}", refusal.code, id));
    }

    std::unique_ptr<net::HttpTransport> inner_;
    ArmPace pace_;
};

}  // namespace

net::ReadAllowance learn_remaining() {
    // Shared by the copies of one ReadAllowance: it is copied into the pacer that it belongs to.
    auto most = std::make_shared<Counts>();
    return [most](int status, const net::Headers& headers) {
        net::Allowance said;
        said.refused = status == 429;
        if (said.refused) said.silence = retry_after(headers);
        for (const auto& [name, value] : headers) {
            const std::string header = lower_case(name);
            if (!header.starts_with(remaining)) continue;
            for (const auto& [what, left] : counts_of(header, value)) {
                std::size_t& largest = (*most)[what];
                largest = std::max(largest, left);
                if (left * 10 >= largest) continue;
                said.left = 0;
                said.renewed_in = slowed;
            }
        }
        return said;
    };
}

ArmPace pace_of(net::Pacers& pacers, const std::string& endpoint, const std::string& subscription,
                const std::string& who) {
    const auto pacer = [&](std::string_view sort, std::size_t calls,
                           std::chrono::seconds window) -> net::Pacer& {
        net::PacerParts parts;
        parts.whose = fmt::format("{} of Azure ({})", sort, who);
        parts.calls = calls;
        parts.window = window;
        parts.percent = 50;
        parts.burst_percent = 50;
        parts.silence = silence;
        parts.read = learn_remaining();
        const std::string url = fmt::format("{}/subscriptions/{}#{}", endpoint, subscription, sort);
        return pacers.of(url, Secret{who}, std::move(parts));
    };
    return {pacer("reads", 250, 10s), pacer("writes", 200, 20s), pacer("removals", 200, 20s)};
}

std::unique_ptr<net::HttpTransport> make_arm_transport(std::unique_ptr<net::HttpTransport> inner,
                                                       ArmPace pace) {
    return std::make_unique<ArmTransport>(std::move(inner), pace);
}

}  // namespace driftless::azure
