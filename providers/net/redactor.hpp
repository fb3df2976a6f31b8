#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/secret.hpp"

namespace driftless::net {

/// Takes secrets out of texts that leave the process: log lines, answers, events, the database,
/// what a command prints. The types keep secrets out of what we write ourselves; this is for what
/// others put into their errors. May be used from several threads.
class Redactor {
public:
    /// From now on taken out: as it is, line by line, and as JSON, URLs, hex and base64 (both
    /// alphabets, at any offset within a longer text) write it. Safe to repeat.
    /// @return false: it could as well be a name or a number, and names must stay readable
    bool learn(const Secret& secret);
    [[nodiscard]] std::string redacted(std::string text) const;

    static constexpr std::string_view in_place = "(secret)";

private:
    using Start = std::uint16_t;  ///< the first two bytes of a form
    void add(std::string form);

    mutable std::mutex mutex_;
    std::vector<Secret> known_;
    std::array<bool, 1u << 16> starts_{};         ///< so that most places need one look
    std::map<Start, std::vector<Secret>> forms_;  ///< longest first
};

/// Is it shorter than eight bytes, a number, or a word of less than sixteen letters that a person
/// could have given as a name? Then nobody could tell it from one.
bool could_be_a_name(std::string_view text);

}  // namespace driftless::net
