#include "reconcilers/docker/file_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/resource_key.hpp"
#include "providers/net/redactor.hpp"

namespace driftless::docker {
namespace {

constexpr std::size_t longest_name = 56;  // of a secret, less what makes it the only one

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// "web", "db.url" -> "WEB_DB_URL"
std::string as_variable(const std::string& owner, const std::string& name) {
    std::string variable = owner + "_" + name;
    for (char& c : variable) {
        c = upper(c);
        if (!is_digit(c) && (c < 'A' || c > 'Z')) c = '_';
    }
    if (is_digit(variable.front())) variable.insert(0, 1, '_');
    return variable.starts_with("COMPOSE_") ? "OF_" + variable : variable;  // those mean something
}

/// "shop", "web", "DB_URL" -> "shop-web-db-url"
std::string as_secret_name(const std::string& project, const std::string& owner,
                           const std::string& name) {
    std::string secret = project + "-" + owner + "-" + name;
    for (char& c : secret) {
        c = lower(c);
        if (!is_digit(c) && (c < 'a' || c > 'z') && c != '.') c = '-';
    }
    return secret.substr(0, longest_name);
}

template <class Taken>
std::string unique(const std::string& name, const char* between, Taken is_taken) {
    std::string candidate = name;
    for (int number = 2; is_taken(candidate); ++number) {
        candidate = fmt::format("{}{}{}", name, between, number);
    }
    return candidate;
}

std::string escaped(std::string_view text) {
    std::string all;
    for (const char letter : text) all += letter == '$' ? "$$" : std::string(1, letter);
    return all;
}

}  // namespace

void FileTexts::hide(const std::string& owner, const std::string& name, const std::string& value) {
    if (value.empty() || plain_.contains(name)) return;
    const std::string variable =
        unique(as_variable(owner, name), "_", [&](const std::string& candidate) {
            return variables_.contains(candidate) || taken_variables_.contains(candidate);
        });
    const std::string secret =
        unique(as_secret_name(project_, owner, name), "-",
               [&](const std::string& candidate) { return secrets_.contains(candidate); });
    variable_of_[{owner, name}] = variable;
    variables_[variable] = secret;
    secrets_.emplace(secret, Secret{value});
    if (net::could_be_a_name(value)) return;
    inside_.emplace_back(Secret{value}, variable);
    std::ranges::stable_sort(inside_, [](const auto& one, const auto& other) {
        return one.first.reveal().size() > other.first.reveal().size();
    });
}

std::string FileTexts::written(std::string_view text) const {
    for (const auto& [secret, variable] : inside_) {
        const std::size_t at = text.find(secret.reveal());
        if (at == text.npos) continue;
        return written(text.substr(0, at)) + "${" + variable + "}" +
               written(text.substr(at + secret.reveal().size()));
    }
    return escaped(text);
}

Node FileTexts::value(const std::string& owner, const std::string& name,
                      const std::string& value) const {
    const auto found = variable_of_.find({owner, name});
    if (found == variable_of_.end()) return text(value);
    return Node::scalar("${" + found->second + "}", {});
}

Node FileTexts::text(const std::string& text) const {
    return Node::scalar(written(text), {});
}

Node FileTexts::name(const std::string& text) {
    return Node::scalar(escaped(text), {});
}

}  // namespace driftless::docker
