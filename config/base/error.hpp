#pragma once

#include <fmt/format.h>

#include <cassert>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace driftless {

/// What kind of failure it was, for the one who decides whether to try again.
enum class Errc {
    canceled,      ///< we stopped it ourselves
    conflict,      ///< the thing is in another state than the call needs, or somebody else's
    forbidden,     ///< known to the other side, and not allowed
    internal,      ///< a fault of ours
    invalid,       ///< what was given, or what came back, is not what it should be
    not_found,     ///< the other side says that it does not exist: the only code that means absent
    rate_limited,  ///< too many calls; see Error::retry_after
    timed_out,     ///< no answer within the deadline; the call may have had its effect
    unauthenticated,  ///< the credential was refused
    unavailable,      ///< nobody answers, or answers that it cannot now
};

/// The code's name as logs and JSON show it: "rate_limited".
std::string_view name(Errc code);

/// `code` is for the scheduler (retry or not), `message` for a person. Neither ever holds a secret.
struct Error {
    Errc code;
    std::string message;  ///< "<what was tried>: <what happened>; <what to do>"
    std::optional<std::chrono::seconds> retry_after = std::nullopt;  ///< when the server said so

    Error in(std::string_view doing) && {  ///< puts what the caller was doing in front
        message = fmt::format("{}: {}", doing, message);
        return std::move(*this);
    }
};

/// A value, or why there is none. Made from either; asking for the one that is not there is a
/// fault of ours and ends the program.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : value_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return value_.index() == 0; }
    [[nodiscard]] bool failed() const { return !ok(); }
    explicit operator bool() const { return ok(); }

    T& operator*() & { return get(); }
    const T& operator*() const& { return get(); }
    T&& operator*() && { return std::move(get()); }
    T* operator->() { return &get(); }
    const T* operator->() const { return &get(); }

    Error& error() & { return fault(); }
    const Error& error() const& { return fault(); }
    Error&& error() && { return std::move(fault()); }

private:
    T& get() {
        assert(ok());
        return *std::get_if<0>(&value_);
    }
    const T& get() const {
        assert(ok());
        return *std::get_if<0>(&value_);
    }
    Error& fault() {
        assert(failed());
        return *std::get_if<1>(&value_);
    }
    const Error& fault() const {
        assert(failed());
        return *std::get_if<1>(&value_);
    }

    std::variant<T, Error> value_;
};

/// Success without a value: `return {};`
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool ok() const { return !error_; }
    [[nodiscard]] bool failed() const { return error_.has_value(); }
    explicit operator bool() const { return ok(); }

    Error& error() & {
        assert(failed());
        return *error_;
    }
    const Error& error() const& {
        assert(failed());
        return *error_;
    }
    Error&& error() && {
        assert(failed());
        return std::move(*error_);
    }

private:
    std::optional<Error> error_;
};

/// The text in double quotes, with control characters and quotes escaped: safe for a terminal and
/// a log line whatever it holds.
std::string in_quotes(std::string_view text);

}  // namespace driftless
