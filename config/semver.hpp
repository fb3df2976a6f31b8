#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace driftless {

/// A version as https://semver.org (2.0.0) has it; what stands behind "+" counts for nothing.
struct Version {
    std::array<std::uint64_t, 3> numbers{};
    std::vector<std::string> pre;  ///< "rc", "1"; empty for a release

    std::strong_ordering operator<=>(const Version& other) const;
    bool operator==(const Version& other) const = default;
};

/// "1.4.2" or "v1.4.2-rc.1+build". All three numbers are needed. @return `invalid`
Result<Version> parse_version(std::string_view text);

/// Which versions are wanted: ">=1.2 <2", "^1.4", "~1.4.2", "1.x", "1.2.3", "*"; "||" between
/// alternatives. A pre-release is in only if its alternative names one: ">=1.2.0-0 <2".
class VersionRange {
public:
    /// @return `invalid` with what was expected
    static Result<VersionRange> parse(std::string_view text);
    [[nodiscard]] bool contains(const Version& version) const;

private:
    /// From `from` on, before `to`.
    struct Span {
        Version from;
        Version to;
        bool is_open = true;  ///< there is no `to`
    };
    struct Alternative {
        std::vector<Span> all;  ///< each must hold the version
        bool pre_releases = false;
    };
    static Result<Span> parse_one(std::string_view op, std::string_view text, bool& names_pre);
    static Result<Alternative> parse_alternative(std::string_view text);

    std::vector<Alternative> any_;
};

}  // namespace driftless
