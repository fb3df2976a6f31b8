#include "providers/net/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <random>

namespace driftless::net {
namespace {

/// Reads `count` digits at the front of `text` and takes them away; nothing where there are none.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
    int number = 0;
    if (text.size() < count) return std::nullopt;
    const char* end = text.data() + count;
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || text.front() == '-') return std::nullopt;
    text.remove_prefix(count);
    return number;
}

bool take(std::string_view& text, char letter) {
    if (text.empty() || text.front() != letter) return false;
    text.remove_prefix(1);
    return true;
}

/// The numbers of a text in a form like "0000-00-00": what isn't a 0 must stand there itself.
std::optional<std::vector<int>> take_numbers(std::string_view text, std::string_view form) {
    std::vector<int> numbers;
    while (!form.empty()) {
        const auto digits = std::min(form.find_first_not_of('0'), form.size());
        if (digits == 0) {
            if (!take(text, form.front())) return std::nullopt;
            form.remove_prefix(1);
            continue;
        }
        const auto number = take_number(text, digits);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
        form.remove_prefix(digits);
    }
    if (!text.empty()) return std::nullopt;
    return numbers;
}

}  // namespace

SteadyTime SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

asio::awaitable<Result<void>> SystemClock::sleep_until(SteadyTime when) {
    const auto state = co_await asio::this_coro::cancellation_state;
    const auto before = state.cancelled();
    asio::steady_timer timer{co_await asio::this_coro::executor, when};
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (state.cancelled() != before) co_return Error{Errc::canceled, "the wait was canceled"};
    co_return Result<void>{};
}

std::string to_string(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

Result<WallTime> parse_wall_time(std::string_view text) {
    const auto numbers = take_numbers(text, "0000-00-00T00:00:00.000Z");
    const auto wrong = [&] {
        return Error{Errc::invalid, fmt::format("{} is not a time like 2026-11-23T14:50:09.123Z",
                                                in_quotes(text))};
    };
    if (!numbers) return wrong();
    const auto& n = *numbers;
    const std::chrono::year_month_day date{std::chrono::year{n[0]},
                                           std::chrono::month{static_cast<unsigned>(n[1])},
                                           std::chrono::day{static_cast<unsigned>(n[2])}};
    if (!date.ok() || n[3] > 23 || n[4] > 59 || n[5] > 59) return wrong();
    return WallTime{std::chrono::sys_days{date} + std::chrono::hours{n[3]} +
                    std::chrono::minutes{n[4]} + std::chrono::seconds{n[5]} +
                    std::chrono::milliseconds{n[6]}};
}

std::uint64_t SystemRandom::next() {
    std::random_device device;  // reads the system's generator, has no state of its own
    const std::uint64_t high = device();
    return high << 32 | device();
}

std::string random_hex(Random& random, std::size_t bytes) {
    std::string hex;
    while (hex.size() < 2 * bytes) hex += fmt::format("{:016x}", random.next());
    hex.resize(2 * bytes);
    return hex;
}

}  // namespace driftless::net
