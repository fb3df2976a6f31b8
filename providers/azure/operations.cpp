#include "providers/azure/operations.hpp"

#include <array>
#include <charconv>

#include "config/base/lower_case.hpp"
#include "providers/azure/body_text.hpp"

namespace driftless::azure {
namespace {

using namespace std::chrono_literals;
using By = Operation::By;

constexpr std::chrono::seconds usual_wait = 15s;
constexpr std::chrono::seconds longest_wait = 10min;
constexpr std::chrono::seconds longest_operation = 2h;  // of those that tell no time of their own
constexpr std::array names{"status", "location", "resource"};

std::string provisioning_state(const json& body) {
    return text_at(body, "/properties/provisioningState");
}

enum class Ended { no, well, badly };
Ended ended(const std::string& state) {
    const std::string word = lower_case(state);
    if (word == "succeeded") return Ended::well;
    if (word == "failed" || word == "canceled" || word == "cancelled") return Ended::badly;
    return Ended::no;
}

/// "PT15M" as seconds; only what services send: hours, minutes, seconds.
std::optional<std::chrono::seconds> read_period(std::string_view text) {
    if (!text.starts_with("PT")) return std::nullopt;
    text.remove_prefix(2);
    std::chrono::seconds whole{0};
    while (!text.empty()) {
        unsigned count = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
        if (read.ec != std::errc{} || read.ptr == text.data() + text.size()) return std::nullopt;
        const char unit = *read.ptr;
        if (unit != 'H' && unit != 'M' && unit != 'S') return std::nullopt;
        whole += std::chrono::seconds{count} * (unit == 'H' ? 3'600 : unit == 'M' ? 60 : 1);
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()) + 1);
    }
    return whole;
}

std::chrono::seconds wait_of(const net::Headers& headers) {
    return std::min(retry_after(headers).value_or(usual_wait), longest_wait);
}

Polled go_on(Operation operation, const net::Headers& headers, net::WallTime now) {
    operation.next = now + wait_of(headers);
    return {Went::on, std::move(operation), {}};
}

/// By the state that the answer names.
Polled judged(Operation operation, const Answer& answer, const std::string& state,
              net::WallTime now) {
    switch (ended(state)) {
        case Ended::no: return go_on(std::move(operation), answer.headers, now);
        case Ended::well: return {Went::well, std::move(operation), {}};
        case Ended::badly: break;
    }
    Polled polled{Went::badly, std::move(operation), refusal_in(answer.body)};
    polled.refusal.status = answer.status;
    polled.refusal.request_id = answer.request_id;
    if (polled.refusal.code.empty()) polled.refusal.code = state;
    return polled;
}

/// Only `status` decides, never that there is an `error`: some send one with every answer.
Polled read_answer(Operation operation, const Answer& answer, net::WallTime now) {
    if (operation.by == By::resource) {
        const std::string state = provisioning_state(answer.body);
        return judged(std::move(operation), answer, state.empty() ? "Succeeded" : state, now);
    }
    if (answer.status == 202) return go_on(std::move(operation), answer.headers, now);
    const std::string status = text_at(answer.body, "/status");
    if (!status.empty()) return judged(std::move(operation), answer, status, now);
    if (operation.by == By::location) return {Went::well, std::move(operation), {}};
    return go_on(std::move(operation), answer.headers, now);
}

}  // namespace

json to_json(const Operation& operation) {
    return {{"by", names.at(static_cast<std::size_t>(operation.by))},
            {"url", operation.url},
            {"started", net::to_string(operation.started)},
            {"deadline", net::to_string(operation.deadline)},
            {"next", net::to_string(operation.next)}};
}

Result<Operation> read_operation(const json& from) {
    const Error unread{Errc::invalid, "read an operation of Azure: it was written differently"};
    if (!from.is_object()) return unread;
    Operation operation;
    operation.url = from.value("url", "");
    const auto by = std::ranges::find(names, from.value("by", ""));
    const auto started = net::parse_wall_time(from.value("started", ""));
    const auto deadline = net::parse_wall_time(from.value("deadline", ""));
    const auto next = net::parse_wall_time(from.value("next", ""));
    if (by == names.end() || operation.url.empty() || !started || !deadline || !next) return unread;
    operation.by = static_cast<By>(by - names.begin());
    operation.started = *started;
    operation.deadline = *deadline;
    operation.next = *next;
    return operation;
}

std::optional<Operation> begun(const Answer& answer, const Call& call, net::WallTime now) {
    Operation operation;
    operation.url = net::header_of(answer.headers, "Azure-AsyncOperation");
    operation.by = By::status;
    if (operation.url.empty() && answer.status == 202) {
        operation.url = net::header_of(answer.headers, "Location");
        operation.by = By::location;
    }
    if (operation.url.empty()) {
        const std::string state = provisioning_state(answer.body);
        const bool goes_on = !state.empty() && ended(state) == Ended::no;
        const bool removes = call.method == net::Method::del && answer.status == 202;
        if (!goes_on && !removes) return std::nullopt;
        operation.url = call.target;
        operation.by = By::resource;
    }
    const std::string limit = net::header_of(answer.headers, "x-ms-async-operation-timeout");
    operation.started = now;
    // What Azure calls its limit is when it gives up; it tells so a little later.
    operation.deadline = now + read_period(limit).value_or(longest_operation) + 10min;
    operation.next = now + wait_of(answer.headers);
    return operation;
}

asio::awaitable<Result<Polled>> poll(Arm& arm, Operation operation, net::WallTime now) {
    Call call;
    call.target = operation.url;
    auto told = co_await arm.tell(std::move(call));
    if (!told) co_return std::move(told).error();
    if (!told->refusal) co_return read_answer(std::move(operation), told->answer, now);
    const bool is_resource = operation.by == By::resource;
    if (is_resource && way_of(*told->refusal) == Way::absent) {
        co_return Polled{Went::well, std::move(operation), {}};
    }
    if (!is_resource && told->refusal->status == 404) {
        co_return Polled{Went::lost, std::move(operation), {}};
    }
    co_return error_of(*told->refusal);
}

}  // namespace driftless::azure
