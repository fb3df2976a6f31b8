#pragma once

#include <ostream>
#include <streambuf>
#include <string>

#include "providers/net/redactor.hpp"

namespace driftless::cli {

/// What a command prints, line by line and without secrets. Flushed, it also passes on what isn't a
/// whole line yet.
class RedactedStream final : public std::ostream {
public:
    /// Both outlive it.
    RedactedStream(std::ostream& to, const net::Redactor& redactor)
        : std::ostream(&buffer_), buffer_(to, redactor) {}
    ~RedactedStream() override { flush(); }

private:
    class Buffer final : public std::streambuf {
    public:
        Buffer(std::ostream& to, const net::Redactor& redactor) : to_(to), redactor_(redactor) {}

    private:
        int_type overflow(int_type letter) override {
            if (letter == traits_type::eof()) return sync() == 0 ? 0 : traits_type::eof();
            text_ += traits_type::to_char_type(letter);
            if (text_.back() != '\n') return letter;
            return pass_on() ? letter : traits_type::eof();
        }
        int sync() override { return pass_on() && to_.flush() ? 0 : -1; }
        bool pass_on() {
            to_ << redactor_.redacted(std::move(text_));
            text_.clear();
            return to_.good();
        }

        std::ostream& to_;
        const net::Redactor& redactor_;
        std::string text_;
    };

    Buffer buffer_;
};

}  // namespace driftless::cli
