#pragma once

#include <optional>
#include <set>
#include <string>

#include "config/base/finding.hpp"
#include "config/compose/project.hpp"

namespace driftless::compose {

/// What all steps of one reading share: the input, what was found wrong, and the limits.
class Context {
public:
    Context(const Input& input, Findings& findings) : input_(input), findings_(findings) {}

    [[nodiscard]] const Input& input() const { return input_; }

    /// "file:1:2: services.web.image: MESSAGE"; `where` may be empty.
    void error(const Place& place, const std::string& where, const std::string& message);
    void note(const Place& place, const std::string& where, const std::string& message);
    [[nodiscard]] bool failed() const { return has_errors(findings_); }
    [[nodiscard]] Findings& findings() { return findings_; }

    /// Replaces a scalar's marks by what they stand for. A late value, or a secret without a vault,
    /// is an error.
    bool open(Node& scalar, const std::string& where);
    /// The same for a text.
    std::optional<std::string> opened(const std::string& text, const Place& place,
                                      const std::string& where);

    /// The scalar for a message: in quotes, or "a secret" where a mark was opened.
    [[nodiscard]] std::string quoted(const Node& scalar) const;

    /// Is there such a file, in the commit or provided?
    [[nodiscard]] bool has_file(const std::string& path) const;
    /// The text of a file; where there is none, an error at `asked`.
    std::optional<std::string> read_file(const std::string& path, const Place& asked,
                                         const std::string& where);

    /// Counts ports that ranges stand for. False, with an error, when there are too many.
    bool count_ports(std::size_t more, const Place& place, const std::string& where);

private:
    const Input& input_;
    Findings& findings_;
    std::size_t ports_ = 0;
    std::set<Place> opened_;  ///< of scalars that held secrets
};

/// "services.web" + "image"
std::string below(const std::string& where, const std::string& key);

/// A path of a compose file that lies in `folder`: absolute ones stay; relative ones become clean
/// paths from the commit's root ("." is the root itself).
/// @return `invalid` for `~`, an empty text, and what leaves the repository
Result<std::string> resolve_path(const std::string& folder, const std::string& path);
/// "apps/web" of "apps/web/compose.yaml"; "" at the root.
std::string folder_of(const std::string& path);

}  // namespace driftless::compose
