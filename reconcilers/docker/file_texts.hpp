#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/base/secret.hpp"
#include "config/node.hpp"

namespace driftless::docker {

/// The texts of one project's compose file: what must not stand there becomes a variable, which the
/// manifest takes from a secret. All that is hidden is hidden before the first text is asked for.
class FileTexts {
public:
    /// @param plain  names of variables that are no secrets
    FileTexts(std::string project, std::set<std::string> plain)
        : project_(std::move(project)), plain_(std::move(plain)) {}

    /// A value that git may not hold. An empty one hides nothing, and a plain one stays.
    /// @param owner  the service, or "volume-KEY"
    void hide(const std::string& owner, const std::string& name, const std::string& value);
    /// A variable of that name is looked up outside of the file, so none of ours may have it.
    void reserve(const std::string& variable) { taken_variables_.insert(variable); }

    /// A value by its name: hidden, or as it is.
    [[nodiscard]] Node value(const std::string& owner, const std::string& name,
                             const std::string& value) const;
    /// Any other text; a hidden value in it is replaced there, too.
    [[nodiscard]] Node text(const std::string& text) const;
    /// A name, path, image or port: never a secret.
    [[nodiscard]] static Node name(const std::string& text);

    /// Variable -> name of its secret.
    [[nodiscard]] const std::map<std::string, std::string>& variables() const { return variables_; }
    [[nodiscard]] const std::map<std::string, Secret>& secrets() const { return secrets_; }

private:
    [[nodiscard]] std::string written(std::string_view text) const;

    std::string project_;
    std::set<std::string> plain_;
    std::set<std::string> taken_variables_;
    std::map<std::pair<std::string, std::string>, std::string> variable_of_;  // by owner and name
    std::map<std::string, std::string> variables_;
    std::map<std::string, Secret> secrets_;
    std::vector<std::pair<Secret, std::string>> inside_;  // value -> variable, longest first
};

}  // namespace driftless::docker
