#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/error.hpp"

namespace driftless::compose {

/// Names and values, as interpolation sees them. Values may hold marks (vault.hpp).
using Variables = std::map<std::string, std::string>;

/// Replaces `$VAR`, `${VAR}`, `${VAR:-x}`, `${VAR-x}`, `${VAR:?e}`, `${VAR?e}`, `${VAR:+x}`,
/// `${VAR+x}` and `$$`; x and e are templates themselves, and only the branch taken is evaluated.
/// https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
class Template {
public:
    explicit Template(const Variables& variables) : variables_(variables) {}

    /// @return `invalid`: not a template, a required variable that is missing, or more than 16 MiB
    ///         of text made in all
    Result<std::string> fill(std::string_view text);
    /// Variables that were asked for without a default and are not set, since it was called last.
    std::set<std::string> take_unset() { return std::exchange(unset_, {}); }

private:
    Result<std::string> fill_at(std::string_view text, int depth);
    Result<std::string> braced(std::string_view inside, int depth);
    const std::string* find(const std::string& name) const;
    std::string plain(const std::string& name);

    const Variables& variables_;
    std::set<std::string> unset_;
    std::size_t made_ = 0;
};

}  // namespace driftless::compose
